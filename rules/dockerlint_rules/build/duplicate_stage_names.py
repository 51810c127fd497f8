from __future__ import annotations

from dockerlint.model import Dockerfile, From
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DuplicateStageName",
    summary="Two stages of one name, in any case",
    why="""
        `COPY --from=build` takes the last stage of that name above it, and `--target build` the last one of the
        file. With two of them a reader has to work out which is meant, and the other may not be built at
        all. BuildKit does not tell `Build` from `build`.
    """,
    severity=Severity.WARNING,
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/duplicate-stage-name/",
    bad=[
        Bad("FROM busybox AS build\nFROM debian:12 AS «build»\n"),
        Bad("FROM busybox AS Build\nFROM debian:12 AS «build»\nFROM debian:13 AS «BUILD»\n"),
    ],
    good=[
        Good("FROM busybox AS build\nFROM debian:12 AS run\n"),
        Good("FROM busybox\nFROM busybox\n"),
    ],
)
def duplicate_stage_names(dockerfile: Dockerfile) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for start in dockerfile.instructions(From):
        if start.alias is None:
            continue
        name = start.alias.raw.lower()
        if name in seen:
            yield Finding(
                start.alias.span,
                f"line {seen[name]} has a stage {name} already; give one of them another name",
            )
        seen.setdefault(name, start.first_line)
