"""What a Dockerfile says, with the span of every part.

One frozen class for each instruction. Rules see this and the shell commands, never tokens
or trees. Spans are offsets into `Dockerfile.source.text`. Where an instruction could not
be read it is an `Invalid`, and its neighbours are as they would be without it.
"""

from __future__ import annotations

from dockerlint.frozen import kept, node, record
from dockerlint.source import Mapped, Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from typing import TypeVar

    from dockerlint.versions import Versions

    Kind = TypeVar("Kind", bound="Instruction")


@node
class Word:
    """One argument as it is written.

    `raw` is its logical text (continuations left out, quotes and escapes kept); `value` is
    what BuildKit makes of it after quotes, escapes and variables, or None where that
    depends on something the file does not tell (a base image's variable, an ARG without
    a default) or cannot be expanded. Where BuildKit does not process a word, `value` is `raw`; for an element of
    an exec form it is the decoded string.
    """

    span: Span
    raw: str
    value: str | None
    variables: tuple[str, ...] = ()


@node
class Flag:
    """`--name[=value]` before the arguments. `value` is None for a bare `--name`.

    `value` has its quotes and escapes removed as BuildKit does; `expanded` also has its
    variables replaced, or is None where they are not known (equal to `value` for flags
    that BuildKit does not expand).
    """

    span: Span
    name: str
    value: str | None
    value_span: Span
    expanded: str | None = None


@node
class Mount:
    """A parsed `RUN --mount=`: keys lower-cased, aliases folded (src -> source, dst and
    destination -> target, ro -> readonly), `type` always present. Values are expanded where
    known. An invalid mount has no Mount; it is a problem."""

    flag: Flag
    options: Mapping[str, str]

    @property
    def type(self) -> str:
        return self.options.get("type", "bind")

    @property
    def target(self) -> str:
        return self.options.get("target", "")


@node
class Comment:
    """A comment line. `span` covers it from `#` to the end of the line; `text` is what
    follows the `#`, trimmed."""

    span: Span
    text: str


@node
class Directive:
    """A parser directive (`# syntax=`, `# escape=`, `# check=`); the name is lower-cased."""

    span: Span
    name: str
    value: str
    value_span: Span


@node
class Heredoc:
    """A here-document. `opener` is the span of the word `<<EOF`; `body` the span of the
    content lines with their line ends; `end` the span of the terminator line without its
    line end; `content` the lines as the file has them (tabs kept)."""

    opener: Span
    name: str
    fd: int
    strip_tabs: bool
    expand: bool
    body: Span
    end: Span
    content: str


@node
class CommandLine:
    """What RUN, CMD, ENTRYPOINT, SHELL or a health check runs.

    In exec form `words` are the decoded elements; in shell form `words` is empty and
    `text` is the logical text for the shell. `span` covers both forms in the file.
    `_script` and `_hadolint` are memos of `dockerlint.shell`.
    """

    span: Span
    text: Mapped
    words: tuple[Word, ...] | None
    heredocs: tuple[Heredoc, ...] = ()
    _memo = ("_script", "_hadolint")

    @property
    def is_exec(self) -> bool:
        return self.words is not None


@record
class Keyword:
    """The word that names an instruction: as written, and in upper case."""

    span: Span
    text: str
    name: str


@node
class State:
    """What is in force where an instruction stands (before it takes effect).

    `variables`: name -> value, None for one that is declared but not known (ARG without a
    default or build arg). A name not in it is unset, unless `open_environment`: the base
    image is not known, so it may bring variables of its own.
    `workdir`: absolute path, or None when the base image decides. `user`: as written in
    the last USER of the stage chain, None when the base image decides. `shell`: words of
    the last SHELL of the stage chain, None for the default.
    `arguments`: names in `variables` that are ARGs (not kept in the image).
    """

    variables: Mapping[str, str | None]
    arguments: AbstractSet[str]
    open_environment: bool
    workdir: str | None
    user: str | None
    shell: tuple[str, ...] | None


@node
class Instruction:
    """What all instructions have.

    `span` runs from the keyword (or a lone escape character above it) to the end of the last line that belongs to it (here-document
    bodies included, the last line end not). `text` is the logical text of keyword, flags and
    arguments. `comments` stand inside its continuations; `doc` is the comment block right
    above (blank lines do not detach it). `first_line` and `last_line` are as BuildKit counts.
    `stage` is the index of its stage, None before the first FROM. An instruction inside
    ONBUILD has `onbuild` set.
    """

    keyword: Keyword
    span: Span
    text: Mapped
    flags: tuple[Flag, ...]
    comments: tuple[Comment, ...]
    doc: tuple[Comment, ...]
    blank_continuations: tuple[Span, ...]
    first_line: int
    last_line: int
    stage: int | None
    state: State
    onbuild: bool

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name."""
        for flag in reversed(self.flags):
            if flag.name == name:
                return flag
        return None


@node
class From(Instruction):
    """`alias` is the word after AS, as written. A malformed FROM is an `Invalid`: what follows it
    stays in the stage before, with nothing known of its state."""

    image: Word
    as_keyword: Word | None
    alias: Word | None


@node
class Run(Instruction):
    command: CommandLine
    mounts: tuple[Mount, ...]


@node
class Cmd(Instruction):
    command: CommandLine


@node
class Entrypoint(Instruction):
    command: CommandLine


@node
class Shell(Instruction):
    command: CommandLine


@node
class Healthcheck(Instruction):
    """`kind` is the first word (NONE or CMD, as written); `command` is None for NONE."""

    kind: Word
    command: CommandLine | None


@node
class Copy(Instruction):
    """`sources` are paths only; here-document sources are in `heredocs`. `exec_form` tells
    whether the words stand in a JSON array."""

    sources: tuple[Word, ...]
    destination: Word
    heredocs: tuple[Heredoc, ...]
    exec_form: bool


@node
class Add(Instruction):
    sources: tuple[Word, ...]
    destination: Word
    heredocs: tuple[Heredoc, ...]
    exec_form: bool


@node
class Pair:
    """`name=value`, or the legacy `name value`. `span` covers both parts. An ARG without
    `=` has no value."""

    span: Span
    name: Word
    value: Word | None


@node
class Env(Instruction):
    pairs: tuple[Pair, ...]
    legacy: bool


@node
class Label(Instruction):
    pairs: tuple[Pair, ...]
    legacy: bool


@node
class Arg(Instruction):
    pairs: tuple[Pair, ...]


@node
class Expose(Instruction):
    ports: tuple[Word, ...]


@node
class Volume(Instruction):
    paths: tuple[Word, ...]
    exec_form: bool


@node
class User(Instruction):
    user: Word


@node
class Workdir(Instruction):
    path: Word


@node
class Stopsignal(Instruction):
    signal: Word


@node
class Maintainer(Instruction):
    name: Word


@node
class Onbuild(Instruction):
    """`inner` is the instruction to come, with its own spans; an `Invalid` when it cannot be read."""

    inner: Instruction


@node
class Invalid(Instruction):
    """An instruction that is unknown or malformed; the file's problems say why."""


@record
class Problem:
    """Something BuildKit refuses. `phase` is A to E: configuration, line parser, instruction,
    stages, dispatch;
    `message` is BuildKit's own, without its `dockerfile parse error on line N: ` prefix.
    `line` is the one BuildKit reports."""

    span: Span
    line: int
    phase: str
    message: str


@node
class Stage:
    """One FROM and what follows. `name` is the alias in lower case; `base` the earlier
    stage it builds on; `image` the expanded image reference, None when not known or when
    `base` is set. `instructions` do not hold the FROM itself."""

    index: int
    start: From
    name: str | None
    base: Stage | None
    image: str | None
    instructions: tuple[Instruction, ...]
    span: Span
    _memo = ("_kept", "_root")

    def of(self, *kinds: type[Kind]) -> Iterator[Kind]:
        """The stage's instructions of some kinds, in order (not those inside ONBUILD)."""
        return iter(kept(self, kinds, lambda: tuple(i for i in self.instructions if isinstance(i, kinds))))

    @property
    def root(self) -> Stage:
        """The stage that begins with a real image: the last of the lineage."""
        passed: list[Stage] = []
        stage: Stage = self
        while stage.base is not None and stage._root is None:  # type: ignore[attr-defined]
            passed.append(stage)
            stage = stage.base
        root: Stage = stage._root or stage  # type: ignore[attr-defined]
        for one in passed:
            object.__setattr__(one, "_root", root)
        return root

    @property
    def lineage(self) -> tuple[Stage, ...]:
        """This stage and the stages it builds on, nearest first."""
        found: list[Stage] = []
        stage: Stage | None = self
        while stage is not None:
            found.append(stage)
            stage = stage.base
        return tuple(found)


@node
class Dockerfile:
    """A whole file.

    `body` holds every top-level instruction in order; `stages` the same by stage; `head`
    those before the first FROM. `comments` are all comments of the file in order, also
    those inside instructions, directives excepted. `ignore_patterns` are the lines of the
    ignore file that applies, None when there is none or it is not known. `escape` is the
    escape character. `problems` are those of the line parser (phase B); `dockerlint.refuse`
    finds the others. `versions` are those of packages in an image that was built of the file, None
    when none was measured.
    """

    source: Source
    escape: str
    directives: tuple[Directive, ...]
    comments: tuple[Comment, ...]
    head: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    body: tuple[Instruction, ...]
    problems: tuple[Problem, ...]
    build_args: Mapping[str, str]
    ignore_patterns: tuple[str, ...] | None = None
    versions: Versions | None = None
    _memo = ("_presumed", "_kept")

    def instructions(self, *kinds: type[Kind], onbuild: bool = False) -> Iterator[Kind]:
        """All instructions of some kinds, in file order; with `onbuild` also the ones
        inside ONBUILD."""
        return iter(kept(self, (kinds, onbuild), lambda: tuple(self._instructions(kinds, onbuild))))

    def _instructions(self, kinds: tuple[type[Kind], ...], onbuild: bool) -> Iterator[Kind]:
        for instruction in self.body:
            if isinstance(instruction, kinds):
                yield instruction
            elif onbuild and isinstance(instruction, Onbuild) and isinstance(instruction.inner, kinds):
                yield instruction.inner

    @property
    def final_stage(self) -> Stage | None:
        """The last stage: what a build without a target makes."""
        return self.stages[-1] if self.stages else None

    def stage_of(self, instruction: Instruction) -> Stage | None:
        """The stage that an instruction stands in."""
        return None if instruction.stage is None else self.stages[instruction.stage]

    def stage_named(self, name: str) -> Stage | None:
        """The last stage of that name, in any case."""
        names = kept(self, "stage_named", lambda: {stage.name: stage for stage in self.stages})
        return names.get(name.lower())

    def version(self, instruction: Instruction, manager: str, name: str) -> str | None:
        """The version of a package that a build was seen to install in the stage of an instruction;
        None when that is not known. `manager` is apt, apk, rpm, pip, npm, gem or go; `image` for the base
        itself, whose version is the tag of its release."""
        stage = self.stage_of(instruction)
        if self.versions is None or stage is None or stage.root.image is None or instruction.onbuild:
            return None
        return self.versions.of(self, stage.root.image, manager, name)
