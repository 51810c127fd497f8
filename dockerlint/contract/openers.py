"""Which files the programs of an image open by name, as far as the table of such programs tells."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase

from dockerlint.inspect import Binary, Text
from dockerlint.knowledge.running import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.knowledge.running import Opened
    from dockerlint.view import View

# Libraries that only offer what a row of `opened.toml` is about: it counts who calls it.
_RUNTIMES = (
    "libc.so.*", "libstdc++.so.*", "libgcc_s.so.*", "libm.so.*", "ld-linux*", "ld-musl-*", "libpthread.so.*",
    "libc.musl-*",
)  # fmt: skip


_NAMES = re.compile(r".*/libnss_(.+)\.so[^/]*")
_ASK_SYSTEMD = ("systemd", "mymachines", "resolve")
# What glibc goes by where no file says more.
_PLAIN_NAMES = frozenset(("files", "dns", "compat"))
_UTC = ("UTC", "UCT", "Universal", "Zulu")


def opened_by(view: View, needs: Iterable[str]) -> Iterator[tuple[str, Opened, list[str]]]:
    """For each row of the table that one of the needed files falls under: that file, the row, and the paths
    of the image that it is about."""
    wanted = list(needs)
    for row in opened():
        if row.env and not any(name in _variables(view) for name in row.env):
            continue
        who = next((path for path in wanted if _opens(view, path, row)), None)
        if who is not None:
            paths = [path for path in view.entries if _matches(path, row.paths)]
            yield who, row, [p for p in paths if not _for_linking(view, p) and not _says_nothing(view, p)]


def offers(path: str) -> bool:
    """Whether a path is a library of the runtime, which has the functions in it that others call."""
    return any(fnmatchcase(posixpath.basename(path), glob) for glob in _RUNTIMES)


def _opens(view: View, path: str, row: Opened) -> bool:
    fact = view.facts.get(path)
    if not isinstance(fact, Binary) or offers(path):
        return False
    return (
        any(name in row.imports for name in fact.imports)
        or any(fnmatchcase(name, glob) for name in fact.needed for glob in row.needs)
        or any(text in row.strings for text in fact.mentions)
    )


def _for_linking(view: View, path: str) -> bool:
    """Whether a path is the link by which the linker finds a library: nothing opens that at run time."""
    return path.endswith(".so") and view.entries[path].kind == "symlink"


def _says_nothing(view: View, path: str) -> bool:
    """Whether who opens a path does the same without it: modules for names that the settings do not ask, or that ask
    a daemon of systemd, which runs in no container, and a time zone that is UTC."""
    names = _NAMES.fullmatch(path)
    if names is not None:
        fact = view.facts.get(view.real("etc/nsswitch.conf") or "")
        asked = fact.text.split() if isinstance(fact, Text) else _PLAIN_NAMES
        return names[1] in _ASK_SYSTEMD or names[1] not in asked
    if path == "etc/localtime":
        entry = view.entries[path]
        return entry.kind == "symlink" and entry.target.rpartition("/")[2] in _UTC
    fact = view.facts.get(path) if path == "etc/timezone" else None
    return isinstance(fact, Text) and fact.text.strip().rpartition("/")[2] in _UTC


def _matches(path: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(f"/{path}", glob) for glob in globs)


def _variables(view: View) -> set[str]:
    settings = view.image.config.get("config")
    env = settings.get("Env") if isinstance(settings, dict) else None
    return {str(item).partition("=")[0] for item in env} if isinstance(env, list) else set()
