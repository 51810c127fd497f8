"""Tree to model: stages, variables in scope, what is in force at each instruction."""

from __future__ import annotations

from dockerlint.build import Builder, Frame, comment, leaves
from dockerlint.model import (
    Arg,
    Directive,
    Dockerfile,
    Env,
    From,
    Problem,
    Shell,
    Stage,
    State,
    User,
    Workdir,
)
from dockerlint.parser import parse_tree
from dockerlint.scope import Arguments, Scope, Variables
from dockerlint.source import Source, Span
from dockerlint.tree import CommentLine, InstructionNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dockerlint.model import Comment, Instruction, Pair
    from dockerlint.tree import Tree
    from dockerlint.versions import Versions

# What every build presets in the global scope; which values, only a build knows.
PLATFORM_ARGS = (
    "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT",
    "TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT",
)  # fmt: skip
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What they are on the machine that most images are built on and for.
PRESUMED_ARGS = {
    "BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDARCH": "amd64",
    "TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETARCH": "amd64",
}  # fmt: skip


def parse(
    source: Source | bytes | str,
    *,
    path: str = "Dockerfile",
    build_args: Mapping[str, str] | None = None,
    target: str | None = None,
    ignore_patterns: tuple[str, ...] | None = None,
) -> Dockerfile:
    """The model of a Dockerfile, whatever the bytes are: what BuildKit refuses is in `problems`.

    `path` labels a source given as bytes or text. `build_args` are those of a build, `target`
    the stage to build, `ignore_patterns` the lines of the ignore file that applies.
    """
    if isinstance(source, bytes):
        source = Source.of(source, path)
    elif isinstance(source, str):
        source = Source.of_text(source, path)
    return resolve(parse_tree(source), build_args, target, ignore_patterns)


def resolve(
    tree: Tree,
    build_args: Mapping[str, str] | None = None,
    target: str | None = None,
    ignore_patterns: tuple[str, ...] | None = None,
    presume: Callable[[str], Iterable[str]] | None = None,
    versions: Versions | None = None,
) -> Dockerfile:
    """The model of a file. `problems` are those of its lines and arguments (phase B).

    With `presume`, what only a build knows is taken to be as usual: see `dockerlint.presumed`. It
    tells which variables an image sets, with values that are not known.
    """
    source = tree.source
    args = dict(build_args or {})
    resolver = _Resolver(tree, args, target, presume)
    comments: list[Comment] = []
    for item in tree.nodes:
        if isinstance(item, InstructionNode):
            instruction = resolver.take(item)
            comments.extend(instruction.comments)
        elif isinstance(item, CommentLine) and not item.directive:
            comments.append(comment(source, item.mark, item.text_end))
    resolver.finish()
    directives = tuple(
        Directive(Span(start, end), name, value, Span(at, stop))
        for name, start, end, at, stop, value in sorted(tree.directives, key=lambda d: d[1])
    )
    problems = tuple(Problem(Span(start, end), line, "B", text) for line, start, end, text in tree.faults)
    return Dockerfile(
        source, tree.escape, directives, tuple(comments), tuple(resolver.head), tuple(resolver.stages),
        tuple(resolver.body), problems, args, ignore_patterns, versions,
    )  # fmt: skip


class _Resolver:
    """Walks the instructions in order and keeps what is in force."""

    def __init__(
        self,
        tree: Tree,
        build_args: Mapping[str, str],
        target: str | None,
        presume: Callable[[str], Iterable[str]] | None = None,
    ) -> None:
        self.source = tree.source
        self.escape = tree.escape
        self.build_args = build_args
        self.body: list[Instruction] = []
        self.head: list[Instruction] = []
        self.stages: list[Stage] = []
        self.named: dict[str, Stage] = {}
        self.ends: list[State] = []
        self.start: From | None = None
        self.base: Stage | None = None
        self.image: str | None = None
        self.inside: list[Instruction] = []
        self.globals = Scope()
        self.presume = presume
        for name in PLATFORM_ARGS:
            usual = PRESUMED_ARGS.get(name, "") if presume else None
            self.globals.put(name, build_args.get(name, usual), True)
        name = target or _last_name(tree) or "default"
        self.globals.put("TARGETSTAGE", build_args.get("TARGETSTAGE", name), True)
        self.scope = self.globals
        self.state = self._state(False, None, None, None)

    def take(self, item: InstructionNode) -> Instruction:
        """Build one instruction and let it take effect."""
        reading = item.reading
        if reading.name == "from":
            number = len(self.stages) + (self.start is not None)
            variables = self.globals.view()
            state = State(variables, Arguments(variables), False, None, None, None)
            made = Builder(Frame(self.source, self.escape, item, reading, state, number, False)).build()
            if isinstance(made, From):
                self.finish()
                self._open(made)
                self.body.append(made)
                return made
            # Which stage follows is not known: nothing may be concluded from the one before.
            self.scope = Scope()
            self.state = self._state(True, None, None, None)
        stage = len(self.stages) if self.start is not None else None
        frame = Frame(self.source, self.escape, item, reading, self.state, stage, False, self._declare)
        made = Builder(frame).build()
        (self.head if self.start is None else self.inside).append(made)
        self._apply(made)
        self.body.append(made)
        return made

    def finish(self) -> None:
        """Close the stage that is open."""
        start = self.start
        if start is None:
            return
        last = self.inside[-1] if self.inside else start
        name = start.alias.raw.lower() if start.alias else None
        span = Span(start.span.start, last.span.end)
        stage = Stage(
            len(self.stages), start, name, self.base, self.image, tuple(self.inside), span
        )  # fmt: skip
        self.stages.append(stage)
        self.ends.append(self.state)
        if name is not None:
            self.named[name] = stage
        self.start = None
        self.inside = []

    def _open(self, start: From) -> None:
        self.start = start
        value = start.image.value
        self.base = self.named.get(value) if value is not None else None
        self.image = None if self.base is not None else value
        if self.base is not None:
            end = self.ends[self.base.index]
            parent = end.variables if isinstance(end.variables, Variables) else None
            self.scope = Scope(parent)
            self.state = self._state(end.open_environment, end.workdir, end.user, end.shell)
            return
        scratch = value == "scratch"
        self.scope = Scope()
        known = scratch or self.presume is not None
        self.scope.put("PATH", DEFAULT_PATH if known else None, False)
        if self.presume is not None and value:
            for name in self.presume(value):
                self.scope.put(name, None, False)
        self.state = self._state(not known, "/" if scratch else None, None, None)

    def _state(
        self, open_environment: bool, workdir: str | None, user: str | None, shell: tuple[str, ...] | None
    ) -> State:
        variables = self.scope.view()
        return State(variables, Arguments(variables), open_environment, workdir, user, shell)

    def _apply(self, made: Instruction) -> None:
        """Let an instruction take effect on what follows."""
        state = self.state
        opened, workdir, user, shell = state.open_environment, state.workdir, state.user, state.shell
        if isinstance(made, Env):
            for pair in made.pairs:
                if pair.name.value is None:
                    opened = True
                elif pair.value is not None:
                    self.scope.put(pair.name.value, pair.value.value, False)
        elif isinstance(made, Arg):
            pass
        elif isinstance(made, Workdir):
            workdir = joined(workdir, made.path.value)
        elif isinstance(made, User):
            user = made.user.raw
        elif isinstance(made, Shell):
            shell = tuple(word.value or "" for word in made.command.words or ())
        else:
            return
        self.state = self._state(opened, workdir, user, shell)

    def _declare(self, pair: Pair) -> State:
        """Let one word of an ARG take effect; what the next word sees."""
        name = pair.name.raw
        value: str | None
        if name in self.build_args:
            value = self.build_args[name]
        elif pair.value is not None:
            value = pair.value.value
        elif self.scope is not self.globals:
            value = self.globals.view().get(name)
        else:
            value = None
        self.scope.put(name, "" if value is None and self.presume else value, True)
        state = self.state
        return self._state(state.open_environment, state.workdir, state.user, state.shell)


def joined(workdir: str | None, path: str | None) -> str | None:
    """The working directory after WORKDIR; None when it is not known."""
    if path is None:
        return None
    if path[1:3] in (":\\", ":/") and path[0].isalpha():
        return path
    if not path.startswith("/"):
        if workdir is None:
            return None
        path = f"{workdir}/{path}"
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _last_name(tree: Tree) -> str | None:
    """The name of the last stage of a file."""
    for item in reversed(tree.nodes):
        if isinstance(item, InstructionNode) and item.reading.name == "from":
            words = leaves(item.reading.branch, "WORD")
            if len(words) == 2:
                return item.lines.text.text[words[1][1] : words[1][2]].lower()
            return None
    return None
