from __future__ import annotations

from dockerlint.hadolint import aliases_before
from dockerlint.model import Dockerfile, From
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a name that an earlier FROM has given, case and all."""
    for start, known in aliases_before(dockerfile):
        if start.alias is not None and start.alias.raw in known:
            yield Finding(start.alias.span, "an earlier stage has this name; give one of them another")


@rule(
    code="DL3024",
    summary="Two stages of one name",
    why="""
        `FROM name` and `COPY --from=name` mean the last stage of that name above them, and `--target` the last
        one of the file. A reader finds the first. Names of stages are compared without case.
    """,
    severity=Severity.ERROR,
    aliases=("DuplicateStageName",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/build-checks/duplicate-stage-name/",
    bad=[
        Bad("FROM busybox AS app\nFROM debian:12 AS «app»\n"),
        Bad("FROM busybox AS app\nFROM debian:12 AS «App»\nFROM app AS «APP»\n"),
    ],
    good=[
        Good("FROM busybox AS app\nFROM app AS app2\nFROM busybox\n"),
        Good("FROM busybox AS app\nFROM app\n"),
    ],
)
def repeated_stage_name(dockerfile: Dockerfile) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for start in dockerfile.instructions(From):
        if start.alias is None:
            continue
        name = start.alias.raw.lower()
        if name in seen:
            yield Finding(
                start.alias.span,
                f"the stage in line {seen[name]} is named {name[:60]}, too; give one of them another name",
            )
        seen.setdefault(name, start.first_line)
