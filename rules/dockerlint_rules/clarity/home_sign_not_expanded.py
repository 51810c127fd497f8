from __future__ import annotations

from dockerlint.model import Add, Copy, Dockerfile, Env, Volume
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction, Word

# Shells and npm expand `~` in these when they read them.
_EXPANDED = ("bash_env", "env", "npm_config_", "histfile")


@rule(
    code="DK511",
    summary="`~` where nobody expands it",
    why="""
        Only a shell knows `~`. The builder copies to a folder of that name, and a program that reads `ENV
        PATH=~/bin:$PATH` looks for a folder `~` in its working directory (bash finds it, the program that bash starts
        does not). Write the home folder out: /root/bin, /home/app/bin.
    """,
    severity=Severity.WARNING,
    source="https://docs.docker.com/reference/dockerfile/#env",
    bad=[
        Bad("FROM debian:12\nENV A=1 PATH=«~/bin:$PATH»\n"),
        Bad("FROM debian:12\nENV PATH «$PATH:~/bin»\n"),
        Bad("FROM debian:12\nCOPY a «~/»\nADD b «~»\nVOLUME /x «~/data»\n"),
    ],
    good=[
        Good("FROM debian:12\nENV PATH=/root/bin:$PATH VERSION=~1.2 OPTS=a~b SIZE=1:~\n"),
        Good("FROM debian:12\nENV BASH_ENV=~/.bashrc npm_config_prefix=~/.npm\n"),
        Good("FROM debian:12\nRUN ls ~/a\nCOPY a~ /b~/\nCOPY ~/a /\n"),
    ],
)
def home_sign_not_expanded(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "~" not in dockerfile.source.text:
        return
    found: Iterator[Instruction] = dockerfile.instructions(Env, Copy, Add, Volume, onbuild=True)
    for instruction in found:
        for word in _paths(instruction):
            text = word.raw.strip("\"'")
            if text == "~" or text.startswith("~/") or (isinstance(instruction, Env) and ":~/" in text):
                told = "names a folder `~`" if not isinstance(instruction, Env) else "stays as it is in ENV"
                yield Finding(word.span, f"~ {told}; write the home folder out")


def _paths(instruction: Instruction) -> list[Word]:
    if isinstance(instruction, Env):
        pairs = instruction.pairs
        return [
            p.value for p in pairs if p.value is not None and not p.name.raw.lower().startswith(_EXPANDED)
        ]
    if isinstance(instruction, Copy | Add):
        return [instruction.destination]
    return list(instruction.paths) if isinstance(instruction, Volume) else []
