"""What ShellCheck says of a script -> findings at their exact places in the file."""

from __future__ import annotations

from itertools import pairwise

from dockerlint.fix import Applicability, Edit, Fix
from dockerlint.lint import Found
from dockerlint.places import peer_position
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile
    from dockerlint.shellcheck.program import Comment, Replacement
    from dockerlint.shellcheck.scripts import Piece

NAME = "shellcheck"
_REASON = "ShellCheck's repair: a script that relied on what the old text does works in another way"
_NOT_HERE = "ShellCheck has a repair that cannot be written into the file as it stands here"
# A `#!` that is not in the first line of what ShellCheck reads, where our head stands.
_SHEBANG_BELOW = 1128


def as_found(dockerfile: Dockerfile, piece: Piece, comment: Comment, severity: str) -> Found | None:
    """The finding that a comment is; None for one about the head that we put before the script."""
    as_peer = piece.peer
    start, end = comment.start - piece.head, comment.end - piece.head
    if not as_peer and (start < 0 or (comment.code == _SHEBANG_BELOW and start < 2)):
        return None
    span = _span(piece, start, end)
    fix, trust, reason = _fix(dockerfile, piece, comment)
    source = dockerfile.source
    if as_peer:
        first = last = peer_position(dockerfile, span)
    else:
        first, last = source.position(span.start), source.position(span.end)
    return Found(
        f"SC{comment.code}",
        NAME,
        severity,
        " ".join(comment.message.split()),
        span,
        first,
        last,
        fix,
        trust,
        reason,
    )


def _span(piece: Piece, start: int, end: int) -> Span:
    if start < 0:
        return piece.instruction.keyword.span
    length = len(piece.body.text)
    return piece.body.span(min(start, length), min(max(end, start), length))


def _fix(dockerfile: Dockerfile, piece: Piece, comment: Comment) -> tuple[Fix | None, str, str]:
    if not comment.replacements:
        return None, "", ""
    edits = _edits(dockerfile, piece, comment.replacements)
    if edits is None:
        fix = Fix(f"repair SC{comment.code} as ShellCheck would", (), Applicability.DISPLAY, _NOT_HERE)
        return fix, Applicability.DISPLAY, _NOT_HERE
    return Fix(f"repair SC{comment.code} as ShellCheck would", edits), Applicability.UNSAFE, _REASON


def _edits(
    dockerfile: Dockerfile, piece: Piece, replacements: tuple[Replacement, ...]
) -> tuple[Edit, ...] | None:
    """ShellCheck's replacements as edits of the file; None where one of them does not stand there as
    it stands in the script, or would write what a Dockerfile reads in another way."""
    if not piece.literal:
        return None
    text, body = dockerfile.source.text, piece.body
    made: dict[tuple[int, int], str] = {}
    for one in sorted(replacements, key=lambda one: (one.start, one.end, not one.before, one.precedence)):
        start, end = one.start - piece.head, one.end - piece.head
        if not 0 <= start <= end <= len(body.text):
            return None
        span = _place(piece, start, end, one.before)
        if text[span.start : span.end] != body.text[start:end]:
            return None
        if "\n" in one.text or "\r" in one.text or one.text.endswith(dockerfile.escape):
            return None
        made[span.start, span.end] = made.get((span.start, span.end), "") + one.text
    if not made:
        return None
    edits = tuple(Edit(Span(*span), new) for span, new in sorted(made.items()))
    if any(two.span.start < one.span.end for one, two in pairwise(edits)):
        return None
    return edits


def _place(piece: Piece, start: int, end: int, before: bool) -> Span:
    """Where a replacement goes; an insertion that belongs to the text before it goes right behind
    that, so that it does not land beyond a continuation."""
    body = piece.body
    if end > start or start == 0 or not before:
        return body.span(start, end)
    behind = body.offset(start - 1) + 1
    return Span(behind, behind)
