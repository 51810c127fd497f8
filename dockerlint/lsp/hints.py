"""The bytes of the last measurement, beside the instructions that brought them."""

from __future__ import annotations

from dockerlint.lsp.answers import Hint
from dockerlint.lsp.hover import weight
from dockerlint.report.comparison import human

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockerlint.measured_store import Bytes
    from dockerlint.model import Dockerfile, Instruction
    from dockerlint.source import Span

# What makes no layer has no bytes worth a remark.
_WITH_LAYERS = ("FROM", "RUN", "COPY", "ADD", "WORKDIR")


def hints(dockerfile: Dockerfile, measured: Mapping[Instruction, Bytes], within: Span) -> list[Hint]:
    """A remark at the end of the first line of each instruction of a span that brought bytes; one about bytes
    that may be others by now begins with `was`."""
    found = []
    for instruction, size in measured.items():
        name = instruction.keyword.name
        if not instruction.span.touches(within) or name not in _WITH_LAYERS:
            continue
        if name == "WORKDIR" and not size.count:
            continue
        line = dockerfile.source.line_span(dockerfile.source.line_of(instruction.keyword.span.start))
        label = f"was {human(size.count)}" if size.stale else human(size.count)
        found.append(Hint(line.end, label, weight(size)))
    return found
