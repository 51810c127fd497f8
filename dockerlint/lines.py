"""Physical lines to logical lines: directives, comments, continuations, here-documents.

This layer has state (escape character, directives, ends of here-documents), so it is
written by hand; the grammars read what it hands over.
"""

from __future__ import annotations

from bisect import bisect_left

from dockerlint.directives import directive_in, file_directives
from dockerlint.expand import WHITE, ExpansionError, heredocs_in
from dockerlint.source import Mapped, Source
from dockerlint.tree import Blank, Body, CommentLine, Leaf, Logical, Unread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    # (line as BuildKit counts, start, end, message)
    Fault = tuple[int, int, int, str]
    Item = Blank | CommentLine | Logical | Unread

LONGEST = 65535


class Lines:
    """Reads one file. After `read`, `items` are its nodes in order, `escape` its escape
    character, `directives` what is in force, and `faults` what BuildKit refuses in its lines:
    (line, start, end, message).

    `takes_heredocs` tells whether an instruction, given its joined line and the escape
    character, is one that here-documents may follow.
    """

    def __init__(self, source: Source, takes_heredocs: Callable[[str, str], bool]) -> None:
        self.takes_heredocs = takes_heredocs
        self.items: list[Item] = []
        self.faults: list[Fault] = []
        self.escape = "\\"
        self._text = source.text
        self._starts = source.line_starts
        self._count = len(self._starts) - (self._starts[-1] == len(self._text))
        self._doc: list[CommentLine] = []
        self._seen: set[str] = set()
        self._directives_done = False
        self.directives = file_directives(self._text) if self._text[:1] in "#/{" else []
        self._index: dict[int, dict[str, list[int]]] = {}
        self._patience = 2000

    def read(self) -> Lines:
        """Read the whole file."""
        text = self._text
        number, limit = 0, self._readable()
        while number < limit:
            start, end = self._bounds(number)
            body = text[start:end].rstrip("\r\n").lstrip(WHITE)
            if not body:
                self._directives_done = True
                self.items.append(Blank(start, end))
                number += 1
            elif body[0] == "#":
                self._comment(number, start, end)
                number += 1
            else:
                self._directives_done = True
                number = self._instruction(number, limit, body)
        if limit < self._count:
            start, end = self._bounds(limit)
            self.items.append(Unread(start, len(text)))
            message = f"dockerfile line greater than max allowed size of {LONGEST}"
            self.faults.append((limit, start, end, message))
        return self

    def _bounds(self, number: int) -> tuple[int, int]:
        starts = self._starts
        return starts[number], starts[number + 1] if number + 1 < len(starts) else len(self._text)

    def _readable(self) -> int:
        """How many lines come before one that is too long."""
        if len(self._text) <= LONGEST // 4:
            return self._count
        for number in range(self._count):
            start, end = self._bounds(number)
            if end - start > LONGEST // 4:
                line = self._text[start:end].removesuffix("\n")
                if len(line.encode("utf-8", "surrogateescape")) > LONGEST:
                    return number
        return self._count

    def _comment(self, number: int, start: int, end: int) -> None:
        text = self._text
        mark = text.index("#", start)
        text_end = start + len(text[start:end].rstrip("\r\n"))
        said = text[mark + 1 : text_end].lstrip(WHITE)
        directive = not self._directives_done and self._directive(
            number, mark, text_end - len(said), text_end
        )
        line = CommentLine(start, end, mark, text_end, directive)
        self.items.append(line)
        if directive:
            return
        # An empty comment clears the block. BuildKit cuts one character of the line, so in an
        # indented one it still sees the `#`.
        if said.rstrip(WHITE) or mark > start:
            self._doc.append(line)
        else:
            self._doc = []

    def _directive(self, number: int, mark: int, at: int, end: int) -> bool:
        """Read a comment as a directive; whether it is one."""
        own = directive_in(self._text, at, end)
        if own is None:
            self._directives_done = True
            return False
        name, start, stop = own
        if name in self._seen:
            self.faults.append((number, mark, end, f"only one {name} parser directive can be used"))
            return True
        self._seen.add(name)
        if name != "escape":
            return True
        value = self._text[start:stop]
        if value in ("`", "\\"):
            self.escape = value
            self.directives.append((name, mark, end, start, stop, value))
        else:
            message = f"invalid escape token '{value}' does not match ` or \\"
            self.faults.append((number, mark, end, message))
        return True

    def _instruction(self, number: int, limit: int, body: str) -> int:
        """Read one instruction; the number of the line behind it."""
        text, escape = self._text, self.escape
        first = number
        start, end = self._bounds(number)
        begin = start + len(text[start:end].rstrip("\r\n")) - len(body)
        line, more = continued(body, escape)
        parts, pieces = [line], [(0, begin)]
        length = len(line)
        left_out: list[Leaf] = []
        comments: list[tuple[int, int]] = []
        blanks: list[tuple[int, int]] = []
        text_end = begin + len(body)
        number += 1
        if more:
            left_out.append(("continuation", begin + length, end))
        while more and number < limit:
            at, end = self._bounds(number)
            number += 1
            cut = text[at:end].rstrip("\r\n")
            text_end = at + len(cut)
            bare = cut.lstrip(WHITE)
            if not bare:
                blanks.append((at, end))
                left_out.append(("blank", at, end))
            elif bare[0] == "#":
                comments.append((text_end - len(bare), text_end))
                left_out.append(("comment", at, end))
            else:
                line, more = continued(cut, escape)
                if line:
                    pieces.append((length, at))
                    parts.append(line)
                    length += len(line)
                if more:
                    left_out.append(("continuation", at + len(line), end))
        joined = "".join(parts)
        if len(pieces) > 1 and not parts[0]:
            del pieces[0]
        bodies: list[Body] = []
        fault = None
        if "<<" in joined and self.takes_heredocs(joined, escape):
            number, fault = self._heredocs(joined, number, limit, bodies)
            if bodies:
                text_end, end = bodies[-1].name_end, bodies[-1].end
        self.items.append(
            Logical(
                start, end, text_end, Mapped(joined, tuple(pieces)), tuple(left_out), tuple(comments),
                tuple(blanks), tuple(self._doc), tuple(bodies), first + 1, number, fault,
            )
        )  # fmt: skip
        self._doc = []
        return number

    def _heredocs(self, joined: str, number: int, limit: int, bodies: list[Body]) -> tuple[int, str | None]:
        """Read the bodies that a line opens: the number of the line behind them, and the fault."""
        try:
            openers = heredocs_in(joined)
        except ExpansionError as error:
            return number, str(error)
        for opener in openers:
            fault = None
            found = self._terminator(number, limit, opener.name, int(opener.strip_tabs))
            if found is None:
                # BuildKit gives up here. A line that was meant as the end spares the rest
                # of the file; without one the lines are read as instructions.
                fault = "unterminated heredoc"
                found = self._terminator(number, limit, opener.name.strip(WHITE), 2)
                if found is None:
                    return number, fault
            start, (at, end) = self._starts[number], self._bounds(found)
            cut = self._text[at:end].rstrip("\r\n")
            bodies.append(
                Body(
                    (opener.start, opener.end), opener.name, opener.fd, opener.strip_tabs, opener.expand,
                    start, at, at + len(cut), end,
                )
            )  # fmt: skip
            number = found + 1
            if fault:
                return number, fault
        return number, None

    def _terminator(self, number: int, limit: int, name: str, trim: int) -> int | None:
        """The first line from `number` on that is the name once it is trimmed: 0 of its line
        end, 1 of leading tabs too, 2 of all white space."""
        for at in range(number, limit):
            self._patience -= 1
            if self._patience < 0:
                break
            if self._trimmed(at, trim) == name:
                return at
        else:
            return None
        # Many here-documents, or long ones: look each name up instead.
        index = self._index.get(trim)
        if index is None:
            index = self._index[trim] = {}
            for at in range(limit):
                index.setdefault(self._trimmed(at, trim), []).append(at)
        places = index.get(name, [])
        place = bisect_left(places, number)
        return places[place] if place < len(places) else None

    def _trimmed(self, number: int, trim: int) -> str:
        start, end = self._bounds(number)
        cut = self._text[start:end].rstrip("\r\n")
        return cut if not trim else cut.lstrip("\t") if trim == 1 else cut.strip(WHITE)


def continued(line: str, escape: str) -> tuple[str, bool]:
    """A line without its continuation, and whether it had one."""
    bare = line.rstrip("\t ")
    if bare[-1:] != escape or bare[-2:-1] == escape:
        return line, False
    return bare[:-1], True
