"""Imports every module of a package at once.

Importing 150 small modules one by one costs 0.25 ms each, most of it in looking for files.
The compiled code of all of them is kept in one file: beside their own `.pyc` files (wherever
Python would put those, with the same trust), or in the user's cache folder where that cannot
be written. It is used as long as no source file has another time or size. `--no-cache` and
PYTHONDONTWRITEBYTECODE leave it out.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

    # Path, time of change in ns, size.
    Stamp = tuple[str, int, int]

# A bundle pays from about this many modules on.
ENOUGH = 8


def modules_of(name: str, cache: bool = True) -> list[ModuleType]:
    """The package and all modules in it, imported, in order of name."""
    top = _import(name)
    roots = list(getattr(top, "__path__", ()))
    if not roots:
        return [top]
    files = dict(sorted(_walk(roots[0], name)))
    like = top.__spec__
    if not cache or len(files) < ENOUGH or like is None or not like.cached:
        return [top, *(_import(module) for module in files)]
    fresh = _from_bundle(name, like, files)
    modules = [top, *(_import(module) for module in files)]
    if not fresh and not sys.dont_write_bytecode:
        _keep(name, like, files)
    return modules


def _import(name: str) -> ModuleType:
    found = sys.modules.get(name)
    if found is None:
        __import__(name)
        found = sys.modules[name]
    return found


def _walk(folder: str, package: str) -> Iterator[tuple[str, Stamp]]:
    """(module name, (path, mtime in ns, size)) of every module below a package folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            stem, kind = os.path.splitext(entry.name)
            if kind == ".py" and stem.isidentifier():
                stat = entry.stat()
                module = package if stem == "__init__" else f"{package}.{stem}"
                yield module, (entry.path, stat.st_mtime_ns, stat.st_size)
            elif not kind and stem.isidentifier() and stem != "__pycache__" and entry.is_dir():
                yield from _walk(entry.path, f"{package}.{stem}")


def _from_bundle(name: str, like: ModuleSpec, files: Mapping[str, Stamp]) -> bool:
    """Put the modules into `sys.modules` from a fresh bundle; whether there is one."""
    stamp = _stamp(name, files)
    for path in _places(name, like):
        codes = _read(path, stamp)
        if codes is not None:
            for module, code in codes.items():
                if module not in sys.modules:
                    _execute(module, files[module][0], code, like)
            return True
    return False


def _keep(name: str, like: ModuleSpec, files: Mapping[str, Stamp]) -> None:
    """Write the code of modules that are imported as a bundle, in the first place that takes it."""
    codes = {}
    for module in files:
        spec = sys.modules[module].__spec__
        if spec is None or spec.loader is None:
            return
        codes[module] = spec.loader.get_code(module)  # type: ignore[attr-defined]
    data = marshal.dumps((_stamp(name, files), codes))  # type: ignore[arg-type]
    any(_write(path, data) for path in _places(name, like))


def _stamp(name: str, files: Mapping[str, Stamp]) -> tuple[object, ...]:
    return (sys.version, name, tuple(sorted(files.items())))


def _places(name: str, like: ModuleSpec) -> Iterator[str]:
    folder, compiled = os.path.split(like.cached or "")
    # Not `.pyc`: other tools take files of that name for what they are not.
    yield os.path.join(folder, compiled.replace("__init__", "all", 1).removesuffix(".pyc") + ".bundle")
    from dockerlint.cachefolder import cache_folder, own_folder

    folder = cache_folder()
    # What is read here is run: only from a folder that nobody else can write to.
    if folder and (own_folder(folder) or not os.path.lexists(folder)):
        yield os.path.join(folder, f"{name}.{sys.implementation.cache_tag}.bundle")


def _execute(name: str, path: str, code: CodeType, like: ModuleSpec) -> None:
    """Make the module as the import system would. Its classes are taken from a module that
    it made: importing `importlib.util` would cost more than all of this."""
    package = os.path.basename(path) == "__init__.py"
    loader = type(like.loader)(name, path)  # type: ignore[call-arg, misc]
    spec = type(like)(name, loader, origin=path, is_package=package)
    spec.has_location = True
    module = type(sys)(name)
    module.__file__, module.__spec__, module.__loader__ = path, spec, spec.loader
    if package:
        spec.submodule_search_locations = module.__path__ = [os.path.dirname(path)]
    parent, _, child = name.rpartition(".")
    module.__package__ = name if package else parent
    if parent and parent not in sys.modules:
        __import__(parent)
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    if parent:
        setattr(sys.modules[parent], child, module)


def _read(path: str, stamp: object) -> dict[str, CodeType] | None:
    try:
        with open(path, "rb") as file:
            found, codes = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return codes if found == stamp else None


def _write(path: str, data: bytes) -> bool:
    """Write the bundle whole or not at all; False where the folder cannot be written."""
    draft = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(draft, "wb") as file:
            file.write(data)
        os.replace(draft, path)
    except OSError:
        return False
    return True
