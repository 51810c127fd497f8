from __future__ import annotations

from dockerlint.model import Dockerfile, Entrypoint
from dockerlint.removal import overridden, removal
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the second and later ones of a stage."""
    for _, later in overridden(dockerfile, Entrypoint):
        yield Finding(later.keyword.span, "only the last ENTRYPOINT of a stage counts; remove the others")


@rule(
    code="DL4004",
    summary="More than one `ENTRYPOINT` in a stage",
    why="""
        Only the last `ENTRYPOINT` of a stage counts. One that is overridden in the same stage does nothing but
        mislead who reads the file from the top.
    """,
    severity=Severity.ERROR,
    fix=safe(),
    aliases=("MultipleInstructionsDisallowed",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#entrypoint",
    bad=[
        Bad(
            'FROM busybox\n«ENTRYPOINT ["a"]»\nUSER 1\nENTRYPOINT ["b"]\n',
            fixed='FROM busybox\nUSER 1\nENTRYPOINT ["b"]\n',
        ),
        Bad(
            'FROM busybox\n«ENTRYPOINT ["a"]»\n# why\n«ENTRYPOINT ["b", \\\n  # more\n  "c"]»\nENTRYPOINT ["d"]\n',
            fixed='FROM busybox\n# why\n  # more\nENTRYPOINT ["d"]\n',
        ),
    ],
    good=[
        Good('FROM busybox AS a\nENTRYPOINT ["a"]\nFROM a\nENTRYPOINT ["b"]\n'),
        Good('FROM busybox\nONBUILD ENTRYPOINT ["a"]\nENTRYPOINT ["b"]\n'),
    ],
)
def entrypoint_overridden(dockerfile: Dockerfile) -> Iterator[Finding]:
    for earlier, later in overridden(dockerfile, Entrypoint):
        yield Finding(
            earlier.span,
            f"the ENTRYPOINT in line {later.first_line} overrides this one; remove it",
            Fix("remove the ENTRYPOINT that does nothing", (removal(dockerfile, earlier),)),
        )
