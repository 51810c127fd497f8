"""What features answer with: plain records with spans of the model, which know nothing of the protocol."""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.fix import Edit
    from dockerlint.lint import Found


@record
class Action:
    """Something the editor offers to do. `kind` is that of the protocol (`quickfix`); `found` is the
    finding it is for, None for the whole file. Without edits it is `command`, to be called with the
    file's address."""

    title: str
    kind: str
    edits: tuple[Edit, ...] = ()
    preferred: bool = False
    found: Found | None = None
    command: str = ""


@record
class Hovered:
    """A text in Markdown, and the span it is about."""

    text: str
    span: Span


@record
class Item:
    """One completion: what is shown, what kind of thing it is (see `convert.KINDS`), and what takes the
    place of `span`. Items with a lower `rank` come first."""

    label: str
    kind: str
    span: Span
    detail: str = ""
    text: str = ""
    insert: str = ""
    rank: int = 5


@record
class Entry:
    """One line of the outline: `span` is all of it, `name_span` what is selected."""

    name: str
    detail: str
    kind: str
    span: Span
    name_span: Span
    children: tuple[Entry, ...] = ()


@record
class Fold:
    """Lines that can be folded away, from 0, the last one included. `kind` is `comment`, `region` or empty."""

    first: int
    last: int
    kind: str = ""


@record
class Link:
    """A part of the file that leads somewhere."""

    span: Span
    target: str
    tooltip: str = ""


@record
class Token:
    """A part of the file on one line, and what it is (see `tokens.TYPES`); `changes` are modifiers."""

    span: Span
    type: str
    changes: tuple[str, ...] = ()


@record
class Hint:
    """A remark at an offset that is not in the file."""

    offset: int
    label: str
    tooltip: str


@record
class Target:
    """What would be renamed: its place under the cursor, and its name."""

    span: Span
    name: str
