from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.edits import insert_option
from dockerlint.shell.leftover import head
from dockerlint.shell.rpm import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = (
    "dnf",
    "dnf5",
    "microdnf",
    "tdnf",
)


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: one of three subcommands among the arguments, and no `-y`."""
    from dockerlint.shell.as_hadolint import calls

    for _, call in calls(dockerfile, "dnf", "microdnf"):
        if call.has_argument("install", "groupinstall", "localinstall") and not call.has_flag(
            "y", "assumeyes"
        ):
            yield Finding(call.command.name_word.span, "nobody can answer when it asks; add -y")


@rule(
    code="DL3038",
    summary="`dnf install` without `-y` stops to ask",
    why="""
        A build has nobody to answer a question: `dnf` asks before it installs, updates or removes anything,
        finds no input, takes that for a no, and the build ends there. `-y` answers yes.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    peer=as_hadolint_does,
    bad=[
        Bad("FROM fedora:41\nRUN «dnf install» git\n", fixed="FROM fedora:41\nRUN dnf install -y git\n"),
        Bad(
            "FROM fedora:41\nRUN «dnf -q install» \\\n  # tools\n  git && dnf clean all\n",
            fixed="FROM fedora:41\nRUN dnf -q install -y \\\n  # tools\n  git && dnf clean all\n",
        ),
        Bad(
            "FROM fedora:41\nRUN «dnf groupinstall» tools\n",
            fixed="FROM fedora:41\nRUN dnf groupinstall -y tools\n",
        ),
        Bad(
            "FROM fedora:41\nRUN «microdnf install» git && «tdnf update»\n",
            fixed="FROM fedora:41\nRUN microdnf install -y git && tdnf update -y\n",
        ),
    ],
    good=[
        Good("FROM fedora:41\nRUN dnf -y install git\n"),
        Good("FROM fedora:41\nRUN dnf install -qy git\n"),
        Good("FROM fedora:41\nRUN dnf install --assumeyes git\n"),
        Good("FROM fedora:41\nRUN dnf --setopt=assumeyes=1 install git\n"),
        Good("FROM fedora:41\nRUN dnf clean all && dnf makecache\n"),
        Good("FROM fedora:41\nRUN yes | dnf install git\n"),
        Good("FROM fedora:41\nRUN echo assumeyes=1 >> /etc/dnf.conf && dnf install git\n"),
    ],
)
def dnf_install_asks(dockerfile: Dockerfile) -> Iterator[Finding]:
    for script, command in asking(dockerfile, PROGRAMS):
        edit = insert_option(script, command, "-y")
        yield Finding(
            head(command),
            f"`{command.name} {command.subcommand}` asks, and nobody can answer; add `-y`",
            None if edit is None else Fix("add -y", (edit,)),
        )
