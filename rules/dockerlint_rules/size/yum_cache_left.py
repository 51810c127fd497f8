from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.leftover import Left, calls, cleaned, first_user, head, left, verb
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

TOOLS = ("yum", "dnf", "dnf5", "microdnf", "tdnf")
CACHE = ("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf")
FILLS = (
    "install", "in", "localinstall", "groupinstall", "reinstall", "update", "upgrade", "up", "makecache",
    "downgrade", "swap", "distro-sync", "builddep", "group install", "module install", "group", "module",
    "check-update",
)  # fmt: skip
TITLE = "remove the cache in the same RUN"


@rule(
    code="DK313",
    summary="Cache of yum or dnf stays in the layer",
    why="""
        `yum`, `dnf` and `microdnf` keep the metadata of every repository, and packages where `keepcache` is
        on, below `/var/cache`: often more than 100 MB. `clean all` in the same RUN removes them before the
        layer is made.
    """,
    severity=Severity.WARNING,
    fix=safe(
        "/var/cache/yum/*",
        "/var/cache/dnf/*",
        "/var/cache/libdnf5/*",
        "/var/cache/tdnf/*",
        "/var/lib/dnf/*",
        "/var/log/*",
    ),
    aliases=("DL3032", "DL3040"),
    bad=[
        Bad(
            "FROM centos:7\nRUN «yum install» -y httpd\n",
            fixed="FROM centos:7\nRUN yum install -y httpd && yum clean all\n",
        ),
        Bad(
            "FROM fedora:41\nRUN «dnf -y install» \\\n      httpd \\\n      # for the logs\n      rsyslog\n",
            fixed="FROM fedora:41\nRUN dnf -y install \\\n      httpd \\\n      # for the logs\n      rsyslog \\\n"
            "      && dnf clean all\n",
        ),
        Bad(
            "FROM fedora:41\nRUN «dnf -y update» && \\\n    dnf -y install httpd && \\\n    rm -rf /tmp/*\n",
            fixed="FROM fedora:41\nRUN dnf -y update && \\\n    dnf -y install httpd && \\\n    rm -rf /tmp/* && \\\n"
            "    dnf clean all\n",
        ),
        Bad(
            "FROM fedora:41\nRUN <<EOF\nset -eu\n«microdnf install» -y httpd\nEOF\n",
            fixed="FROM fedora:41\nRUN <<EOF\nset -eu\nmicrodnf install -y httpd\nmicrodnf clean all\nEOF\n",
        ),
    ],
    good=[
        Good("FROM centos:7\nRUN yum install -y httpd && yum clean all\n"),
        Good("FROM fedora:41\nRUN dnf install -y httpd && rm -rf /var/cache/dnf\n"),
        Good("FROM fedora:41\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y httpd\n"),
        Good("FROM fedora:41 AS build\nRUN dnf install -y gcc\nFROM fedora:41\n"),
    ],
)
def yum_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        name = found.made[-1].name
        yield Finding(
            head(found.made[0]),
            f"{name} leaves its cache in this layer; run `{name} clean all` at the end of this RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, TOOLS, FILLS)


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    return (command.tool in TOOLS or command.name in TOOLS) and "clean" in words and "all" in words


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    last = found.made[-1]
    if last.name not in TOOLS or any(c.has("--installroot") for c in found.made):
        return None
    if first_user(dockerfile, found.run, _works_offline) is not None:
        return None
    return cleaned(dockerfile, found, f"{last.name} clean all", TITLE, last.name, stays=True)


def _works_offline(command: Command) -> bool:
    return (command.tool in TOOLS or command.name in TOOLS) and (
        command.has("-C", "--cacheonly") or verb(command) == "list"
    )
