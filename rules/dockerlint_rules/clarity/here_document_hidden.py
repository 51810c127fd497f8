from __future__ import annotations

import re

from dockerlint.model import Add, Copy, Dockerfile, Invalid, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENER = r"<<-?[ \t]*([\"']?)([A-Za-z_]\w*)\1([>|;&)]?)"


@rule(
    code="DK502",
    summary="A here-document that the builder does not see",
    why="""
        The builder looks for `<<EOF` with its own reading of the line. A quote that is not closed (`don't`), or
        a shell expansion that it does not know (`${x[@]}`), hides the here-document without a message, and
        `<<EOF>file` or `<<EOF)` is one that ends at a line `EOF>file`. Then the lines of the body are read as
        instructions, and the error speaks of an unknown instruction far below.
    """,
    severity=Severity.ERROR,
    fix=unsafe("the lines below belong to the here-document then"),
    source="https://docs.docker.com/reference/dockerfile/#here-documents",
    bad=[
        Bad("FROM busybox\nCOPY it's «<<EOF» /a\nhello\nEOF\n"),
        Bad("FROM busybox\nRUN echo don't && cat «<<EOF»\nhello\nEOF\n"),
        Bad("FROM busybox\nRUN x=${a[@]} cat «<<-'END'» > /a\nhello\nEND\n"),
        Bad(
            "FROM busybox\nRUN cat «<<EOF>»/a\nhello there\nEOF\n",
            fixed="FROM busybox\nRUN cat <<EOF >/a\nhello there\nEOF\n",
        ),
        Bad(
            "FROM busybox\nRUN (cat «<<EOF)»\nhello there\nEOF\n",
            fixed="FROM busybox\nRUN (cat <<EOF )\nhello there\nEOF\n",
        ),
    ],
    good=[
        Good('FROM busybox\nEOF\nRUN echo "don\'t <<EOF"\n'),
        Good("FROM busybox\nRUN cat <<EOF > /a\nit's\nEOF\n"),
        Good('FROM busybox\nRUN echo "don\'t <<EOF"\n'),
        Good("FROM busybox\nCOPY <<EOF /a\nhello\nEOF\nRUN ls\n"),
    ],
)
def here_document_hidden(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "<<" not in dockerfile.source.text:
        return
    # A line that was meant to end a here-document, read as an instruction.
    ends: dict[str, int] = {
        one.keyword.text: one.span.start for one in dockerfile.body if isinstance(one, Invalid)
    }
    for instruction in dockerfile.body if ends else ():
        if isinstance(instruction, Run):
            seen = bool(instruction.command.heredocs)
        elif isinstance(instruction, Copy | Add):
            seen = bool(instruction.heredocs)
        else:
            seen = not isinstance(instruction, Invalid)
        if seen:
            continue
        for match in re.finditer(_OPENER, instruction.text.text):
            if ends.get(match[2], -1) > instruction.span.start:
                span = instruction.text.span(match.start(), match.end())
                yield _finding(dockerfile, match[2], match[3], span, ends[match[2]])
                break


def _finding(dockerfile: Dockerfile, name: str, behind: str, span: Span, end: int) -> Finding:
    if not behind:
        return Finding(
            span,
            f"a quote or expansion hides <<{name} from the builder, which reads its lines as instructions;"
            " close the quote, or write the text with COPY",
        )
    # The edit takes in the lines down to the last one, which are no instructions any more.
    whole = Span(span.end - 1, end + len(name))
    return Finding(
        span,
        f"the builder takes `{behind}` for a part of the name and looks for a line {name}{behind}…;"
        f" put a blank behind {name}",
        Fix("put a blank behind the name", (Edit(whole, f" {dockerfile.source.slice(whole)}"),)),
    )
