"""Secrets and keys of a build: where they are, and a mask so that nothing of them is ever shown."""

from __future__ import annotations

import os

from dockerlint.errors import UserError
from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_STARS = "***"
_SHORTEST = 4


@record
class Secret:
    """A secret by the name that `RUN --mount=type=secret` uses: the content of a file or of a variable."""

    name: str
    file: str = ""
    variable: str = ""

    @property
    def spec(self) -> str:
        """As every engine's `--secret` takes it."""
        where = f"env={self.variable}" if self.variable else f"src={self.file}"
        return f"id={self.name},{where}"

    def value(self) -> bytes:
        """Its content; empty when there is none to read."""
        if self.variable:
            return (
                os.environb.get(os.fsencode(self.variable), b"")
                if os.name == "posix"
                else os.environ.get(self.variable, "").encode()
            )
        try:
            with open(self.file, "rb") as file:
                return file.read()
        except OSError:
            return b""


def secret(text: str) -> Secret:
    """What `--secret` says, as docker build has it. UserError when it says nothing that can be used."""
    given: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        key = {"source": "src", "target": "id"}.get(key.strip().lower(), key.strip().lower())
        if not equals or key not in ("id", "src", "env", "type"):
            raise UserError(
                f"--secret {text}: {part} is not known", "write id=NAME,src=FILE or id=NAME,env=VARIABLE"
            )
        given[key] = value
    name, kind = given.get("id", ""), given.get("type", "")
    if not name or kind not in ("", "file", "env"):
        what = "has no id" if not name else f"is of type {kind}"
        raise UserError(f"--secret {text} {what}", "write id=NAME,src=FILE or id=NAME,env=VARIABLE")
    variable = given.get("env", "")
    if not variable and "src" in given and kind == "env":
        variable = given["src"]
    if not variable and "src" not in given and name in os.environ and kind != "file":
        variable = name
    if variable:
        if variable not in os.environ:
            raise UserError(f"--secret {text}: there is no variable {variable}", f"export {variable} first")
        return Secret(name, "", variable)
    file = given.get("src") or name
    if not os.path.isfile(file) or not os.access(file, os.R_OK):
        raise UserError(f"--secret {text}: {file} is no file that can be read")
    return Secret(name, os.path.abspath(file), "")


def agent(text: str) -> str:
    """What `--ssh` says, as docker build has it. UserError when its agent or its keys are not there."""
    _, equals, given = text.partition("=")
    if equals:
        for path in given.split(","):
            if not path or (not os.path.exists(path) and "=" not in path):
                raise UserError(
                    f"--ssh {text}: {path or 'the socket or key'} is not there",
                    "write ID=PATH with the socket of an agent, or with the file of a private key",
                )
        return text
    socket = os.environ.get("SSH_AUTH_SOCK", "")
    if os.name == "posix" and not os.path.exists(socket):
        why = f"{socket}, its socket in SSH_AUTH_SOCK, is not there" if socket else "SSH_AUTH_SOCK is not set"
        raise UserError(
            f"--ssh {text}: no ssh-agent can be asked, for {why}",
            f'start one and give it a key: eval "$(ssh-agent)" && ssh-add; or name a key: --ssh {text}=PATH',
        )
    return text


def mask(secrets: Iterable[Secret]) -> Callable[[str], str]:
    """A function that puts stars in place of what is secret. Of a secret with several lines each line
    counts, but for those below four characters."""
    hidden: set[str] = set()
    for one in secrets:
        text = one.value().decode("utf-8", "backslashreplace").strip()
        lines = [line.strip() for line in text.splitlines()]
        hidden.update(lines if len(lines) == 1 else (line for line in lines if len(line) >= _SHORTEST))
    parts = sorted(hidden - {""}, key=len, reverse=True)

    def masked(text: str) -> str:
        for part in parts:
            text = text.replace(part, _STARS)
        return text

    return masked
