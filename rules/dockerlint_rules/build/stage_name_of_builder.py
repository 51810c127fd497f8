from __future__ import annotations

from dockerlint.model import Dockerfile, From
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_RESERVED = frozenset(("scratch", "context"))


@rule(
    code="ReservedStageName",
    summary="A stage named `scratch` or `context`",
    why="""
        `scratch` is the empty image and `context` the folder that is sent to the builder. A stage of that name
        hides them, or is hidden by them, and the file reads as if it meant the other.
    """,
    severity=Severity.WARNING,
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/reserved-stage-name/",
    bad=[
        Bad("FROM busybox AS «scratch»\n"),
        Bad("FROM busybox AS «Context»\n"),
    ],
    good=[
        Good("FROM scratch AS build\n"),
        Good("FROM busybox\n"),
    ],
)
def stage_name_of_builder(dockerfile: Dockerfile) -> Iterator[Finding]:
    for start in dockerfile.instructions(From):
        if start.alias is not None and start.alias.raw.lower() in _RESERVED:
            yield Finding(
                start.alias.span,
                f"{start.alias.raw} has a meaning of its own for the builder; give the stage another name",
            )
