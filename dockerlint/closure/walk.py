"""The walk from what an image starts to what that needs, one step at a time."""

from __future__ import annotations

import re

from dockerlint.frozen import node, record
from dockerlint.inspect import Binary, Catalog, Text, TooMuch
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockerlint.closure.runtimes import Runtime
    from dockerlint.inspect import Package
    from dockerlint.view import View

# No start command of a real image leads to so many programs.
_PROGRAMS = 5000
# Nor does one start another so often in a row.
_DEPTH = 40


@record
class Lack:
    """Something that is asked for and not there. `what` is a name or an absolute path, `by` the path that
    asks for it or the words that name the command; `sure` is False where it may never be asked for; `hint`
    says more."""

    what: str
    by: str
    sure: bool = True
    hint: str = ""


@node
class Closure:
    """What a container needs.

    `needs` is every path (without leading slash, links that lead to it included) with who asks for it;
    `unsure` are those among them that may never be asked for; `programs` the ones that are started;
    `lacks` is what is asked for and not there; `gaps` say what files do not tell; `asked` are the paths that
    were asked for, before links were followed; `runtimes` are the Javas that are started.
    """

    needs: Mapping[str, str]
    unsure: frozenset[str]
    programs: tuple[str, ...]
    lacks: tuple[Lack, ...]
    gaps: tuple[str, ...]
    asked: frozenset[str] = frozenset()
    runtimes: tuple[Runtime, ...] = ()


class Walk:
    """Collects what is needed. `env` are the image's variables, `workdir` its folder (no leading slash)."""

    def __init__(self, view: View) -> None:
        self.view = view
        settings = view.image.config.get("config")
        self.settings: Mapping[str, object] = settings if isinstance(settings, dict) else {}
        self.env = dict(_pairs(self.settings.get("Env")))
        self.workdir = absolute(str(self.settings.get("WorkingDir") or "/"), "/")
        self.loaded: dict[str, dict[str, str]] = {}
        self.runtimes: dict[str, Runtime] = {}
        self._needs: dict[str, str] = {}
        self._sure: set[str] = set()
        self._asked: set[str] = set()
        self._programs: dict[str, None] = {}
        self._lacks: dict[tuple[str, str], Lack] = {}
        self._gaps: dict[str, None] = {}
        self._ran: set[tuple[str, tuple[str, ...]]] = set()
        self._depth = 0
        self._catalog: Catalog | None = None
        self._distributions: dict[str, Package] | None = None

    @property
    def catalog(self) -> Catalog:
        """The packages of the image."""
        if self._catalog is None:
            self._catalog = Catalog(self.view)
        return self._catalog

    def distribution(self, name: str) -> Package | None:
        """The installed Python distribution of a name (in lower case, with dashes)."""
        if self._distributions is None:
            self._distributions = {
                re.sub(r"[-_.]+", "-", package.name).lower(): package
                for package in self.catalog.packages
                if package.manager == "pip"
            }
        return self._distributions.get(name)

    def closure(self) -> Closure:
        """What was found."""
        return Closure(
            self._needs,
            frozenset(self._needs.keys() - self._sure),
            tuple(self._programs),
            tuple(self._lacks.values()),
            tuple(self._gaps),
            frozenset(self._asked),
            tuple(self.runtimes.values()),
        )

    def take(self, path: str, by: str, sure: bool = True) -> str | None:
        """Need a path and the links that lead to it; where it leads, None when that is nowhere."""
        self._asked.add(path)
        real, links = self.view.links(path)
        for found in links if real is None else (*links, real):
            if found in self.view.entries:
                self._needs.setdefault(found, by)
                if sure:
                    self._sure.add(found)
        return real

    def tree(self, folder: str, by: str, leave: re.Pattern[str] | None = None) -> None:
        """Need all that is below a folder, and what the loader loads for libraries in it."""
        for path in self.view.below(folder):
            if leave is None or not leave.search(path):
                self.take(path, by)

    def lack(self, what: str, by: str, sure: bool = True, hint: str = "") -> None:
        """Note that something is not there."""
        known = self._lacks.get((what, by))
        if known is None or (sure and not known.sure):
            self._lacks[what, by] = Lack(what, by, sure, hint)

    def gap(self, text: str) -> None:
        """Note what files do not tell."""
        self._gaps.setdefault(text)

    def needed(self, path: str) -> bool:
        """Whether a path is needed already."""
        return path in self._needs

    def text(self, path: str) -> str | None:
        """The text of a file that was kept; a gap when it was too large for that, None for none."""
        fact = self.view.facts.get(path)
        if isinstance(fact, TooMuch):
            self.gap(f"/{path} is too large to be read, so what it needs is not known")
        return fact.text if isinstance(fact, Text) else None

    def command(self, words: Sequence[str], by: str, sure: bool = True) -> None:
        """Run a command line: its first word is looked up as execvp does it."""
        if not words:
            return
        name, arguments = words[0], tuple(words[1:])
        path = self.program(name, self.workdir)
        if path is None:
            self.lack(name, by, sure)
            return
        self.execute(path, name, arguments, by, sure)

    def program(self, name: str, folder: str) -> str | None:
        """The path that a program name stands for, links not followed; None when there is none."""
        if "/" in name:
            path = absolute(name, folder)
            return path if self.view.is_file(path) else None
        for place in (self.env.get("PATH") or _PATH).split(":"):
            path = absolute(name, absolute(place, folder))
            entry = self.view.entry(path)
            if entry is not None and entry.kind == "file" and entry.mode & 0o111:
                return path
        return None

    def execute(self, path: str, name: str, arguments: tuple[str, ...], by: str, sure: bool = True) -> None:
        """Run the file at a path with arguments. `name` is what it was called as."""
        from dockerlint.closure import programs

        real = self.take(path, by, sure)
        if real is None or (path, arguments) in self._ran:
            return
        if len(self._ran) >= _PROGRAMS or self._depth >= _DEPTH:
            self.gap(f"/{real} leads to more programs than are followed")
            return
        self._ran.add((path, arguments))
        self._programs.setdefault(real)
        self._depth += 1
        try:
            programs.executed(self, path, real, name, arguments)
        finally:
            self._depth -= 1

    def binary(self, path: str) -> Binary | None:
        """The ELF header of what a path leads to, None when it is no ELF file."""
        real = self.view.real(path)
        fact = self.view.facts.get(real) if real is not None else None
        return fact if isinstance(fact, Binary) else None


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _pairs(env: object) -> list[tuple[str, str]]:
    if not isinstance(env, list):
        return []
    return [(name, value) for name, _, value in (str(item).partition("=") for item in env)]
