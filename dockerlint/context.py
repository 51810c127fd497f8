"""The build context: which of its files a build is given, and which instruction takes which.

Sources are matched as BuildKit matches them: Go's `filepath.Match` in every part, a folder means all
that is in it, a link is followed inside the context.
"""

from __future__ import annotations

import os
import posixpath
import stat

from dockerlint.frozen import node, record
from dockerlint.ignorefile import Ignore, clean
from dockerlint.model import Add, Copy, Run
from dockerlint.refuse.copies import is_git, is_http

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dockerlint.model import Dockerfile, Instruction

_SPECIAL = "*?[\\"
_LINKS = 40


@record
class File:
    """A file of the context. `path` is relative to it, with slashes; `target` is that of a symbolic
    link, None for a regular file; `bytes` those of a regular file."""

    path: str
    bytes: int
    target: str | None = None


@node
class Context:
    """What lies in a context. `sent` is what a build is given, `ignored` what the ignore file keeps out,
    both by path; `unread` are folders that could not be read."""

    sent: Mapping[str, File]
    ignored: Mapping[str, File]
    unread: tuple[str, ...]


@node
class Take:
    """What one COPY, ADD or bind mount takes of the context: paths in order. None when a source depends
    on what the file does not tell."""

    instruction: Instruction
    paths: tuple[str, ...] | None


def read(folder: str, patterns: Sequence[str] | None) -> Context:
    """The files below a folder, told apart by the patterns of its ignore file. Links are not followed;
    sockets, devices and pipes are no part of a context."""
    ignore = Ignore.of(patterns or ())
    sent: dict[str, File] = {}
    ignored: dict[str, File] = {}
    unread: list[str] = []
    for file in _walk(folder, "", unread):
        (ignored if patterns and ignore.excludes(file.path) else sent)[file.path] = file
    return Context(sent, ignored, tuple(unread))


def _walk(root: str, folder: str, unread: list[str]) -> Iterator[File]:
    waiting = [folder]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            unread.append(folder)
            continue
        deeper: list[str] = []
        for entry in found:
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    deeper.append(path)
                elif stat.S_ISLNK(status.st_mode):
                    yield File(path, 0, os.readlink(entry.path))
                elif stat.S_ISREG(status.st_mode):
                    yield File(path, status.st_size)
            except OSError:  # it went while we looked
                unread.append(path)
        waiting += reversed(deeper)


def takes(dockerfile: Dockerfile, context: Context) -> tuple[Take, ...]:
    """What each instruction takes of the files that are sent, in file order; those that take nothing of the
    context by what they are (COPY --from, ADD of an address) are left out."""
    found: list[Take] = []
    index = _Index(context)
    for instruction in dockerfile.body:
        if isinstance(instruction, Run):
            bound = [
                mount.options.get("source", ".")
                for mount in instruction.mounts
                if mount.type == "bind" and not mount.options.get("from")
            ]
            if bound:
                found.append(Take(instruction, index.matched(bound)))
            continue
        if not isinstance(instruction, Copy | Add) or instruction.flag("from") is not None:
            continue
        values = [word.value for word in instruction.sources]
        if isinstance(instruction, Add):
            values = [value for value in values if value is None or not (is_http(value) or is_git(value))]
        if not values:
            continue
        if any(value is None for value in values):
            found.append(Take(instruction, None))
            continue
        paths = index.matched([value for value in values if value is not None])
        left_out = [flag.expanded or flag.value or "" for flag in instruction.flags if flag.name == "exclude"]
        if left_out:
            ignore = Ignore.of(clean(pattern).removeprefix("/") for pattern in left_out)
            paths = tuple(path for path in paths if not ignore.excludes(path))
        found.append(Take(instruction, paths))
    return tuple(found)


class _Index:
    """The files that are sent, found by source."""

    def __init__(self, context: Context) -> None:
        self._files = context.sent
        self._children: dict[str, dict[str, bool]] = {"": {}}
        for path in context.sent:
            self._add(path, False)

    def _add(self, path: str, folder: bool) -> None:
        while path:
            above, _, name = path.rpartition("/")
            known = self._children.setdefault(above, {})
            if name in known:
                return
            known[name] = folder
            path, folder = above, True

    def matched(self, sources: Iterable[str]) -> tuple[str, ...]:
        """The paths of the files that some sources stand for."""
        found: dict[str, None] = {}
        for source in sources:
            # A source cannot leave the context: a path above it means the context itself.
            whole = clean("/" + source).removeprefix("/")
            parts = [part for part in whole.split("/") if part]
            for path in self._expanded("", parts):
                found.update(dict.fromkeys(self._below(path, 0)))
        return tuple(sorted(found))

    def _expanded(self, folder: str, parts: Sequence[str]) -> Iterator[str]:
        """The paths that a source with patterns in it names."""
        if not parts:
            yield folder
            return
        folder = self._followed(folder)
        part, rest = parts[0], parts[1:]
        if not any(char in part for char in _SPECIAL):
            if part in self._children.get(folder, {}):
                yield from self._expanded(f"{folder}/{part}" if folder else part, rest)
            return
        pattern = Ignore.of((part,)).patterns
        for name in self._children.get(folder, {}):
            if pattern and pattern[0][1].matches(name):
                yield from self._expanded(f"{folder}/{name}" if folder else name, rest)

    def _followed(self, path: str) -> str:
        """The path that a link leads to, inside the context; the path itself where it is none."""
        for _ in range(_LINKS):
            file = self._files.get(path)
            if file is None or file.target is None:
                break
            start = "/" if file.target.startswith("/") else f"/{posixpath.dirname(path)}"
            path = clean(f"{start}/{file.target}").removeprefix("/")
        return path

    def _below(self, path: str, depth: int) -> Iterator[str]:
        if path in self._files:
            yield path
            if depth == 0 and self._files[path].target is not None:
                # A link that a source names is followed; one inside a folder is copied as it is.
                to = self._followed(path)
                if to != path:
                    yield from self._below(to, 1)
            return
        for name in self._children.get(path, {}):
            yield from self._below(f"{path}/{name}" if path else name, depth + 1)


def untaken(context: Context, taken: Sequence[Take]) -> tuple[str, ...] | None:
    """The files that are sent and that no instruction takes; None when that cannot be told."""
    left = dict.fromkeys(context.sent)
    for take in taken:
        if take.paths is None:
            return None
        for path in take.paths:
            left.pop(path, None)
    return tuple(left)


@record
class Group:
    """Files that lie together: a folder (its path ends with a slash) or one file, how many, and their bytes."""

    path: str
    files: int
    bytes: int


def grouped(files: Mapping[str, File], paths: Iterable[str]) -> list[Group]:
    """Paths by the highest folders that hold none but them, the largest first."""
    chosen = set(paths)
    mixed: set[str] = {""}
    for path in files:
        if path not in chosen:
            folder = path
            while folder := folder.rpartition("/")[0]:
                mixed.add(folder)
    counts: dict[str, list[int]] = {}
    for path in chosen:
        parts = path.split("/")
        name = path
        for count in range(1, len(parts)):
            folder = "/".join(parts[:count])
            if folder not in mixed:
                name = f"{folder}/"
                break
        counts.setdefault(name, []).append(files[path].bytes)
    groups = [Group(name, len(sizes), sum(sizes)) for name, sizes in counts.items()]
    return sorted(groups, key=lambda group: (-group.bytes, group.path))
