from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule, safe
from dockerlint.shell.cleaning import clean_at_end, uncleaned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.as_hadolint import Call


@rule(
    code="DL3032",
    summary="No `yum clean all` after `yum install`",
    why="""
        This is hadolint's reading of DK313: the cache of yum stays in the layer unless the same `RUN` cleans
        it. Any `rm -rf` counts for a cleaning, and so does either word of `clean all`;
        one before the install hides the one behind it.
    """,
    severity=Severity.WARNING,
    profiles=("hadolint",),
    fix=safe("/var/cache/yum/*", "/var/log/*"),
    bad=[
        Bad(
            "FROM centos:7\nRUN «yum install -y git»\n",
            fixed="FROM centos:7\nRUN yum install -y git && yum clean all\n",
        ),
        Bad(
            "FROM centos:7\nRUN echo a && \\\n  «yum install -y git» && \\\n  # why\n  echo done\n",
            fixed="FROM centos:7\nRUN echo a && \\\n  yum install -y git && \\\n  # why\n  echo done && \\\n"
            "  yum clean all\n",
        ),
        Bad("FROM centos:7\nRUN yum clean all && «yum install -y git» && yum clean all\n"),
        Bad('FROM centos:7\nRUN ["«yum", "install", "-y", "git»"]\n'),
    ],
    good=[
        Good("FROM centos:7\nRUN yum install -y git && yum clean all\n"),
        Good("FROM centos:7\nRUN yum install -y git && rm -rf /tmp/x\n"),
        Good("FROM centos:7\nRUN yum install -y git && rm -r /var/cache/yum/*\n"),
        Good("FROM centos:7\nRUN /usr/bin/yum install -y git\n"),
    ],
)
def yum_not_cleaned(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run, call, fixable in uncleaned(dockerfile, ("yum",), _fills, _cleans):
        yield Finding(
            call.command.span,
            "yum leaves its cache in this layer; run `yum clean all` in the same RUN",
            clean_at_end(dockerfile, run, call, "yum clean all", "remove the cache in the same RUN")
            if fixable
            else None,
        )


def _fills(call: Call) -> bool:
    return call.has_argument("install")


def _cleans(call: Call) -> bool:
    if call.name == "rm":
        return call.has_argument("-rf", "/var/cache/yum/*")
    return call.name == "yum" and call.has_argument("clean", "all")
