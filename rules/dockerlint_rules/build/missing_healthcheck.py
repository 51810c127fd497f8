from __future__ import annotations

from dockerlint.labels import peer_stages, shipped_stages
from dockerlint.model import Dockerfile, Healthcheck
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a stage is well when it has a HEALTHCHECK, when one that builds on it
    has, or when the one that it builds on is well at that point of the file."""
    stages = peer_stages(dockerfile)
    well: set[int] = set()
    for index, stage in enumerate(stages):
        at: int | None = index
        if stage.base in well:
            well.add(index)
        while stage.checked and at is not None and (at == index or at not in well):
            well.add(at)
            at = stages[at].base
    for index, stage in enumerate(stages):
        if index not in well:
            yield Finding(stage.start.keyword.span, "no HEALTHCHECK tells whether the service works; add one")


@rule(
    code="DL3057",
    summary="An image without a `HEALTHCHECK`",
    why="""
        Docker and Swarm restart or replace a container that fails its health check. Without one a process
        that hangs counts as well. Kubernetes has probes of its own and does not read it, so this rule is
        off until it is asked for.
    """,
    severity=Severity.INFO,
    profiles=(),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#healthcheck",
    bad=[
        Bad("«FROM busybox»\nCMD httpd -f\n"),
        Bad("FROM busybox AS build\nHEALTHCHECK NONE\n«FROM busybox»\nCOPY --from=build /a /a\n"),
    ],
    good=[
        Good("FROM busybox\nHEALTHCHECK CMD wget -q localhost\nCMD httpd -f\n"),
        Good("FROM busybox AS base\nHEALTHCHECK NONE\nFROM base\nCMD httpd -f\n"),
        Good("FROM busybox AS build\nFROM busybox\nHEALTHCHECK NONE\nCOPY --from=build /a /a\n"),
    ],
)
def missing_healthcheck(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in shipped_stages(dockerfile):
        if not any(True for one in stage.lineage for _ in one.of(Healthcheck)):
            yield Finding(stage.start.span, "no HEALTHCHECK tells whether the service works; add one")
