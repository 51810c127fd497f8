"""Bytes to text and back, and where things are.

A `Source` keeps every byte: bytes that are not UTF-8 live in the text as lone surrogates
(`surrogateescape`), a BOM is set aside, line ends stay as they are. All offsets in
dockerlint are indexes into `Source.text` (code points, BOM not counted).
"""

from __future__ import annotations

from bisect import bisect_right

from dockerlint.frozen import node, record, remember

BOM = b"\xef\xbb\xbf"


@record
class Span:
    """A half-open range of offsets into the text of a file."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def covers(self, other: Span) -> bool:
        """Whether the other span lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end

    def touches(self, other: Span) -> bool:
        """Whether the two spans share an offset or an edge."""
        return self.start <= other.end and other.start <= self.end


@record
class Position:
    """A place for people: line and column, both from 1; columns count code points."""

    line: int
    column: int


@node
class Source:
    """One file as it was read. `path` is only a label for messages."""

    path: str
    data: bytes
    text: str
    bom: bool
    _memo = ("_starts",)

    @classmethod
    def of(cls, data: bytes, path: str = "Dockerfile") -> Source:
        """The source of some bytes; never fails, whatever the bytes are."""
        bom = data.startswith(BOM)
        text = data[len(BOM) :] if bom else data
        return cls(path, data, text.decode("utf-8", "surrogateescape"), bom)

    @classmethod
    def of_text(cls, text: str, path: str = "Dockerfile", bom: bool = False) -> Source:
        """The source of a text; the inverse of reading `.text`."""
        return cls.of(encode(text, bom), path)

    @property
    def newline(self) -> str:
        """The line end that most of the file uses: LF, or CRLF when it is in the majority."""
        crlf = self.text.count("\r\n")
        return "\r\n" if crlf * 2 > self.text.count("\n") else "\n"

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each physical line begins; lines end at LF only."""

        def find() -> list[int]:
            starts = [0]
            at = self.text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.text.find("\n", at + 1)
            return starts

        return remember(self, "_starts", find)

    def line_of(self, offset: int) -> int:
        """The number of the line that holds an offset, from 1."""
        return bisect_right(self.line_starts, offset)

    def position(self, offset: int) -> Position:
        """Line and column of an offset."""
        line = self.line_of(offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line_span(self, line: int) -> Span:
        """The span of a physical line (from 1) without its line end."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def slice(self, span: Span) -> str:
        """The text of a span, as it stands in the file."""
        return self.text[span.start : span.end]


def encode(text: str, bom: bool = False) -> bytes:
    """The bytes of a text read by `Source`, with its BOM if it had one."""
    data = text.encode("utf-8", "surrogateescape")
    return BOM + data if bom else data


@node
class Mapped:
    """A text cut out of the file with some of it left out, and the way back.

    The logical text of an instruction is the file's text without continuations, skipped
    comments and blank lines. `pieces` are (offset in this text, offset in the file), one
    for each run of characters that are adjacent in both, in rising order.
    """

    text: str
    pieces: tuple[tuple[int, int], ...]

    def offset(self, at: int) -> int:
        """The file offset of the character at an offset of this text (its end for the length)."""
        low, high = 0, len(self.pieces)
        while low + 1 < high:
            middle = (low + high) // 2
            if self.pieces[middle][0] <= at:
                low = middle
            else:
                high = middle
        logical, file = self.pieces[low]
        return file + at - logical

    def span(self, start: int, end: int) -> Span:
        """The file span of a range of this text: from its first character to behind its last."""
        first = self.offset(start)
        return Span(first, self.offset(end - 1) + 1) if end > start else Span(first, first)

    def sub(self, start: int, end: int) -> Mapped:
        """The same for a range of this text."""
        inside = [(0, self.offset(start))]
        inside += [(logical - start, file) for logical, file in self.pieces if start < logical < end]
        return Mapped(self.text[start:end], tuple(inside))
