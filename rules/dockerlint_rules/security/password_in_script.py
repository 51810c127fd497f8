from __future__ import annotations

import re

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule
from dockerlint.shell import scripts
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script

_READERS = ("chpasswd", "passwd")
_PAIR = r"(?P<user>[\w.-]+):(?P<password>[^\s$`:]+)\s*(?:\\n)?"


@rule(
    code="DK405",
    summary="A password is set to what stands in the file",
    why="""
        The password stays in the image's history, and every container of the image has it; where the account can
        log in (SSH, `su`, `sudo`), everybody who has seen the file can. Most containers need no password at
        all: a program under `USER` needs none, and a locked account (`useradd` without `-p`, `passwd -l`) has none.
        Where one is wanted, set it when the container starts.
    """,
    severity=Severity.WARNING,
    source="https://cwe.mitre.org/data/definitions/259.html",
    bad=[
        Bad("FROM debian:12\nRUN echo -e «'root:toor'» | chpasswd\n"),
        Bad("FROM debian:12\nRUN echo «'root:toor'» | chpasswd\n"),
        Bad("FROM debian:12\nRUN useradd app && printf «'app:hello\\n'» | sudo chpasswd\n"),
        Bad("FROM rockylinux:9\nRUN echo «hunter2» | passwd --stdin root\n"),
        Bad('FROM debian:12\nRUN echo «"hunter2\\nhunter2"» | passwd app\n'),
        Bad("FROM debian:12\nRUN useradd -m -p «hunter2» app\n"),
        Bad("FROM debian:12\nRUN chpasswd <<< «root:toor»\n"),
    ],
    good=[
        Good('FROM debian:12\nRUN echo hunter2 | passwd -l root && chpasswd <<< "root:$P"\n'),
        Good(
            "FROM debian:12\nRUN echo '' | passwd a && echo `cat /p` | passwd --stdin a && echo '$P' | passwd --stdin a\n"
        ),
        Good("FROM debian:12\nRUN passwd root < /run/secrets/p && useradd app && echo hello | tee /a\n"),
        Good("FROM debian:12\nRUN echo root:toor && chpasswd < /run/secrets/p && cat root:toor | chpasswd\n"),
        Good('FROM debian:12\nARG PASSWORD\nRUN echo "root:$PASSWORD" | chpasswd\n'),
        Good("FROM debian:12\nRUN --mount=type=secret,id=p chpasswd < /run/secrets/p\n"),
        Good("FROM debian:12\nRUN useradd -m app && usermod -p '*' app && echo 'app:*' | chpasswd -e\n"),
        Good("FROM debian:12\nRUN echo root:toor > /a && passwd -l root && echo | passwd -d app\n"),
        Good("FROM debian:12\nRUN adduser --disabled-password --gecos '' app && useradd -p ! web\n"),
    ],
)
def password_in_script(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            if script.named("chpasswd", "passwd", "useradd", "usermod", "adduser"):
                for span in _passwords(script):
                    yield Finding(span, "the password stays in the image's history; set it at start, or none")


def _passwords(script: Script) -> Iterator[Span]:
    before: Command | None = None
    for command in script.commands:
        if command.name in ("useradd", "usermod", "adduser"):
            option = command.option("-p", "--password")
            if option is not None and option.value_word is not None and _is_literal(option.value):
                yield option.value_word.span
        elif command.name in _READERS and not command.has("-e", "-d", "-l", "-u", "-S"):
            yield from _read(command, before)
        before = command


def _read(command: Command, before: Command | None) -> Iterator[Span]:
    """What a command that sets passwords reads, where the script says it."""
    for redirect in command.redirects:
        if redirect.operator == "<<<" and redirect.target is not None:
            if _is_given(command, shown(redirect.target)):
                yield redirect.target.span
            return
    if before is None or command.before != "|" or before.name not in ("echo", "printf"):
        return
    words = [word for word in before.arguments if word.text not in ("-e", "-n", "-ne", "-en", "%s\\n", "%s")]
    if len(words) == 1 and _is_given(command, shown(words[0])):
        yield words[0].span


def _is_given(command: Command, text: str) -> bool:
    text = text.strip().removesuffix("\\n")
    if command.name == "chpasswd":
        found = re.fullmatch(_PAIR, text)
        return found is not None and _is_literal(found["password"])
    return bool(text) and _is_literal(text)


def _is_literal(password: str | None) -> bool:
    """Whether it is a password and not a variable, or a mark that locks the account."""
    return (
        password is not None and "$" not in password and "`" not in password and password.strip("*!x") != ""
    )
