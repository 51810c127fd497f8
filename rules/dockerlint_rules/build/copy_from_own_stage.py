from __future__ import annotations

from dockerlint.hadolint import copies
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DL3023",
    summary="`COPY --from` of the stage that it stands in",
    why="""
        A stage is not finished while its own instructions run, so there is nothing to copy from. A build refuses
        it as a circular dependency; in the default profile DL1000 says so.
    """,
    severity=Severity.ERROR,
    profiles=("hadolint",),
    source="https://docs.docker.com/reference/dockerfile/#copy---from",
    bad=[
        Bad("FROM busybox AS app\n«COPY» --from=app /a /b\n"),
        Bad("FROM busybox AS a\nFROM busybox AS b\nRUN ls\n«COPY» --from=b /a /b\n"),
    ],
    good=[
        Good("FROM busybox AS a\nFROM busybox AS b\nCOPY --from=a /a /b\n"),
        Good("FROM busybox AS App\nCOPY --from=app /a /b\n"),
        Good("FROM busybox\nCOPY --from=0 /a /b\n"),
    ],
)
def copy_from_own_stage(dockerfile: Dockerfile) -> Iterator[Finding]:
    for copy, name in copies(dockerfile):
        stage = dockerfile.stage_of(copy)
        if stage is not None and stage.start.alias is not None and stage.start.alias.raw == name:
            yield Finding(copy.keyword.span, "COPY takes from its own stage; name another one")
