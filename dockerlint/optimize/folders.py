"""Which folders come along as a whole, so that a stage names few things."""

from __future__ import annotations

import re
from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.view import View

# Where more lines than this would name what is in a folder, it may come along with some bytes that nobody needs: so
# many, a tenth of what is needed in it, or a fiftieth of all that comes along.
_LINES = 12
_SLACK = 200_000
# The mode, the user and the group of every folder that COPY makes.
MADE = (0o755, 0, 0)
# Folders of libraries by architecture: the next release has others in them.
_LIBRARIES = re.compile(r"(?:usr/)?lib/[^/]+-linux-[^/]+")
_LIBRARY = re.compile(r".*\.so(?:\.[0-9.]+)?")
# What the system has in common folders is never taken as a whole.
_SHARED = frozenset(
    ("bin", "boot", "dev", "etc", "home", "lib", "lib64", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "usr/bin",
     "usr/lib", "usr/lib32", "usr/lib64", "usr/libx32", "usr/libexec", "usr/local", "usr/sbin", "usr/share", "var", "var/lib", "var/cache", "var/log", "var/run")
)  # fmt: skip


def is_library(path: str) -> bool:
    """Whether a path is named as a library that the loader finds."""
    return _LIBRARY.fullmatch(path) is not None


def wholes(view: View, paths: Iterable[str]) -> list[str]:
    """Paths for COPY (with a leading slash), with a slash at the end of folders that are taken as a whole: all that is
    in them is among the paths, or nearly all where very many would have to be named."""
    wanted = set(paths)
    whole = _complete(view, wanted)
    whole = _nearly(view, wanted, whole)
    rest = [path for path in sorted(wanted) if not any(folder in whole for folder in above(path))]
    return [f"/{path}" for path in rest] + [f"/{folder}/" for folder in sorted(whole)]


def above(path: str) -> Iterator[str]:
    """The folders that a path is in, the highest first."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _may(folder: str) -> bool:
    return folder not in _SHARED and not _LIBRARIES.fullmatch(folder)


def _complete(view: View, wanted: set[str]) -> set[str]:
    """The highest folders in which there is nothing but what is wanted."""
    known: dict[str, bool] = {}

    def complete(folder: str) -> bool:
        if folder not in known:
            held = view.inside(folder)
            known[folder] = all(p in wanted if _leaf(view, p) else complete(p) for p in held)
        return known[folder]

    found = (next((f for f in above(path) if _may(f) and complete(f)), None) for path in wanted)
    return {folder for folder in found if folder is not None}


def _nearly(view: View, wanted: set[str], whole: set[str]) -> set[str]:
    """The same with the highest folders that hold little else, where they spare many lines."""
    lines: Counter[str] = Counter()
    for path in {*whole, *(p for p in wanted if not any(folder in whole for folder in above(p)))}:
        lines.update(above(path))
    many = {folder for folder, count in lines.items() if count > _LINES and _may(folder)}
    needed: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    for path, entry in view.entries.items() if many else ():
        if entry.kind != "directory":
            inside = [folder for folder in above(path) if folder in many]
            (needed if path in wanted else extra).update(dict.fromkeys(inside, entry.size))
    slack = max(_SLACK, sum(view.entries[path].size for path in wanted) // 50)
    loose = {folder for folder in many if extra[folder] <= max(slack, needed[folder] // 10)}
    highest = {folder for folder in loose if not any(higher in loose for higher in above(folder))}
    return highest | {folder for folder in whole if not any(higher in highest for higher in above(folder))}


def _leaf(view: View, path: str) -> bool:
    entry = view.entries.get(path)
    return entry is not None and entry.kind != "directory"
