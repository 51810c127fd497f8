from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a RUN that calls one of them, once for each RUN."""
    from dockerlint.shell.as_hadolint import views

    if any(name in dockerfile.source.text for name in NAMES):
        for _, seen in views(dockerfile):
            found = seen.named(*NAMES)
            if found:
                yield Finding(found[0].command.name_word.span, _message(found[0].name))


@rule(
    code="DL3001",
    summary="A command that does nothing lasting in a build",
    why="""
        A layer keeps files. Processes, services, mounts and sessions end with the `RUN` that started them, so
        `service x start` or `mount` has no effect on the image, and `top` or `vim` wait for somebody
        who is not there.
    """,
    severity=Severity.INFO,
    peer=as_hadolint_does,
    bad=[
        Bad("FROM debian:12\nRUN «service» postgresql start\n"),
        Bad("FROM debian:12\nRUN set -e; \\\n    # look\n    «/bin/ps» aux\n"),
        Bad('FROM debian:12\nRUN [«"top"», "-b"]\n'),
    ],
    good=[
        Good("FROM debian:12\nRUN echo mount\n"),
        Good("FROM debian:12\nRUN service postgresql start && psql -c 'CREATE DATABASE x'\n"),
        Good("FROM debian:12\nRUN sleep 9 & kill $!\n"),
        Good("FROM debian:12\nRUN service x start && setup && service x stop\n"),
        Good("FROM debian:12\nRUN --mount=type=ssh ssh -T git@example.org\n"),
        Good("FROM debian:12\nRUN vim -E -c PlugInstall -c qa\n"),
    ],
)
def command_without_use_in_image(dockerfile: Dockerfile) -> Iterator[Finding]:
    if not any(name in dockerfile.source.text for name in NAMES):
        return
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            last = script.commands[-1] if script.commands else None
            for command in script.named(*NAMES):
                # What is started for the commands behind it, or ended with them, has its use.
                helps = command.name in ("service", "mount", "ps", "free") and command is not last
                ends = command.name == "kill" and len(script.commands) > 1
                ends |= command.name == "service" and len(script.named("service")) > 1
                if helps or ends or (command.name in ("vim", "ssh") and command.arguments):
                    continue
                name = command.name or ""
                yield Finding(command.name_word.span, _message(name))


def _message(name: str) -> str:
    return f"{name} leaves nothing in the image; do it where the container runs, or remove it"
