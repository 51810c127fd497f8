"""What every part of a file is, for colours: instructions, and the shell inside them."""

from __future__ import annotations

import re
from itertools import pairwise

from dockerlint.lsp.answers import Token
from dockerlint.lsp.shelltree import parts
from dockerlint.lsp.symbols import STAGE, command_line, symbols
from dockerlint.model import Add, Copy, Expose, From, Healthcheck, Onbuild, Run, Shell
from dockerlint.shell import scripts_of
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import CommandLine, Dockerfile, Heredoc, Instruction
    from dockerlint.shell import Script

TYPES = (
    "keyword", "comment", "string", "number", "operator", "variable", "function", "parameter", "property",
    "namespace", "type", "macro",
)  # fmt: skip
CHANGES = ("declaration", "readonly")


def tokens(dockerfile: Dockerfile, within: Span | None = None) -> list[Token]:
    """The parts of a file, or of a span of it, in order; none overlaps another, and none goes over a line end."""
    text = dockerfile.source.text
    within = within or Span(0, len(text))
    found = [
        one for one in _all(dockerfile, within) if one.span.end > within.start and one.span.start < within.end
    ]
    pieces = [piece for one in found for piece in _lines(one, text)]
    # Of two that begin at one place the later one found is the more exact.
    order = sorted(range(len(pieces)), key=lambda n: (pieces[n].span.start, -n))
    kept: list[Token] = []
    for number in order:
        one = pieces[number]
        if kept and one.span.start < kept[-1].span.end:
            if one.span.start == kept[-1].span.start:
                continue
            kept[-1:] = _around(kept[-1], one)
        else:
            kept.append(one)
    return kept


def _around(whole: Token, inner: Token) -> list[Token]:
    """A token with another one inside it, as up to three in a row."""
    found = [Token(Span(whole.span.start, inner.span.start), whole.type, whole.changes), inner]
    if inner.span.end < whole.span.end:
        found.append(Token(Span(inner.span.end, whole.span.end), whole.type, whole.changes))
    return found


def _lines(token: Token, text: str) -> Iterator[Token]:
    """A token in parts that are on one line each."""
    if text.find("\n", token.span.start, token.span.end) < 0:
        if token.span.end > token.span.start:
            yield token
        return
    at = token.span.start
    for line in re.split(r"(\r?\n)", text[token.span.start : token.span.end]):
        end = at + len(line)
        if line.strip():
            yield Token(Span(at, end), token.type, token.changes)
        at = end


def _all(dockerfile: Dockerfile, within: Span) -> Iterator[Token]:
    for directive in dockerfile.directives:
        name = Span(directive.span.start, directive.value_span.start)
        yield Token(name, "macro")
        yield Token(directive.value_span, "string")
    for comment in dockerfile.comments:
        yield Token(comment.span, "comment")
    for instruction in dockerfile.body:
        if instruction.span.end >= within.start and instruction.span.start <= within.end:
            yield from _instruction(instruction)
    for one in symbols(dockerfile).occurrences:
        kind = "namespace" if one.symbol.kind == STAGE else "variable"
        yield Token(one.span, kind, ("declaration",) if one.declares else ())


def _instruction(instruction: Instruction) -> Iterator[Token]:
    yield Token(instruction.keyword.span, "keyword")
    for flag in instruction.flags:
        yield Token(Span(flag.span.start, flag.span.start + 2 + len(flag.name)), "property")
        if flag.value is not None:
            yield Token(flag.value_span, "string")
    line: CommandLine | None = command_line(instruction)
    heredocs: tuple[Heredoc, ...] = ()
    match instruction:
        case From():
            yield Token(instruction.image.span, "type")
            if instruction.as_keyword is not None:
                yield Token(instruction.as_keyword.span, "keyword")
        case Run() | Shell():
            line = instruction.command
            heredocs = line.heredocs
        case Healthcheck():
            yield Token(instruction.kind.span, "keyword")
        case Copy() | Add():
            heredocs = instruction.heredocs
        case Expose():
            for port in instruction.ports:
                yield Token(port.span, "number")
        case Onbuild():
            yield from _instruction(instruction.inner)
    for heredoc in heredocs:
        yield Token(heredoc.opener, "macro")
        yield Token(heredoc.end, "macro")
        if not isinstance(instruction, Run):
            yield Token(heredoc.body, "string")
    if line is not None:
        for word in line.words or ():
            yield Token(word.span, "string")
        for script in scripts_of(line, instruction.state.shell):
            yield from _script(script)


def _script(script: Script) -> Iterator[Token]:
    """The parts of a script, each in as many pieces as the file has of it."""
    starts = [logical for logical, _ in script.text.pieces]
    for part in parts(script):
        cuts = [part.start, *(at for at in starts if part.start < at < part.end), part.end]
        for start, end in pairwise(cuts):
            yield Token(script.text.span(start, end), part.type)
