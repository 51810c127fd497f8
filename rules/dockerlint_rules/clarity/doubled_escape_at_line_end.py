from __future__ import annotations

from itertools import pairwise

from dockerlint.model import Dockerfile, Invalid
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DK503",
    summary="Two escape characters at the end of a line do not continue it",
    why="""
        A line goes on in the next one when it ends in one escape character. With two the instruction ends there,
        backslashes and all, and the next line is an instruction of its own: unknown in most cases, and a wrong
        one in the others. Lines in which the next one begins with an instruction that is set off to the left
        are left alone: `RUN dir C:\\\\` means what it says.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the next line belongs to the instruction then"),
    source="https://docs.docker.com/reference/dockerfile/#escape",
    bad=[
        Bad("FROM busybox\nRUN tool «\\\\»\n    add a b\n", fixed="FROM busybox\nRUN tool \\\n    add a b\n"),
        Bad(
            "FROM busybox\nRUN ls && «\\\\»\n    echo hello\n",
            fixed="FROM busybox\nRUN ls && \\\n    echo hello\n",
        ),
        Bad("FROM busybox\nRUN ls «\\\\» \n&& ls\n", fixed="FROM busybox\nRUN ls \\ \n&& ls\n"),
        Bad(
            "# escape=`\nFROM busybox\nRUN ls && «``»\n  ls\n",
            fixed="# escape=`\nFROM busybox\nRUN ls && `\n  ls\n",
        ),
    ],
    good=[
        Good("FROM busybox\nRUN echo a\\\\b\n  RUN ls\nRUN echo \\\\\\\n  RUN ls\n"),
        Good("FROM busybox\nRUN ls && \\\n    echo hello\n"),
        Good("FROM busybox\nRUN echo C:\\\\\nRUN ls\n"),
        Good("FROM busybox\nRUN echo \\\\\n\n  RUN ls\n"),
        Good("FROM busybox\nRUN <<EOF\necho \\\\\n  ls\nEOF\n"),
    ],
)
def doubled_escape_at_line_end(dockerfile: Dockerfile) -> Iterator[Finding]:
    text, two = dockerfile.source.text, dockerfile.escape * 2
    if two not in text:
        return
    for one, following in pairwise(dockerfile.body):
        end = one.span.end
        while text[end - 1] in " \t\r":
            end -= 1
        if text[end - 2 : end] != two or text[end - 3 : end - 2] == dockerfile.escape:
            continue
        line = dockerfile.source.line_span(dockerfile.source.line_of(following.span.start))
        if following.first_line == one.last_line + 1 and (
            isinstance(following, Invalid) or text[line.start] in " \t"
        ):
            # The edit takes in the next instruction, which is none any more.
            whole = Span(end - 1, following.span.end)
            yield Finding(
                Span(end - 2, end),
                f"{two} does not continue the line, it ends the instruction; write {dockerfile.escape} alone",
                Fix("write one escape character", (Edit(whole, text[end : whole.end]),)),
            )
