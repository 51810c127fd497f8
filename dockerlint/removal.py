"""Taking an instruction out of a file, with the comments between its lines left in it."""

from __future__ import annotations

from itertools import pairwise

from dockerlint.fix import Edit
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile, Env, Instruction, Label, Pair


def removal(dockerfile: Dockerfile, instruction: Instruction) -> Edit:
    """The edit that removes an instruction with its lines; comments inside it stay as lines."""
    text = dockerfile.source.text
    start = text.rfind("\n", 0, instruction.span.start) + 1
    end = text.find("\n", instruction.span.end) + 1 or len(text)
    kept = []
    for comment in instruction.comments:
        line = text.rfind("\n", 0, comment.span.start) + 1
        kept.append(text[line : text.find("\n", comment.span.end) + 1 or len(text)])
    return Edit(Span(start, end), "".join(kept))


def overridden(
    dockerfile: Dockerfile, kind: type[Instruction]
) -> tuple[tuple[Instruction, Instruction], ...]:
    """Pairs of an instruction of some kind and the next one of its stage, which replaces it (CMD,
    ENTRYPOINT, HEALTHCHECK: only the last one of a stage counts)."""
    return tuple(
        pair for stage in dockerfile.stages for found in [list(stage.of(kind))] for pair in pairwise(found)
    )


def pair_removal(dockerfile: Dockerfile, instruction: Env | Label, pair: Pair) -> Edit | None:
    """The edit that takes one `name=value` out of an instruction, or all of it where it is the only
    one; None where a comment stands beside it."""
    pairs = instruction.pairs
    if len(pairs) == 1:
        return None if instruction.comments or instruction.onbuild else removal(dockerfile, instruction)
    at = pairs.index(pair)
    span = Span(pairs[at - 1].span.end, pair.span.end) if at else Span(pair.span.start, pairs[1].span.start)
    return None if any(span.touches(comment.span) for comment in instruction.comments) else Edit(span, "")
