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
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dockerlint.model import Dockerfile, Instruction

_SPECIAL = "*?[\\"
_LINKS = 40
# More than this is worth a word before a build: it takes a minute to send, and seldom belongs into an image.
_MUCH = 500_000_000
_MANY = 100_000


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


def _walk(
    root: str, folder: str, unread: list[str], skip: Callable[[str], bool] | None = None
) -> Iterator[File]:
    """The files below a folder, but for what is in the folders that `skip` says."""
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
                    if skip is None or not skip(path):
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
    for instruction, values in _sources(dockerfile):
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


def _sources(dockerfile: Dockerfile) -> Iterator[tuple[Instruction, list[str | None]]]:
    """The instructions that take something of the context, and what they name of it."""
    for instruction in dockerfile.body:
        values: list[str | None] = []
        if isinstance(instruction, Run):
            values += [
                mount.options.get("source", ".")
                for mount in instruction.mounts
                if mount.type == "bind" and not mount.options.get("from")
            ]
        elif isinstance(instruction, Copy | Add) and instruction.flag("from") is None:
            values += [word.value for word in instruction.sources]
            if isinstance(instruction, Add):
                values = [value for value in values if value is None or not (is_http(value) or is_git(value))]
        if values:
            yield instruction, values


def _parts(source: str) -> list[str]:
    """The parts of the path that a source names. It cannot leave the context: a path above it means the
    context itself."""
    return [part for part in clean("/" + source).removeprefix("/").split("/") if part]


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
            for path in self._expanded("", _parts(source)):
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


def large(dockerfile: Dockerfile, folder: str, patterns: Sequence[str] | None) -> list[Group] | None:
    """What instructions take of a context, by folders, when that is more than 500 MB or 100,000 files; else
    None. Folders that are ignored, or that no instruction names, are not looked into."""
    ignore = Ignore.of(patterns or ())
    taken_back = any(back for back, _ in ignore.patterns)
    # What a source begins with; "" where that may be anything.
    named = {
        "" if not (parts := _parts(value)) or any(char in parts[0] for char in _SPECIAL) else parts[0]
        for _, values in _sources(dockerfile)
        for value in values
        if value is not None
    }

    def skip(path: str) -> bool:
        unnamed = "/" not in path and "" not in named and path not in named
        return unnamed or (not taken_back and ignore.excludes(path))

    size = 0
    for files, file in enumerate(_walk(folder, "", [], skip) if named else (), 1):
        size += file.bytes
        if size > _MUCH or files > _MANY:
            break
    else:
        return None
    sent = {file.path: file for file in _walk(folder, "", [], skip) if not ignore.excludes(file.path)}
    context = Context(sent, {}, ())
    chosen = {path for take in takes(dockerfile, context) for path in take.paths or ()}
    if len(chosen) <= _MANY and sum(context.sent[path].bytes for path in chosen) <= _MUCH:
        return None
    return grouped(context.sent, chosen)


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
