"""The globs of `${x#p}`, `${x%p}` and `${x/p/r}`, matched as BuildKit does but in bounded time.

A pattern has `*`, `?` and literal characters; a backslash protects `*`, `?`, a backslash,
`}` and `/`; there are no brackets. Neither wildcard matches a line feed. BuildKit builds a
regular expression, which Go runs in linear time and Python would not, so the pattern is
matched here by carrying the set of reachable states as bits of one integer.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

STAR, ANY = "*", "?"
Item = tuple[str, str]  # ("*" or "?" or "", the literal character)


class PatternError(ValueError):
    """A backslash before a character that it cannot protect."""


def trim_prefix(value: str, pattern: str, longest: bool) -> str:
    """The value without the shortest or longest head that matches."""
    end = _match_end(value, 0, _items(pattern), longest)
    return value if end is None else value[end:]


def trim_suffix(value: str, pattern: str, longest: bool) -> str:
    """The value without the shortest or longest tail that matches."""
    return trim_prefix(value[::-1], backwards(pattern), longest)[::-1]


def backwards(pattern: str) -> str:
    """The pattern that matches what this one matches, read backwards."""
    return "".join(reversed(re.findall(r"\\?[\s\S]", pattern)))


def replace_first(value: str, pattern: str, replacement: str) -> str:
    """The value with the first match replaced; an empty pattern matches at the front."""
    items = _items(pattern)
    for start in _starts(value, items):
        end = _match_end(value, start, items, True)
        if end is not None:
            return value[:start] + replacement + value[end:]
    return value


def replace_all(value: str, pattern: str, replacement: str) -> str:
    """The value with every match replaced; `$0`, `${name}` and `$$` in the replacement are
    read as Go's `Regexp.ReplaceAllString` does."""
    items = _items(pattern)
    made: list[str] = []
    after = 0
    for start in _starts(value, items):
        if start < after:
            continue
        end = _match_end(value, start, items, True)
        if end is None:
            continue
        made.append(value[after:start])
        if end > after or start == 0:
            made.append(_fill(replacement, value[start:end]))
        after = end
    made.append(value[after:])
    return "".join(made)


def _items(pattern: str) -> list[Item]:
    items: list[Item] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char in (STAR, ANY):
            items.append((char, ""))
            continue
        if char == "\\":
            following = pattern[at : at + 1]
            if following in ("}", "/"):
                continue
            if following not in ("*", "?", "\\") or not following:
                raise PatternError(f"invalid escape '\\{following or chr(0xFFFD)}'")
            char = following
            at += 1
        items.append(("", char))
    return items


def _tables(items: Sequence[Item]) -> tuple[dict[str, int], int, int]:
    """Bit i is the state before item i: which states each literal leads on, and which are wildcards."""
    literal: dict[str, int] = {}
    stars = wild = 0
    for index, (kind, char) in enumerate(items):
        if kind == STAR:
            stars |= 1 << index
        elif kind == ANY:
            wild |= 1 << index
        else:
            literal[char] = literal.get(char, 0) | 1 << index
    return literal, stars, wild


def _skip_stars(states: int, stars: int) -> int:
    """The states with those behind a star added: a star may match nothing.

    Adding ripples a carry through each run of stars, so a run costs one addition.
    """
    while True:
        more = states | ((states & stars) << 1)
        if more == states:
            return states
        states = more


def _match_end(value: str, start: int, items: Sequence[Item], longest: bool) -> int | None:
    """Where the shortest or longest match that begins at `start` ends; None without a match."""
    items = _fold(items)
    literal, stars, wild = _tables(items)
    accept = 1 << len(items)
    states = _skip_stars(1, stars)
    found: int | None = start if states & accept else None
    if found is not None and not longest:
        return found
    for at in range(start, len(value)):
        char = value[at]
        moved = (states & literal.get(char, 0)) << 1
        if char != "\n":
            moved |= (states & wild) << 1 | (states & stars)
        states = _skip_stars(moved, stars)
        if not states:
            break
        if states & accept:
            found = at + 1
            if not longest:
                break
    return found


def _fold(items: Sequence[Item]) -> list[Item]:
    """The items with runs of stars made one, so that skipping stars takes one step."""
    return [
        item
        for index, item in enumerate(items)
        if not (item[0] == STAR and index and items[index - 1][0] == STAR)
    ]


def _starts(value: str, items: Sequence[Item]) -> list[int]:
    """The offsets at which some match begins, found by running the pattern backwards."""
    items = _fold(items)[::-1]
    literal, stars, wild = _tables(items)
    accept = 1 << len(items)
    begin = _skip_stars(1, stars)
    states = begin
    found = [len(value)] if states & accept else []
    for at in range(len(value) - 1, -1, -1):
        char = value[at]
        moved = (states & literal.get(char, 0)) << 1
        if char != "\n":
            moved |= (states & wild) << 1 | (states & stars)
        states = _skip_stars(moved, stars) | begin
        if states & accept:
            found.append(at)
    return found[::-1]


def _fill(template: str, match: str) -> str:
    """Go's `Regexp.Expand` for an expression without groups."""
    if "$" not in template:
        return template
    made: list[str] = []
    at = 0
    while True:
        dollar = template.find("$", at)
        if dollar < 0:
            return "".join([*made, template[at:]])
        made.append(template[at:dollar])
        at = dollar + 1
        if template.startswith("$", at):
            made.append("$")
            at += 1
            continue
        name_start = at + template.startswith("{", at)
        end = name_start
        while end < len(template) and is_name_character(template[end]):
            end += 1
        closed = name_start == at or template.startswith("}", end)
        if end == name_start or not closed:
            made.append("$")
            continue
        if template[name_start:end] == "0":
            made.append(match)
        at = end + (name_start > at)


def is_name_character(char: str) -> bool:
    """Letters, decimal digits (both of any script) and `_`: what Go calls letter and digit."""
    return char.isalpha() or char.isdecimal() or char == "_"
