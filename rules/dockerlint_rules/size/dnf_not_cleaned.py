from __future__ import annotations

from functools import partial

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule, safe
from dockerlint.shell.cleaning import clean_at_end, mounted_as_hadolint, uncleaned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.as_hadolint import Call

FILLS = ("install", "in", "upgrade", "up", "upgrade-minimal", "up-min", "reinstall", "rei")


@rule(
    code="DL3040",
    summary="No `dnf clean all` after `dnf install`",
    why="""
        This is hadolint's reading of DK313: the cache of dnf stays in the layer unless the same `RUN` cleans
        it. Any `rm -rf` counts for a cleaning, and so does either word of `clean all`;
        one before the install hides the one behind it.
    """,
    severity=Severity.WARNING,
    profiles=("hadolint",),
    fix=safe("/var/cache/dnf/*", "/var/cache/libdnf5/*", "/var/lib/dnf/*", "/var/log/*"),
    bad=[
        Bad(
            "FROM fedora:41\nRUN «dnf install -y git»\n",
            fixed="FROM fedora:41\nRUN dnf install -y git && dnf clean all\n",
        ),
        Bad(
            "FROM fedora:41\nRUN echo a && \\\n  «dnf install -y git» && \\\n  # why\n  echo done\n",
            fixed="FROM fedora:41\nRUN echo a && \\\n  dnf install -y git && \\\n  # why\n  echo done && \\\n"
            "  dnf clean all\n",
        ),
        Bad("FROM fedora:41\nRUN dnf clean all && «dnf install -y git» && dnf clean all\n"),
        Bad('FROM fedora:41\nRUN ["«dnf", "install", "-y", "git»"]\n'),
    ],
    good=[
        Good("FROM fedora:41\nRUN dnf install -y git && dnf clean all\n"),
        Good("FROM fedora:41\nRUN dnf install -y git && rm -rf /tmp/x\n"),
        Good("FROM fedora:41\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y git\n"),
        Good("FROM fedora:41\nRUN dnf -y update\n"),
        Good("FROM fedora:41\nRUN /usr/bin/dnf install -y git\n"),
    ],
)
def dnf_not_cleaned(dockerfile: Dockerfile) -> Iterator[Finding]:
    for name in ("dnf", "microdnf"):
        for run, call, fixable in uncleaned(dockerfile, (name,), _fills, partial(_cleans, name)):
            if mounted_as_hadolint(run, "/var/cache/libdnf5", ".cache/libdnf5"):
                continue
            yield Finding(
                call.command.span,
                f"{name} leaves its cache in this layer; run `{name} clean all` in the same RUN",
                clean_at_end(dockerfile, run, call, f"{name} clean all", "remove the cache in the same RUN")
                if fixable
                else None,
            )


def _fills(call: Call) -> bool:
    return call.has_argument(*FILLS)


def _cleans(name: str, call: Call) -> bool:
    if call.name == "rm":
        return call.has_argument("-rf")
    return call.name == name and call.has_argument("clean", "all")
