"""One instruction of the tree to one instruction of the model."""

from __future__ import annotations

from dockerlint import model
from dockerlint.expand import WHITE, ExpansionError, expand_reporting, heredoc_in_word, variables_in
from dockerlint.frozen import node
from dockerlint.model import CommandLine, Comment, Flag, Heredoc, Keyword, Mount, Pair, State, Word
from dockerlint.mounts import mount_options
from dockerlint.source import Mapped, Source, Span
from dockerlint.values import decoded, unquoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from dockerlint.model import Instruction
    from dockerlint.tree import Branch, InstructionNode, Reading, Token

# Flags whose value BuildKit expands, by instruction (spec of the language, section 11).
_EXPANDED = {
    "from": ("platform",),
    "copy": ("chown", "chmod"),
    "add": ("chown", "chmod", "checksum"),
    "run": ("mount",),
}


@node
class Frame:
    """What an instruction is built from: the file, its escape character, its lines and the
    readings of them, what is in force, and the stage it stands in. `declare` lets a word of an
    ARG take effect and tells what the next one sees."""

    source: Source
    escape: str
    item: InstructionNode
    reading: Reading
    state: State
    stage: int | None
    onbuild: bool
    declare: Callable[[Pair], State] | None = None


def comment(source: Source, start: int, end: int) -> Comment:
    """The comment from its `#` to its end."""
    return Comment(Span(start, end), source.text[start + 1 : end].strip(WHITE))


class Builder:
    """Builds one instruction."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.reading = frame.reading
        self.state = frame.state
        self.lines = frame.item.lines
        self.mapped = self.lines.text
        pieces = self.mapped.pieces
        # Where the whole instruction stands on one line, offsets differ by a constant.
        self.shift = pieces[0][1] - pieces[0][0] if len(pieces) == 1 else None
        self.flags = tuple(self.flag(token) for token in frame.reading.flags) if frame.reading.flags else ()

    def span(self, start: int, end: int) -> Span:
        """The file span of a logical range."""
        if self.shift is not None:
            return Span(start + self.shift, end + self.shift)
        return self.mapped.span(start, end)

    def build(self) -> Instruction:
        """The instruction; `Invalid` where it is malformed."""
        reading = self.reading
        make = None if reading.fault or self.lines.fault else _MAKERS.get(reading.name)
        return (make(self) if make else None) or self.made(model.Invalid)

    def common(self) -> tuple[Any, ...]:
        """The fields that all instructions have."""
        lines, reading, source, frame = self.lines, self.reading, self.frame.source, self.frame
        text = self.mapped
        start, stop = reading.keyword
        end = max(stop, reading.arguments[1])
        if start:
            text = text.sub(start, end)
        elif end != len(text.text):
            text = Mapped(text.text[:end], tuple(p for p in text.pieces if p[0] < end) or text.pieces[:1])
        word = self.mapped.text[start:stop]
        keyword = self.span(start, stop)
        doc, comments, blanks = lines.doc, lines.comments, lines.blanks
        begin = keyword.start
        if start and frame.onbuild:
            comments = tuple(place for place in comments if place[0] > begin)
            blanks = tuple(place for place in blanks if place[0] > begin)
        elif lines.left_out:
            # A lone escape character may stand above the keyword, with comments in between.
            begin = min(begin, lines.left_out[0][1])
        return (
            Keyword(keyword, word, reading.name.upper() if reading.name in _MAKERS else word.upper()),
            Span(begin, max(lines.text_end, keyword.end)),
            text,
            self.flags,
            tuple(comment(source, *place) for place in comments) if comments else (),
            tuple(comment(source, line.mark, line.text_end) for line in doc) if doc else (),
            tuple(Span(a, min(b, lines.text_end)) for a, b in blanks) if blanks else (),
            lines.first_line,
            lines.last_line,
            frame.stage,
            self.state,
            frame.onbuild,
        )

    def made(self, kind: type[Instruction], *parts: object) -> Instruction:
        """An instruction of some class, from its own fields."""
        construct: Any = kind
        made: Instruction = construct(*self.common(), *parts)
        return made

    def flag(self, token: Token) -> Flag:
        """One flag."""
        _, start, end = token
        raw = self.mapped.text[start:end]
        written, equals, _ = raw.partition("=")
        name, has_value, value = unquoted(raw, self.frame.escape)[2:].partition("=")
        value_start = start + len(written) + 1 if equals else end
        expanded: str | None = value if has_value else None
        if has_value and name in _EXPANDED.get(self.reading.name, ()):
            expanded = self.expanded(value)
        return Flag(
            self.span(start, end), name, value if has_value else None, self.span(value_start, end), expanded
        )

    def expanded(self, raw: str) -> str | None:
        """The text with quotes, escapes and variables processed; None when not known."""
        if "$" not in raw and "'" not in raw and '"' not in raw and self.frame.escape not in raw:
            return raw
        state = self.state
        try:
            return expand_reporting(raw, state.variables, self.frame.escape, state.open_environment)[0]
        except ExpansionError:
            return None

    def word(self, token: Token, process: bool) -> Word:
        """One argument; `process` tells whether BuildKit expands it."""
        _, start, end = token
        raw = self.mapped.text[start:end]
        if not process:
            return Word(self.span(start, end), raw, raw)
        names = variables_in(raw, self.frame.escape) if "$" in raw else ()
        return Word(self.span(start, end), raw, self.expanded(raw), names)

    def words(self, kind: str, process: bool) -> tuple[Word, ...]:
        """The arguments that are WORD tokens, directly or one level down."""
        return tuple(self.word(token, process) for token in leaves(self.reading.branch, kind))

    def element(self, token: Token, process: bool) -> Word:
        """One string of an exec form."""
        _, start, end = token
        raw = self.mapped.text[start:end]
        value = decoded(raw)
        if not process:
            return Word(self.span(start, end), raw, value)
        names = variables_in(value, self.frame.escape) if "$" in value else ()
        return Word(self.span(start, end), raw, self.expanded(value), names)

    def elements(self, process: bool) -> tuple[Word, ...]:
        """The strings of an exec form."""
        return tuple(self.element(token, process) for token in leaves(self.reading.branch, "STRING"))

    def list(self, process: bool = True) -> tuple[Word, ...]:
        """The arguments of COPY, ADD and VOLUME, in either form."""
        return self.elements(process) if self.reading.form == "exec" else self.words("WORD", process)

    def heredocs(self) -> tuple[Heredoc, ...]:
        """The here-documents of the instruction."""
        text = self.frame.source.text
        return tuple(
            Heredoc(
                self.span(*body.opener), body.name, body.fd, body.strip_tabs, body.expand,
                Span(body.start, body.content_end), Span(body.content_end, body.name_end),
                text[body.start : body.content_end],
            )
            for body in self.lines.bodies
        )  # fmt: skip

    def command(self, start: int, end: int) -> CommandLine:
        """What runs, from a logical range."""
        words = self.elements(False) if self.reading.form == "exec" else None
        text = self.mapped.sub(start, end) if start or end < len(self.mapped.text) else self.mapped
        bodies = self.heredocs() if self.lines.bodies and words is None else ()
        return CommandLine(self.span(start, end), text, words, bodies)

    def _from(self) -> Instruction | None:
        if self.reading.form != "words":
            return None
        words = [self.word(token, False) for token in leaves(self.reading.branch, "WORD")]
        image = self.word(leaves(self.reading.branch, "WORD")[0], True)
        marks = leaves(self.reading.branch, "AS")
        if not marks:
            return self.made(model.From, image, None, None)
        return self.made(model.From, image, self.word(marks[0], False), words[-1])

    def _run(self) -> Instruction:
        mounts = []
        for flag in self.flags:
            if flag.name == "mount" and flag.value is not None:
                options = mount_options(flag.value, self.expanded)
                if options is not None:
                    mounts.append(Mount(flag, options))
        return self.made(model.Run, self.command(*self.reading.arguments), tuple(mounts))

    def _command(self) -> Instruction | None:
        kind = _COMMANDS[self.reading.name]
        if kind is model.Shell and (self.reading.form != "exec" or not leaves(self.reading.branch, "STRING")):
            return None
        return self.made(kind, self.command(*self.reading.arguments))

    def _healthcheck(self) -> Instruction | None:
        branch = self.reading.branch
        if branch is None or len(branch[1][0]) != 3:
            return None
        kind = self.word(branch[1][0], False)
        parts = branch[1]
        bare = len(parts) == 1 or (self.reading.form == "exec" and not leaves(branch, "STRING"))
        if kind.raw.upper() == "NONE" and bare:
            return self.made(model.Healthcheck, kind, None)
        space = parts[1] if len(parts) > 2 else kind
        if kind.raw.upper() != "CMD" or not isinstance(space, tuple) or len(space) != 3:
            return None
        command = self.command(space[2], self.reading.arguments[1])
        return None if command.words == () else self.made(model.Healthcheck, kind, command)

    def _copy(self) -> Instruction | None:
        words = self.list()
        if len(words) < 2:
            return None
        kind = model.Copy if self.reading.name == "copy" else model.Add
        exec_form = self.reading.form == "exec"
        bodies = self.heredocs() if self.lines.bodies else ()
        names = {body.name: body for body in bodies}
        sources: list[Word] = []
        for word in words[:-1]:
            opener = None
            if names and "<<" in word.raw:
                try:
                    opener = heredoc_in_word(word.raw)
                except ExpansionError:
                    opener = None
            if opener is None or opener.name not in names:
                sources.append(word)
        return self.made(kind, tuple(sources), words[-1], bodies, exec_form)

    def _pairs(self) -> Instruction | None:
        kind = _PAIRS[self.reading.name]
        if self.reading.form == "legacy" and self.reading.branch is not None:
            key, rest = leaves(self.reading.branch, "KEY", "REST")
            pair = Pair(self.span(key[1], rest[2]), self.word(key, True), self.word(rest, True))
            return self.made(kind, (pair,), True)
        if self.reading.form != "pairs" or self.reading.branch is None:
            return None
        pairs = tuple(
            self.pair(child) for child in self.reading.branch[1] if child[0] in ("pair", "ODD")
        )  # fmt: skip
        if not pairs:
            return None
        return self.made(kind, pairs, False)

    def _arg(self) -> Instruction | None:
        branch = self.reading.branch
        items = [child for child in (branch[1] if branch else ()) if child[0] in ("pair", "ODD")]
        if not items:
            return None
        before = self.state
        pairs = []
        for item in items:
            pairs.append(self.pair(item))
            if self.frame.declare is not None:
                self.state = self.frame.declare(pairs[-1])
        self.state = before
        return self.made(model.Arg, tuple(pairs))

    def pair(self, item: Token | Branch) -> Pair:
        """One `name=value`; for ARG also a bare name."""
        if len(item) == 3:
            _, start, end = item
            equals = self.mapped.text.find("=", start, end)
            last = end
        else:
            parts = [child for child in item[1] if len(child) == 3 and child[0] != "TAIL"]
            start, end = parts[0][1], parts[-1][2]
            equals = next(part[1] for part in parts if part[0] == "EQUALS")
            last = end
        argument = self.reading.name == "arg"
        split = equals if equals >= 0 else last
        name = self.word(("NAME", start, split), not argument)
        value = self.word(("VALUE", equals + 1, last), True) if equals >= 0 else None
        return Pair(self.span(start, last), name, value)

    def _expose(self) -> Instruction | None:
        ports = self.words("WORD", True)
        return self.made(model.Expose, ports) if ports else None

    def _volume(self) -> Instruction | None:
        paths = self.list()
        return self.made(model.Volume, paths, self.reading.form == "exec") if paths else None

    def _string(self) -> Instruction | None:
        start, end = self.reading.arguments
        if start >= end:
            return None
        word = self.word(("TEXT", start, end), self.reading.name != "maintainer")
        return self.made(_STRINGS[self.reading.name], word)

    def _onbuild(self) -> Instruction | None:
        inner = self.reading.inner
        if inner is None:
            return None
        frame = self.frame
        unknown = State({}, frozenset(), True, None, None, None)
        within = Builder(Frame(frame.source, frame.escape, frame.item, inner, unknown, frame.stage, True))
        refused = inner.name in ("onbuild", "from", "maintainer")
        trigger = model.Invalid(*within.common()) if refused else within.build()
        return self.made(model.Onbuild, trigger)


def leaves(branch: Branch | None, *kinds: str) -> list[Token]:
    """The tokens of some kinds in a tree, in order."""
    found: list[Token] = []
    waiting: list[Token | Branch] = [branch] if branch is not None else []
    while waiting:
        item = waiting.pop()
        if len(item) == 2:
            waiting.extend(reversed(item[1]))
        elif item[0] in kinds:
            found.append(item)
    return found


_COMMANDS: dict[str, type[Any]] = {
    "cmd": model.Cmd, "entrypoint": model.Entrypoint, "shell": model.Shell,
}  # fmt: skip
_PAIRS: dict[str, type[Any]] = {"env": model.Env, "label": model.Label}
_STRINGS: dict[str, type[Any]] = {
    "user": model.User, "workdir": model.Workdir,
    "stopsignal": model.Stopsignal, "maintainer": model.Maintainer,
}  # fmt: skip
_MAKERS = {
    "from": Builder._from, "run": Builder._run, "cmd": Builder._command, "entrypoint": Builder._command,
    "shell": Builder._command, "healthcheck": Builder._healthcheck, "copy": Builder._copy,
    "add": Builder._copy, "env": Builder._pairs, "label": Builder._pairs, "arg": Builder._arg,
    "expose": Builder._expose, "volume": Builder._volume, "user": Builder._string,
    "workdir": Builder._string, "stopsignal": Builder._string, "maintainer": Builder._string,
    "onbuild": Builder._onbuild,
}  # fmt: skip
