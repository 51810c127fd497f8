"""Which files a command line means: files, folders, globs, `-`."""

from __future__ import annotations

import os
from errno import ENOENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN = "-"
_NAMES = ("dockerfile", "containerfile")
# What follows the name in files that are about a Dockerfile, not one: templates, backups, notes.
_NOT = (
    ".dockerignore", ".containerignore", ".j2", ".jinja", ".jinja2", ".in", ".tmpl", ".tpl", ".template",
    ".erb", ".md", ".yml", ".yaml", ".json", ".sh", ".py", ".bak", ".orig", ".rej", ".swp", "~",
)  # fmt: skip
SKIPPED = frozenset((
    ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache",
))  # fmt: skip


def is_dockerfile(name: str) -> bool:
    """Whether a file name is that of a Dockerfile: `Dockerfile`, `Dockerfile.dev`, `Dockerfile-dev`,
    `dev.Dockerfile`, `dev-dockerfile`, the same with Containerfile, in any case; not templates,
    backups or ignore files."""
    name = name.lower()
    if name.endswith(_NOT):
        return False
    for word in _NAMES:
        if name.startswith(word) and name[len(word) : len(word) + 1] in ("", ".", "-", "_"):
            return True
        if name.endswith(word) and name[-len(word) - 1] in ".-_":
            return True
    return False


def files(paths: Iterable[str], closed: list[OSError]) -> Iterator[str]:
    """The files that paths mean, each once, in order; those of a folder sorted.

    What does not exist and folders that cannot be read are put into `closed`.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _of(path, closed):
            key = os.path.normpath(found) if found != STDIN else found
            if key not in seen:
                seen.add(key)
                yield found


def _of(path: str, closed: list[OSError]) -> Iterable[str]:
    if path == STDIN:
        return (path,)
    if os.path.isdir(path):
        return _below(path, closed)
    if os.path.lexists(path):
        return (path,)
    if any(c in path for c in "*?["):
        from glob import glob

        found = sorted(glob(path, recursive=True))
        return [name for one in found for name in ([one] if not os.path.isdir(one) else _below(one, closed))]
    closed.append(FileNotFoundError(ENOENT, "does not exist; give a file, a folder, a glob, or -", path))
    return ()


def _below(folder: str, closed: list[OSError]) -> Iterator[str]:
    plain = "" if folder == "." else folder
    for root, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        here = os.path.join(plain, os.path.relpath(root, folder)) if root != folder else plain
        for name in sorted(names):
            if is_dockerfile(name) and os.path.isfile(os.path.join(root, name)):
                yield os.path.join(here, name) if here else name


def excluded(path: str, patterns: tuple[str, ...], base: str) -> bool:
    """Whether a path matches a glob of `exclude`, relative to the folder of the configuration.

    A pattern without a slash matches any part of the path, one with a slash the whole of it or
    a folder above it; `*` crosses slashes.
    """
    if not patterns:
        return False
    from fnmatch import fnmatchcase

    relative = os.path.relpath(os.path.abspath(path), base or ".").replace(os.sep, "/")
    parts = relative.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    for pattern in patterns:
        pattern = pattern.strip("/").removeprefix("./")
        if any(fnmatchcase(part, pattern) for part in (above if "/" in pattern else parts)):
            return True
    return False
