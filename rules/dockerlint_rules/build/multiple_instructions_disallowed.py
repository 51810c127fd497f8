from __future__ import annotations

from dockerlint.model import Cmd, Dockerfile, Entrypoint, Healthcheck
from dockerlint.removal import overridden, removal
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="MultipleInstructionsDisallowed",
    summary="A `CMD`, `ENTRYPOINT` or `HEALTHCHECK` that a later one replaces",
    why="""
        Only the last `CMD`, `ENTRYPOINT` and `HEALTHCHECK` of a stage count; the ones above it do nothing, though
        a reader may take them for what runs. The fix removes them and keeps their comments: the image has
        the same configuration without them.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/",
    bad=[
        Bad(
            'FROM busybox\n«CMD» ["a"]\nRUN ls\n«CMD» ["b"]\nCMD ["c"]\n',
            fixed='FROM busybox\nRUN ls\nCMD ["c"]\n',
        ),
        Bad(
            'FROM busybox\n# the first\n«ENTRYPOINT» ["a", \\\n    # why\n    "b"]\nENTRYPOINT ["c"]\n',
            fixed='FROM busybox\n# the first\n    # why\nENTRYPOINT ["c"]\n',
        ),
        Bad(
            "FROM busybox\n«HEALTHCHECK» CMD true\nhealthcheck NONE\n",
            fixed="FROM busybox\nhealthcheck NONE\n",
        ),
    ],
    good=[
        Good('FROM busybox AS one\nCMD ["a"]\nFROM one\nCMD ["b"]\n'),
        Good('FROM busybox\nENTRYPOINT ["a"]\nCMD ["b"]\n'),
        Good('FROM busybox\nCMD ["a"]\nONBUILD CMD ["b"]\n'),
    ],
)
def multiple_instructions_disallowed(dockerfile: Dockerfile) -> Iterator[Finding]:
    for kind in (Cmd, Entrypoint, Healthcheck):
        for earlier, later in overridden(dockerfile, kind):
            name = earlier.keyword.name
            yield Finding(
                earlier.keyword.span,
                f"the {name} on line {later.first_line} replaces this one; remove it",
                Fix(f"remove the {name} that does nothing", (removal(dockerfile, earlier),)),
            )
