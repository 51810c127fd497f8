from __future__ import annotations

from dockerlint.model import Cmd, Dockerfile, Entrypoint
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DK517",
    summary="An `ENTRYPOINT` clears the `CMD` of the stage below",
    why="""
        A stage that builds on another has its `CMD`, until it sets an `ENTRYPOINT` of its own: then the `CMD` from below
        is empty, so that its words do not end up as arguments of another program. Where they are meant to,
        repeat `CMD`; where not, `CMD []` says so.
    """,
    severity=Severity.INFO,
    source="https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact",
    bad=[
        Bad('FROM busybox AS base\nCMD ["-v"]\nFROM base\n«ENTRYPOINT» ["httpd"]\n'),
        Bad('FROM busybox AS base\nCMD ["-v"]\nFROM base AS two\nRUN ls\nFROM two\n«ENTRYPOINT» ["httpd"]\n'),
    ],
    good=[
        Good('FROM busybox AS base\nCMD ["-v"]\nFROM base\nENTRYPOINT ["httpd"]\nCMD ["-v"]\n'),
        Good('FROM busybox AS base\nFROM base\nENTRYPOINT ["httpd"]\n'),
        Good('FROM busybox\nCMD ["-v"]\nENTRYPOINT ["httpd"]\n'),
        Good('FROM busybox AS base\nCMD []\nFROM base\nENTRYPOINT ["httpd"]\n'),
    ],
)
def command_cleared_by_entrypoint(dockerfile: Dockerfile) -> Iterator[Finding]:
    commands: dict[int, Cmd | None] = {}
    for stage in dockerfile.stages:
        below = commands.get(stage.base.index) if stage.base is not None else None
        own: Cmd | None = None
        for command in stage.of(Cmd):
            own = command
        entry = next(stage.of(Entrypoint), None)
        commands[stage.index] = own if own is not None or entry is not None else below
        if below is not None and own is None and entry is not None and below.command.words != ():
            yield Finding(
                entry.keyword.span,
                f"this clears the CMD on line {below.first_line}; repeat it here, or write CMD []",
            )
