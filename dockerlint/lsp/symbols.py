"""Stages and variables: where each is declared, and what refers to which.

A variable of a file is what can be renamed by itself. `ARG` and `ENV` of one name are two; an `ARG` without a
default below a `FROM` is the same as the one of that name above the first `FROM`; an `ENV` that sets a name
again, also in a stage that builds on this one, is the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from dockerlint.expand import variables_in
from dockerlint.frozen import kept, node, record
from dockerlint.lsp.shelltree import namings
from dockerlint.model import (
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Run,
    Word,
)
from dockerlint.reach import named_before
from dockerlint.references import reference_spans
from dockerlint.shell import scripts, scripts_of
from dockerlint.source import Span
from dockerlint.undefined import words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import CommandLine, Dockerfile, Flag, Instruction, Pair, Stage
    from dockerlint.shell import Script

STAGE, ARGUMENT, ENVIRONMENT = "stage", "ARG", "ENV"


class Symbol:
    """A stage or a variable. `stages` are the indexes of the stages it is seen in, None above the first FROM;
    `hidden` are references that are not written out, so that no other name can be put there."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name
        self.declarations: list[Span] = []
        self.uses: list[Span] = []
        self.stages: set[int | None] = set()
        self.hidden: list[Span] = []

    def spans(self) -> list[Span]:
        """Every place that bears the name, in order."""
        return sorted({*self.declarations, *self.uses}, key=lambda span: span.start)


@record
class Occurrence:
    """A place that bears a name. `by_number` is a stage that is meant by its number."""

    span: Span
    symbol: Symbol
    declares: bool
    by_number: bool = False


@node
class Symbols:
    """All symbols of a file, and their occurrences in order. `own` are offsets of names in scripts that look
    like one of them, but that the script set itself."""

    all: tuple[Symbol, ...]
    occurrences: tuple[Occurrence, ...]
    own: frozenset[int]

    def at(self, offset: int) -> Occurrence | None:
        """The occurrence that an offset lies in, or right behind."""
        at = bisect_right(self.occurrences, offset, key=lambda one: one.span.start) - 1
        for one in self.occurrences[max(at - 1, 0) : at + 1][::-1]:
            if one.span.start <= offset <= one.span.end:
                return one
        return None


def symbols(dockerfile: Dockerfile) -> Symbols:
    """The symbols of a file, found once."""
    return kept(dockerfile, "symbols of the editor", lambda: _Reader(dockerfile).read())


class _Seen:
    """The variables of one name that a place may see: the one in force, and the last of each kind."""

    def __init__(self) -> None:
        self.last: Symbol | None = None
        self.kinds: dict[str, Symbol] = {}

    def inherited(self) -> _Seen:
        """What a stage that builds on this one sees: ENV goes before ARG."""
        seen = _Seen()
        seen.kinds = dict(self.kinds)
        seen.last = self.kinds.get(ENVIRONMENT) or self.last
        return seen


class _Reader:
    """Walks a file in order, as a build does."""

    def __init__(self, dockerfile: Dockerfile) -> None:
        self.file = dockerfile
        self.text = dockerfile.source.text
        self.made: list[Symbol] = []
        self.found: list[Occurrence] = []
        self.own: set[int] = set()
        self.globals: dict[str, _Seen] = {}
        self.scope = self.globals
        self.stage: int | None = None
        self.ends: list[dict[str, _Seen]] = []
        self.named: dict[int, Symbol] = {}

    def read(self) -> Symbols:
        for instruction in self.file.head:
            if isinstance(instruction, Arg):
                self.arguments(instruction)
        for stage in self.file.stages:
            self.stage = None
            self.scope = self.globals
            self.start(stage)
            self.stage = stage.index
            self.scope = (
                {name: seen.inherited() for name, seen in self.ends[stage.base.index].items()}
                if stage.base is not None
                else {}
            )
            for instruction in stage.instructions:
                self.take(instruction)
            for instruction in stage.instructions:
                self.at_run_time(instruction)
            self.ends.append(self.scope)
        self.found.sort(key=lambda one: (one.span.start, one.span.end))
        return Symbols(tuple(self.made), tuple(self.found), frozenset(self.own))

    # Stages.

    def start(self, stage: Stage) -> None:
        """A FROM: the stage it names, and the one it builds on."""
        start = stage.start
        for word in (start.image, *_flag_words(start.flags, ("platform",), self.file.escape)):
            self.words(word)
        if stage.base is not None:
            self.refer(stage.base, start.image.span)
        if start.alias is not None and stage.name:
            symbol = Symbol(STAGE, stage.name)
            self.made.append(symbol)
            self.named[stage.index] = symbol
            symbol.stages.add(stage.index)
            self.put(symbol, start.alias.span, True)

    def refer(self, stage: Stage, span: Span) -> None:
        """A reference to a stage somewhere in a span."""
        symbol = self.named.get(stage.index)
        if symbol is None:
            return
        match = re.compile(rf"(?<![\w.-]){re.escape(symbol.name)}(?![\w.-])", re.IGNORECASE).search(
            self.text, span.start, span.end
        )
        if match is None:
            symbol.hidden.append(span)
        else:
            self.put(symbol, Span(match.start(), match.end()), False)

    def sources(self, instruction: Copy | Add | Run) -> None:
        """`--from=`, and `from=` of a mount."""
        if isinstance(instruction, Run):
            for mount in instruction.mounts:
                name = mount.options.get("from")
                span = mount.flag.value_span
                match = re.compile(r"(?<![^,=\"])from=\"?([^,\"]*)").search(self.text, span.start, span.end)
                if name and match is not None:
                    self.source(instruction, name, Span(match.start(1), match.end(1)))
            return
        flag = instruction.flag("from")
        if flag is not None and flag.value:
            self.source(instruction, flag.value, flag.value_span)

    def source(self, instruction: Instruction, name: str, span: Span) -> None:
        if name.isdigit():
            index = int(name)
            symbol = self.named.get(index)
            if symbol is not None and instruction.stage is not None and index < instruction.stage:
                self.found.append(Occurrence(span, symbol, False, True))
            return
        stage = named_before(self.file, name, instruction.stage or 0)
        if stage is not None:
            self.refer(stage, span)

    # Variables.

    def take(self, instruction: Instruction) -> None:
        """What an instruction refers to, and what it declares."""
        if isinstance(instruction, Arg):
            self.arguments(instruction)
            return
        ports = instruction.ports if isinstance(instruction, Expose) else ()
        for word in (*words_of(instruction, self.file.escape), *ports):
            self.words(word)
        if isinstance(instruction, Env):
            for pair in instruction.pairs:
                if pair.name.value is not None and pair.value is not None:
                    self.declare(ENVIRONMENT, pair)
        elif isinstance(instruction, Run):
            for script in scripts(instruction):
                self.script(script, None)
        if isinstance(instruction, Copy | Add | Run):
            self.sources(instruction)

    def at_run_time(self, instruction: Instruction) -> None:
        """What the image runs sees the environment that the image has in the end."""
        line = command_line(instruction)
        if line is not None:
            for script in scripts_of(line, instruction.state.shell):
                self.script(script, ENVIRONMENT)

    def arguments(self, instruction: Arg) -> None:
        for pair in instruction.pairs:
            if pair.value is not None:
                self.words(pair.value)
            self.declare(ARGUMENT, pair)

    def declare(self, kind: str, pair: Pair) -> None:
        name = pair.name.value or pair.name.raw
        seen = self.scope.setdefault(name, _Seen())
        symbol = seen.kinds.get(kind)
        above = self.globals.get(name) if self.scope is not self.globals else None
        if symbol is None and kind == ARGUMENT and pair.value is None and above is not None:
            symbol = above.last
        if symbol is None:
            symbol = Symbol(kind, name)
            self.made.append(symbol)
        seen.kinds[kind] = seen.last = symbol
        match = re.compile(rf"{re.escape(name)}(?!\w)").search(
            self.text, pair.name.span.start, pair.name.span.end
        )
        if match is None:
            symbol.hidden.append(pair.name.span)
        else:
            self.put(symbol, Span(match.start(), match.end()), True)

    def words(self, word: Word) -> None:
        """The variables that BuildKit replaces in a word."""
        for name in dict.fromkeys(word.variables):
            seen = self.scope.get(name)
            if seen is None or seen.last is None:
                continue
            spans = name_spans(self.text, word, name, self.file.escape)
            if not spans:
                seen.last.hidden.append(word.span)
            for span in spans:
                self.put(seen.last, span, False)

    def script(self, script: Script, kind: str | None) -> None:
        """The variables that a shell takes from its environment: those it did not set itself."""
        own: set[str] = set()
        for naming in namings(script):
            if naming.sets:
                own.add(naming.name)
                continue
            seen = self.scope.get(naming.name)
            symbol = None if seen is None else seen.kinds.get(kind) if kind else seen.last
            if symbol is None:
                continue
            span = script.text.span(naming.start, naming.end)
            if naming.name in own:
                self.own.add(span.start)
                continue
            if self.text[span.start : span.end] == naming.name:
                self.put(symbol, span, False)
            else:
                symbol.hidden.append(span)

    def put(self, symbol: Symbol, span: Span, declares: bool) -> None:
        if symbol.kind != STAGE:
            symbol.stages.add(self.stage)
        (symbol.declarations if declares else symbol.uses).append(span)
        self.found.append(Occurrence(span, symbol, declares))


def name_spans(text: str, word: Word, name: str, escape: str) -> list[Span]:
    """Where the name of a variable stands in a word, without `$` and braces."""
    pattern = re.compile(rf"\$\{{?({re.escape(name)})(?!\w)")
    spans = reference_spans(word, name, escape)
    found = [pattern.match(text, span.start) for span in spans]
    if None in found:
        found = list(pattern.finditer(text, word.span.start, word.span.end))
    return [Span(match.start(1), match.end(1)) for match in found if match is not None]


def command_line(instruction: Instruction) -> CommandLine | None:
    """What an image runs because of an instruction."""
    if isinstance(instruction, Cmd | Entrypoint):
        return instruction.command
    return instruction.command if isinstance(instruction, Healthcheck) else None


def _flag_words(flags: tuple[Flag, ...], names: tuple[str, ...], escape: str) -> Iterator[Word]:
    for flag in flags:
        if flag.name in names and flag.value is not None and "$" in flag.value:
            yield Word(flag.value_span, flag.value, None, variables_in(flag.value, escape))
