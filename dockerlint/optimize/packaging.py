"""Which packages a bare base is to have, and what their scripts need and make there."""

from __future__ import annotations

from fnmatch import fnmatchcase

from dockerlint.knowledge.running import volatile
from dockerlint.model import Run
from dockerlint.shell import scripts
from dockerlint.shell.installs import installs
from dockerlint.split.packages import Packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.image import Image
    from dockerlint.inspect import Package
    from dockerlint.model import Stage
    from dockerlint.optimize.contents import Contents
    from dockerlint.view import View

_MANAGERS = {"apt-get": "apt", "apk": "apk", "dnf": "rpm"}
_DEVELOPMENT = ("-dev", "-devel")
# Programs that install packages of RPM, with their options for no more than what is asked for: dnf(8) and microdnf(8).
_RPM = (
    ("dnf", "install -y --nodocs --setopt=install_weak_deps=False"),
    ("microdnf", "install -y --nodocs --setopt=install_weak_deps=0"),
    ("yum", "install -y --setopt=tsflags=nodocs"),
)


class Packaging:
    """The packages for a base, by what an image needs and what its stage installs. `names` are those to
    install; `left` those that stay behind; `manager` is empty where it is none that is known."""

    def __init__(self, contents: Contents, stage: Stage, there: View) -> None:
        self._contents = contents
        self._stage = stage
        self._there = there
        managers = {package.manager for package in contents.packages()}
        self.manager = next((m for m in ("apt", "apk", "rpm") if m in managers), "")
        self._rpm = next(((p, words) for p, words in _RPM if there.is_file(f"usr/bin/{p}")), None)
        if self.manager == "rpm" and self._rpm is None:
            self.manager = ""
        self._known = {p.name: p for p in contents.packages() if p.manager == self.manager}
        self._present = {p.name for p in _packages_of(there.image)}
        self.names: list[str] = []
        self.left: list[str] = []
        if self.manager:
            self._choose()

    def _choose(self) -> None:
        contents = self._contents
        tables = Packages("dnf" if self.manager == "rpm" else self.manager, "")
        asked = [name for name in dict.fromkeys(self._asked()) if name in self._known]
        needed = {
            package.name
            for path in contents.needs
            if (package := contents.owner(path)) is not None and package.manager == self.manager
        }
        wanted = {n for n in asked if not tables.build_only(n) and not n.endswith(_DEVELOPMENT)} | needed
        self.left = [name for name in asked if name not in wanted]
        self.names = sorted(self._heads(wanted - self._present))

    def _heads(self, names: set[str]) -> set[str]:
        """Of some packages those that none of the others brings along."""
        found = set(names)
        for name in sorted(names):
            if name in found:
                found -= self._brought(name) - {name}
        return found

    def _brought(self, name: str) -> set[str]:
        """A package and all that comes with it wherever it is installed."""
        found: set[str] = set()
        pending = [name]
        while pending:
            one = pending.pop()
            if one not in found and one in self._known:
                found.add(one)
                pending += self._known[one].brings
        return found

    @property
    def coming(self) -> set[str]:
        """All packages that come with those to install and are not there yet."""
        return {one for name in self.names for one in self._brought(name)} - self._present

    def makes(self, path: str) -> bool:
        """Whether the scripts of the packages make a path: a link to one of their programs, or what is known to
        be made anew by each build, in a folder of theirs."""
        return self._links(path) or self._generates(path)

    def _generates(self, path: str) -> bool:
        if self._contents.made(path) or not any(
            fnmatchcase(f"/{path}", glob) for row in volatile() for glob in row.paths
        ):
            return False
        folder = f"/{path}".rpartition("/")[0]
        return any(folder in self._known[name].files for name in self.coming)

    def _links(self, path: str) -> bool:
        entry = self._contents.view.entries[path]
        if entry.kind != "symlink" or "/etc/alternatives/" not in f"/{path}{entry.target}":
            return False
        owner = self._contents.owner(self._contents.view.real(path) or "")
        return owner is not None and owner.name in self.coming

    def _manuals(self) -> list[str]:
        """Folders of manual pages that the base lacks, and that the scripts of packages make links in: without
        them they fail."""
        view = self._contents.view
        found: set[str] = set()
        for path in view.below("usr/share/man") if self.manager == "apt" else ():
            folder = path.rpartition("/")[0]
            link = view.entries.get(view.entries[path].target.lstrip("/"))
            if (
                link is not None
                and link.path.startswith("etc/alternatives/")
                and not self._there.is_folder(folder)
            ):
                package = self._contents.owner(link.target)
                if package is not None and package.name in self.coming:
                    found.add(f"/{folder}")
        return sorted(found)

    def commands(self) -> tuple[tuple[str, ...], ...]:
        """The RUN instructions that install them."""
        if not self.names:
            return ()
        if self.manager == "apk":
            return ((f"apk add --no-cache {' '.join(self.names)}",),)
        if self._rpm is not None and self.manager == "rpm":
            program, words = self._rpm
            return ((f"{program} {words} {' '.join(self.names)}", f"{program} clean all"),)
        folders = self._manuals()
        return (
            (
                *((f"mkdir -p {' '.join(folders)}",) if folders else ()),
                "apt-get update",
                f"apt-get install -y --no-install-recommends {' '.join(self.names)}",
                "rm -rf /var/lib/apt/lists/*",
            ),
        )

    def _asked(self) -> Iterator[str]:
        """The packages that RUN lines of the stage install by name."""
        for stage in self._stage.lineage:
            for run in stage.of(Run):
                for script in scripts(run):
                    for install in installs(script):
                        if _MANAGERS.get(install.family) == self.manager:
                            yield from sorted(install.names)


def _packages_of(image: Image) -> Iterator[Package]:
    from dockerlint.inspect import packages

    return (package for package in packages(image) if package.manager in ("apt", "apk", "rpm"))
