from __future__ import annotations

from dockerlint.model import Dockerfile, Onbuild
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FORBIDDEN = ("ONBUILD", "FROM", "MAINTAINER")


@rule(
    code="DL3043",
    summary="An instruction that `ONBUILD` cannot hold",
    why="""
        `ONBUILD` keeps an instruction for the build of a child image. Another trigger, a new stage or a
        maintainer cannot be kept: the build stops.
    """,
    severity=Severity.ERROR,
    profiles=("hadolint",),
    source="https://docs.docker.com/reference/dockerfile/#onbuild-limitations",
    bad=[
        Bad("FROM busybox\nONBUILD «ONBUILD» RUN echo hello\n"),
        Bad("FROM busybox\nONBUILD «maintainer» me\n"),
        Bad("FROM busybox\nONBUILD «FROM» debian:12\n"),
    ],
    good=[Good("FROM busybox\nONBUILD RUN echo FROM\n")],
)
def trigger_not_allowed(dockerfile: Dockerfile) -> Iterator[Finding]:
    for trigger in dockerfile.instructions(Onbuild):
        keyword = trigger.inner.keyword
        if keyword.name in FORBIDDEN:
            yield Finding(
                keyword.span, f"{keyword.name} cannot be a trigger; write it in the child's own file"
            )
