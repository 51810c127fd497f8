"""The lossless tree: every byte of a file belongs to exactly one leaf.

A file is a row of nodes, each a run of whole physical lines: blank lines, comments (parser
directives among them), instructions, and what BuildKit never reads. Offsets are offsets
into `Source.text` unless a name says logical: those count in the logical text of one
instruction (its lines joined as BuildKit joins them).
"""

from __future__ import annotations

from bisect import bisect_right

from dockerlint.frozen import node
from dockerlint.source import Mapped, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# (kind, start, end), logical offsets.
Token = tuple[str, int, int]
# (rule, children), as Lark names them.
Branch = tuple[str, "list[Token | Branch]"]
# (kind, start, end), file offsets.
Leaf = tuple[str, int, int]


@node
class Blank:
    """A physical line of white space, its line end included."""

    start: int
    end: int


@node
class CommentLine:
    """A comment line with its line end. `mark` is the offset of its `#`, `text_end` that of
    the end of its text. `directive` tells whether it is a parser directive."""

    start: int
    end: int
    mark: int
    text_end: int
    directive: bool


@node
class Unread:
    """The rest of a file, behind a line that is too long for BuildKit."""

    start: int
    end: int


@node
class Body:
    """The lines of one here-document. The opener has logical offsets; `start` to `content_end`
    are the content lines, from there to `name_end` is the terminator without its line end;
    `end` is behind that line end."""

    opener: tuple[int, int]
    name: str
    fd: int
    strip_tabs: bool
    expand: bool
    start: int
    content_end: int
    name_end: int
    end: int


@node
class Logical:
    """The physical lines of one instruction, joined.

    `start` and `end` are file offsets of whole lines, `text_end` the end of its last line
    without the line end. `left_out` are the parts that are not in the logical text:
    continuation, comment, blank. `comments` are (start, end) of the comments inside, from
    `#`; `blanks` the blank lines inside. `doc` are the comment lines above that belong to
    it. `fault` is BuildKit's message where a here-document cannot be read.
    """

    start: int
    end: int
    text_end: int
    text: Mapped
    left_out: tuple[Leaf, ...]
    comments: tuple[tuple[int, int], ...]
    blanks: tuple[tuple[int, int], ...]
    doc: tuple[CommentLine, ...]
    bodies: tuple[Body, ...]
    first_line: int
    last_line: int
    fault: str | None


@node
class Reading:
    """What the grammars make of one logical line, or of the trigger inside ONBUILD.

    `name` is the keyword in lower case, `keyword` its logical offsets. `flags` are FLAG
    tokens; `arguments` the logical offsets of what follows them, trimmed. `form` names the
    grammar that read the arguments (exec, words, pairs, legacy, text, nothing ...), `branch`
    is what it made of them. `fault` is BuildKit's message where the line is malformed in its
    first phase; `inner` the instruction inside ONBUILD.
    """

    name: str
    keyword: tuple[int, int]
    flags: tuple[Token, ...]
    arguments: tuple[int, int]
    form: str
    branch: Branch | None
    fault: str | None
    inner: Reading | None


@node
class InstructionNode:
    """One instruction: its lines, and how the grammars read them."""

    lines: Logical
    reading: Reading


Node = Blank | CommentLine | Unread | InstructionNode


@node
class Tree:
    """A whole file. `directives` are (name, start, end, start of the value, its end, value) of the
    parser directives in force. `faults` are (line as BuildKit counts, start, end, message) of what its
    first phase refuses, in the order in which BuildKit would meet them."""

    source: Source
    escape: str
    nodes: tuple[Node, ...]
    directives: tuple[tuple[str, int, int, int, int, str], ...]
    faults: tuple[tuple[int, int, int, str], ...]

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf in order: (kind, start, end). They cover the text without gap or overlap."""
        for item in self.nodes:
            if isinstance(item, Blank):
                yield "blank", item.start, item.end
            elif isinstance(item, Unread):
                yield "unread", item.start, item.end
            elif isinstance(item, CommentLine):
                yield from _cut("comment", item.start, item.end, [("indent", item.start, item.mark)])
            else:
                yield from _instruction_leaves(item)

    def text(self) -> str:
        """The text of the file, put together from the leaves."""
        text = self.source.text
        return "".join(text[start:end] for _, start, end in self.leaves())


def tokens(reading: Reading) -> list[Token]:
    """The tokens of one instruction in order, with logical offsets. The first one is the
    keyword; the trigger of ONBUILD is included."""
    found: list[Token] = []
    level: Reading | None = reading
    while level is not None:
        if level.keyword[0] < level.keyword[1]:
            found.append(("KEYWORD", *level.keyword))
        found.extend(level.flags)
        waiting: list[Token | Branch] = [level.branch] if level.branch is not None else []
        while waiting:
            item = waiting.pop()
            if len(item) == 3:
                found.append(item)
            else:
                waiting.extend(reversed(item[1]))
        if level.branch is None and level.inner is None and level.arguments[0] < level.arguments[1]:
            found.append(("UNREAD", *level.arguments))
        level = level.inner
    return found


def _cut(kind: str, start: int, end: int, parts: list[Leaf]) -> Iterator[Leaf]:
    at = start
    for part in parts:
        if at < part[1]:
            yield kind, at, part[1]
        if part[1] < part[2]:
            yield part
        at = part[2]
    if at < end:
        yield kind, at, end


def _instruction_leaves(item: InstructionNode) -> Iterator[Leaf]:
    lines = item.lines
    inside: list[Leaf] = []
    for kind, start, end in tokens(item.reading):
        inside.extend((kind, *piece) for piece in _pieces(lines.text, start, end))
    marks = sorted([*inside, *lines.left_out], key=lambda leaf: leaf[1])
    body_start = lines.bodies[0].start if lines.bodies else lines.end
    yield from _cut("white", lines.start, body_start, marks)
    at = body_start
    for body in lines.bodies:
        ends = [("heredoc", body.start, body.content_end), ("heredoc-end", body.content_end, body.name_end)]
        yield from _cut("white", at, body.end, ends)
        at = body.end
    if at < lines.end:
        yield "white", at, lines.end


def _pieces(text: Mapped, start: int, end: int) -> list[tuple[int, int]]:
    """The file ranges of a logical range: one for each physical line that it stands on."""
    found = []
    pieces = text.pieces
    index = max(0, bisect_right(pieces, (start, len(text.text) + pieces[-1][1])) - 1)
    while index < len(pieces) and pieces[index][0] < end:
        logical, file = pieces[index]
        index += 1
        stop = pieces[index][0] if index < len(pieces) else len(text.text)
        first, last = max(start, logical), min(end, stop)
        if first < last:
            found.append((file + first - logical, file + last - logical))
    return found
