"""Imports every module of a package at once.

Importing 150 small modules one by one costs 0.2 ms each, most of it in looking for files.
The compiled code of all of them is kept in one file beside their own `.pyc` files (so with
the same trust, and wherever Python would put those), and is used as long as no source file
has another time or size. `--no-cache` and PYTHONDONTWRITEBYTECODE leave it out.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

    Stamp = tuple[tuple[str, int, int], ...]

# A bundle pays from about this many modules on.
ENOUGH = 8


def modules_of(name: str, cache: bool = True) -> list[ModuleType]:
    """The package and all modules in it, imported, in order of name."""
    top = _import(name)
    roots = list(getattr(top, "__path__", ()))
    if not roots:
        return [top]
    files = dict(sorted(_walk(roots[0], name)))
    spec = top.__spec__
    if cache and len(files) >= ENOUGH and spec is not None and spec.cached:
        _from_bundle(name, spec, files)
    return [top, *(_import(module) for module in files)]


def _import(name: str) -> ModuleType:
    found = sys.modules.get(name)
    if found is None:
        __import__(name)
        found = sys.modules[name]
    return found


def _walk(folder: str, package: str) -> Iterator[tuple[str, tuple[str, int, int]]]:
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


def _from_bundle(name: str, like: ModuleSpec, files: dict[str, tuple[str, int, int]]) -> None:
    """Put the modules into `sys.modules` from the bundle; write it when it is not fresh."""
    folder, pyc = os.path.split(like.cached or "")
    path = os.path.join(folder, pyc.replace("__init__", "bundle", 1))
    stamp = (sys.version, name, tuple(sorted(files.items())))
    codes = _read(path, stamp)
    if codes is None:
        codes = {module: _compiled(module, file[0]) for module, file in files.items()}
        if not sys.dont_write_bytecode:
            _write(path, marshal.dumps((stamp, codes)))
    for module, code in codes.items():
        if module not in sys.modules:
            _execute(module, files[module][0], code, like)


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


def _compiled(name: str, path: str) -> CodeType:
    with open(path, "rb") as file:
        return compile(file.read(), path, "exec", dont_inherit=True)


def _read(path: str, stamp: object) -> dict[str, CodeType] | None:
    try:
        with open(path, "rb") as file:
            found, codes = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return codes if found == stamp else None


def _write(path: str, data: bytes) -> None:
    """Write the bundle whole or not at all; a folder that cannot be written is no error."""
    draft = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(draft, "wb") as file:
            file.write(data)
        os.replace(draft, path)
    except OSError:
        return
