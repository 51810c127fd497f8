from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.leftover import Left, calls, cleaned, first_user, head, left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("/var/cache/zypp",)
FILLS = (
    "install", "in", "update", "up", "patch", "dist-upgrade", "dup", "refresh", "ref", "source-install", "si",
)  # fmt: skip
TITLE = "remove the cache in the same RUN"


@rule(
    code="DK314",
    summary="Cache of zypper stays in the layer",
    why="""
        `zypper` keeps the metadata of every repository, and the packages that it fetched, in
        `/var/cache/zypp`. `zypper clean --all` in the same RUN removes them before the layer is made.
    """,
    severity=Severity.WARNING,
    fix=safe("/var/cache/zypp/*", "/var/log/*", "/var/lib/zypp/*"),
    aliases=("DL3036",),
    bad=[
        Bad(
            "FROM opensuse/leap:15.6\nRUN «zypper --non-interactive install» git\n",
            fixed="FROM opensuse/leap:15.6\nRUN zypper --non-interactive install git && zypper clean --all\n",
        ),
        Bad(
            "FROM opensuse/leap:15.6\nRUN «zypper refresh» \\\n && zypper in -y git \\\n # the compiler\n gcc\n",
            fixed="FROM opensuse/leap:15.6\nRUN zypper refresh \\\n && zypper in -y git \\\n # the compiler\n gcc \\\n"
            " && zypper clean --all\n",
        ),
        Bad(
            "FROM opensuse/leap:15.6\nRUN <<EOF\n«zypper in» -y git\nEOF\n",
            fixed="FROM opensuse/leap:15.6\nRUN <<EOF\nzypper in -y git && zypper clean --all\nEOF\n",
        ),
    ],
    good=[
        Good("FROM opensuse/leap:15.6\nRUN zypper in -y git && zypper cc -a\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper in -y git && rm -rf /var/cache/zypp/*\n"),
        Good("FROM opensuse/leap:15.6\nRUN --mount=type=cache,target=/var/cache/zypp zypper in -y git\n"),
    ],
)
def zypper_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        yield Finding(
            head(found.made[0]),
            "zypper leaves its cache in this layer; run `zypper clean --all` at the end of this RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, ("zypper",), FILLS)


def _cleans(command: Command) -> bool:
    return calls(command, ("zypper",), ("clean", "cc"))


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    if any(c.has("--root", "-R", "--installroot", "--cache-dir", "-C") for c in found.made):
        return None
    if first_user(dockerfile, found.run, _works_offline) is not None:
        return None
    return cleaned(dockerfile, found, "zypper clean --all", TITLE, "zypper", stays=True)


def _works_offline(command: Command) -> bool:
    return command.name == "zypper" and command.has("--no-refresh")
