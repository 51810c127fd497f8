"""Where a word of a command points: absolute paths, as far as the Dockerfile tells."""

from __future__ import annotations

import posixpath

from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockerlint.model import Workdir
    from dockerlint.shell.script import ShellWord

_GLOB = "*?["
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")

# Folders of a base image that hold more than what one build puts there.
SHARED = frozenset((
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/run", "/sbin",
    "/srv", "/sys", "/usr", "/usr/bin", "/usr/include", "/usr/lib", "/usr/libexec", "/usr/local", "/usr/local/bin",
    "/usr/local/etc", "/usr/local/include", "/usr/local/lib", "/usr/local/lib64", "/usr/local/sbin", "/usr/local/share",
    "/usr/sbin", "/usr/share", "/usr/src", "/var", "/var/cache", "/var/lib", "/var/log", "/var/tmp", "/tmp",
))  # fmt: skip
# Those of them that a distribution leaves empty: they may come over as a whole.
EMPTY = frozenset(("/opt", "/srv", "/mnt", "/media", "/usr/src"))
CROWDED = SHARED - EMPTY
SCRATCH = (
    "/tmp",
    "/var/tmp",
    "/root/.cache",
    "/root/.npm",
    "/root/.m2",
    "/root/.gradle",
    "/var/cache",
    "/proc",
    "/dev",
)


@record
class Place:
    """A path; where `exact` is False only the folder that it lies in is known."""

    path: str
    exact: bool = True

    def join(self, text: str | None) -> Place:
        """The place of a path that is read from here; None for a path that is not known at all."""
        if text is None or (not self.exact and text.startswith("..")):
            return Place(self.path, False)
        if text == "~" or text.startswith("~/"):
            text = "/root" + text[1:]
        known = text
        for mark in _GLOB:
            known = known.partition(mark)[0]
        whole = known == text
        if not whole:
            known = known.rpartition("/")[0] if "/" in known else ""
            if text.startswith("/") and not known:
                known = "/"
        if known.startswith("/"):
            return Place(normal(known), whole)
        return Place(normal(posixpath.join(self.path, known)), self.exact and whole)


def normal(path: str) -> str:
    """An absolute path without `.`, `..` and doubled slashes."""
    return posixpath.normpath("/" + path.lstrip("/"))


def inside(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return folder in ("/", path) or path.startswith(folder + "/")


def inside_any(path: str, folders: Iterable[str]) -> bool:
    return any(inside(path, folder) for folder in folders)


def is_scratch(path: str) -> bool:
    """Whether a path is for files that nobody keeps."""
    return inside_any(path, SCRATCH)


def value_of(word: ShellWord, variables: Mapping[str, str | None]) -> str | None:
    """What a word is when its variables are replaced; None when that is not known."""
    return word.value if word.value is not None else expand(word.raw, variables)


def workdir_path(workdir: Workdir, known: Mapping[str, str]) -> str | None:
    """The path of a WORKDIR; `known` are variables that the base image sets. None when it is not known."""
    if workdir.path.value is not None or not known:
        return workdir.path.value
    return expand(workdir.path.raw, {**known, **workdir.state.variables})


def folders_of(raw: str, variables: Mapping[str, str | None]) -> list[str]:
    """The absolute folders that a value like PATH names, as it is written; those that are not
    known (`$PATH` of the base image) are left out."""
    found: list[str] = []
    for part in raw.strip("\"'").split(":"):
        value = expand(part, variables)
        if value is not None and value.startswith("/"):
            found.append(normal(value))
    return found


def expand(raw: str, variables: Mapping[str, str | None]) -> str | None:
    """A shell word with quotes removed and `$NAME` replaced; None for any other expansion."""
    made: list[str] = []
    at = 0
    quote = ""
    while at < len(raw):
        char = raw[at]
        at += 1
        if quote == "'" or char not in "'\"\\$`":
            if quote == "'" and char == "'":
                quote = ""
            else:
                made.append(char)
        elif char in "'\"":
            if not quote:
                quote = char
            elif quote == char:
                quote = ""
            else:
                made.append(char)
        elif char == "\\":
            made.append(raw[at : at + 1])
            at += 1
        elif char == "`":
            return None
        else:
            name, at = _name(raw, at)
            value = variables.get(name) if name else None
            if value is None:
                return None
            made.append(value)
    return "".join(made)


def _name(raw: str, at: int) -> tuple[str, int]:
    """The name of the variable whose `$` stands before an offset, and the offset behind it."""
    if raw.startswith("{", at):
        end = raw.find("}", at)
        name = raw[at + 1 : end] if end > 0 else ""
        return (name if name and set(name) <= _NAME else ""), end + 1 if end > 0 else len(raw)
    end = at
    while end < len(raw) and raw[end] in _NAME:
        end += 1
    return raw[at:end], end
