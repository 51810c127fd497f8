from __future__ import annotations

from dockerlint.model import Dockerfile, Healthcheck
from dockerlint.removal import overridden, removal
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the second and later ones of a stage, or of what stands before the first."""
    seen: dict[int | None, Healthcheck] = {}
    for later in dockerfile.instructions(Healthcheck):
        if later.stage in seen:
            fix = Fix("remove the HEALTHCHECK that does nothing", (removal(dockerfile, seen[later.stage]),))
            yield Finding(later.keyword.span, "only the last HEALTHCHECK of a stage counts", fix)
        seen[later.stage] = later


@rule(
    code="DL3012",
    summary="More than one `HEALTHCHECK` in a stage",
    why="""
        Only the last `HEALTHCHECK` of a stage counts, `NONE` included. One above it looks as if the container
        were watched in a way that it is not.
    """,
    severity=Severity.ERROR,
    fix=safe(),
    aliases=("MultipleInstructionsDisallowed",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#healthcheck",
    bad=[
        Bad(
            "FROM busybox\n«HEALTHCHECK CMD true»\nUSER 1\nHEALTHCHECK NONE\n",
            fixed="FROM busybox\nUSER 1\nHEALTHCHECK NONE\n",
        ),
        Bad(
            'FROM busybox\n# up\n«HEALTHCHECK --interval=9s \\\n  # asks\n  CMD ["a"]»\nHEALTHCHECK CMD ["b"]\n',
            fixed='FROM busybox\n# up\n  # asks\nHEALTHCHECK CMD ["b"]\n',
        ),
    ],
    good=[
        Good('FROM busybox AS a\nHEALTHCHECK CMD ["a"]\nFROM a\nHEALTHCHECK NONE\n'),
        Good('FROM busybox\nONBUILD HEALTHCHECK CMD ["a"]\nHEALTHCHECK NONE\n'),
    ],
)
def healthcheck_overridden(dockerfile: Dockerfile) -> Iterator[Finding]:
    for earlier, later in overridden(dockerfile, Healthcheck):
        yield Finding(
            earlier.span,
            f"the HEALTHCHECK in line {later.first_line} overrides this one; remove it",
            Fix("remove the HEALTHCHECK that does nothing", (removal(dockerfile, earlier),)),
        )
