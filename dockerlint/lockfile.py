"""`dockerlint.lock`: what images weighed when they were measured last, line by line, and which packages they have.

TOML, one fact a line and sorted, so that git merges it and shows what changed. It is one file for all Dockerfiles
of a project; an image in it is known by the path of its Dockerfile (relative to the lock), its target and its
platform. `dockerlint.budget` makes and compares what is in it; a lint takes the versions of packages from it.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256

from dockerlint.baseline import known_as
from dockerlint.config_files import upward
from dockerlint.errors import UserError
from dockerlint.frozen import record
from dockerlint.model import From, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from dockerlint.model import Dockerfile, Instruction
    from dockerlint.versions import Key

NAME = "dockerlint.lock"
_VERSION = 1
_HINT = "`dockerlint measure --update` writes one"
_HEAD = (
    "# Written by `dockerlint measure --update`: what images weigh (bytes of their regular files) and which packages\n"
    "# their lines install. After a conflict take either side and update again.\n"
)
# So much of an instruction is kept to know it by when it has changed.
_WORDS = 240


@record
class Line:
    """An instruction that weighs something or installs packages. `text` is its beginning on one line, `mark`
    stands for all of it; `paths` are the folders and files that weigh most in it, with their bytes;
    `packages` what it installs: (manager, name, version)."""

    text: str
    mark: str
    bytes: int
    paths: tuple[tuple[str, int], ...] = ()
    packages: tuple[tuple[str, str, str], ...] = ()


@record
class Part:
    """A stage: its name, or its number where it has none; the image that it begins with, empty when that is
    not known; whether what is in it is in the image; and its lines in file order."""

    name: str
    base: str
    shipped: bool
    bytes: int
    lines: tuple[Line, ...]


@record
class Entry:
    """An image: of which file, target (empty for the last stage) and platform; the bytes that it may weigh,
    and how much more is let pass (`1 %`, `20 kB`, empty for none)."""

    file: str
    target: str
    platform: str
    bytes: int
    tolerance: str
    parts: tuple[Part, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.file, self.target, self.platform


@record
class Lock:
    """All images of a lock."""

    entries: tuple[Entry, ...] = ()

    def of(self, file: str, target: str) -> list[Entry]:
        """The images of a file and target, one a platform."""
        return [entry for entry in self.entries if (entry.file, entry.target) == (file, target)]

    def put(self, entries: Iterable[Entry]) -> Lock:
        """The lock with some images in the place of those that it has under the same key."""
        new = {entry.key: entry for entry in (*self.entries, *entries)}
        return Lock(tuple(new[key] for key in sorted(new)))


def find(path: str) -> str | None:
    """The lock that a Dockerfile is in: the nearest one from its folder upward; None when there is none."""
    folders = upward(os.path.dirname(os.path.abspath(path)), os.getcwd())
    return next((p for folder in folders if os.path.isfile(p := os.path.join(folder, NAME))), None)


def home(path: str) -> str:
    """Where the lock of a Dockerfile is, or would be: at the root of its project."""
    folders = upward(os.path.dirname(os.path.abspath(path)), os.getcwd())
    where = find(path) or os.path.join(folders[-1], NAME)
    return os.path.relpath(where) if where[:2] == os.getcwd()[:2] else where


def mark(instruction: Instruction) -> str:
    """What stands for the whole of an instruction; another indentation or comment is the same."""
    words = instruction.text.text.split()
    if isinstance(instruction, Run):
        words += [heredoc.content for heredoc in instruction.command.heredocs]
    return sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def shortened(instruction: Instruction) -> str:
    """The beginning of an instruction, on one line."""
    text = " ".join(instruction.text.text.split())
    return text if len(text) <= _WORDS else f"{text[: _WORDS - 1]}…"


def known(path: str, dockerfile: Dockerfile, lock: str | None = None) -> dict[Key, str]:
    """The versions that a lock knows of the packages in a file, by base, manager and name; nothing without one.

    Only lines count that are in the file as they were measured, on the same base. Where two lines have
    two versions of a package on one base none is known. UserError when the lock cannot be read.
    """
    where = lock or find(path)
    if where is None:
        return {}
    here = {
        (stage.root.image, mark(instruction))
        for instruction in dockerfile.instructions(From, Run)
        if (stage := dockerfile.stage_of(instruction)) is not None
    }
    name = known_as(where, path)
    found: dict[Key, set[str]] = {}
    fresh: set[Key] = set()
    for entry in read(where).entries:
        for part in entry.parts if entry.file == name else ():
            for line in part.lines:
                for manager, package, version in line.packages:
                    found.setdefault((part.base, manager, package), set()).add(version)
                    if (part.base, line.mark) in here:
                        fresh.add((part.base, manager, package))
    return {key: next(iter(found[key])) for key in fresh if len(found[key]) == 1}


def read(path: str) -> Lock:
    """The lock at a path. UserError when it cannot be read, or is none."""
    try:
        status = os.stat(path)
        return _read(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", _HINT) from error


@lru_cache(4)
def _read(path: str, moment: int, size: int) -> Lock:
    """The lock at a path as it is at a moment: many files of a run ask for one."""
    with open(path, "rb") as file:
        return parsed(file.read(), path)


def parsed(data: bytes, path: str) -> Lock:
    """The lock in some bytes of a path. UserError when it is none."""
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        table = tomllib.loads(data.decode("utf-8"))
        if table["version"] != _VERSION:
            raise UserError(
                f"{path} is of version {table['version']}, this dockerlint reads {_VERSION}", _HINT
            )
        return Lock(tuple(_entry(row) for row in table.get("image", ())))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        hint = "it has the marks of a merge conflict: take either side, then update again"
        conflict = b"\n<<<<<<< " in data or data.startswith(b"<<<<<<< ")
        raise UserError(f"{path} is not valid TOML: {error}", hint if conflict else _HINT) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{path} is no lock of dockerlint: {type(error).__name__} {error}", _HINT) from error


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        _text(row["file"]),
        _text(row.get("target", "")),
        _text(row["platform"]),
        _count(row["bytes"]),
        _text(row.get("tolerance", "")),
        tuple(
            Part(
                _text(part["name"]),
                _text(part.get("base", "")),
                not part.get("unshipped", False),
                _count(part["bytes"]),
                tuple(_line(line) for line in part.get("line", ())),
            )
            for part in row.get("stage", ())
        ),
    )


def _line(row: dict[str, Any]) -> Line:
    paths = tuple((path, int(size)) for size, path in (item.split(" ", 1) for item in row.get("paths", ())))
    packages = []
    for item in row.get("packages", ()):
        manager, name, version = item.split(" ")
        packages.append((manager, name, version))
    return Line(_text(row["text"]), _text(row["mark"]), _count(row["bytes"]), paths, tuple(packages))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no number of bytes")
    return value


def text(lock: Lock) -> str:
    """A lock as it is written."""
    lines = [_HEAD, f"version = {_VERSION}\n"]
    for entry in sorted(lock.entries, key=lambda entry: entry.key):
        lines += ["\n[[image]]\n", f"file = {quoted(entry.file)}\n"]
        if entry.target:
            lines.append(f"target = {quoted(entry.target)}\n")
        lines += [f"platform = {quoted(entry.platform)}\n", f"bytes = {entry.bytes}\n"]
        if entry.tolerance:
            lines.append(f"tolerance = {quoted(entry.tolerance)}\n")
        for part in entry.parts:
            lines += _part(part)
    return "".join(lines)


def _part(part: Part) -> Iterator[str]:
    yield f"\n[[image.stage]]\nname = {quoted(part.name)}\n"
    if part.base:
        yield f"base = {quoted(part.base)}\n"
    if not part.shipped:
        yield "unshipped = true\n"
    yield f"bytes = {part.bytes}\n"
    for line in part.lines:
        yield f"\n[[image.stage.line]]\ntext = {quoted(line.text)}\nmark = {quoted(line.mark)}\nbytes = {line.bytes}\n"
        yield from _list("paths", [f"{size} {path}" for path, size in line.paths])
        yield from _list("packages", sorted(" ".join(package) for package in line.packages))


def _list(key: str, items: list[str]) -> Iterator[str]:
    if items:
        yield f"{key} = [\n"
        for item in items:
            yield f"  {quoted(item)},\n"
        yield "]\n"


_PLAIN = re.compile(r'[^\x00-\x1f\x7f"\\\ud800-\udfff]*')


def quoted(value: str) -> str:
    """A text as TOML writes it; what is no character of Unicode becomes a question mark."""
    if _PLAIN.fullmatch(value):
        return f'"{value}"'
    made = []
    for char in value:
        if char in '"\\':
            made.append(f"\\{char}")
        elif "\ud800" <= char <= "\udfff":
            made.append("\ufffd")
        elif char < " " or char == "\x7f":
            made.append(f"\\u{ord(char):04x}")
        else:
            made.append(char)
    return f'"{"".join(made)}"'


def change(path: str, make: Callable[[Lock], Lock]) -> None:
    """Change the lock at a path, which need not be there yet: read, made anew, written in one step.

    Two that do so at once wait for each other, so neither loses what the other wrote. UserError when it
    cannot be read or written; the file is then as it was.
    """
    folder = os.path.dirname(os.path.abspath(path))
    with _alone(folder, path):
        try:
            with open(path, "rb") as file:
                before: bytes | None = file.read()
        except FileNotFoundError:
            before = None
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}", _HINT) from error
        after = text(make(parsed(before, path) if before is not None else Lock())).encode("utf-8")
        if after != before:
            _write(path, before, after)


def _write(path: str, before: bytes | None, after: bytes) -> None:
    from dockerlint.write import WriteError, write

    try:
        if before is None:
            _create(path, after)
        else:
            write(path, before, after)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    except WriteError as error:
        raise UserError(f"{path} {error}") from error


def _create(path: str, data: bytes) -> None:
    """Write a file that is not there yet, whole or not at all."""
    draft = f"{path}.{os.getpid()}.dockerlint"
    try:
        with open(draft, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


@contextmanager
def _alone(folder: str, path: str) -> Iterator[None]:
    """One process at a time for a folder, where the system can do that; it ends with the process."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
