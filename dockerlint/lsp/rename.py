"""Giving a stage or a variable another name, everywhere it is meant and nowhere else."""

from __future__ import annotations

import re

from dockerlint.errors import UserError
from dockerlint.fix import Edit, splice
from dockerlint.lsp.answers import Target
from dockerlint.lsp.symbols import STAGE, symbols
from dockerlint.places import instruction_at
from dockerlint.resolve import PLATFORM_ARGS
from dockerlint.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.lsp.symbols import Occurrence, Symbol, Symbols
    from dockerlint.model import Dockerfile

_STAGE = re.compile(r"[a-z][a-z0-9_.-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = ("scratch", "context")
# Builds and programs know these by their names.
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
_PRESET = frozenset((
    *PLATFORM_ARGS, "TARGETSTAGE", "SOURCE_DATE_EPOCH", *_PROXIES, *(name.lower() for name in _PROXIES),
    "PATH", "HOME", "LANG", "LC_ALL", "TERM", "SHELL", "TZ",
))  # fmt: skip


def target(dockerfile: Dockerfile, offset: int) -> Target | None:
    """What would be renamed at an offset; None where there is nothing. UserError where it must keep its
    name."""
    known = symbols(dockerfile)
    found = known.at(offset)
    if found is None:
        return None
    _may(dockerfile, known, found)
    span = found.span
    return Target(span, dockerfile.source.text[span.start : span.end])


def rename(
    dockerfile: Dockerfile, offset: int, new: str, read: Callable[[Source], Dockerfile]
) -> tuple[Edit, ...]:
    """The edits that give what stands at an offset another name. UserError where that is no good name, or
    the file would not mean the same."""
    before = symbols(dockerfile)
    found = before.at(offset)
    if found is None:
        raise UserError("there is no stage and no variable here", "put the cursor on its name")
    _may(dockerfile, before, found)
    symbol = found.symbol
    _good(new, symbol.kind)
    if new == symbol.name:
        return ()
    edits = tuple(Edit(span, new) for span in symbol.spans())
    source = dockerfile.source
    after = symbols(read(Source.of_text(splice(source.text, edits), source.path, source.bom)))
    if _meanings(before) != _meanings(after):
        raise UserError(f"{new} is another one here already", "choose a name that is free")
    return edits


def _good(name: str, kind: str) -> None:
    if kind != STAGE:
        if not _VARIABLE.fullmatch(name):
            raise UserError(
                f"{name!r} is no name of a variable", "it has letters, digits and _, and no digit comes first"
            )
        if name in _PRESET:
            raise UserError(f"{name} has a meaning of its own", "choose another name")
    elif not _STAGE.fullmatch(name):
        raise UserError(
            f"{name!r} is no name of a stage",
            "it begins with a lower-case letter, and has lower-case letters, digits, and _ . -",
        )
    elif name in _RESERVED:
        raise UserError(f"{name} is reserved", "choose another name")


def _may(dockerfile: Dockerfile, known: Symbols, found: Occurrence) -> None:
    """Raise UserError for what must keep its name."""
    symbol = found.symbol
    if found.by_number:
        raise UserError("the stage is meant by its number here", "rename it where it is named")
    if symbol.name in _PRESET and symbol.kind != STAGE:
        raise UserError(f"{symbol.name} has a meaning of its own, so it keeps its name")
    unsure = [*symbol.hidden, *_unsure(dockerfile, known, symbol)]
    if unsure:
        line = dockerfile.source.line_of(unsure[0].start)
        raise UserError(
            f"line {line} may mean {symbol.name} in a way that cannot be renamed", "rename it by hand"
        )


def _unsure(dockerfile: Dockerfile, found: Symbols, symbol: Symbol) -> Iterator[Span]:
    """Places in the stages of a variable that look like it, and are not known to be anything."""
    if symbol.kind == STAGE:
        return
    known = {one.span.start for one in found.occurrences} | found.own
    text = dockerfile.source.text
    # `$NAME`, `${NAME`, and `$env:NAME` of PowerShell and `%NAME%` of cmd.
    pattern = re.compile(rf"(?<!\\)(?:\$(?:env:)?\{{?|%)({re.escape(symbol.name)})(?!\w)", re.IGNORECASE)
    for match in pattern.finditer(text):
        if match.start(1) in known or (
            match[1] != symbol.name and match[0][0] == "$" and ":" not in match[0]
        ):
            continue
        instruction = instruction_at(dockerfile, match.start())
        if instruction is None or instruction.stage not in symbol.stages:
            continue
        if not any(c.span.start <= match.start() < c.span.end for c in instruction.comments):
            yield Span(match.start(), match.end())


def _meanings(found: Symbols) -> frozenset[frozenset[int]]:
    """Which occurrences, counted from the start of the file, mean the same."""
    groups: dict[int, set[int]] = {}
    for number, one in enumerate(found.occurrences):
        groups.setdefault(id(one.symbol), set()).add(number)
    return frozenset(frozenset(group) for group in groups.values())
