from __future__ import annotations

from dockerlint.model import Cmd, Dockerfile
from dockerlint.removal import overridden, removal
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the second and later ones of a stage."""
    for _, later in overridden(dockerfile, Cmd):
        yield Finding(later.keyword.span, "only the last CMD of a stage counts; remove the others")


@rule(
    code="DL4003",
    summary="More than one `CMD` in a stage",
    why="""
        Only the last `CMD` of a stage counts. One that is overridden in the same stage does nothing but
        mislead who reads the file from the top.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    aliases=("MultipleInstructionsDisallowed",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#cmd",
    bad=[
        Bad(
            'FROM busybox\n«CMD ["a"]»\nUSER 1\nCMD ["b"]\n',
            fixed='FROM busybox\nUSER 1\nCMD ["b"]\n',
        ),
        Bad(
            'FROM busybox\n«CMD ["a"]»\n# why\n«CMD ["b", \\\n  # more\n  "c"]»\nCMD ["d"]\n',
            fixed='FROM busybox\n# why\n  # more\nCMD ["d"]\n',
        ),
    ],
    good=[
        Good('FROM busybox AS a\nCMD ["a"]\nFROM a\nCMD ["b"]\n'),
        Good('FROM busybox\nONBUILD CMD ["a"]\nCMD ["b"]\n'),
    ],
)
def cmd_overridden(dockerfile: Dockerfile) -> Iterator[Finding]:
    for earlier, later in overridden(dockerfile, Cmd):
        yield Finding(
            earlier.span,
            f"the CMD in line {later.first_line} overrides this one; remove it",
            Fix("remove the CMD that does nothing", (removal(dockerfile, earlier),)),
        )
