from __future__ import annotations

import re

from dockerlint.model import Cmd, Dockerfile, Entrypoint, Healthcheck
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_STRING = r'"(?:[^"\\]|\\.)*"'
# hadolint takes an array for JSON without looking at what is escaped in its strings.
ARRAY = rf"\[[ \t]*(?:{_STRING}[ \t]*(?:,[ \t]*{_STRING}[ \t]*)*)?\]"


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: every CMD, ENTRYPOINT and HEALTHCHECK CMD in shell form, SHELL or not."""
    for instruction in dockerfile.body:
        if not isinstance(instruction, Cmd | Entrypoint | Healthcheck):
            continue
        command = instruction.command
        if command is None:
            continue
        text = command.text.text.strip()
        # Two backslashes before a quote do not end the string for it.
        if command.heredocs or '\\\\"' in text or not re.fullmatch(ARRAY, text, re.DOTALL):
            fix = None if isinstance(instruction, Healthcheck) else _fix(dockerfile, instruction)
            yield Finding(instruction.keyword.span, "this is in shell form; write a JSON array", fix)


@rule(
    code="DL3025",
    summary="`CMD` or `ENTRYPOINT` in shell form",
    why="""
        In shell form `/bin/sh -c` is the main process. It does not pass signals on, so `docker stop` waits ten
        seconds and then kills, and an `ENTRYPOINT` gets no arguments. In exec form, a JSON array, the
        program itself is started. Where a `SHELL` is set, the shell is wanted. The fix is offered where
        no shell is needed: no variables, globs, operators or built-in commands.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "the program is started without a shell around it, and gets its signals",
        config=("Cmd", "Entrypoint", "Healthcheck"),
    ),
    aliases=("JSONArgsRecommended",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/build-checks/json-args-recommended/",
    bad=[
        Bad(
            "FROM busybox\n«CMD» httpd -f  -p '80 '\n",
            fixed='FROM busybox\nCMD ["httpd", "-f", "-p", "80 "]\n',
        ),
        Bad(
            "FROM busybox\n«ENTRYPOINT» exec httpd \\\n    # in front\n    -f\n",
            fixed='FROM busybox\nENTRYPOINT ["httpd", \\\n    # in front\n    "-f"]\n',
        ),
        Bad("FROM busybox\n«CMD» httpd -p $PORT\n"),
        Bad("FROM busybox\n«CMD» cd /srv && httpd -f\n"),
    ],
    good=[
        Good('FROM busybox\nENTRYPOINT ["httpd"]\nCMD []\n'),
        Good('FROM busybox\nSHELL ["/bin/ash", "-c"]\nCMD httpd\n'),
        Good("FROM busybox\nHEALTHCHECK CMD wget -q localhost || exit 1\n"),
        Good("FROM busybox\nONBUILD CMD httpd\n"),
        Good("FROM busybox\nCMD ['httpd', '-f']\n"),
    ],
)
def shell_form_command(dockerfile: Dockerfile) -> Iterator[Finding]:
    for instruction in dockerfile.body:
        if not isinstance(instruction, Cmd | Entrypoint):
            continue
        command = instruction.command
        if not command.is_exec and instruction.state.shell is None and not _is_array(command.text.text):
            name = instruction.keyword.name
            yield Finding(
                instruction.keyword.span,
                f"a shell runs this {name} and keeps its signals; write a JSON array",
                _fix(dockerfile, instruction),
            )


def _is_array(text: str) -> bool:
    """Whether an array was meant; that it is no JSON is another fault."""
    from dockerlint.execform import is_meant_as_array

    return text.lstrip()[:1] == "[" and is_meant_as_array(text)


def _fix(dockerfile: Dockerfile, instruction: Cmd | Entrypoint) -> Fix | None:
    from dockerlint.execform import exec_form_edits

    edits = exec_form_edits(dockerfile, instruction)
    return Fix("write the exec form", edits) if edits else None
