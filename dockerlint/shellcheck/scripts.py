"""The scripts of a Dockerfile as ShellCheck gets them, and the way back into the file."""

from __future__ import annotations

import re

from dockerlint.frozen import node
from dockerlint.model import Cmd, Entrypoint, Healthcheck, Onbuild, Run
from dockerlint.shell import scripts_of
from dockerlint.shellcheck.pragmas import Shells
from dockerlint.source import Mapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.model import CommandLine, Dockerfile, Instruction
    from dockerlint.shell import Script

# What a build sets without being asked.
PROXIES = (
    "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy",
)  # fmt: skip
_SHEBANGS = {"sh": "/bin/sh", "bash": "/bin/bash", "ksh": "/bin/ksh"}
# With more variables than this only those are named that the script speaks of.
_MANY = 500
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@node
class Piece:
    """One script. `text` is what ShellCheck reads: a head of ours (`head` characters long) that names
    the shell and the variables, then the script, whose places in the file `body` knows.

    `literal` tells whether the script stands in the file as it is: not inside a JSON string; `peer`
    whether it is as hadolint would have it.
    """

    text: str
    head: int
    body: Mapped
    instruction: Instruction
    literal: bool
    peer: bool = False


def pieces(dockerfile: Dockerfile) -> list[Piece]:
    """Every script of a file that ShellCheck can read: of RUN, CMD, ENTRYPOINT and HEALTHCHECK, in
    shell form, as a here-document, or behind `sh -c`; those inside ONBUILD too."""
    found: list[Piece] = []
    shells = Shells(dockerfile)
    for outer in dockerfile.body:
        instruction = outer.inner if isinstance(outer, Onbuild) else outer
        if not isinstance(instruction, Run | Cmd | Entrypoint | Healthcheck) or instruction.command is None:
            continue
        command = instruction.command
        shell = shells.at(instruction)
        for script in _readable(scripts_of(command, shell)):
            body = script.text
            if command.heredocs and not script.heredoc:
                body = _with_bodies(body, command)
            text = body.text
            if not text.strip():
                continue
            head = _head(script, shell, instruction, text)
            found.append(Piece(head + text, len(head), body, instruction, not script.exec_form))
    return found


def _readable(scripts: tuple[Script, ...]) -> Iterator[Script]:
    for script in scripts:
        # The first script of an exec form is no text for a shell.
        if script.dialect in _SHEBANGS and not (script.exec_form and script is scripts[0]):
            yield script


def _head(script: Script, shell: tuple[str, ...] | None, instruction: Instruction, text: str) -> str:
    program = _SHEBANGS[script.dialect]
    if script.dialect == "sh" and shell and any(word.rpartition("/")[2] in ("ash", "dash") for word in shell):
        program = "/bin/dash"
    variables = instruction.state.variables
    named: Iterable[str] = variables
    if len(variables) > _MANY:
        named = sorted(word for word in set(_NAME.findall(text)) if word in variables)
    return header(program, (*PROXIES, *(name for name in named if name not in PROXIES)))


def header(program: str, names: Iterable[str]) -> str:
    """The lines before a script: its shell, and the variables that it finds set."""
    return f"#!{program}\n" + "".join(f"export {name}=1\n" for name in names if _VARIABLE.match(name))


def _with_bodies(text: Mapped, command: CommandLine) -> Mapped:
    """The command line with its here-documents below it, as a shell wants them."""
    parts, pieces, at = [text.text], [*text.pieces], len(text.text)
    for heredoc in command.heredocs:
        parts.append("\n")
        at += 1
        if heredoc.content:
            pieces.append((at, heredoc.body.start))
            parts.append(heredoc.content)
            at += len(heredoc.content)
        pieces.append((at, heredoc.end.start))
        parts.append(heredoc.name)
        at += len(heredoc.name)
    return Mapped("".join(parts), tuple(pieces))
