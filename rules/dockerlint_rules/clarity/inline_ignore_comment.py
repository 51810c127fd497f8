from __future__ import annotations

import re

from dockerlint.model import Dockerfile
from dockerlint.places import instruction_at
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PRAGMA = r"hadolint[ \t]+ignore[ \t]*=[ \t]*[DLSC0-9]+(?:[ \t]*,[ \t]*[DLSC0-9]+)*[ \t]*(?:#.*)?"


@rule(
    code="DL1001",
    summary="A comment that silences hadolint for one instruction",
    why="""
        For teams that decide in their configuration, and not line by line, what is let through. It is off
        until it is selected. Comments for the whole file or a stage do not count.
    """,
    severity=Severity.INFO,
    profiles=(),
    fix=unsafe("what the comment silenced is reported again, and a reason that it gives is gone"),
    bad=[
        Bad(
            "FROM debian:12\n«# hadolint ignore=DL3059, DL3008»\nRUN apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get install -y curl\n",
        ),
        Bad(
            "FROM debian:12\n# why\n  «# hadolint ignore=SC1091 # generated»\nRUN . /x\n",
            fixed="FROM debian:12\n# why\nRUN . /x\n",
        ),
    ],
    good=[
        Good("# hadolint global ignore=DL3008\nFROM debian:12\n"),
        Good("# hadolint stage ignore=DL3008\nFROM debian:12\n# hadolint shell=bash\n"),
        Good("FROM debian:12\n# hadolint ignore=DL3008 because it moves\nRUN ls\n"),
        Good("FROM debian:12\nRUN ls && \\\n# hadolint ignore=DL3008\n  ls\n"),
    ],
)
def inline_ignore_comment(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "hadolint" not in dockerfile.source.text:
        return
    for comment in dockerfile.comments:
        inside = instruction_at(dockerfile, comment.span.start)
        if inside is None and re.fullmatch(PRAGMA, comment.text):
            yield Finding(
                comment.span,
                "This comment silences rules for one instruction; decide in the config",
                Fix("remove the comment", (Edit(_lines(dockerfile, comment.span), ""),)),
            )


def _lines(dockerfile: Dockerfile, span: Span) -> Span:
    """The line of a comment, with its end."""
    text = dockerfile.source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    return Span(start, len(text) if end < 0 else end + 1)
