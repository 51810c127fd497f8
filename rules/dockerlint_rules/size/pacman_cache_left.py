from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule, safe
from dockerlint.shell.leftover import cleaned, head, left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("/var/cache/pacman/pkg",)


@rule(
    code="DK318",
    summary="Package cache of pacman stays in the layer",
    why="""
        pacman keeps every package that it downloads in `/var/cache/pacman/pkg`. Removing them in the same
        RUN keeps them out of the layer. (`pacman -Scc --noconfirm` does not: its question defaults to no.)
    """,
    severity=Severity.WARNING,
    fix=safe("/var/cache/pacman/*"),
    source="https://man.archlinux.org/man/pacman.8",
    bad=[
        Bad(
            "FROM archlinux:base\nRUN «pacman -Syu» --noconfirm git\n",
            fixed="FROM archlinux:base\nRUN pacman -Syu --noconfirm git && rm -rf /var/cache/pacman/pkg/*\n",
        ),
        Bad(
            "FROM archlinux:base\nRUN «pacman -Sy» --noconfirm \\\n    # tools\n    git \\\n && git --version\n",
            fixed="FROM archlinux:base\nRUN pacman -Sy --noconfirm \\\n    # tools\n    git \\\n && git --version \\\n"
            " && rm -rf /var/cache/pacman/pkg/*\n",
        ),
        Bad(
            "FROM archlinux:base\nRUN <<EOF\nset -e\n«pacman -S» --noconfirm git\nEOF\n",
            fixed="FROM archlinux:base\nRUN <<EOF\nset -e\npacman -S --noconfirm git\nrm -rf /var/cache/pacman/pkg/*\nEOF\n",
        ),
    ],
    good=[
        Good("FROM archlinux:base\nRUN pacman -Syu --noconfirm git && yes | pacman -Scc\n"),
        Good("FROM archlinux:base\nRUN pacman -Syu --noconfirm git && rm -rf /var/cache/pacman/pkg/*\n"),
        Good(
            "FROM archlinux:base\nRUN --mount=type=cache,target=/var/cache/pacman/pkg pacman -S --noconfirm git\n"
        ),
        Good("FROM archlinux:base\nRUN pacman -Q\n"),
        Good("FROM archlinux:base AS build\nRUN pacman -S --noconfirm gcc\nFROM archlinux:base\n"),
    ],
)
def pacman_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        yield Finding(
            head(found.made[0]),
            "pacman leaves its packages in this layer; remove /var/cache/pacman/pkg/* in the same RUN",
            cleaned(
                dockerfile, found, "rm -rf /var/cache/pacman/pkg/*", "remove the packages in the same RUN"
            ),
        )


def _fills(command: Command) -> bool:
    if command.tool != "pacman" or command.subcommand != "sync":
        return False
    reads = command.has("-s", "-i", "-l", "-g", "-p", "-c")
    return not reads and (command.has("-u") or bool(command.operands))


def _cleans(command: Command) -> bool:
    return command.tool == "pacman" and command.subcommand == "sync" and command.has("-c")
