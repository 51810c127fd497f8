from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.reach import in_turn
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts
from dockerlint.shell.leftover import calls, head
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.shell import Command

TOOLS = ("apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "zypper", "pacman")
INSTALLS = ("install", "add", "in", "sync")
REMOVES = ("remove", "purge", "autopurge", "del", "erase", "rm")


@rule(
    code="DK340",
    summary="Packages removed in a later layer than the one that installed them",
    why="""
        A layer never takes bytes out of the layers below it. Packages that one RUN installs and a later RUN
        removes are hidden, and still shipped. Install, use and remove them in one RUN, or build in a stage
        of its own and copy what is needed.
    """,
    severity=Severity.WARNING,
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && apt-get install -y gcc make\nCOPY . .\nRUN make\n"
            "RUN «apt-get purge» -y gcc make\n"
        ),
        Bad(
            "FROM alpine:3.20\nRUN apk add --no-cache --virtual .build gcc\nRUN make \\\n    # done\n"
            "    && «apk del» .build\n"
        ),
        Bad(
            "FROM fedora:41\nRUN dnf -y install gcc-13\nRUN <<EOF\nset -e\nmake\n«dnf -y remove» gcc-13\nEOF\n"
        ),
    ],
    good=[
        Good(
            "FROM debian:12\nRUN apt-get update && apt-get install -y gcc && make && apt-get purge -y gcc\n"
        ),
        Good("FROM debian:12\nRUN apt-get purge -y perl\n"),
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN apt-get purge -y perl\n"),
        Good("FROM alpine:3.20 AS build\nRUN apk add gcc\nRUN apk del gcc\nFROM alpine:3.20\n"),
    ],
)
def packages_removed_in_later_layer(dockerfile: Dockerfile) -> Iterator[Finding]:
    start: Callable[[], dict[str, int]] = dict
    for stage, installed in in_turn(dockerfile, start):
        for run in stage.of(Run):
            here: set[str] = set()
            for script in scripts(run):
                for command in script.named(*TOOLS):
                    if calls(command, TOOLS, INSTALLS):
                        here |= _packages(command)
                    elif installed and calls(command, TOOLS, REMOVES):
                        gone = sorted(p for p in _packages(command) if p in installed and p not in here)
                        if gone:
                            yield Finding(
                                head(command),
                                f"this frees nothing: the layer of line {installed[gone[0]]} keeps {gone[0]};"
                                " install and remove it in one RUN, or build in a stage of its own",
                            )
            installed.update(dict.fromkeys(here, run.first_line))


def _packages(command: Command) -> set[str]:
    words = {shown(w) for w in command.operands if w is not command.subcommand_word}
    words.difference_update(INSTALLS, REMOVES)
    for option in command.options:
        if option.value and option.name in ("-t", "--virtual"):
            words.add(option.value)
    return {w.partition("=")[0] for w in words if w and not w.startswith(("/", "./"))}
