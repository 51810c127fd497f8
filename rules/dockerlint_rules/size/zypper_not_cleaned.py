from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule, safe
from dockerlint.shell.cleaning import clean_at_end, mounted_as_hadolint, uncleaned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.as_hadolint import Call


@rule(
    code="DL3036",
    summary="No `zypper clean` after `zypper install`",
    why="""
        This is hadolint's reading of DK314: the cache of zypper stays in the layer unless the same `RUN` runs
        `zypper clean`. Removing the folder does not count, a cache mount on it does.
    """,
    severity=Severity.WARNING,
    profiles=("hadolint",),
    fix=safe("/var/cache/zypp/*", "/var/log/*", "/var/lib/zypp/*"),
    bad=[
        Bad(
            "FROM opensuse/leap:15.6\nRUN «zypper in -y git» && rm -rf /var/cache/zypp\n",
            fixed="FROM opensuse/leap:15.6\nRUN zypper in -y git && rm -rf /var/cache/zypp && zypper clean\n",
        ),
        Bad("FROM opensuse/leap:15.6\nRUN zypper clean && «zypper install -y git» && zypper clean\n"),
    ],
    good=[
        Good("FROM opensuse/leap:15.6\nRUN zypper in -y git && zypper cc -a\n"),
        Good("FROM opensuse/leap:15.6\nRUN --mount=type=cache,target=/var/cache/zypp zypper in -y git\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper -n update\n"),
    ],
)
def zypper_not_cleaned(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run, call, fixable in uncleaned(dockerfile, ("zypper",), _fills, _cleans):
        if not mounted_as_hadolint(run, "/var/cache/zypp"):
            yield Finding(
                call.command.span,
                "zypper leaves its cache in this layer; run `zypper clean` in the same RUN",
                clean_at_end(dockerfile, run, call, "zypper clean", "remove the cache in the same RUN")
                if fixable
                else None,
            )


def _fills(call: Call) -> bool:
    return call.has_argument("install", "in")


def _cleans(call: Call) -> bool:
    return call.name == "zypper" and call.has_argument("clean", "cc")
