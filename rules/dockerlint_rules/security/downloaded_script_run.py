from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

_FETCHERS = ("curl", "wget")
_RUNNERS = ("sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "php")
_INSIDE = ("$(curl ", "$(wget ", "`curl ", "`wget ", "<(curl ", "<(wget ")


@rule(
    code="DK410",
    summary="A download is run without a look at it",
    why="""
        What the server answers is run as root, whatever it is that day: nothing says which version, and nobody
        notices when it was replaced. A download that breaks off half-way is run half-way, and without
        `pipefail` one that fails counts as done. Download to a file, compare its checksum (`sha256sum -c`),
        then run it; or install from a package repository.
    """,
    severity=Severity.INFO,
    source="https://cwe.mitre.org/data/definitions/494.html",
    bad=[
        Bad("FROM debian:12\nRUN «curl» -fsSL https://example.org/install.sh | sh\n"),
        Bad("FROM debian:12\nRUN «wget» -qO- https://example.org/x | tr -d '\\r' | sudo -E bash -s -- -y\n"),
        Bad('FROM debian:12\nRUN bash -c «"$(curl -fsSL https://example.org/x)"»\n'),
        Bad('FROM debian:12\nSHELL ["/bin/bash", "-c"]\nRUN bash «<(curl -s https://example.org/x)»\n'),
        Bad("FROM python:3.13\nRUN «curl» -sSL https://example.org/get.py | python3 -\n"),
    ],
    good=[
        Good('FROM debian:12\nRUN echo "$(curl -s https://example.org/version)" > /v\n'),
        Good("FROM debian:12\nRUN curl -fsSL https://example.org/a.tgz | tar xz\n"),
        Good(
            "FROM debian:12\nRUN curl -fsSLo /i.sh https://example.org/i.sh && echo 'abc  /i.sh' | sha256sum -c \\\n"
            "    && sh /i.sh\n"
        ),
        Good("FROM debian:12\nRUN curl -s https://example.org/v.json | python3 -c 'import json, sys'\n"),
        Good("FROM debian:12\nRUN curl -s https://example.org/v.json | python3 parse.py\n"),
        Good("FROM debian:12\nRUN cat a.sh | sh && curl -s https://example.org/ > /x\n"),
    ],
)
def downloaded_script_run(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            if not script.named(*_FETCHERS):
                continue
            fetcher: Command | None = None
            for command in script.commands:
                if command.before not in ("|", "|&"):
                    fetcher = command if command.name in _FETCHERS else None
                elif fetcher is not None and _runs_input(command):
                    yield Finding(fetcher.name_word.span, _message(fetcher.name or "", command.name or ""))
                    fetcher = None
                if command.name in (*_RUNNERS, "eval", "source", "."):
                    for word in command.arguments:
                        if any(part in word.raw for part in _INSIDE):
                            yield Finding(word.span, _message("it", command.name or ""))
                            break


def _runs_input(command: Command) -> bool:
    """Whether a command of a pipe runs what comes in as a script."""
    if command.name not in _RUNNERS or command.has("-c", "-e", "-m", "-r", "-ne", "-pe", "-n", "-p"):
        return False
    return command.has("-s") or not command.operands or command.operands[0].text in ("-", "/dev/stdin")


def _message(fetcher: str, runner: str) -> str:
    what = "a download" if fetcher == "it" else f"what {fetcher} fetches"
    return f"{runner} runs {what} unseen; save it, compare its checksum, then run it"
