"""Results that are kept from run to run, so that a file that did not change is not linted again.

A result is a pure function of what its key is made of: the bytes of the file, its name, what is `around` it (its
ignore patterns, the lock of its project),
the configuration, the code of dockerlint, of its shell grammar and of all plugins, Python, and ShellCheck.
Each result is a file of its own, written whole or not at all, with a checksum over key and content; whatever
is not as it should be counts as not there. So runs need no locks, and one that is cut off leaves nothing
that lies. It is JSON: nothing in it is ever run.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from json import dumps, loads

from dockerlint.cachefolder import cache_folder, own_folder
from dockerlint.discover import SKIPPED
from dockerlint.fix import Edit, Fix
from dockerlint.frozen import replace
from dockerlint.lint import Found, Result
from dockerlint.source import Position, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from dockerlint.job import Setup
    from dockerlint.loader import Rules
    from dockerlint.source import Source

_FORM = 1
# What rules are made of: code, compiled or not, and tables.
_CODE = (".py", ".so", ".pyd", ".dylib", ".toml", ".json", ".yaml", ".yml")
# Results in one of the 256 folders: 20,000 in all, of 2 kB on average.
_MOST = 80
# A result larger than this (bytes) is not worth its place.
_LARGEST = 1 << 18


class Cache:
    """The results that were kept, and a place for new ones."""

    def __init__(self) -> None:
        folder = cache_folder()
        self._folder = os.path.join(folder, f"results-{_FORM}") if folder else ""
        self._usable = bool(folder) and own_folder(folder, make=True) and own_folder(self._folder, make=True)
        self._marks: dict[int, tuple[Setup, bytes]] = {}
        self._touched: set[str] = set()

    def get(self, source: Source, setup: Setup, around: object) -> Result | None:
        """The result of a file that was linted before just as it would be now; None when there is none."""
        if not self._usable:
            return None
        key = self._key(source, setup, around)
        try:
            with open(self._path(key), "rb") as file:
                data = file.read(_LARGEST + 100)
            check, _, content = data.partition(b"\n")
            if check != _check(key, content):
                return None
            return _result(source, loads(content))
        except (OSError, ValueError, TypeError, IndexError):
            return None

    def put(self, result: Result, setup: Setup, around: object) -> None:
        """Keep a result, where it is whole: nothing failed on the way to it, and nothing was fixed."""
        source = result.source
        if not self._usable or source is None or result.crashes or result.error or result.notes:
            return
        content = dumps(_content(result), separators=(",", ":")).encode("ascii")
        if len(content) > _LARGEST:
            return
        key = self._key(source, setup, around)
        path = self._path(key)
        folder = os.path.dirname(path)
        draft = f"{path}.{os.getpid()}"
        try:
            if folder not in self._touched:
                self._touched.add(folder)
                if not own_folder(folder, make=True):
                    return
            with open(draft, "wb") as file:
                file.write(_check(key, content) + b"\n" + content)
            os.replace(draft, path)
        except OSError:
            # A full disk or a folder that went away: the next run lints the file again.
            self._usable = False

    def tidy(self) -> None:
        """Remove the oldest results of the folders that were written to, where there are too many."""
        for folder in self._touched:
            try:
                with os.scandir(folder) as entries:
                    known = sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries)
                for _, path in known[: max(0, len(known) - _MOST)]:
                    os.unlink(path)
            except OSError:
                # Another run tidies up as well.
                continue
        self._touched.clear()

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], key[2:])

    def _key(self, source: Source, setup: Setup, around: object) -> str:
        known = self._marks.get(id(setup))
        if known is None:
            known = self._marks[id(setup)] = (setup, mark(setup))
        own = repr((source.path, around)).encode("utf-8", "surrogateescape")
        made = sha256(known[1])
        made.update(sha256(own).digest())
        made.update(source.data)
        return made.hexdigest()


def mark(setup: Setup) -> bytes:
    """What all files of a setup have in common, 32 bytes: the configuration, and all code that takes part."""
    # How findings are shown changes none.
    config = replace(
        setup.config, formats=(), color=None, verbose=False, no_fail=False, fail_on="", exclude=()
    )
    program = setup.checker.program if setup.checker is not None else ""
    parts = (_FORM, sys.version, repr(config), program, *_stamps(setup.rules, program))
    return sha256(repr(parts).encode("utf-8", "surrogateescape")).digest()


def _stamps(rules: Rules, program: str) -> Iterator[tuple[str, int, int]]:
    """(path, mtime in ns, size) of every file of code that findings may depend on."""
    places = {os.path.dirname(os.path.abspath(__file__))}
    for top in {rule.check.__module__.partition(".")[0] for rule in rules.all}:
        module = sys.modules[top]
        # A package has a path, a module alone has a file.
        own = getattr(module, "__path__", None) or (getattr(module, "__file__", None) or top,)
        places.update(map(os.path.abspath, own))
    for name in ("dockerlint_grammar", "tree_sitter", "tree_sitter_bash"):
        places.update(_places(name))
    # A folder within another one is walked with it.
    for place in sorted(places):
        if not any(place.startswith(other + os.sep) for other in places):
            yield from _below(place)
    if program:
        yield _stamp(program)


def _places(name: str) -> Iterable[str]:
    """The folder of a package, imported or not."""
    for folder in sys.path:
        place = os.path.join(folder, name)
        if os.path.isdir(place):
            return (place,)
    return ()


def _below(place: str) -> Iterator[tuple[str, int, int]]:
    yield _stamp(place)
    for root, folders, names in os.walk(place):
        # `plugins` may name a folder that has more in it than rules.
        folders[:] = sorted(name for name in folders if name not in SKIPPED and name[:1] != ".")
        for name in sorted(names):
            if name.endswith(_CODE):
                yield _stamp(os.path.join(root, name))


def _stamp(path: str) -> tuple[str, int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return path, 0, 0
    return path, found.st_mtime_ns, found.st_size


def _check(key: str, content: bytes) -> bytes:
    return sha256(key.encode() + content).hexdigest().encode()


def _content(result: Result) -> list[Any]:
    return [result.hidden, [_row(found) for found in result.found]]


def _row(found: Found) -> list[Any]:
    fix = found.fix
    return [
        found.code,
        found.name,
        found.severity,
        found.message,
        (found.span.start, found.span.end),
        (found.start.line, found.start.column),
        (found.end.line, found.end.column),
        None
        if fix is None
        else (
            fix.title,
            [(edit.span.start, edit.span.end, edit.text) for edit in fix.edits],
            fix.applicability,
            fix.reason,
        ),
        found.applicability,
        found.reason,
    ]


def _result(source: Source, content: list[Any]) -> Result:
    hidden, rows = content
    return Result(source.path, source, tuple(_found(*row) for row in rows), hidden)


def _found(
    code: str, name: str, severity: str, message: str, span: list[int], start: list[int], end: list[int],
    fix: list[Any] | None, applicability: str, reason: str,
) -> Found:  # fmt: skip
    made = None
    if fix is not None:
        title, edits, own, why = fix
        made = Fix(title, tuple(Edit(Span(a, b), text) for a, b, text in edits), own, why)
    return Found(
        code,
        name,
        severity,
        message,
        Span(*span),
        Position(*start),
        Position(*end),
        made,
        applicability,
        reason,
    )
