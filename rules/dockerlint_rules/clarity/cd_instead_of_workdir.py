from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a RUN that calls `cd` anywhere, once; none in ONBUILD."""
    from dockerlint.shell.as_hadolint import calls

    told: set[int] = set()
    for run, call in calls(dockerfile, "cd"):
        if not run.onbuild and run.span.start not in told:
            told.add(run.span.start)
            yield Finding(call.command.name_word.span, "cd changes the directory; set WORKDIR instead")


@rule(
    code="DL3003",
    summary="`cd` to begin a `RUN`, where `WORKDIR` says it",
    why="""
        Every `RUN` starts in the working directory, so a `cd` at its beginning has to be said again in the next
        one, and is easily lost in a long line. `WORKDIR` holds for all that follows. A `cd` further on in a
        script, in a subshell or back to where it came from belongs to the script and is left alone.
    """,
    severity=Severity.WARNING,
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#workdir",
    bad=[
        Bad("FROM debian:12\nRUN «cd» /app && make\n"),
        Bad("FROM debian:12\nRUN set -ex; \\\n    # in the source\n    «cd» /app; make\n"),
        Bad("FROM debian:12\nRUN <<EOF\n«cd» /app\nmake\nEOF\n"),
    ],
    good=[
        Good("FROM debian:12\nWORKDIR /app\nRUN make\n"),
        Good("FROM debian:12\nRUN mkdir /app && cd /app && make\n"),
        Good("FROM debian:12\nRUN (cd /app && make) && ls\n"),
        Good("FROM debian:12\nRUN cd /app && make && cd /lib && make\n"),
        Good("FROM debian:12\nRUN cd /app\n"),
        Good("FROM debian:12\nRUN cd $(find / -name app) && make\n"),
        Good("FROM debian:12\nRUN cd /tmp && make && rm -rf /tmp/*\n"),
        Good("FROM debian:12\nONBUILD RUN cd /app && make\n"),
    ],
)
def cd_instead_of_workdir(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run):
        for script in scripts(run):
            moves = script.named("cd", "pushd", "popd")
            if len(moves) != 1 or not moves[0].at_top or moves[0].name != "cd":
                continue
            move = moves[0]
            before = [c for c in script.commands if c.start < move.start and c.name != "set"]
            path = move.arguments[0] if len(move.arguments) == 1 else None
            if before or path is None or move.after not in ("&&", ";", "\n"):
                continue
            literal = path.value is not None and path.value not in ("-", "~")
            if literal and not (path.value or "").startswith(("/tmp", "/var/tmp", "~")):
                yield Finding(
                    move.name_word.span,
                    f"all of this RUN is in {path.value}; set WORKDIR before it instead of cd",
                )
