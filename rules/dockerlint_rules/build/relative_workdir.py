from __future__ import annotations

from dockerlint.hadolint import bare
from dockerlint.model import Dockerfile, Workdir
from dockerlint.presumed import presumed
from dockerlint.resolve import joined
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: every path, as it is written, that begins with none of `/`, `$` and a
    drive; the directory before it does not count."""
    for workdir in dockerfile.instructions(Workdir):
        path = bare(workdir.path.raw)
        if path and not path.startswith(("/", "$")) and not (path[:1].isalpha() and path[1:2] == ":"):
            yield Finding(workdir.path.span, "WORKDIR is relative; write an absolute path", _fix(workdir))


@rule(
    code="DL3000",
    summary="The first `WORKDIR` of a stage is relative",
    why="""
        A relative `WORKDIR` goes on from the directory in force, which for the first one is whatever the base
        image ends in. A new release of the base may end elsewhere, and everything below this line moves. A
        path behind an absolute one is known, and is left alone.
    """,
    severity=Severity.ERROR,
    fix=safe(),
    aliases=("WorkdirRelativePath",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#workdir",
    bad=[
        Bad("FROM debian:12\nWORKDIR «app»\nWORKDIR src\n"),
        Bad('FROM debian:12\nRUN ls\nWORKDIR «"my app"»\n'),
        Bad("FROM scratch\nWORKDIR «app/./src»\n", fixed="FROM scratch\nWORKDIR /app/src\n"),
        Bad("FROM debian:12 AS one\nRUN ls\nFROM one\nWORKDIR «./app»\n"),
    ],
    good=[
        Good("FROM debian:12\nWORKDIR /app\nWORKDIR src\n"),
        Good("FROM debian:12 AS one\nWORKDIR /app\nFROM one\nWORKDIR src\n"),
        Good("FROM debian:12\nARG ROOT=/srv\nWORKDIR $ROOT/app\n"),
        Good("FROM debian:12\nWORKDIR $HOME/app\n"),
        Good("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nWORKDIR C:/app\n"),
    ],
)
def relative_workdir(dockerfile: Dockerfile) -> Iterator[Finding]:
    written = {workdir.path.span: workdir for workdir in dockerfile.instructions(Workdir)}
    if all(workdir.path.raw.startswith(("/", "$")) for workdir in written.values()):
        return
    anchored: set[int] = set()
    for stage in presumed(dockerfile).stages:
        if stage.base is not None and stage.base.index in anchored:
            anchored.add(stage.index)
        for workdir in stage.of(Workdir):
            path = workdir.path.value
            known = path is not None and not path.startswith(("/", "\\")) and path[1:2] != ":"
            if known and stage.index not in anchored and not workdir.path.raw.startswith("$"):
                yield Finding(
                    workdir.path.span,
                    f"WORKDIR {workdir.path.raw} goes on from where the base image ends; write an absolute path",
                    _fix(written[workdir.path.span]),
                )
            anchored.add(stage.index)


def _fix(workdir: Workdir) -> Fix | None:
    """The whole path, where the directory before it is known."""
    path = workdir.path
    before = workdir.state.workdir
    if before is None or path.value is None or path.variables or any(c in path.raw for c in "\"'\\ "):
        return None
    whole = joined(before, path.value)
    return (
        None if whole is None else Fix(f"write {whole}", (Edit(Span(path.span.start, path.span.end), whole),))
    )
