from __future__ import annotations

from dockerlint.hadolint import written
from dockerlint.model import Copy, Dockerfile
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DL3021",
    summary="`COPY` of several sources to a target without a slash at its end",
    why="""
        Several sources need a folder to go to. A build takes the target for one only where it ends in `/`
        (or is `.`), and stops otherwise; in the default profile DL1000 says so.
    """,
    severity=Severity.ERROR,
    fix=safe(),
    profiles=("hadolint",),
    source="https://docs.docker.com/reference/dockerfile/#copy",
    bad=[
        Bad("FROM busybox\nCOPY a b «.»\n", fixed="FROM busybox\nCOPY a b ./\n"),
        Bad(
            'FROM busybox\nCOPY a \\\n  # two\n  b «"c"»\n',
            fixed='FROM busybox\nCOPY a \\\n  # two\n  b "c/"\n',
        ),
        Bad('FROM busybox\nCOPY ["a", "b", «"c d"»]\n', fixed='FROM busybox\nCOPY ["a", "b", "c d/"]\n'),
        Bad("FROM busybox\nCOPY a b «$HOME»\n", fixed="FROM busybox\nCOPY a b $HOME/\n"),
    ],
    good=[
        Good("FROM busybox\nCOPY a b c/\n"),
        Good("FROM busybox\nCOPY a* c\n"),
        Good('FROM busybox\nCOPY a b "c/"\n'),
        Good("FROM busybox\nADD a b .\n"),
        Good("FROM busybox\nONBUILD COPY a b .\n"),
    ],
)
def copy_target_without_slash(dockerfile: Dockerfile) -> Iterator[Finding]:
    for copy in dockerfile.instructions(Copy):
        target = copy.destination
        if len(copy.sources) < 2 or written(target, copy.exec_form).rstrip("\"'").endswith("/"):
            continue
        end = target.span.end - (dockerfile.source.text[target.span.end - 1] in "\"'")
        yield Finding(
            target.span,
            "several sources go into a folder; end the target with a slash",
            Fix("end the target with a slash", (Edit(Span(end, end), "/"),)),
        )
