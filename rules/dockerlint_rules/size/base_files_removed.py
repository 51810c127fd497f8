from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.reach import shipped_runs
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts
from dockerlint.shell.paths import covers, removals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

TEXTS = (
    "/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/info", "/usr/share/i18n",
    "/usr/share/zoneinfo", "/usr/lib/locale",
)  # fmt: skip
# Commands that write files to those folders, or may.
QUIET = (
    "rm",
    "find",
    "echo",
    "true",
    "set",
    "mkdir",
    "cd",
    "apt-get",
    "apt",
    "yum",
    "dnf",
    "apk",
    "microdnf",
)
SHRINKING = ("clean", "autoclean", "autoremove", "purge", "remove", "del", "cache clean")


@rule(
    code="DK343",
    summary="Files of lower layers removed to save room",
    why="""
        A layer never takes bytes out of the layers below it. Removing documentation, manual pages or locales
        that the base image or an earlier RUN brought hides them, and adds a layer of markers. Use a slim
        base image, keep them out when packages are installed (`path-exclude` of dpkg, `tsflags=nodocs` of
        rpm), or remove them in the RUN that installs them.
    """,
    severity=Severity.INFO,
    bad=[
        Bad("FROM debian:12\nRUN «rm -rf /usr/share/doc /usr/share/man»\n"),
        Bad("FROM debian:12\nRUN apt-get clean \\\n    # no manuals\n    && «rm -rf /usr/share/man/*»\n"),
        Bad("FROM debian:12\nRUN <<EOF\n«find /usr/share/locale -mindepth 1 -delete»\nEOF\n"),
    ],
    good=[
        Good(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl"
            " && rm -rf /usr/share/doc /var/lib/apt/lists/*\n"
        ),
        Good("FROM debian:12\nRUN rm /etc/motd\n"),
        Good("FROM debian:12 AS build\nRUN rm -rf /usr/share/doc\nFROM debian:12\n"),
    ],
)
def base_files_removed(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in shipped_runs(dockerfile):
        for script in scripts(run):
            if not all(_writes_nothing(c) for c in script.commands):
                continue
            told: set[int] = set()
            for command, path in removals(script, run.state.workdir):
                if (
                    command.start not in told
                    and any(covers(path, t) for t in TEXTS)
                    and path.startswith(TEXTS)
                ):
                    told.add(command.start)
                    yield Finding(
                        command.span,
                        f"this frees nothing: {path} is in a layer below; keep it out when it is installed,"
                        " or take a slimmer base",
                    )


def _writes_nothing(command: Command) -> bool:
    if command.name not in QUIET:
        return False
    return command.subcommand is None or command.subcommand in SHRINKING
