"""What comes over from the build stage: files, trees, prefixes."""

from __future__ import annotations

import posixpath

from dockerlint.split.effects import Kind
from dockerlint.split.paths import CROWDED, SHARED, inside, inside_any, is_scratch, normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.split.bases import Base
    from dockerlint.split.needs import Needs, Program
    from dockerlint.split.run import Step, Task

_ARCHIVES = (".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".zip", ".asc", ".sig", ".sha256", ".md5")
GO = "/usr/local/go"
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# Names of Java archives that have everything in them.
_WHOLE_JARS = (
    "-all.jar",
    "-fat.jar",
    "-uber.jar",
    "-shaded.jar",
    "-assembly.jar",
    "jar-with-dependencies.jar",
    "-standalone.jar",
)


def _loaded(program: Program) -> Iterator[str]:
    """The archives and class paths that `java` loads, the library that `dotnet` starts."""
    words = list(program.arguments)
    if program.name == "dotnet":
        yield from (w for w in words[:1] if not w.startswith("-"))
    if program.name != "java":
        return
    for word, following in zip(words, words[1:]):  # noqa: RUF007 - itertools is not needed otherwise
        if word in ("-jar", "-cp", "-classpath", "--class-path", "-p", "--module-path"):
            yield from (part.partition("*")[0].rstrip("/") or "/" for part in following.split(":") if part)


class Taker:
    """Decides what to take over. `takes` are (source in the build stage, place in the runtime
    stage); `folders` those of them that are known to be folders; `ldconfig` tells whether the
    linker's cache has to be made again."""

    def __init__(self, steps: dict[int, Step], last: int, needs: Needs, base: Base) -> None:
        self.needs = needs
        self.base = base
        self.tasks = [task for index, step in steps.items() if index <= last for task in step.tasks]
        self.ldconfig = any(step.ldconfig for index, step in steps.items() if index <= last)
        self.takes: dict[str, str] = {}
        self.left: list[str] = []
        self.removed = [p for t in self.tasks if "removes" in t.effect.traits for p in t.effect.touches]
        self.moved = [
            p for t in self.tasks if any(c.name == "mv" for c in t.commands) for p in t.effect.reads
        ]
        self.copied = [p for t in self.tasks if t.kind == Kind.FILE for p in t.effect.reads]

    def decide(self) -> str:
        """Fill `takes`; the reason why it cannot be done, else nothing."""
        for task in self.tasks:
            problem = self._prefixes(task)
            if problem:
                return problem
        for task in self.tasks:
            if task.kind in (Kind.BUILD, Kind.FETCH):
                for tree in task.effect.trees:
                    problem = self._tree(tree)
                    if problem:
                        return problem
        for task in self.tasks:
            for product in task.effect.products:
                problem = self._product(product, task)
                if problem:
                    return problem
        for task in self.tasks:
            if task.kind == Kind.FILE and not self._built(task):
                continue
            for path in task.effect.files:
                self._file(path)
            if task.kind == Kind.FILE:
                for tree in task.effect.trees:
                    problem = self._tree(tree, wanted=True)
                    if problem:
                        return problem
        for path in self.needs.paths:
            if is_scratch(path) and inside_any(path, self.left):
                return f"the image uses {path}, which lies where builds leave what nobody keeps"
        for path in self.takes:
            if any(c in path for c in " \t\"'\\$*?["):
                return f"the path {path!r} cannot be copied by its name"
        self._tidy()
        return "" if self.takes else "nothing that is built is used at run time"

    def _built(self, task: Task) -> bool:
        areas = [
            p
            for t in self.tasks
            if t.kind in (Kind.BUILD, Kind.FETCH)
            for p in (*t.effect.trees, *t.effect.files, *t.effect.products)
        ]
        areas += [p for t in self.tasks if t.kind == Kind.FILE for p in t.effect.files]
        return any(inside_any(p, areas) for p in (*task.effect.reads, *task.effect.touches))

    def _prefixes(self, task: Task) -> str:
        for prefix in task.effect.prefixes:
            if prefix == "pip":
                problem = self._pip()
                if problem:
                    return problem
                continue
            path = prefix
            if prefix == "?":
                if not any(inside(p.path, "/usr/local") for p in self.needs.programs if p.path):
                    return "only the Makefile tells where `make install` puts its files"
                path = "/usr/local"
            if path == "/usr/local" and not self.base.plain:
                return "`make install` puts its files beside those of the base image in /usr/local"
            if path in CROWDED and path != "/usr/local":
                return f"`make install` puts its files in {path}, among those of the system"
            self.takes[path] = path
            if path == "/usr/local" and "opaque" in task.effect.traits and self.base.glibc:
                self.ldconfig = True
        return ""

    def _pip(self) -> str:
        if (
            self.base.python
            and all(part.isdigit() for part in self.base.python.split("."))
            and "." in self.base.python
        ):
            places = [f"lib/python{self.base.python}/site-packages", "bin", "share"]
            for place in (*places, "etc") if self.base.glibc else places:
                self.takes[f"/usr/local/{place}"] = f"/usr/local/{place}"
            return ""
        if self.base.plain and self.base.manager == "apt":
            self.takes["/usr/local"] = "/usr/local"
            return ""
        return "pip installs into the base image's own folders"

    def _tree(self, tree: str, wanted: bool = False) -> str:
        if self._is_removed(tree) or tree == GO:
            self.left.append(tree)
            return ""
        used = [p for p in self.needs.paths if inside(p, tree) and p != "/"]
        near = self.needs.workdir != "/" and inside(tree, self.needs.workdir)
        if not (used or near or wanted) and (is_scratch(tree) or self._went_elsewhere(tree)):
            self.left.append(tree)
            return ""
        if tree in CROWDED:
            return f"a build writes into {tree}, which holds more than its own files"
        self.takes[tree] = tree
        return ""

    def _went_elsewhere(self, tree: str) -> bool:
        """Whether what a tree was for was installed or copied to another place."""
        for task in self.tasks:
            if inside_any(task.folder, (tree,)) or any(
                inside(t, tree) or inside(tree, t) for t in task.effect.trees
            ):
                if task.effect.prefixes:
                    return True
                if task.kind == Kind.BUILD and any(not inside(f, tree) for f in task.effect.files):
                    return True
                if task.kind == Kind.BUILD and any(not inside(p, tree) for p in task.effect.products):
                    return True
            if task.kind == Kind.FILE and any(inside(r, tree) for r in task.effect.reads):
                return True
        return False

    def _product(self, folder: str, task: Task) -> str:
        if self._is_removed(folder):
            return ""
        refs = [p for p in self._started() if inside(p, folder) and p != folder]
        if not refs:
            if any(inside(r, folder) for r in self.copied):
                return ""
            return self._command_in(folder, task)
        for ref in refs:
            if any(inside(ref, taken) for taken in self.takes):
                continue
            path = self._unit(ref, task.effect.traits)
            if path in CROWDED:
                return f"a build writes into {path}, which holds more than its own files"
            self.takes[path] = path
        return ""

    def _started(self) -> list[str]:
        """Paths that the start commands name: programs first, then arguments."""
        found: list[str] = []
        for program in self.needs.programs:
            if program.path:
                found.append(program.path)
            found += [normal(posixpath.join(self.needs.workdir, text)) for text in _loaded(program)]
        return found

    def _unit(self, ref: str, traits: frozenset[str]) -> str:
        """What to take for a path that the start command names."""
        if not traits & {"java", "dotnet"}:
            return ref
        if ref.endswith(_WHOLE_JARS) or (ref.endswith(".jar") and "-assembly" in posixpath.basename(ref)):
            return ref
        folder = posixpath.dirname(ref)
        return (
            posixpath.dirname(folder)
            if posixpath.basename(folder) == "bin" and not ref.endswith((".jar", ".dll"))
            else folder
        )

    def _command_in(self, folder: str, task: Task) -> str:
        """Take a program by its name out of a folder of programs."""
        if posixpath.basename(folder) != "bin" or folder in SHARED:
            return f"the start command does not tell which file of {folder} it needs"
        names = [p.name for p in self.needs.programs if not p.path]
        wanted = [w.text for c in task.commands for w in c.operands]
        named = [
            n for n in names if any(posixpath.basename(w.partition("@")[0].rstrip("/")) == n for w in wanted)
        ]
        local = any(w.text.startswith(".") for c in task.commands for w in c.arguments) or not named
        chosen = named or (names[:1] if local and task.effect.traits & {"go", "rust"} else [])
        if not chosen:
            return f"the start command does not tell which file of {folder} it needs"
        for name in chosen:
            self.takes[f"{folder}/{name}"] = f"/usr/local/bin/{name}"
        return ""

    def _file(self, path: str) -> None:
        if self._is_removed(path) or path in self.takes:
            return
        used = any(inside(p, path) for p in self.needs.paths)
        near = self.needs.workdir != "/" and inside(path, self.needs.workdir)
        if path.endswith(_ARCHIVES) and not used:
            self.left.append(path)
            return
        if not used and (is_scratch(path) or (path in self.copied and not near)):
            self.left.append(path)
            return
        self.takes[path] = path

    def _is_removed(self, path: str) -> bool:
        return any(inside(path, gone) for gone in self.removed)

    def _tidy(self) -> None:
        """Leave out what lies in a folder that comes over as a whole."""
        for source, place in list(self.takes.items()):
            if any(
                source != other and inside(source, other) and inside(place, self.takes[other])
                for other in self.takes
            ):
                del self.takes[source]

    def covers(self, path: str) -> bool:
        """Whether a path comes over with something that is taken."""
        return any(inside(path, place) for place in self.takes.values())

    brings = covers

    def traits_of(self, path: str) -> frozenset[str]:
        """Facts about the programs that are made where a path lies."""
        found: frozenset[str] = frozenset()
        source = next((s for s, place in self.takes.items() if place == path), path)
        for task in self.tasks:
            effect = task.effect
            if (
                inside_any(source, (*effect.trees, *effect.files, *effect.products, *effect.prefixes))
                or "?" in effect.prefixes
            ):
                found |= effect.traits
            if task.kind == Kind.FILE and inside_any(source, (*task.effect.files, *task.effect.trees)):
                found |= frozenset(t for read in task.effect.reads for t in self._traits_below(read))
        return found

    def _traits_below(self, path: str) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for task in self.tasks:
            effect = task.effect
            if task.kind == Kind.BUILD and inside_any(path, (*effect.trees, *effect.files, *effect.products)):
                found |= effect.traits
        return found

    def brings_command(self, name: str) -> bool:
        """Whether a program that is called by its bare name is among what comes over."""
        for place in self.takes.values():
            if posixpath.basename(place) == name and posixpath.dirname(place) in self._search():
                return True
        return any(
            f == f"{folder}/{name}"
            for t in self.tasks
            for f in t.effect.files
            for folder in self._search()
            if self.covers(f)
        )

    def _search(self) -> list[str]:
        return [*_PATH, *(p for p in self.needs.paths if posixpath.basename(p) in ("bin", "sbin"))]

    def whole_prefix(self) -> bool:
        """Whether a prefix comes over in which programs are found by their names."""
        for place in self.takes.values():
            if place in ("/usr/local", "/usr/local/bin"):
                return True
            if any(inside(folder, place) for folder in self._search()):
                return True
        return False

    def left_behind(self, path: str) -> bool:
        """Whether a path lies in what was built but does not come over."""
        return inside_any(path, self.left) and not self.covers(path)

    def areas(self) -> list[str]:
        """Everything that the build stage writes."""
        found: list[str] = []
        for task in self.tasks:
            if task.kind in (Kind.BUILD, Kind.FETCH) or self._built(task):
                found += [*task.effect.trees, *task.effect.files, *task.effect.products]
        return found

    def shown(self) -> tuple[str, ...]:
        """The paths that come over, for people."""
        return tuple(dict.fromkeys(self.takes.values()))
