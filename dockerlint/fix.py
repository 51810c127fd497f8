"""Edits, fixes, and applying them to a text. Nothing here knows about Dockerfiles."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from dockerlint.frozen import record
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Applicability:
    """How far a fix may be trusted (docs/architecture.md, safety of fixes)."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


@record
class Edit:
    """Put `text` where `span` is. An empty span inserts."""

    span: Span
    text: str


@record
class Fix:
    """Edits that go in together or not at all. `title` says in the imperative what it does.

    `applicability` None means the rule's own; a rule may lower it for one finding, with
    `reason` saying how the result may differ.
    """

    title: str
    edits: tuple[Edit, ...]
    applicability: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.edits and self.applicability != Applicability.DISPLAY:
            raise ValueError(f"the fix {self.title!r} has no edits")
        if self.applicability == Applicability.UNSAFE and not self.reason:
            raise ValueError(f"the unsafe fix {self.title!r} does not say how the image may differ")
        ordered = sorted(self.edits, key=lambda e: (e.span.start, e.span.end))
        for one, two in pairwise(ordered):
            if two.span.start < one.span.end or one.span == two.span:
                raise ValueError(f"the fix {self.title!r} has edits that overlap")


def apply(text: str, fixes: Sequence[Fix]) -> tuple[str, list[Fix]]:
    """The text with every fix that touches no earlier one, and the fixes that went in.

    Fixes are taken in the order given; one that shares an offset or an edge with an edit
    that is already in waits for the next pass.
    """
    taken: list[Edit] = []
    applied: list[Fix] = []
    # Edits that are in do not overlap, so their ends are in the order of their starts.
    starts: list[int] = []
    ends: list[int] = []
    for fix in fixes:
        places = [bisect_right(starts, edit.span.end) for edit in fix.edits]
        if any(at and ends[at - 1] >= edit.span.start for at, edit in zip(places, fix.edits)):
            continue
        for edit in sorted(fix.edits, key=lambda e: (e.span.start, e.span.end)):
            at = bisect_right(starts, edit.span.start)
            starts.insert(at, edit.span.start)
            ends.insert(at, edit.span.end)
        taken.extend(fix.edits)
        applied.append(fix)
    return splice(text, taken), applied


def splice(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits in it; they must not overlap."""
    parts: list[str] = []
    at = len(text)
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
        parts.append(text[edit.span.end : at])
        parts.append(edit.text)
        at = edit.span.start
    parts.append(text[:at])
    return "".join(reversed(parts))
