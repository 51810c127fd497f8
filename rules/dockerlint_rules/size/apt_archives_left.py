from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.reach import in_turn
from dockerlint.rule import Bad, Finding, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.leftover import Left, calls, cleaned, head
from dockerlint.shell.paths import mounted, removals, removed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.shell import Command, Script

ARCHIVES = ("/var/cache/apt/archives",)
APT = ("apt-get", "apt", "aptitude")
FILLS = ("install", "reinstall", "upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade", "build-dep")
KEEP = "Keep-Downloaded-Packages"


@rule(
    code="DK311",
    summary="Downloaded packages of apt stay in the layer",
    why="""
        The official Debian and Ubuntu images tell apt to remove every package that it downloaded. A file
        that takes this away (it removes `docker-clean`, or sets `Keep-Downloaded-Packages`, for a cache mount
        somewhere) has to mount `/var/cache/apt` in every RUN that installs, or to run `apt-get clean`.
    """,
    severity=Severity.INFO,
    fix=safe("/var/cache/apt/*", "/var/lib/apt/lists/*"),
    bad=[
        Bad(
            "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n"
            "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && «apt-get install» -y curl\n",
            fixed="FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n"
            "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y curl"
            " && apt-get clean\n",
        ),
        Bad(
            "FROM debian:12\nRUN rm /etc/apt/apt.conf.d/docker-clean \\\n    # tools\n"
            " && apt-get update \\\n && «apt-get install» -y curl \\\n && rm -rf /var/lib/apt/lists/*\n",
            fixed="FROM debian:12\nRUN rm /etc/apt/apt.conf.d/docker-clean \\\n    # tools\n"
            " && apt-get update \\\n && apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/* \\\n"
            " && apt-get clean\n",
        ),
        Bad(
            "FROM debian:12\nRUN <<EOF\nset -e\n"
            """echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep\n"""
            "apt-get update\n«apt install» -y curl\nEOF\n",
            fixed="FROM debian:12\nRUN <<EOF\nset -e\n"
            """echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep\n"""
            "apt-get update\napt install -y curl\napt-get clean\nEOF\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Good(
            "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n"
            "RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y curl\n"
        ),
        Good(
            "FROM debian:12\nRUN rm /etc/apt/apt.conf.d/docker-clean && apt-get update"
            " && apt-get install -y curl && apt-get clean\n"
        ),
        Good(
            "FROM debian:12 AS build\nRUN rm /etc/apt/apt.conf.d/docker-clean && apt-get install -y gcc\n"
            "FROM debian:12\n"
        ),
    ],
)
def apt_archives_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    start: Callable[[], set[str]] = set
    for stage, keepers in in_turn(dockerfile, start):
        for run in stage.of(Run):
            for script in scripts(run):
                if not keepers and _keeps(run, script):
                    keepers.add("apt")
                made = tuple(c for c in script.named(*APT) if calls(c, APT, FILLS)) if keepers else ()
                if made and not _cleans(run, script, made[-1]):
                    yield Finding(
                        head(made[0]),
                        "this file lets apt keep the packages that it downloads; run `apt-get clean` here,"
                        " or mount /var/cache/apt",
                        cleaned(
                            dockerfile,
                            Left(run, script, made),
                            "apt-get clean",
                            "clean apt's archives in the same RUN",
                            "apt",
                            stays=True,
                        ),
                    )


def _keeps(run: Run, script: Script) -> bool:
    """Whether a script takes away that apt removes what it downloaded."""
    if KEEP in script.text.text and '"false"' not in script.text.text:
        return True
    return any("docker-clean" in path for _, path in removals(script, run.state.workdir))


def _cleans(run: Run, script: Script, last: Command) -> bool:
    if mounted(run, ARCHIVES) or removed(script, run.state.workdir, ARCHIVES, last.end):
        return True
    return any(
        c.start >= last.end and calls(c, APT, ("clean", "autoclean", "distclean")) for c in script.commands
    )
