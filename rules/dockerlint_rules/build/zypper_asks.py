from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable
from dockerlint.shell.leftover import head, verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

# Subcommands that change what is installed, or trust a key, and so ask first.
ASKING = frozenset((
    "install", "in", "remove", "rm", "source-install", "si", "patch", "update", "up", "dist-upgrade", "dup",
    "install-new-recommends", "inr", "verify", "ve",
))  # fmt: skip
ASSENT = ("-n", "--non-interactive", "-y", "--no-confirm", "-D", "--dry-run", "-h", "--help")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: some subcommands anywhere among the arguments, and none of four flags."""
    from dockerlint.shell.as_hadolint import calls

    for _, call in calls(dockerfile, "zypper"):
        if call.has_argument("install", "in", "remove", "rm", "source-install", "si", "patch") and not (
            call.has_flag("n", "non-interactive", "y", "no-confirm")
        ):
            yield Finding(
                call.command.name_word.span, "nobody can answer when it asks; add --non-interactive"
            )


@rule(
    code="DL3034",
    summary="`zypper` without `--non-interactive` stops to ask",
    why="""
        A build has nobody to answer a question: `zypper` asks before it changes anything, finds no input, and
        the build ends there. `--non-interactive` takes the default answers.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    peer=as_hadolint_does,
    bad=[
        Bad(
            "FROM opensuse/leap:15.6\nRUN «zypper install» git\n",
            fixed="FROM opensuse/leap:15.6\nRUN zypper --non-interactive install git\n",
        ),
        Bad(
            "FROM opensuse/leap:15.6\nRUN sudo «/usr/bin/zypper -q up» && \\\n  # tools\n  «zypper in» git\n",
            fixed="FROM opensuse/leap:15.6\nRUN sudo /usr/bin/zypper --non-interactive -q up && \\\n  # tools\n"
            "  zypper --non-interactive in git\n",
        ),
    ],
    good=[
        Good("FROM opensuse/leap:15.6\nRUN zypper -n install git\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper in -y git && zypper rm --no-confirm vim\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper refresh && zypper clean\n"),
        Good("FROM opensuse/leap:15.6\nRUN (yes | zypper in git)\n"),
        Good("FROM opensuse/leap:15.6\nRUN yes | zypper in git\n"),
    ],
)
def zypper_asks(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("zypper"):
                if not _asks(command):
                    continue
                at = command.name_word.span.end
                fix = Fix("add --non-interactive", (Edit(Span(at, at), " --non-interactive"),))
                yield Finding(
                    head(command),
                    "zypper asks, and nobody can answer; add `--non-interactive`",
                    fix if editable(script) else None,
                )


def _asks(command: Command) -> bool:
    if verb(command) not in ASKING or command.has(*ASSENT):
        return False
    return not ("pipeline" in command.within and command.before == "|")
