from __future__ import annotations

from dockerlint.model import Dockerfile, User
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Programs that give up root themselves, or start every service under a user of its own.
DROPS = ("gosu", "su-exec", "setpriv", "/init", "s6-svscan", "runuser", "chpst")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the last USER of every stage, as it is written, is root."""
    for stage in dockerfile.stages:
        users = list(stage.of(User))
        if not users:
            continue
        span = users[-1].user.span
        line = dockerfile.source.line_span(dockerfile.source.line_of(span.start))
        # A blank behind the name is part of it to hadolint.
        if _is_root(dockerfile.source.text[span.start : max(span.end, line.end)]):
            yield Finding(span, "the last USER of this stage is root; switch to another user")


@rule(
    code="DL3002",
    summary="The image is set to run as root",
    why="""
        The last `USER` is the one that the container runs as. As root, a fault in the program reaches every file
        of the container, and more where folders of the host are mounted. `USER root` for a few steps is
        fine when another `USER` follows. Stages that are only copied from are left alone.
    """,
    severity=Severity.WARNING,
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#user",
    bad=[
        Bad("FROM debian:12\nUSER app\nUSER «root»\nRUN ls\n"),
        Bad("FROM debian:12\nARG RUN_AS=0:0\nUSER «$RUN_AS»\n"),
        Bad("FROM debian:12 AS base\nUSER «root»\nFROM base\nCMD x\n"),
    ],
    good=[
        Good("FROM debian:12\nUSER root\nRUN ls\nUSER app\n"),
        Good("FROM debian:12 AS build\nUSER root\nFROM debian:12\nUSER 1000\nCOPY --from=build /x /x\n"),
        Good("FROM debian:12 AS base\nUSER root\nFROM base\nUSER app\n"),
        Good("FROM debian:12\nARG WHO\nUSER $WHO\n"),
        Good('FROM debian:12\nUSER root\nENTRYPOINT ["gosu", "app", "server"]\n'),
        Good("FROM debian:12\nCMD x\n"),
    ],
)
def last_user_is_root(dockerfile: Dockerfile) -> Iterator[Finding]:
    from dockerlint.shell.leftover import starts

    final = dockerfile.final_stage
    for stage in final.lineage if final is not None else ():
        users = list(stage.of(User))
        if users:
            user = users[-1].user
            if user.value is not None and _is_root(user.value) and not starts(dockerfile, DROPS):
                yield Finding(user.span, "the container runs as root; end the stage with another USER")
            return


def _is_root(user: str) -> bool:
    return user.partition(":")[0] in ("root", "0")
