from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script

LINKS = ("/bin/sh", "/usr/bin/sh")
SHELLS = ("bash", "zsh", "ash", "dash", "ksh")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: `ln` with /bin/sh among its arguments, as source or as target."""
    from dockerlint.shell.as_hadolint import calls

    for _, call in calls(dockerfile, "ln"):
        if call.has_argument("/bin/sh"):
            yield Finding(call.command.span, "a link replaces /bin/sh; use SHELL to run another shell")


@rule(
    code="DL4005",
    summary="A link that replaces `/bin/sh`",
    why="""
        Every script with `#!/bin/sh` in the image, those of packages too, runs in another shell from then on,
        and an update of the shell's package may put the old link back. `SHELL` changes what `RUN` uses
        and nothing else.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "/bin/sh stays the image's own, and commands in shell form run in the other shell",
        config=("Shell", "Cmd", "Entrypoint", "Healthcheck"),
    ),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#shell",
    bad=[
        Bad(
            "FROM debian:12\nRUN «ln -sf /bin/bash /bin/sh»\n",
            fixed='FROM debian:12\nSHELL ["/bin/bash", "-c"]\n',
        ),
        Bad(
            "FROM debian:12\nRUN rm /bin/sh && «ln -s /bin/bash /bin/sh»\nUSER 1\n",
            fixed='FROM debian:12\nSHELL ["/bin/bash", "-c"]\nUSER 1\n',
        ),
        Bad("FROM debian:12\nRUN apt-get update && sudo «ln -snf bash /usr/bin/sh»\n"),
        Bad("FROM debian:12\nRUN «ln -sf /bin/bash /bin/sh» \\\n  # why\n  && rm /bin/sh\n"),
        Bad("FROM debian:12\nRUN «ln -sf /bin/bash /bin/sh» && rm /etc/motd\n"),
        Bad("FROM debian:12\nRUN «ln -sf /bin/bash /bin/sh» && echo /bin/sh\n"),
        Bad("FROM debian:12\nRUN rm /bin/sh || «ln -sf /bin/bash /bin/sh»\n"),
        Bad("FROM debian:12\nRUN «ln -sf /bin/bash /bin/sh» && export A=1\n"),
        Bad("FROM debian:12\nRUN --network=none «ln -sf /bin/bash /bin/sh»\n"),
        Bad("FROM debian:12\nONBUILD RUN «ln -sf /bin/bash /bin/sh»\n"),
        Bad("FROM debian:12\nRUN <<EOF\n«ln -sf /bin/bash /bin/sh»\nEOF\n"),
        Bad('FROM debian:12\nRUN [«"ln", "-sf", "/bin/bash", "/bin/sh"»]\n'),
        Bad("FROM debian:12\nRUN «ln -sf /opt/shell /bin/sh»\n"),
        Bad(
            "from debian:12\nrun «ln -sf /bin/bash /bin/sh»\n",
            fixed='from debian:12\nshell ["/bin/bash", "-c"]\n',
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN ln -s /bin/sh /usr/local/bin/shell\n"),
        Good("FROM debian:12\nRUN ln -s a b /bin/sh\n"),
        Good('FROM debian:12\nSHELL ["/bin/bash", "-c"]\nRUN ln -s /bin/bash /bin/shell\n'),
    ],
)
def sh_replaced_by_link(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("ln"):
                if len(command.operands) == 2 and command.operands[1].value in LINKS:
                    start = command.name_word.span.start
                    yield Finding(
                        Span(start, command.span.end),
                        "a link replaces /bin/sh; use SHELL to run another shell",
                        _fix(run, script, command),
                    )


def _fix(run: Run, script: Script, link: Command) -> Fix | None:
    """SHELL in the place of a RUN that does nothing but make the link."""
    shell = link.operands[0].value or ""
    if run.comments or run.flags or run.onbuild or run.command.heredocs or not editable(script):
        return None
    if not shell.startswith("/") or shell.rpartition("/")[2] not in SHELLS:
        return None
    for command in script.commands:
        removes = command.name in ("rm", "mv", "unlink") and any(w.value in LINKS for w in command.operands)
        if command is not link and not removes:
            return None
    if len(script.statements) > len(script.commands) or not script.is_and_list:
        return None
    keyword = "shell" if run.keyword.text.islower() else "SHELL"
    span = Span(run.keyword.span.start, run.command.span.end)
    return Fix("use SHELL", (Edit(span, f'{keyword} ["{shell}", "-c"]'),))
