"""Installed packages of Python and Node that only builds and tests use: tools, and what `npm prune --omit=dev` removes."""

from __future__ import annotations

import posixpath
import re

from dockerlint.inspect.packages import json_of, module_folder
from dockerlint.knowledge.running import is_python_tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from dockerlint.inspect import Package
    from dockerlint.view import View

_NEEDED = ("dependencies", "optionalDependencies", "peerDependencies")


class Tools:
    """Tells of each path of an image whether it is of such a package. `needs` are the paths that its programs need:
    a package with one of them is no tool. `owner` gives the package of a path."""

    def __init__(self, view: View, needs: Container[str], owner: Callable[[str], Package | None]) -> None:
        self._view = view
        self._needs = needs
        self._owner = owner
        self._idle: dict[str, bool] = {}
        self._kept: dict[str, frozenset[str] | None] = {}

    def has(self, path: str) -> bool:
        """Whether a path (without leading slash) is of a package that only builds and tests use."""
        if "/node_modules/" in f"/{path}":
            return self._development(path)
        package = self._owner(path)
        if package is None or package.manager != "pip":
            return False
        name = re.sub(r"[-_.]+", "-", package.name).lower()
        files = package.files
        return is_python_tool(name) and self._unneeded(files[0] if files else name, files)

    def part(self, path: str) -> bool:
        """Whether a path is of an installed package that goes as a whole: of Python but for tools, of Node where
        it is needed."""
        folder = module_folder(path)
        if folder:
            return not self._unneeded(folder, self._view.below(folder))
        package = self._owner(path)
        return package is not None and package.manager == "pip" and not self.has(path)

    def _unneeded(self, key: str, files: Iterable[str]) -> bool:
        if key not in self._idle:
            self._idle[key] = not any(file.lstrip("/") in self._needs for file in files)
        return self._idle[key]

    def _development(self, path: str) -> bool:
        top = f"/{path}".partition("/node_modules/")[0].lstrip("/")
        if top not in self._kept:
            self._kept[top] = self._reached(top)
        kept = self._kept[top]
        entry = self._view.entries.get(path)
        if entry is not None and entry.kind == "symlink":
            # What stands in node_modules/.bin goes with its package.
            path = self._view.real(path) or path
        folder = module_folder(path)
        if kept is None or not folder or any(folder == k or folder.startswith(f"{k}/") for k in kept):
            return False
        return self._unneeded(folder, self._view.below(folder))

    def _reached(self, top: str) -> frozenset[str] | None:
        """The folders of the packages that a program in a folder depends on at run time; None where it does not say
        which ones are for developing."""
        settings = json_of(self._view.facts.get(posixpath.join(top, "package.json")))
        if not settings.get("devDependencies"):
            return None
        found: set[str] = set()
        pending = [(top, name) for name in _names(settings)]
        while pending:
            home, name = pending.pop()
            folder = self._resolved(home, name)
            if folder and folder not in found:
                found.add(folder)
                more = json_of(self._view.facts.get(f"{folder}/package.json"))
                pending += [(folder, other) for other in _names(more)]
        return frozenset(found)

    def _resolved(self, home: str, name: str) -> str:
        """The folder that a package finds another one in; empty for none."""
        while True:
            folder = posixpath.join(home, "node_modules", name)
            if self._view.is_folder(folder):
                return self._view.real(folder) or folder
            if not home:
                return ""
            home = posixpath.dirname(home)


def _names(settings: dict[str, object]) -> list[str]:
    found = []
    for key in _NEEDED:
        names = settings.get(key)
        found += [name for name in names if isinstance(name, str)] if isinstance(names, dict) else []
    return found
