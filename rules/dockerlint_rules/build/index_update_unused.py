from __future__ import annotations

from dockerlint.model import Dockerfile, Onbuild, Run
from dockerlint.reach import first_behind
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.edits import remove_instruction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction
    from dockerlint.shell import Command

_INDEX = {
    "apt-get": ("update",),
    "apt": ("update",),
    "apk": ("update",),
    "yum": ("makecache",),
    "dnf": ("makecache",),
}
# Commands that install nothing and run nothing else.
_PLAIN = frozenset(
    ("rm", "echo", "mkdir", "ls", "true", "set", "chmod", "chown", "cp", "mv", "ln", "touch", "cat", "sed")
)


@rule(
    code="DK123",
    summary="A package index is fetched, and nothing is installed from it",
    why="""
        `apt-get update` fetches lists of packages and installs nothing. Where no later step installs a package, it costs
        time and some 20 MB of the layer and does nothing. Steps that run scripts or programs of their own
        may use the lists, so a file with one of those below is left alone.
    """,
    severity=Severity.INFO,
    fix=unsafe("the package lists are not in the image", "/var/lib/apt/lists/*", "/var/cache/*"),
    source="https://docs.docker.com/build/building/best-practices/#apt-get",
    bad=[
        Bad(
            'FROM debian:12\nRUN «apt-get update»\nCOPY app /app\nCMD ["/app"]\n',
            fixed='FROM debian:12\nCOPY app /app\nCMD ["/app"]\n',
        ),
        Bad("FROM alpine:3.22\nRUN mkdir /a && «apk update»\nRUN chown 1 /a\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n"),
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Good("FROM debian:12 AS a\nRUN apt-get update\nFROM a\nRUN ./install.sh\n"),
        Good("FROM debian:12\nRUN apt-get update\nONBUILD RUN apt-get install -y curl\n"),
    ],
)
def index_update_unused(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run):
        for script in scripts(run):
            updates = [c for c in script.named(*_INDEX) if c.subcommand in _INDEX.get(c.name or "", ())]
            if not updates or any(not _is_idle(c) for c in script.commands):
                continue
            if first_behind(dockerfile, run, _may_install) is not None:
                continue
            edit = remove_instruction(dockerfile, run) if len(script.commands) == 1 else None
            word = updates[0].subcommand_word or updates[0].name_word
            yield Finding(
                Span(updates[0].name_word.span.start, word.span.end),
                "nothing is installed from these package lists; leave the update out",
                Fix("leave the update out", (edit,)) if edit is not None else None,
            )


def _may_install(instruction: Instruction) -> bool:
    """Whether a later step might use the lists. A trigger is for builds that are not in the file."""
    if isinstance(instruction, Run):
        found = scripts(instruction)
        return not found or any(not s.ok or not all(map(_is_idle, s.commands)) for s in found)
    return isinstance(instruction, Onbuild)


def _is_idle(command: Command) -> bool:
    return command.name in _PLAIN or command.subcommand in _INDEX.get(command.name or "", ())
