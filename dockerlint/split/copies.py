"""Which COPY and ADD instructions the runtime stage repeats."""

from __future__ import annotations

import posixpath

from dockerlint.split import files
from dockerlint.split.effects import Kind
from dockerlint.split.paths import inside, inside_any, is_scratch, normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Add, Copy
    from dockerlint.split.needs import Needs
    from dockerlint.split.run import Step
    from dockerlint.split.takes import Taker

_TOOLCHAINS = ("/usr/local/go", "/usr/local/cargo", "/usr/local/rustup", "/opt/java")


class Copies:
    """Decides about each COPY in front of the last build. `places` are the paths that those bring
    which are repeated."""

    def __init__(self, steps: dict[int, Step], taker: Taker, needs: Needs, traits: frozenset[str]) -> None:
        self.steps = steps
        self.taker = taker
        self.needs = needs
        self.traits = traits
        self.areas = taker.areas()
        self.words = self._words()
        self.places: list[str] = []

    def repeated(self, copy: Copy | Add, folder: str) -> bool | None:
        """Whether a COPY is repeated: not when it only brings what compilers read, or what comes over
        anyway. `folder` is the working directory. None when it is not known where it goes."""
        destinations = _destinations(copy, folder)
        if destinations is None:
            return None
        if not copy.heredocs and self._needless(copy, destinations):
            return False
        self.places += destinations
        return True

    def _needless(self, copy: Copy | Add, destinations: list[str]) -> bool:
        origin = copy.flag("from")
        if all(self.taker.covers(d) for d in destinations):
            return True
        if origin is None and all(self._only_source(w.value) for w in copy.sources):
            return True
        if origin is not None and any(inside_any(d, _TOOLCHAINS) for d in destinations):
            return True
        if all(self.taker.left_behind(d) for d in destinations):
            return True
        wanted = (*self.needs.paths, *self._read())
        return all(is_scratch(d) and not any(inside(p, d) for p in wanted) for d in destinations)

    def _read(self) -> list[str]:
        """Paths that commands for files read or change, of those that builds did not make."""
        found = [
            p
            for s in self.steps.values()
            for t in s.tasks
            if t.kind in (Kind.FILE, Kind.SYSTEM)
            for p in (*t.effect.reads, *t.effect.touches)
        ]
        return [p for p in found if not inside_any(p, self.areas)]

    def _only_source(self, path: str | None) -> bool:
        if path is None:
            return False
        name = posixpath.basename(path.rstrip("/"))
        if name in self.words or (path.strip("./") and path.strip("./") in self.words):
            return False
        if files.is_source(path):
            return True
        languages = self.traits & {"rust", "java", "dotnet"}
        return bool(languages) and name == "src" and not self._takes_trees()

    def _takes_trees(self) -> bool:
        """Whether work trees come over as a whole."""
        return any(tree in self.taker.takes for task in self.taker.tasks for tree in task.effect.trees)

    def _words(self) -> frozenset[str]:
        """Every word of the start commands, and the last part of each path in them."""
        found: set[str] = set()
        for program in self.needs.programs:
            for word in (program.name, *program.arguments):
                found.update((word, word.removeprefix("./"), posixpath.basename(word)))
        return frozenset(found)

    def brings(self, path: str) -> bool:
        """Whether a path comes from the build context by a COPY that is repeated."""
        return any(inside(path, place) for place in self.places)


def _destinations(copy: Copy | Add, folder: str) -> list[str] | None:
    """Where the sources of a COPY land; None when that is not known."""
    target = copy.destination.value
    if target is None:
        return None
    path = normal(posixpath.join(folder, target))
    into = (
        target.endswith(("/", "/.")) or target in (".", "..", "./") or len(copy.sources) > 1 or path == folder
    )
    found: list[str] = []
    for word in copy.sources:
        name = posixpath.basename((word.value or "").rstrip("/"))
        is_file = "." in name.strip(".") and not any(c in name for c in "*?[")
        found.append(
            normal(posixpath.join(path, name)) if into and name not in ("", ".", "..") and is_file else path
        )
    return found or [path]
