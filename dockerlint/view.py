"""An image as a container sees it: one tree of files, with links that lead somewhere."""

from __future__ import annotations

import posixpath

from dockerlint.frozen import replace
from dockerlint.image import facts, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockerlint.image import Entry, Image

# As Linux has it: after so many links a path leads nowhere.
_LINKS = 40


class View:
    """The files of an image by path, without leading slash; a hard link is the file that it links to.

    `facts` are what a `Look` found in them.
    """

    def __init__(self, image: Image, known: Mapping[str, object] | None = None) -> None:
        self.image = image
        self.entries = contents(image)
        self.facts = facts(image) if known is None else known
        self._children: dict[str, list[str]] | None = None

    def links(self, path: str) -> tuple[str | None, tuple[str, ...]]:
        """Where a path leads, None when it leads nowhere, and the links that were followed."""
        parts = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        at: list[str] = []
        followed: list[str] = []
        while parts:
            part = parts.pop()
            if part == "..":
                del at[-1:]
                continue
            here = "/".join((*at, part))
            entry = self.entries.get(here)
            if entry is not None and entry.kind == "symlink":
                followed.append(here)
                if len(followed) > _LINKS:
                    return None, tuple(followed)
                if entry.target.startswith("/"):
                    at.clear()
                parts.extend(p for p in reversed(entry.target.split("/")) if p not in ("", "."))
                continue
            at.append(part)
        found = "/".join(at)
        there = not found or found in self.entries or found in self._folders()
        return (found if there else None), tuple(followed)

    def real(self, path: str) -> str | None:
        """Where a path leads once all links are followed; None when it leads nowhere."""
        return self.links(path)[0]

    def entry(self, path: str) -> Entry | None:
        """What a path leads to; None for nothing, and for a folder that no layer has an entry of."""
        found = self.real(path)
        return None if found is None else self.entries.get(found)

    def is_file(self, path: str) -> bool:
        """Whether a path leads to a regular file."""
        entry = self.entry(path)
        return entry is not None and entry.kind == "file"

    def is_folder(self, path: str) -> bool:
        """Whether a path leads to a directory."""
        found = self.real(path)
        if found is None:
            return False
        entry = self.entries.get(found)
        return entry.kind == "directory" if entry is not None else True

    def below(self, folder: str) -> Iterator[str]:
        """Every path below a folder but the directories, links not followed, in order."""
        pending = [folder.strip("/")]
        while pending:
            for path in self._folders().get(pending.pop(), ()):
                entry = self.entries.get(path)
                if entry is None or entry.kind == "directory":
                    pending.append(path)
                else:
                    yield path

    def inside(self, folder: str) -> tuple[str, ...]:
        """The paths of what a folder holds."""
        return tuple(self._folders().get(folder.strip("/"), ()))

    def _folders(self) -> dict[str, list[str]]:
        if self._children is None:
            children: dict[str, dict[str, None]] = {}
            for path in sorted(self.entries):
                while path:
                    folder = path.rpartition("/")[0]
                    known = children.setdefault(folder, {})
                    if path in known:
                        break
                    known[path] = None
                    path = folder
            self._children = {folder: list(paths) for folder, paths in children.items()}
        return self._children


def contents(image: Image) -> dict[str, Entry]:
    """What a container sees by path, hard links as the files that they link to."""
    last: dict[str, Entry] = {}
    for layer in image.layers:
        for entry in layer.entries:
            if entry.kind == "file":
                last[entry.path] = entry
            elif entry.kind == "hardlink" and entry.target in last:
                last[entry.path] = replace(last[entry.target], path=entry.path)
    return {
        path: last.get(path, entry) if entry.kind == "hardlink" else entry
        for path, entry in merged(image.layers).items()
    }


def absolute(path: str, folder: str) -> str:
    """A path seen from a folder, without leading slash and without `.` and `..`."""
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")
