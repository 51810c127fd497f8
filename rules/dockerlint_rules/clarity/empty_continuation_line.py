from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="NoEmptyContinuation",
    summary="An empty line inside an instruction",
    why="""
        An empty line looks like the end of an instruction, but after a `\\` it is skipped, and the next line
        still belongs to it. BuildKit says that this will become an error. The fix takes the empty lines
        out, which BuildKit skips anyway.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    source="https://docs.docker.com/reference/build-checks/no-empty-continuation/",
    bad=[
        Bad(
            "FROM busybox\nRUN mkdir /a && \\\n«\n»    mkdir /b\n",
            fixed="FROM busybox\nRUN mkdir /a && \\\n    mkdir /b\n",
        ),
        Bad(
            "FROM busybox\nRUN mkdir /a && \\\n«  \n»\n    # why\n\n    mkdir /b\n",
            fixed="FROM busybox\nRUN mkdir /a && \\\n    # why\n    mkdir /b\n",
        ),
    ],
    good=[
        Good("FROM busybox\nRUN mkdir /a && \\\n    # why\n    mkdir /b\n"),
        Good("FROM busybox\nRUN mkdir /a && \\\n    \\\n    mkdir /b\n"),
        Good("FROM busybox\nRUN <<EOF\nmkdir /a\n\nmkdir /b\nEOF\n"),
    ],
)
def empty_continuation_line(dockerfile: Dockerfile) -> Iterator[Finding]:
    for instruction in dockerfile.body:
        blanks = instruction.blank_continuations
        if blanks:
            yield Finding(
                blanks[0],
                f"an empty line inside {instruction.keyword.name} looks like its end; remove it",
                Fix("remove the empty lines", tuple(_edits(dockerfile, blanks))),
            )


def _edits(dockerfile: Dockerfile, blanks: tuple[Span, ...]) -> Iterator[Edit]:
    """One edit for each block of empty lines that follow each other."""
    text = dockerfile.source.text
    start = end = -1
    for blank in blanks:
        line = text.rfind("\n", 0, blank.start) + 1
        behind = text.find("\n", blank.start) + 1 or len(text)
        if line > end >= 0:
            yield Edit(Span(start, end), "")
        start = line if line != end else start
        end = behind
    yield Edit(Span(start, end), "")
