from __future__ import annotations

import re

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN = r"NOPASSWD[\"']?[ \t]*:[ \t]*ALL\b"


@rule(
    code="DK413",
    summary="A user may run everything as root without a password",
    why="""
        With `NOPASSWD: ALL` the user is root in all but name: a fault in its program is a fault in one of root's,
        and `USER` in the last line only looks like protection. Leave sudo out, or name the one command that
        is needed.
    """,
    severity=Severity.WARNING,
    source="https://cwe.mitre.org/data/definitions/250.html",
    bad=[
        Bad("FROM debian:12\nRUN echo 'app ALL=(ALL) «NOPASSWD:ALL»' > /etc/sudoers.d/app\n"),
        Bad("FROM debian:12\nRUN cat <<EOF > /etc/sudoers.d/app\napp ALL=(ALL) «NOPASSWD: ALL»\nEOF\n"),
        Bad("FROM debian:12\nRUN sed -i 's/^%wheel.*/%wheel ALL=(ALL) «NOPASSWD: ALL»/' /etc/sudoers\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN echo 'app ALL=(ALL) NOPASSWD: /usr/bin/apt-get' > /etc/sudoers.d/app\n"),
        Good("FROM debian:12\n# app ALL=(ALL) NOPASSWD: ALL\nRUN ls\n"),
        Good("FROM debian:12\nRUN sed -i /NOPASSWD:ALL/d /etc/sudoers\n"),
    ],
)
def sudo_without_password(dockerfile: Dockerfile) -> Iterator[Finding]:
    text = dockerfile.source.text
    if "NOPASSWD" not in text:
        return
    for run in dockerfile.instructions(Run, onbuild=True):
        spans = [heredoc.body for heredoc in run.command.heredocs]
        for script in scripts(run):
            spans += [w.span for c in script.commands for w in c.arguments if not _takes_out(w.raw)]
        told: set[int] = set()
        for span in spans:
            for match in re.finditer(_OPEN, text[span.start : span.end]):
                start = span.start + match.start()
                if start not in told:
                    told.add(start)
                    yield Finding(
                        Span(start, span.start + match.end()),
                        "this user can become root without a password; leave sudo out, or name the command",
                    )


def _takes_out(word: str) -> bool:
    """Whether a word is an expression of sed that deletes lines."""
    return word.strip("'\"").endswith("/d")
