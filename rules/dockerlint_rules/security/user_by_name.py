from __future__ import annotations

import re

from dockerlint.model import Arg, Dockerfile, Run, User
from dockerlint.reach import shipped
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Stage

# root, whom the name tells, and the users of Windows, who have no number.
KNOWN = ("root", "ContainerUser", "ContainerAdministrator")
_REFERENCE = r"\$(?:\{(\w+)\}|(\w+))"


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: every USER that is not all digits, root too, unless it has a variable
    of an ARG anywhere before it."""
    arguments: set[str] = set()
    found: Iterator[Arg | User] = dockerfile.instructions(Arg, User)
    for instruction in found:
        if isinstance(instruction, Arg):
            arguments.update(pair.name.raw for pair in instruction.pairs)
            continue
        raw = instruction.user.raw
        if any((match[1] or match[2]) in arguments for match in re.finditer(_REFERENCE, raw)):
            continue
        if not re.fullmatch(r"[0-9]+", raw.partition(":")[0]):
            yield Finding(
                instruction.user.span, "a user by name cannot be checked from outside; give the UID"
            )


@rule(
    code="DL3066",
    summary="The image's user is given by name",
    why="""
        Kubernetes refuses to start a container with `runAsNonRoot` when the image's user is a name: it
        cannot know that the name is not root's. A number can be checked. Names of users that only other
        stages or instructions use, and root itself, are left alone.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "the configuration names the user by number; what reads the name there sees another text",
        config=("User",),
    ),
    peer=as_hadolint_does,
    source="https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    bad=[
        Bad("FROM node:22\nUSER «node»\n"),
        Bad(
            "FROM debian:12\nRUN useradd -u 1001 app\nUSER «app»:app\n",
            fixed="FROM debian:12\nRUN useradd -u 1001 app\nUSER 1001:app\n",
        ),
        Bad("FROM debian:12\nRUN useradd -u 1001 other && useradd -u $ID app && useradd app2\nUSER «app»\n"),
        Bad(
            "FROM debian:12\nRUN useradd -u 1002 other && useradd -u 1001 app\nUSER «app»\n",
            fixed="FROM debian:12\nRUN useradd -u 1002 other && useradd -u 1001 app\nUSER 1001\n",
        ),
        Bad("FROM debian:12\nRUN useradd app && usermod -u 1001 app\nUSER «app»\n"),
        Bad("FROM debian:12\nENV WHO=app\nRUN useradd -u 1001 app\nUSER «$WHO»\n"),
        Bad(
            "FROM alpine:3.20\nRUN addgroup -S app && adduser -S -D -u 1001 -G app app\nUSER «app»\n",
            fixed="FROM alpine:3.20\nRUN addgroup -S app && adduser -S -D -u 1001 -G app app\nUSER 1001\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nUSER 1001:app\n"),
        Good("FROM debian:12\nUSER root\n"),
        Good("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nUSER ContainerUser\n"),
        Good("FROM debian:12\nARG WHO\nUSER $WHO\n"),
        Good("FROM debian:12\nUSER app\nRUN make\nUSER 1001\n"),
        Good("FROM debian:12 AS build\nUSER app\nRUN make\nFROM debian:12\nCOPY --from=build /a /a\n"),
    ],
)
def user_by_name(dockerfile: Dockerfile) -> Iterator[Finding]:
    stages = shipped(dockerfile)
    for stage in dockerfile.stages:
        users = list(stage.of(User)) if stage.index in stages else []
        if not users:
            continue
        word = users[-1].user
        name = (word.value or "").partition(":")[0]
        if not name or name in KNOWN or name.isdigit():
            continue
        span = Span(word.span.start, word.span.start + len(name)) if word.raw.startswith(name) else word.span
        number = _number(stage, name) if len(span) == len(name) else None
        fix = None if number is None else Fix(f"name the user {number}", (Edit(span, number),))
        yield Finding(span, f"{name} cannot be told from root without starting the image; give the UID", fix)


def _number(stage: Stage, name: str) -> str | None:
    """The UID that a RUN of the stage, or of those below, gives to a user; None when none does."""
    found: set[str] = set()
    for one in stage.lineage:
        for run in one.of(Run):
            for script in scripts(run):
                for command in script.named("useradd", "adduser", "usermod"):
                    if any(word.value == name for word in command.operands):
                        given = command.option("-u", "--uid")
                        found.add((given.value if given is not None else None) or "")
    return found.pop() if len(found) == 1 and next(iter(found)).isdigit() else None
