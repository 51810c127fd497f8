"""Whether anything that the container runs speaks of a file: by its name, in a program or a script."""

from __future__ import annotations

import posixpath

from dockerlint.closure.java import java_of
from dockerlint.contract.users import USERS
from dockerlint.inspect import STARTS, Binary, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.closure import Closure
    from dockerlint.inspect import Catalog
    from dockerlint.view import View


# Programs that start the shell of a user: login(1), su(1), sshd(8), cron(8) and the like.
_LOGINS = frozenset(
    ("login", "su", "sudo", "doas", "runuser", "sshd", "dropbear", "telnetd", "getty", "agetty", "cron", "crond", "atd", "anacron",
     "screen", "tmux", "script", "newgrp", "sg", "xterm", "ttyd", "chsh", "machinectl", "ftpd", "vsftpd", "proftpd"),
)  # fmt: skip
# Functions that give the shell of a user.
_LOOKS_UP = frozenset(("getpwnam", "getpwnam_r", "getpwuid", "getpwuid_r", "getpwent"))


class Mentions:
    """The names that the user's own programs and scripts hold. What distributions bring is left out: it speaks
    of files of its own packages, which are looked at by package.

    `starter` is one of them that starts other programs by name, with leading slash; empty when none does.
    """

    def __init__(self, view: View, closure: Closure, catalog: Catalog) -> None:
        self._names: dict[str, str] = {}
        self._texts: list[tuple[str, str]] = []
        self._known: dict[str, str] = {}
        self.starter = ""
        logs_in = _logs_in(view, closure, catalog)
        for path in closure.needs:
            fact = view.facts.get(path)
            # What package.json starts and loads is followed; its other words are no names of files.
            if catalog.owner(path) is not None or posixpath.basename(path) == "package.json":
                continue
            if isinstance(fact, Binary):
                for name in fact.mentions:
                    if not _begins_a_library(fact, name):
                        self._names.setdefault(posixpath.basename(name), f"/{path}")
                if not self.starter and not STARTS.isdisjoint(fact.imports):
                    self.starter = f"/{path}"
            elif (said := java_of(view, path)) is not None:
                for name in said.names:
                    self._names.setdefault(name, f"/{path}")
            elif isinstance(fact, Text) and (path not in USERS or logs_in):
                self._texts.append((fact.text, f"/{path}"))
        # A name may stand behind others without anything between, in a Go program.
        self._joined = "\0".join(self._names) + "\0"

    def of(self, path: str, type: str) -> str:
        """Who names a path (with leading slash); empty when nobody was seen to."""
        name = posixpath.basename(path)
        if not name or type == "directory":
            return ""
        if name not in self._known:
            self._known[name] = self._of(name)
        return self._known[name]

    def _of(self, name: str) -> str:
        if name in self._names:
            return self._names[name]
        if len(name) > 4 and f"{name}\0" in self._joined:
            return next(by for other, by in self._names.items() if other.endswith(name))
        return next((by for text, by in self._texts if len(name) > 2 and _speaks(text, name)), "")


def _logs_in(view: View, closure: Closure, catalog: Catalog) -> bool:
    """Whether anything that runs may start the shell that /etc/passwd names for a user. The kernel and the engine do
    not: they read the numbers and the home."""
    names = {posixpath.basename(path) for path in (*closure.needs, *closure.asked)}
    if not names.isdisjoint(_LOGINS):
        return True
    own = (view.facts.get(path) for path in closure.needs if catalog.owner(path) is None)
    return any(
        isinstance(fact, Binary)
        and not _LOOKS_UP.isdisjoint(fact.imports)
        and not STARTS.isdisjoint(fact.imports)
        for fact in own
    )


def _begins_a_library(binary: Binary, name: str) -> bool:
    """Whether a name ends at `.so` because nothing is asked of what follows: it is that of a library which the loader
    loads, or its own, as far as it opens none by itself."""
    return "dlopen" not in binary.imports and any(
        one.startswith(f"{name}.") for one in (binary.soname, *binary.needed)
    )


def _speaks(text: str, name: str) -> bool:
    """Whether a text holds a name by itself, not as a part of a longer one."""
    at = text.find(name)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not (before.isalnum() or before in ("_", "-", ".")) and not (
            after.isalnum() or after in ("_", "-")
        ):
            return True
        at = text.find(name, at + 1)
    return False
