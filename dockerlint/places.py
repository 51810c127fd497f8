"""Where in a file something is, as people, comments and the peers count it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from dockerlint.source import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Comment, Dockerfile, Instruction
    from dockerlint.source import Span


def instruction_at(dockerfile: Dockerfile, offset: int) -> Instruction | None:
    """The top-level instruction that an offset lies in."""
    body = dockerfile.body
    at = bisect_right(body, offset, key=lambda instruction: instruction.span.start) - 1
    if at < 0 or offset > body[at].span.end:
        return None
    return body[at]


def instruction_behind(dockerfile: Dockerfile, offset: int) -> Instruction | None:
    """The first top-level instruction that begins behind an offset."""
    at = bisect_right(dockerfile.body, offset, key=lambda instruction: instruction.span.start)
    return dockerfile.body[at] if at < len(dockerfile.body) else None


def comments_in(dockerfile: Dockerfile, span: Span) -> tuple[Comment, ...]:
    """The comments that lie wholly inside a span."""
    comments = dockerfile.comments
    first = bisect_left(comments, span.start, key=lambda comment: comment.span.start)
    return comments[first : bisect_right(comments, span.end, key=lambda comment: comment.span.end)]


def peer_position(dockerfile: Dockerfile, span: Span) -> Position:
    """Where BuildKit and hadolint point: at the first line of the instruction, and for what
    BuildKit skipped inside a continuation at the last."""
    instruction = instruction_at(dockerfile, span.start)
    if instruction is None:
        return Position(dockerfile.source.line_of(span.start), 1)
    if any(blank.covers(span) for blank in instruction.blank_continuations):
        return Position(instruction.last_line, 1)
    return Position(instruction.first_line, 1)
