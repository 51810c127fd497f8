from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.edits import insert_option
from dockerlint.shell.leftover import head
from dockerlint.shell.rpm import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("yum",)


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: one of three subcommands among the arguments, and no `-y`."""
    from dockerlint.shell.as_hadolint import calls

    for _, call in calls(dockerfile, "yum"):
        if call.has_argument("install", "groupinstall", "localinstall") and not call.has_flag(
            "y", "assumeyes"
        ):
            yield Finding(call.command.name_word.span, "nobody can answer when it asks; add -y")


@rule(
    code="DL3030",
    summary="`yum install` without `-y` stops to ask",
    why="""
        A build has nobody to answer a question: `yum` asks before it installs, updates or removes anything,
        finds no input, takes that for a no, and the build ends there. `-y` answers yes.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    peer=as_hadolint_does,
    bad=[
        Bad("FROM centos:7\nRUN «yum install» git\n", fixed="FROM centos:7\nRUN yum install -y git\n"),
        Bad(
            "FROM centos:7\nRUN «yum -q install» \\\n  # tools\n  git && yum clean all\n",
            fixed="FROM centos:7\nRUN yum -q install -y \\\n  # tools\n  git && yum clean all\n",
        ),
        Bad(
            "FROM centos:7\nRUN «yum groupinstall» tools\n",
            fixed="FROM centos:7\nRUN yum groupinstall -y tools\n",
        ),
        Bad(
            "FROM centos:7\nRUN sudo «/usr/bin/yum update»\n",
            fixed="FROM centos:7\nRUN sudo /usr/bin/yum update -y\n",
        ),
    ],
    good=[
        Good("FROM centos:7\nRUN yum -y install git\n"),
        Good("FROM centos:7\nRUN yum install -qy git\n"),
        Good("FROM centos:7\nRUN yum install --assumeyes git\n"),
        Good("FROM centos:7\nRUN yum --setopt=assumeyes=1 install git\n"),
        Good("FROM centos:7\nRUN yum clean all && yum makecache\n"),
        Good("FROM centos:7\nRUN yes | yum install git\n"),
        Good("FROM centos:7\nRUN echo assumeyes=1 >> /etc/yum.conf && yum install git\n"),
    ],
)
def yum_install_asks(dockerfile: Dockerfile) -> Iterator[Finding]:
    for script, command in asking(dockerfile, PROGRAMS):
        edit = insert_option(script, command, "-y")
        yield Finding(
            head(command),
            f"`{command.name} {command.subcommand}` asks, and nobody can answer; add `-y`",
            None if edit is None else Fix("add -y", (edit,)),
        )
