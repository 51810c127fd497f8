"""What of an image its runtime stage needs: read off the image, not off the file that made it."""

from __future__ import annotations

import re
import shlex

from dockerlint.closure import closure_of
from dockerlint.contract.dependencies import Dependencies
from dockerlint.contract.mentions import Mentions
from dockerlint.contract.openers import opened_by
from dockerlint.contract.tools import Tools
from dockerlint.contract.users import USERS, users_stay
from dockerlint.inspect import Binary, Catalog, Text, packages
from dockerlint.inspect import owner as owner_of
from dockerlint.inspect.cache import PATH as CACHE
from dockerlint.knowledge.running import is_leftover
from dockerlint.model import Run
from dockerlint.optimize.folders import MADE, above, is_library
from dockerlint.optimize.stage import Unwritable, document_of
from dockerlint.shell import scripts
from dockerlint.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dockerlint.image import Entry, Image
    from dockerlint.inspect import Package
    from dockerlint.measure import Measured

# What package managers, their scripts and builds leave: nothing that a program was written to read.
_LEFT = re.compile(
    r"(?:var/(?:cache|log|tmp)|var/lib/(?:apt|dpkg|apk|dnf|rpm|yum|systemd|pam|ucf)|tmp|run|proc|sys|dev"
    r"|etc/(?:apk|alternatives|apt|dpkg)|(?:usr/)?lib/(?:apk|sysimage)"
    r"|root/(?:\.cache|\.cargo|\.npm|\.m2|\.gradle|\.rustup|\.wget-hsts|go)"
    r"|home/[^/]+/(?:\.cache|\.cargo|\.npm|\.m2|\.gradle|go))/.*"
    r"|usr/share/mime/(?!packages/).*|etc/\.java/.*"
    r"|etc/(?:ld\.so\.cache|\.pwd\.lock|(?:passwd|group|shadow|gshadow|subuid|subgid)-|resolv\.conf|hosts|hostname|mtab)"
    r"|\.dockerenv|usr/share/(?:doc|man|info|locale)/.*"
)
_STREAM = re.compile(r"/(?:dev/std(?:out|err)|(?:proc/self|dev)/fd/[12])")
# What only a shell makes something of.
_SHELL = re.compile(
    r"[$`;&|<>(){}\[\]*?~#!\n\\]|^\s*(?:\w+=|(?:cd|export|exec|set|test|if|for|while|until|case|umask|ulimit|\.|:)\s)"
)
# The links that a merged /usr has in its place.
MERGED = frozenset(("bin", "sbin", "lib", "lib32", "lib64", "libx32"))


class Contents:
    """The image of a file as it is. `gaps` say what files do not tell about its needs; what `smoke` commands need
    is among those, since without that they could not do the same."""

    def __init__(self, measured: Measured, smoke: Sequence[str] = ()) -> None:
        self.image: Image = measured.image
        self.view = View(self.image)
        self.config = document_of(self.image.config)
        closure = closure_of(self.view)
        run = closure_of(self.view, map(_words, smoke)) if smoke else closure
        self._closure = run
        self._mentions: Mentions | None = None
        self.needs = dict(run.needs)
        self._run = run
        self.gaps = closure.gaps
        self.runtimes = closure.runtimes
        self.lacks = tuple(f"{lack.by} asks for {lack.what}" for lack in closure.lacks if lack.sure)
        # What programs open by name: any file of that name serves them.
        self.opened: dict[str, str] = {}
        for _, row, paths in list(opened_by(self.view, run.needs)):
            self.opened.update((p, row.why) for p in paths if p not in self.needs)
        self.needs.update(self.opened)
        self._tools = Tools(self.view, self.needs, lambda path: owner_of(self.image, path))
        self._from = _layers(self.image)
        self._base = measured.base
        self._installed = installed(measured)

    def made(self, path: str) -> bool:
        """Whether an instruction of the file made a path: not its base, and not the scripts of packages
        that a RUN does nothing but install."""
        return self._from.get(path, 0) >= self._base and path not in self._installed

    def owner(self, path: str) -> Package | None:
        """The package of the distribution that brought a path."""
        found = owner_of(self.image, path)
        return found if found is not None and found.manager in ("apt", "apk", "rpm") else None

    def counted(self) -> frozenset[str]:
        """Settings, data and empty folders of packages that the programs which run may count on."""
        counted = Dependencies(self.view, self._run, Catalog(self.view))
        return frozenset(p for p in (*counted.data(), *counted.folders()) if p in self.view.entries)

    def packages(self) -> Iterator[Package]:
        """The packages of the distribution."""
        return (package for package in packages(self.image) if package.manager in ("apt", "apk", "rpm"))

    def own(self) -> Iterator[str]:
        """What the file's instructions brought that no package owns and no manager left: programs, data,
        settings, sources."""
        for path, entry in self.view.entries.items():
            if entry.kind not in ("file", "symlink") or not self.made(path) or _LEFT.fullmatch(path):
                continue
            if self.owner(path) is None and not self._by_product(path, entry):
                yield path

    def _by_product(self, path: str, entry: Entry) -> bool:
        """Whether a path is what the scripts of a package made beside its files."""
        if "/__pycache__/" in path:
            # Python looks at nothing there that is of no module beside it.
            source = source_of(path)
            return source not in self.view.entries or self.owner(source) is not None or not self.made(source)
        if entry.kind == "symlink":
            leads = self.view.real(path)
            return leads is None or (path.startswith(("etc/", "usr/")) and self.owner(leads) is not None)
        return path == "etc/ssl/certs/ca-certificates.crt"

    def kept(self) -> Iterator[str]:
        """Of what the file brought, all that may be read at run time: no sources, no objects, no programs
        but those that are needed."""
        for path in self.own():
            if path in self.needs or not self._for_building(path):
                yield path

    def _links_only(self, path: str) -> bool:
        """Whether it is the link by which the linker finds a library that programs load by another name, and nothing
        speaks of it."""
        entry, fact = self.view.entries[path], self.view.facts.get(self.view.real(path) or "")
        named = isinstance(fact, Binary) and bool(fact.soname) and fact.soname != path.rpartition("/")[2]
        if not named or entry.kind != "symlink" or not path.endswith(".so"):
            return False
        if self._mentions is None:
            self._mentions = Mentions(self.view, self._closure, Catalog(self.view))
        return not self._mentions.of(path, entry.kind)

    def _for_building(self, path: str) -> bool:
        if "/__pycache__/" in path:
            # It goes where its module goes.
            source = source_of(path)
            return source not in self.needs and self._for_building(source)
        if self._tools.part(path) or path.endswith("node_modules/.package-lock.json"):
            return False
        if any(path.startswith(f"{runtime.home}/") for runtime in self.runtimes):
            return True
        if is_leftover(path) or self._tools.has(path) or self._links_only(path):
            return True
        loaded = is_library(path) or path.endswith(".node")
        return isinstance(self.view.facts.get(path), Binary) and not loaded

    def developing(self) -> dict[str, list[str]]:
        """What of installed packages of Node only builds and tests use, by the folder of the program."""
        found: dict[str, list[str]] = {}
        for path in self.own():
            if "/node_modules/" in f"/{path}" and self._tools.has(path):
                found.setdefault(f"/{path}".partition("/node_modules/")[0].lstrip("/"), []).append(path)
        return found

    def tooling(self) -> dict[str, tuple[list[str], list[str]]]:
        """The tools of Python in virtual environments, by the folder of these: their names, and their paths."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for path in self.own():
            package = owner_of(self.image, path)
            if package is None or package.manager != "pip" or not self._tools.has(path):
                continue
            home = (
                next((f for f in package.files if "/lib/python" in f), "")
                .partition("/lib/python")[0]
                .strip("/")
            )
            if home and self.view.is_file(f"{home}/pyvenv.cfg"):
                names, paths = found.setdefault(home, ([], []))
                paths.append(path)
                if package.name not in names:
                    names.append(package.name)
        return found

    def folders(self) -> Iterator[str]:
        """Empty folders that the file's instructions made."""
        for path, entry in self.view.entries.items():
            if entry.kind != "directory" or not self.made(path) or _LEFT.fullmatch(f"{path}/x"):
                continue
            if not self.view.inside(path) and self.owner(path) is None and not is_leftover(path, True):
                yield path

    def odd_folders(self, paths: Iterable[str]) -> list[str]:
        """The folders that paths and the working directory are in, as far as they are not as COPY makes them."""
        workdir = str(self.config.get("WorkingDir") or "/").strip("/")
        found = {folder for path in (*paths, f"{workdir}/") for folder in above(path)}
        entries = ((folder, self.view.entries.get(folder)) for folder in sorted(found))
        return [
            folder
            for folder, entry in entries
            if entry is not None and entry.kind == "directory"
            if (entry.mode & 0o7777, entry.uid, entry.gid) != MADE
        ]

    def chown(self, folder: str) -> str:
        """Whom a folder and all in it belong to (`33:33`); empty for root, or where not all are one's."""
        entries = [self.view.entries.get(path) for path in (folder, *self.view.below(folder))]
        owners = {(entry.uid, entry.gid) for entry in entries if entry is not None}
        if len(owners) != 1 or owners == {(0, 0)}:
            return ""
        return ":".join(map(str, owners.pop()))

    def same(self, path: str, ground: View) -> bool:
        """Whether another image has the same at a path."""
        one, two = self.view.entries.get(path), ground.entries.get(path)
        return one is not None and two is not None and _alike(one, two)

    def serves(self, path: str, ground: View) -> bool:
        """Whether what another image has at a path, though another one, serves whoever opens that: names of users
        where those that count are there, and what no instruction of the file wrote."""
        if ground.entry(path) is None:
            return False
        if path in USERS:
            return users_stay(self.view, ground, path)
        if path == CACHE:
            # Who installs libraries makes it anew.
            return True
        return path in self.opened and not self.made(path)

    def stands_in(self, path: str, ground: View) -> bool:
        """Whether a file that another image has at a path does what this one's does: the same, names of users with those
        that count, or what the base of this one brought and no instruction changed."""
        if not ground.is_file(path):
            return False
        if path in USERS:
            return users_stay(self.view, ground, path)
        return not self.made(path) or self.same(path, ground)

    def streams(self) -> dict[str, str]:
        """The links that the file made to what a container writes to its engine, as log files mostly."""
        entries = self.view.entries.items()
        links = {path: entry.target for path, entry in entries if entry.kind == "symlink" and self.made(path)}
        return {path: to.lstrip("/") for path, to in links.items() if _STREAM.fullmatch(to)}

    def folder_links(self, paths: Iterable[str]) -> dict[str, str]:
        """The links among paths that lead to folders, each with where it leads."""
        found = {}
        for path in paths:
            real = self.view.real(path)
            if real is None or path in MERGED or self.view.entries[path].kind != "symlink":
                continue
            if not self.view.is_file(real):
                found[path] = real
        return found

    def names(self, paths: Iterable[str], everything: frozenset[str], linked: bool = False) -> list[str]:
        """The names under which files must lie so that all that ask for them find them, when links are
        not copied but replaced by what they lead to; `everything` are the paths that will be there. Raises
        Unwritable where that would not do, unless links to folders are made otherwise (`linked`)."""
        wanted = list(paths)
        used = self._through_merged(everything)
        covered = {link for name in used for link in self.view.links(name)[1]}
        found: dict[str, None] = dict.fromkeys(used)
        served = {self.view.real(name) for name in used}
        links = [p for p in wanted if self.view.entries[p].kind == "symlink" and p not in covered]
        inner = {self._next(link) for link in links}
        for link in links:
            real = self.view.real(link)
            if real is None or link in MERGED:
                continue
            if not self.view.is_file(real):
                if linked:
                    continue
                raise Unwritable(f"what it needs is reached by the link /{link}")
            # A library is asked for by one name; a program may look at its own, so it keeps them all.
            library = is_library(link)
            if link not in inner or not library:
                found[link] = None
            if library:
                served.add(real)
        found.update(
            dict.fromkeys(p for p in wanted if self.view.entries[p].kind == "file" and p not in served)
        )
        return sorted(found)

    def _through_merged(self, wanted: frozenset[str]) -> list[str]:
        """Names by which the kernel, command lines and scripts reach a file through /lib64, /bin and the like."""
        asked = {name for name in self._run.asked if not is_library(name)}
        for path in wanted:
            fact = self.view.facts.get(path)
            if isinstance(fact, Binary) and fact.interpreter:
                asked.add(fact.interpreter)
            elif isinstance(fact, Text) and fact.content.startswith(b"#!"):
                words = fact.text[2:].split("\n", 1)[0].split()
                asked.update(words[:1])
        for key in ("Entrypoint", "Cmd"):
            asked.update(str(word) for word in self.config.get(key) or () if str(word).startswith("/"))
        found = set()
        for name in asked:
            real, links = self.view.links(name)
            if real in wanted and MERGED & set(links):
                found.add(name.strip("/"))
        return sorted(found)

    def _next(self, link: str) -> str:
        """Where a link leads in one step."""
        from posixpath import dirname, join, normpath

        target = self.view.entries[link].target
        path = normpath(join("/", dirname(link), target)).lstrip("/")
        folder, _, name = path.rpartition("/")
        real = self.view.real(folder)
        return f"{real}/{name}" if real else path


def source_of(path: str) -> str:
    """The module that a file in __pycache__ is compiled from."""
    folder, _, name = path.partition("/__pycache__/")
    return f"{folder}/{name.partition('.')[0]}.py"


def _words(line: str) -> str | tuple[str, ...]:
    """A command line as an image without a shell runs it, where it needs none."""
    try:
        return line if _SHELL.search(line) else tuple(shlex.split(line))
    except ValueError:
        return line


def installed(measured: Measured) -> frozenset[str]:
    """The paths that were last written by a RUN that does nothing but install packages: theirs, and what
    their scripts made."""
    only = {
        index
        for index, maker in enumerate(measured.makers)
        if isinstance(maker, Run) and index >= measured.base and only_installs(maker)
    }
    return frozenset(path for path, layer in _layers(measured.image).items() if layer in only)


def only_installs(run: Run) -> bool:
    """Whether a RUN calls package managers and nothing else that leaves files."""
    found = [command for script in scripts(run) for command in script.commands]
    return bool(found) and all(
        command.name in _MANAGERS
        or command.name in ("rm", "set", "export", "echo", "true", ":")
        # Packages whose scripts link manual pages need the folder on slim bases.
        or (command.name == "mkdir" and all((w.value or "").startswith(_MANUALS) for w in command.operands))
        for command in found
    )


_MANUALS = ("/usr/share/man", "/usr/share/doc")
_MANAGERS = frozenset(
    ("apt-get", "apt", "aptitude", "apt-cache", "apk", "dnf", "yum", "microdnf", "apt-mark", "dpkg")
)


def _alike(one: Entry, two: Entry) -> bool:
    return (one.kind, one.digest, one.target, one.mode & 0o7777, one.uid, one.gid) == (
        two.kind, two.digest, two.target, two.mode & 0o7777, two.uid, two.gid,
    )  # fmt: skip


def _layers(image: Image) -> dict[str, int]:
    """The layer that last wrote each path."""
    found: dict[str, int] = {}
    for index, layer in enumerate(image.layers):
        for entry in layer.entries:
            found[entry.path] = index
    return found
