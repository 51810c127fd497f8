from __future__ import annotations

from dockerlint.model import Dockerfile, Workdir
from dockerlint.presumed import presumed
from dockerlint.resolve import joined
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Word


@rule(
    code="WorkdirRelativePath",
    summary="The first `WORKDIR` of a stage is relative",
    why="""
        A relative `WORKDIR` goes on from the directory that the base image happens to end in, so a new release
        of the base can move the whole application. Only the first one counts: what follows it is relative
        to a directory that this file knows. The fix is offered where the directory is known, which is on
        `scratch`; the path written out is then the one that the build has used before.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/workdir-relative-path/",
    bad=[
        Bad("FROM debian:12\nWORKDIR «app/src»\n"),
        Bad("FROM scratch\nWORKDIR «app/./src»\n", fixed="FROM scratch\nWORKDIR /app/src\n"),
        Bad(
            "FROM scratch\nARG NAME=app\nWORKDIR «$NAME»\n",
            fixed="FROM scratch\nARG NAME=app\nWORKDIR /$NAME\n",
        ),
        Bad("FROM debian:12 AS one\nRUN ls\nFROM one\nWORKDIR «app»\n"),
    ],
    good=[
        Good("FROM debian:12\nWORKDIR /app\nWORKDIR src\n"),
        Good("FROM debian:12 AS one\nWORKDIR /app\nFROM one\nWORKDIR src\n"),
        Good("FROM debian:12\nARG ROOT=/srv\nWORKDIR $ROOT/app\n"),
    ],
)
def workdir_relative_path(dockerfile: Dockerfile) -> Iterator[Finding]:
    known = {word.span: joined("/", word.value) for word in _on_known_ground(dockerfile)}
    anchored: set[int] = set()
    for stage in presumed(dockerfile).stages:
        if stage.base is not None and stage.base.index in anchored:
            anchored.add(stage.index)
        for workdir in stage.of(Workdir):
            word = workdir.path
            relative = not (word.value or "").startswith("/")
            if stage.index not in anchored and relative and word.value is not None:
                yield Finding(
                    word.span,
                    f"{word.raw} goes on from the directory of the base image; write an absolute path",
                    _fix(word.span, known.get(word.span), bool(word.variables)),
                )
            anchored.add(stage.index)


def _on_known_ground(dockerfile: Dockerfile) -> Iterator[Word]:
    """The paths of WORKDIRs that go on from the root directory."""
    for workdir in dockerfile.instructions(Workdir):
        if workdir.state.workdir == "/":
            yield workdir.path


def _fix(span: Span, path: str | None, expands: bool) -> Fix | None:
    if path is None:
        return None
    if expands:
        return Fix("write an absolute path", (Edit(Span(span.start, span.start), "/"),))
    return Fix(f"write {path}", (Edit(span, path),))
