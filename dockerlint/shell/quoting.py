"""Quote removal, as a POSIX shell does it, with the way back to the quoted text."""

from __future__ import annotations

import re

from dockerlint.source import Mapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.shell.script import ShellWord

_NAME_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789{@*#?-$!")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}

_SPECIAL = re.compile(r"[\\\\'\"$`<>]")

VARIABLES = 1
COMMANDS = 2


def is_plain(text: str) -> bool:
    """Whether quote removal would give the text back and nothing in it is expanded
    (globs, tildes and braces aside)."""
    return not (
        "'" in text or '"' in text or "\\" in text or "$" in text or "`" in text or "<" in text or ">" in text
    )


def unquoted(text: str) -> tuple[Mapped, int]:
    """A word without its quotes, and what the shell would still expand in it: 0 for
    nothing, VARIABLES, or COMMANDS when there is a substitution.

    Expansions stay in the text as they are written. The mapping leads back to offsets in
    the word as it was given.
    """
    out: list[str] = []
    pieces: list[tuple[int, int]] = []
    expands = 0
    length = 0
    quoted = False
    at = 0
    end = len(text)

    def keep(value: str, start: int) -> None:
        nonlocal length
        out.append(value)
        if not pieces or start - length != pieces[-1][1] - pieces[-1][0]:
            pieces.append((length, start))
        length += len(value)

    while at < end:
        special = _SPECIAL.search(text, at)
        stop = special.start() if special else end
        if stop > at:
            keep(text[at:stop], at)
            at = stop
            continue
        char = text[at]
        if char == "\\":
            following = text[at + 1 : at + 2]
            if following == "\n":
                at += 2
                continue
            if quoted and following not in ("$", "`", '"', "\\"):
                keep("\\", at)
                at += 1
                continue
            if following:
                keep(following, at + 1)
            else:
                keep("\\", at)
            at += 2
        elif char == '"':
            quoted = not quoted
            at += 1
        elif char == "'" and not quoted:
            close = text.find("'", at + 1)
            close = end if close < 0 else close
            if close > at + 1:
                keep(text[at + 1 : close], at + 1)
            at = close + 1
        elif char == "$" and not quoted and text[at + 1 : at + 2] == "'":
            at = _ansi(text, at + 2, keep)
        elif char == "$" and not quoted and text[at + 1 : at + 2] == '"':
            at += 1
        else:
            if char == "$":
                following = text[at + 1 : at + 2]
                if following == "(":
                    expands = COMMANDS
                elif following in _NAME_START and following:
                    expands = expands or VARIABLES
            elif char == "`" or (char in "<>" and not quoted and text[at + 1 : at + 2] == "("):
                expands = COMMANDS
            keep(char, at)
            at += 1
    return Mapped("".join(out), tuple(pieces) or ((0, 0),)), expands


def _ansi(text: str, at: int, keep: Callable[[str, int], None]) -> int:
    """Read the inside of `$'…'`; the offset behind its closing quote comes back."""
    while at < len(text) and text[at] != "'":
        if text[at] == "\\" and at + 1 < len(text):
            escape = text[at + 1]
            keep(_ANSI.get(escape, escape), at + 1)
            at += 2
        else:
            keep(text[at], at)
            at += 1
    return at + 1


def shown(word: ShellWord) -> str:
    """A word without its quotes; what the shell would expand stays as written."""
    return unquoted(word.raw)[0].text if word.value is None else word.value


def value_of(text: str) -> str | None:
    """A word after quote removal, None when the shell would expand a variable or run a
    command in it."""
    if is_plain(text):
        return text
    value, expands = unquoted(text)
    return None if expands else value.text


def through(inner: Mapped, outer: Mapped) -> Mapped:
    """The first mapping carried on by the second: a text cut out of a text cut out of a file."""
    pieces: list[tuple[int, int]] = []
    for index, (start, middle) in enumerate(inner.pieces):
        stop = inner.pieces[index + 1][0] if index + 1 < len(inner.pieces) else len(inner.text)
        pieces.append((start, outer.offset(middle)))
        for cut, file in outer.pieces:
            if middle < cut < middle + stop - start:
                pieces.append((start + cut - middle, file))
    return Mapped(inner.text, tuple(pieces))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
