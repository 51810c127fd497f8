"""What a Python program imports: its own modules by their import statements, installed distributions as a
whole with those that they require, the standard library as a whole."""

from __future__ import annotations

import ast
import posixpath
import re
import warnings

from dockerlint.closure import libraries
from dockerlint.inspect import Binary, Text
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.closure.walk import Walk

_PYTHON = re.compile(r"python(?:[0-9](?:\.[0-9]+)?)?t?")
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
# Parts of the standard library that no program counts on, and that slim images leave out.
_OPTIONAL = re.compile(
    r"/(?:test|tests|idlelib|distutils|turtledemo|tkinter|lib2to3|ensurepip|pydoc_data|__pycache__|config-[^/]*|(?:site|dist)-packages)(?:/|$)|/EXTERNALLY-MANAGED$|\.pyc$"
    # Of tkinter and of the tests, beside the modules that programs load.
    r"|/lib-dynload/(?:_tkinter|_test[a-z]*|_ctypes_test|_xx[a-z]*|xx[a-z]*)\.[^/]*$"
)
_TKINTER = re.compile(r"/lib-dynload/_tkinter\.[^/]*$")
# Of them, those that can be had by name.
_PARTS = frozenset(
    ("test", "idlelib", "distutils", "turtledemo", "tkinter", "lib2to3", "ensurepip", "pydoc_data")
)
# Modules of the standard library that load TLS, or others that do.
_TLS = frozenset((
    "asyncio", "ftplib", "http", "imaplib", "logging.handlers", "nntplib", "poplib", "smtplib", "socketserver", "ssl", "urllib", "webbrowser",
    "wsgiref", "xmlrpc",
))  # fmt: skip
# What installed modules import of what may be left out, by the module to look for.
_SPEAKS = {
    name: re.compile(rf"^\s*(?:from|import)\s+(?:{names})\b", re.MULTILINE)
    for name, names in (
        ("ssl", "|".join(map(re.escape, sorted(_TLS)))),
        ("tkinter", "_?tkinter"),
        ("setuptools", "setuptools|pkg_resources|distutils|_distutils_hack"),
        ("pip", "pip"),
    )
}
_TLS_PART = re.compile(r"/_ssl\.[^/]*\.so$")
_CACHED = re.compile(r"/__pycache__/|\.pyc$")
_VALUES = ("-W", "-X", "--check-hash-based-pycs")
_NATIVE = (".so", ".pyd")


def is_python(name: str) -> bool:
    """Whether a program of that name is CPython."""
    return _PYTHON.fullmatch(name) is not None


def run(walk: Walk, path: str, real: str, arguments: tuple[str, ...]) -> None:
    """Need what `python` with some arguments needs. `path` is where it was found: beside a venv's settings
    it is the Python of that."""
    home = _Home(walk, path, real)
    home.library()
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word in _VALUES:
            words[:1] = []
        elif word in ("-m", "-c"):
            app = _App(home, walk.workdir)
            if word == "-m" and words:
                app.module(words.pop(0), f"/{path} -m", run=True)
            elif words:
                app.source(words.pop(0), "", "the text of python -c")
            app.named(words)
            return
        elif not word.startswith("-"):
            target = absolute(word, walk.workdir)
            script = walk.take(target, f"/{path}")
            if script is None:
                walk.lack(f"/{target}", f"/{path}")
                return
            app = _App(home, posixpath.dirname(script))
            if walk.view.is_folder(script):
                app = _App(home, script)
                script = absolute("__main__.py", script)
            app.file(script, "")
            app.named(words)
            return


class _Home:
    """One Python: its standard library, and the folders that it imports installed modules from."""

    def __init__(self, walk: Walk, path: str, real: str) -> None:
        self.walk = walk
        self.real = real
        view = walk.view
        self.sites: list[str] = []
        folder = posixpath.dirname(posixpath.dirname(path))
        settings = absolute("pyvenv.cfg", folder)
        self.stdlib = ""
        base = posixpath.dirname(posixpath.dirname(real))
        venv = view.is_file(settings)
        if venv:
            walk.take(settings, f"/{path}")
            fields = dict(_field(line) for line in (walk.text(settings) or "").split("\n"))
            home = absolute(fields.get("home", "").strip("/"), "/")
            if fields.get("home"):
                base = posixpath.dirname(view.real(home) or home)
        prefixes = [base, "usr", "usr/local"]
        version = posixpath.basename(real).removeprefix("python")
        for prefix in prefixes:
            for lib in view.inside(absolute("lib", view.real(prefix) or prefix)):
                name = posixpath.basename(lib)
                if _PYTHON.fullmatch(name) and version in name and view.is_file(f"{lib}/os.py"):
                    self.stdlib = self.stdlib or lib
        name = posixpath.basename(self.stdlib)
        folders = [f"{folder}/lib/{name}/site-packages"] if venv else []
        if not venv or (walk.text(settings) or "").find("include-system-site-packages = true") >= 0:
            for prefix in dict.fromkeys((base, "usr/local", "usr")):
                folders += [f"{prefix}/lib/{name}/{kind}-packages" for kind in ("site", "dist")]
            folders.append("usr/lib/python3/dist-packages")
            user = walk.env.get("HOME", "/root").strip("/")
            folders.append(f"{user}/.local/lib/{name}/site-packages")
        self.sites = [f for f in dict.fromkeys(folders) if view.is_folder(f)]
        self._distributions: set[str] = set()
        self._modules: set[str] = set()
        self._spoken: set[str] = set()
        for site in list(self.sites):
            self._paths_of(site)

    def _paths_of(self, site: str) -> None:
        """Folders that .pth files add: installs that can be edited."""
        for path in self.walk.view.inside(site):
            if path.endswith(".pth"):
                for line in (self.walk.text(path) or "").split("\n"):
                    folder = absolute(line.strip(), site)
                    if (
                        line.strip()
                        and not line.startswith(("import", "#"))
                        and self.walk.view.is_folder(folder)
                    ):
                        self.walk.take(path, "the Python that reads it")
                        self.sites.append(folder)

    def library(self) -> None:
        """Need the standard library as a whole."""
        if not self.stdlib:
            self.walk.gap(f"the standard library of /{self.real} was not found")
            return
        if self.stdlib in self.walk.loaded:
            return
        self.walk.loaded[self.stdlib] = {}
        for path in self.walk.view.below(self.stdlib):
            if not _OPTIONAL.search(f"/{path}") and not _TLS_PART.search(f"/{path}"):
                self.walk.take(path, f"/{self.real}")
                self._native(path)

    def part(self, name: str, by: str) -> None:
        """Need what only some programs need of the standard library: parts that images leave out, and TLS."""
        top = name.partition(".")[0]
        if top in _PARTS:
            for path in self.walk.view.below(f"{self.stdlib}/{top}"):
                if not _CACHED.search(f"/{path}"):
                    self.walk.take(path, by)
            if top == "tkinter":
                self._extension(_TKINTER, by)
        elif top in _TLS or name in _TLS:
            self._extension(_TLS_PART, by)

    def _extension(self, wanted: re.Pattern[str], by: str) -> None:
        """Need modules of the standard library that are libraries."""
        for path in self.walk.view.below(f"{self.stdlib}/lib-dynload") if self.stdlib else ():
            if wanted.search(f"/{path}"):
                self.walk.take(path, by)
                self._native(path)

    def _native(self, path: str) -> None:
        fact = self.walk.view.facts.get(path)
        if path.endswith(_NATIVE) and isinstance(fact, Binary):
            libraries.load(self.walk, path, fact, self.real)

    def installed(self, name: str, by: str) -> bool:
        """Need an installed module with all of its distribution; whether there is one."""
        if name in self._modules:
            return True
        for site in self.sites:
            for path in _places(site, name):
                if self.walk.view.is_file(path) or (
                    path == f"{site}/{name}" and self.walk.view.is_folder(path)
                ):
                    self._modules.add(name)
                    self._whole(path, by)
                    return True
            for path in self.walk.view.inside(site):
                if posixpath.basename(path).startswith(f"{name}.") and path.endswith(_NATIVE):
                    self._modules.add(name)
                    self._whole(path, by)
                    return True
        return False

    def _whole(self, path: str, by: str) -> None:
        catalog = self.walk.catalog
        folder = path.removesuffix("/__init__.py")
        package = catalog.owner(path)
        pending = [package] if package is not None and package.manager == "pip" else []
        if not pending:
            files = self.walk.view.below(folder) if self.walk.view.is_folder(folder) else iter((path,))
            self._files(files, by)
        while pending:
            one = pending.pop()
            if _plain(one.name) in self._distributions:
                continue
            self._distributions.add(_plain(one.name))
            self._files((f.lstrip("/") for f in one.files), by)
            pending += filter(None, (self.walk.distribution(_plain(name)) for name in one.needs))

    def _files(self, files: Iterator[str], by: str) -> None:
        for path in files:
            if not _CACHED.search(f"/{path}") and path in self.walk.view.entries:
                self.walk.take(path, by)
                self._native(path)
                self._speaks_of(path)

    def _speaks_of(self, path: str) -> None:
        """What installed modules import besides what they require is not followed but for parts that may be left
        out."""
        left = {name: pattern for name, pattern in _SPEAKS.items() if name not in self._spoken}
        if not path.endswith(".py") or not left:
            return
        fact = self.walk.view.facts.get(path)
        if fact is None:
            return
        for name, pattern in left.items():
            # Of one that is too large to be read, TLS is what it may well speak.
            if pattern.search(fact.text) if isinstance(fact, Text) else name == "ssl":
                self._spoken.add(name)
                self.part(name, f"/{path}")
                for place in (f"{site}/{name}/__init__.py" for site in self.sites):
                    if self.walk.view.is_file(place):
                        self.walk.take(place, f"/{path}", sure=False)


def _plain(name: str) -> str:
    """A distribution's name as all of its spellings agree on: https://peps.python.org/pep-0503/."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _field(line: str) -> tuple[str, str]:
    key, _, value = line.partition("=")
    return key.strip().lower(), value.strip()


def _places(folder: str, dotted: str) -> Iterator[str]:
    name = dotted.replace(".", "/")
    yield absolute(f"{name}/__init__.py", folder)
    yield absolute(f"{name}.py", folder)
    yield absolute(name, folder)


class _App:
    """The modules of a program, from the folder that it is started in."""

    def __init__(self, home: _Home, folder: str) -> None:
        self.home = home
        self.walk = home.walk
        variable = self.walk.env.get("PYTHONPATH", "").split(":")
        self.folders = [folder, *(absolute(p, self.walk.workdir) for p in variable if p)]

    def named(self, words: list[str]) -> None:
        """Modules and files in the words behind the program: `app.main:create`, `-A tasks`, `conf/x.ini`."""
        from dockerlint.closure.programs import paths_in

        for word in words:
            name = word.rpartition("=")[2].partition(":")[0]
            if _MODULE.fullmatch(name) and not self._own(name, "the command line", sure=":" in word):
                self._own(name, "the command line", sure=False, folder=self.walk.workdir)
        paths_in(self.walk, tuple(words), "the command line")

    def module(self, name: str, by: str, run: bool = False, sure: bool = True) -> None:
        """Import a module, or run it as `python -m` does."""
        if self._own(name, by, sure):
            if run:
                self._own(f"{name}.__main__", by, sure)
            return
        top = name.partition(".")[0]
        stdlib = self.home.stdlib
        known = stdlib and any(self.walk.view.is_file(p) for p in _places(stdlib, top))
        if known:
            self.home.part(name, by)
        if not known and not self.home.installed(top, by) and run:
            self.walk.lack(f"the module {name}", by, sure)

    def _own(self, name: str, by: str, sure: bool = True, folder: str = "") -> bool:
        """Take a module of the program itself; whether it is one."""
        view = self.walk.view
        for place in (folder,) if folder else self.folders:
            parts = name.split(".")
            found = False
            for count in range(1, len(parts) + 1):
                head = ".".join(parts[:count])
                package, module, bare = _places(place, head)
                for path in (package, module):
                    if view.is_file(path):
                        self.walk.take(path, by, sure)
                        self.file(path, head if path == package else head.rpartition(".")[0], sure)
                        found = True
                if not found and not view.is_folder(bare):
                    break
            if found:
                return True
        return False

    def file(self, path: str, package: str, sure: bool = True) -> None:
        """Follow the imports of a file, which is in a package (or at the top: empty)."""
        real = self.walk.view.real(path)
        if real is None or real in self.walk.loaded:
            return
        self.walk.loaded[real] = {}
        text = self.walk.text(real)
        if text is not None:
            self.source(text, package, f"/{real}", sure)

    def source(self, text: str, package: str, by: str, sure: bool = True) -> None:
        """Follow the imports of a text."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text.encode("utf-8", "surrogateescape"))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.walk.gap(f"{by} cannot be read as Python, so what it imports is not known")
            return
        for name, certain in _imports(tree, package):
            self.module(name, by, sure=sure and certain)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                if _MODULE.fullmatch(node.value) and len(node.value) < 200:
                    self._own(node.value, by, sure=False)
            elif isinstance(node, ast.Call) and _calls_import(node):
                self.walk.gap(f"{by} imports modules by names that it makes up when it runs")


def _calls_import(call: ast.Call) -> bool:
    function = call.func
    name = (
        function.attr
        if isinstance(function, ast.Attribute)
        else function.id
        if isinstance(function, ast.Name)
        else ""
    )
    return name in ("import_module", "__import__") and not (
        call.args and isinstance(call.args[0], ast.Constant)
    )


def _imports(tree: ast.AST, package: str) -> Iterator[tuple[str, bool]]:
    """The modules that a tree imports, and whether it does so as it is loaded."""
    top = set(getattr(tree, "body", ()))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node in top
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".") if package else []
                kept = parts[: max(0, len(parts) - node.level + 1)]
                base = ".".join((*kept, base)).strip(".") if base else ".".join(kept)
            if base:
                yield base, node in top
            for alias in node.names:
                if alias.name != "*":
                    yield f"{base}.{alias.name}".strip("."), node in top
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func
            name = getattr(function, "attr", getattr(function, "id", ""))
            if name in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.args[0].value, False
