"""What a Node program requires: its own modules, and installed packages as a whole with those they depend on."""

from __future__ import annotations

import posixpath
import re

from dockerlint.closure import libraries, npm
from dockerlint.inspect import Binary
from dockerlint.inspect.packages import json_of, module_folder
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.closure.walk import Walk

_NODE = re.compile(r"node|nodejs|node[0-9]+")
_VALUES = ("-r", "--require", "--import", "--loader", "--experimental-loader")
_IMPORTS = re.compile(
    r"""(?:\brequire(?:\.resolve)?\s*\(\s*|\bimport\s*\(\s*|\bfrom\s*|\bimport\s*)(?:"([^"\n]{1,300})"|'([^'\n]{1,300})'|`([^`$\n]{1,300})`)"""
)
_MADE_UP = re.compile(r"""\b(?:require|import)\s*\(\s*[^"'`\s)]""")
_ENDINGS = (
    "",
    ".js",
    ".mjs",
    ".cjs",
    ".json",
    ".node",
    "/index.js",
    "/index.mjs",
    "/index.cjs",
    "/index.json",
)
# Packages that look for the compiled module of who requires them.
_FINDERS = ("bindings", "node-gyp-build", "node-pre-gyp", "@mapbox/node-pre-gyp", "node-bindings")
_COMPILING = re.compile(r"/(?:node_modules|obj\.target)/")
_CACHED = re.compile(r"/\.cache/|/(?:test|tests|__tests__|docs?|example|examples)/|\.(?:md|map|ts)$")


def is_node(name: str) -> bool:
    """Whether a program of that name is Node."""
    return _NODE.fullmatch(name) is not None


def run(walk: Walk, arguments: tuple[str, ...], by: str) -> None:
    """Need what `node` with some arguments needs."""
    from dockerlint.closure.programs import paths_in

    words = list(arguments)
    while words:
        word = words.pop(0)
        if word in _VALUES and words:
            _require(walk, words.pop(0), walk.workdir, by)
        elif word in ("-e", "-p", "--eval", "--print") and words:
            _source(walk, words.pop(0), walk.workdir, "the text of node -e")
            return
        elif not word.startswith("-"):
            target = absolute(word, walk.workdir)
            real = walk.view.real(target)
            if real is not None and npm.run(walk, real, words, f"/{target}"):
                walk.take(target, by)
                return
            if not _file(walk, target, by):
                walk.lack(f"/{target}", by)
            paths_in(walk, tuple(words), "the command line")
            return


def _file(walk: Walk, target: str, by: str) -> bool:
    """Load the module that a path stands for; whether there is one."""
    for ending in _ENDINGS:
        path = target + ending
        if walk.view.is_file(path):
            _loaded(walk, walk.take(path, by) or path)
            return True
    if walk.view.is_folder(target):
        settings = absolute("package.json", target)
        main = json_of(walk.view.facts.get(settings)).get("main")
        if isinstance(main, str):
            walk.take(settings, by)
            return any(_file(walk, absolute(main, target), by) for _ in (0,))
    return False


def _loaded(walk: Walk, real: str) -> None:
    if real in walk.loaded:
        return
    walk.loaded[real] = {}
    _settings(walk, real)
    package = module_folder(real)
    if package:
        _whole(walk, package, f"/{real}", True)
    fact = walk.view.facts.get(real)
    if isinstance(fact, Binary):
        libraries.load(walk, real, fact, next(iter(_hosts(walk)), ""))
    elif package:
        # Installed packages are needed as they are.
        return
    elif real.endswith((".js", ".mjs", ".cjs")) or "." not in posixpath.basename(real):
        text = walk.text(real)
        if text is None and walk.view.entries[real].size:
            walk.gap(f"/{real} was not read, so what it requires is not known")
        elif text is not None:
            _source(walk, text, posixpath.dirname(real), f"/{real}")


def _settings(walk: Walk, path: str) -> None:
    """The package.json above a module says of which kind it is."""
    folder = posixpath.dirname(path)
    while folder:
        if walk.view.is_file(f"{folder}/package.json"):
            walk.take(f"{folder}/package.json", f"/{path}")
            return
        folder = posixpath.dirname(folder)


def _hosts(walk: Walk) -> Iterator[str]:
    for path in walk.closure().programs:
        if is_node(posixpath.basename(path)):
            yield path


def _source(walk: Walk, text: str, folder: str, by: str) -> None:
    for match in _IMPORTS.finditer(text):
        _require(walk, next(filter(None, match.groups()), ""), folder, by)
    if _MADE_UP.search(text):
        walk.gap(f"{by} requires modules by names that it makes up when it runs")


def _require(walk: Walk, name: str, folder: str, by: str) -> None:
    if name.startswith(("./", "../", "/")) or name in (".", ".."):
        _file(walk, absolute(name, folder), by)
    elif name.startswith("#"):
        walk.gap(f"{by} requires {name} by the import map of its package")
    elif not name.startswith("node:"):
        _package(walk, name, folder, by)
        if name in _FINDERS:
            _addons(walk, folder, by)


def _addons(walk: Walk, folder: str, by: str) -> None:
    """Need the compiled modules of the package that a folder is in: its build put them where they are looked for."""
    home = folder
    while home and not walk.view.is_file(f"{home}/package.json"):
        home = posixpath.dirname(home)
    for path in walk.view.below(home) if home else ():
        fact = walk.view.facts.get(path)
        inner = path.removeprefix(home)
        if path.endswith(".node") and isinstance(fact, Binary) and not _COMPILING.search(inner):
            walk.take(path, by)
            libraries.load(walk, path, fact, next(iter(_hosts(walk)), ""))


def _package(walk: Walk, name: str, folder: str, by: str, sure: bool = True) -> None:
    """Need an installed package with all that it depends on: the nearest node_modules that has it. Node's own
    modules, and what is in none, are passed over."""
    parts = name.split("/")
    name = "/".join(parts[: 2 if name.startswith("@") else 1])
    home = folder
    while True:
        place = absolute(f"node_modules/{name}", home)
        if walk.view.is_folder(place) and posixpath.basename(home) != "node_modules":
            break
        if not home:
            return
        home = posixpath.dirname(home)
    walk.take(place, by, sure)
    _whole(walk, walk.view.real(place) or place, by, sure)


def _whole(walk: Walk, real: str, by: str, sure: bool) -> None:
    """Need the package in a folder, and what it depends on."""
    if real in walk.loaded:
        return
    walk.loaded[real] = {}
    for path in walk.view.below(real):
        if f"{real}/node_modules/" in path or _CACHED.search(path.removeprefix(real)):
            continue
        walk.take(path, by, sure)
        fact = walk.view.facts.get(path)
        if isinstance(fact, Binary) and path.endswith(".node"):
            libraries.load(walk, path, fact, next(iter(_hosts(walk)), ""))
    settings = json_of(walk.view.facts.get(f"{real}/package.json"))
    for key in ("dependencies", "optionalDependencies", "peerDependencies"):
        names = settings.get(key)
        for other in names if isinstance(names, dict) else ():
            if isinstance(other, str):
                _package(walk, other, real, f"/{real}", sure and key == "dependencies")
