from __future__ import annotations

from dockerlint.hadolint import written
from dockerlint.model import Copy, Dockerfile
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a target that does not end in a slash, `.` included."""
    for copy in dockerfile.instructions(Copy):
        target = copy.destination
        if len(copy.sources) > 1 and not written(target, copy.exec_form).rstrip("\"'").endswith("/"):
            yield Finding(
                target.span,
                "several sources go into a folder; end the target with a slash",
                _fix(dockerfile, copy),
            )


@rule(
    code="DL3021",
    summary="`COPY` of several sources to a target without a slash at its end",
    why="""
        Several sources need a folder to go to. Without a slash at its end a target may as well be a file, and
        builders differ in what they make of it: the classic one stops. `.` and `..` are folders anyway.
    """,
    severity=Severity.ERROR,
    fix=safe(),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#copy",
    bad=[
        Bad(
            "FROM busybox\nWORKDIR /app\nCOPY a b «/app»\n",
            fixed="FROM busybox\nWORKDIR /app\nCOPY a b /app/\n",
        ),
        Bad(
            'FROM busybox\nCOPY a \\\n  # two\n  b «"/c"»\n',
            fixed='FROM busybox\nCOPY a \\\n  # two\n  b "/c/"\n',
        ),
        Bad('FROM busybox\nCOPY ["a", "b", «"/c d"»]\n', fixed='FROM busybox\nCOPY ["a", "b", "/c d/"]\n'),
        Bad("FROM busybox\nARG TO=/x\nCOPY a b «$TO»\n", fixed="FROM busybox\nARG TO=/x\nCOPY a b $TO/\n"),
    ],
    good=[
        Good("FROM busybox\nCOPY a b /c/\n"),
        Good("FROM busybox\nCOPY a* /c\n"),
        Good('FROM busybox\nCOPY a b "/c/"\n'),
        Good("FROM busybox\nCOPY a b .\n"),
        Good("FROM busybox\nCOPY a b /app/..\n"),
        Good("FROM busybox\nARG TO=/x/\nCOPY a b $TO\n"),
        Good("FROM busybox\nARG TO\nCOPY a b $TO\n"),
    ],
)
def copy_target_without_slash(dockerfile: Dockerfile) -> Iterator[Finding]:
    for copy in dockerfile.instructions(Copy):
        target = copy.destination.value
        if len(copy.sources) > 1 and target is not None and not _is_folder(target):
            yield Finding(
                copy.destination.span,
                f"{len(copy.sources)} sources go into a folder; end the target with a slash",
                _fix(dockerfile, copy),
            )


def _is_folder(path: str) -> bool:
    return path.endswith("/") or path.rpartition("/")[2] in (".", "..")


def _fix(dockerfile: Dockerfile, copy: Copy) -> Fix:
    span = copy.destination.span
    end = span.end - (dockerfile.source.text[span.end - 1] in "\"'")
    edits = (Edit(Span(end, end), "/"),)
    path = copy.destination.value or ""
    title = "end the target with a slash"
    if _is_folder(path) or (path.startswith("/") and path == copy.state.workdir):
        return Fix(title, edits)
    return Fix(
        title, edits, Applicability.UNSAFE, "the target is a folder then, where it may have been a file"
    )
