from __future__ import annotations

from dockerlint.model import Dockerfile, From
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

RESERVED = ("scratch", "context")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the two names in lower case."""
    for start in dockerfile.instructions(From):
        if start.alias is not None and start.alias.raw in RESERVED:
            yield Finding(start.alias.span, f"{start.alias.raw} is a reserved name; give the stage another")


@rule(
    code="DL3063",
    summary="A stage named `scratch` or `context`",
    why="""
        `scratch` is the empty image and `context` what the build is given. A stage of that name either
        cannot be reached by it or hides what every reader takes the name for.
    """,
    severity=Severity.WARNING,
    aliases=("ReservedStageName",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/build-checks/reserved-stage-name/",
    bad=[
        Bad("FROM busybox AS «scratch»\nFROM scratch\n"),
        Bad("FROM busybox AS «Context»\n"),
    ],
    good=[Good("FROM scratch AS files\nCOPY context /context\n")],
)
def reserved_stage_name(dockerfile: Dockerfile) -> Iterator[Finding]:
    for start in dockerfile.instructions(From):
        if start.alias is not None and start.alias.raw.lower() in RESERVED:
            yield Finding(start.alias.span, f"{start.alias.raw} is a reserved name; give the stage another")
