from __future__ import annotations

import re

from dockerlint.model import Cmd, Dockerfile, Entrypoint
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# A script of `sh -c` gets the words of CMD as $0, $1 and so on.
_ARGUMENTS = r"\$(?:[@*0-9]|\{[@*0-9])"


@rule(
    code="DK516",
    summary="A `CMD` that an `ENTRYPOINT` in shell form ignores",
    why="""
        An `ENTRYPOINT` in shell form runs as `/bin/sh -c "…"`, and the words of `CMD`, or those behind `docker run
        IMAGE`, are handed to that shell, which does not use them. Write the `ENTRYPOINT` as a JSON array
        and the program gets them.
    """,
    severity=Severity.WARNING,
    source="https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact",
    bad=[
        Bad('FROM busybox\nENTRYPOINT httpd -f\n«CMD» ["-p", "80"]\n'),
        Bad('FROM busybox\n«CMD» ["-p", "80"]\nENTRYPOINT httpd -f\n'),
        Bad("FROM busybox AS a\nENTRYPOINT httpd -f\nFROM a\n«CMD» -v\n"),
    ],
    good=[
        Good('FROM busybox\nENTRYPOINT ["httpd", "-f"]\nCMD ["-p", "80"]\n'),
        Good('FROM busybox\nENTRYPOINT exec httpd "$@"\nCMD ["-p", "80"]\n'),
        Good("FROM busybox\nENTRYPOINT httpd -f\nCMD []\n"),
        Good('FROM busybox AS a\nENTRYPOINT httpd -f\nFROM busybox\nCMD ["-v"]\n'),
        Good('FROM busybox\nENTRYPOINT httpd\nENTRYPOINT ["httpd"]\nCMD ["-v"]\n'),
    ],
)
def command_ignored_by_entrypoint(dockerfile: Dockerfile) -> Iterator[Finding]:
    inherited: dict[int, Entrypoint | None] = {}
    for stage in dockerfile.stages:
        entry = inherited.get(stage.base.index) if stage.base is not None else None
        for one in stage.of(Entrypoint):
            entry = one
        inherited[stage.index] = entry
        if entry is None or entry.command.is_exec or re.search(_ARGUMENTS, entry.command.text.text):
            continue
        last: Cmd | None = None
        for command in stage.of(Cmd):
            last = command
        if last is not None and last.command.words != ():
            yield Finding(
                last.keyword.span,
                f"the ENTRYPOINT on line {entry.first_line} is in shell form and ignores this CMD; write it as an array",
            )
