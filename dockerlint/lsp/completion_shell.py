"""What could be typed in a script: programs, subcommands and options of the tables."""

from __future__ import annotations

import re

from dockerlint.knowledge import FLAG, VALUE, programs, tool
from dockerlint.lsp.answers import Item
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.knowledge import Level

# What begins a new command; inside quotes it is text.
_BREAK = re.compile(
    r"'[^']*'?|\"(?:[^\"\\]|\\.)*\"?|\\.|(&&|\|\|?|;|\n|\$?\(|\{|`|\b(?:then|do|else|if|while|until|!)(?=\s))",
    re.DOTALL,
)


def items(script: str, offset: int) -> Iterator[Item]:
    """What could stand at the end of a script, which is at an offset of the file."""
    words = _command(script)
    if words is None:
        return
    *before, word = words
    span = Span(offset - len(word), offset)
    before = _unwrapped(before)
    if not before:
        if word and re.fullmatch(r"[\w.+-]+", word):
            for name in programs():
                yield Item(name, "function", span)
        return
    found = tool(before[0].rpartition("/")[2])
    if found is None:
        return
    level, operands = _level(found.level, before[1:])
    if level is None:
        return
    if word.startswith("-"):
        yield from _options(level, span)
    elif level.subcommands and not operands:
        for name in level.subcommands:
            yield Item(name, "function", span, f"{before[0]} {name}")


def _command(script: str) -> list[str] | None:
    """The words of the last command of a script, the one at its end last; None inside quotes."""
    start = 0
    for match in _BREAK.finditer(script):
        if match[1] is not None:
            start = match.end()
        elif (
            match.end() == len(script)
            and match[0][0] in "'\""
            and (len(match[0]) == 1 or match[0][-1] != match[0][0])
        ):
            return None
    return re.split(r"\s+", script[start:].lstrip())


def _unwrapped(words: list[str]) -> list[str]:
    """The words from the program on: without assignments, and without programs that run others."""
    while words:
        if re.match(r"[A-Za-z_]\w*\+?=", words[0]):
            words = words[1:]
            continue
        found = tool(words[0].rpartition("/")[2])
        if found is None or found.wrapper is None:
            return words
        level, rest = _level(found.level, words[1:])
        if level is None or len(rest) <= found.wrapper:
            return words
        words = rest[found.wrapper :]
    return words


def _level(level: Level, words: list[str]) -> tuple[Level | None, list[str]]:
    """How the next argument is read, and the operands there are; None where it is an option's value."""
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            return None, words[at:]
        if word.startswith("-") and len(word) > 1:
            known = level.options.get(word.partition("=")[0])
            if known is not None and known[1] == VALUE and "=" not in word:
                if at == len(words):
                    return None, []
                at += 1
            continue
        inner = level.subcommand(word) if level.has_subcommands else None
        if inner is None:
            return level, words[at - 1 :]
        level = inner
    return level, []


def _options(level: Level, span: Span) -> Iterator[Item]:
    seen: set[tuple[str, ...]] = set()
    for aliases, kind in level.options.values():
        if aliases in seen:
            continue
        seen.add(aliases)
        for name in aliases:
            others = ", ".join(one for one in aliases if one != name)
            takes = "" if kind == FLAG else "takes a value"
            yield Item(name, "option", span, "; ".join(filter(None, (others, takes))))
