"""Places as editors count them: lines from 0, columns in units that client and server agreed on."""

from __future__ import annotations

import re
from bisect import bisect_right

from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"
# A lone CR ends a line for editors; for a Dockerfile it does not.
_LINE_END = re.compile(r"\r\n|\n|\r")


@record
class Place:
    """Line and column from 0; the column in units of the encoding."""

    line: int
    column: int


@record
class Range:
    """From a place to the one behind the last character."""

    start: Place
    end: Place


def _utf16(text: str) -> int:
    return len(text) + sum(1 for char in text if char > "\uffff")


def _utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


_UNITS: dict[str, Callable[[str], int]] = {UTF8: _utf8, UTF16: _utf16, UTF32: len}


class Lines:
    """The lines of a text, to go from offsets (code points) to places and back."""

    def __init__(self, text: str, encoding: str = UTF16) -> None:
        self.text = text
        self.encoding = encoding
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._units = len if text.isascii() else _UNITS.get(encoding, _utf16)

    def bounds(self, line: int) -> tuple[int, int]:
        """The offsets of a line's first character and of its line end."""
        start = self.starts[line]
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return start, end

    def offset(self, place: Place) -> int:
        """The offset of a place. One behind the end of its line is that end, one behind the last line the
        end of the text, one inside a character the start of that character."""
        if place.line < 0:
            return 0
        if place.line >= len(self.starts):
            return len(self.text)
        start, end = self.bounds(place.line)
        if self._units is len:
            return min(start + max(place.column, 0), end)
        at, left = start, place.column
        while at < end:
            left -= self._units(self.text[at])
            if left < 0:
                break
            at += 1
        return at

    def place(self, offset: int) -> Place:
        """The place of an offset."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self.starts, offset) - 1
        return Place(line, self._units(self.text[self.starts[line] : offset]))

    def length(self, start: int, end: int) -> int:
        """The units between two offsets of a line."""
        return end - start if self._units is len else self._units(self.text[start:end])

    def replaced(self, where: Range, new: str) -> Lines:
        """The lines of the text with another text at a range."""
        start, end = sorted((self.offset(where.start), self.offset(where.end)))
        return Lines(f"{self.text[:start]}{new}{self.text[end:]}", self.encoding)
