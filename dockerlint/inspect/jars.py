"""What programs for Java say of themselves: the manifest of an archive, and the names in class files.

Sources: https://docs.oracle.com/en/java/javase/17/docs/specs/jar/jar.html, and the Java Virtual Machine
Specification, chapter 4 (a name in a class file stands behind its length, as plain text).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from dockerlint.frozen import record
from dockerlint.knowledge.running import data_endings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

DRAWS, COMPILES, STARTS, LIBRARIES, CLASSES, UNREAD = (
    "draws",
    "compiles",
    "starts other programs",
    "loads libraries by name",
    "loads classes from places that it makes up",
    "is not read as a whole",
)
_MARKS = (
    (DRAWS, rb"java/awt/|javax/(?:swing|imageio|print|sound|accessibility|smartcardio)/"),
    (COMPILES, rb"javax/tools/|com/sun/(?:tools|source|jdi)/|sun/tools/|jdk/jshell/|java/util/spi/ToolProvider"),
    (STARTS, rb"java/lang/ProcessBuilder"),
    (CLASSES, rb"java/net/URLClassLoader|\0\x0bdefineClass|java/lang/module/ModuleFinder"),
    (LIBRARIES, rb"\0\x0bloadLibrary"),
)  # fmt: skip
_COMPILED = tuple((mark, re.compile(pattern)) for mark, pattern in _MARKS)
# A method and whose it is, where the name alone says nothing.
_METHODS = (
    (STARTS, b"java/lang/Runtime", re.compile(rb"\0\x04exec(?![A-Za-z0-9])")),
    (LIBRARIES, b"java/lang/System", re.compile(rb"\0\x04load(?![A-Za-z0-9])")),
)
_MANIFEST = "META-INF/MANIFEST.MF"
_NAME = re.compile(rb"[A-Za-z0-9_+@.-]+\Z")
_NAMES = 4000
# What one archive may come to, unpacked; of one that holds more, the rest is not read.
_BYTES = 512 << 20
_MEMBER = 32 << 20
_DEEP = 2


@record
class Java:
    """A program for Java, or a part of one. `marks` are what its class files do that no file tells more of,
    `class_path` what its manifest names beside it, `names` the names of files that stand in its class files."""

    marks: frozenset[str]
    class_path: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class _Unreadable(Exception):
    """An archive that is broken, or too large."""


def of_class(data: bytes) -> Java:
    """What one class file says."""
    return Java(frozenset(_marks(data)), (), tuple(dict.fromkeys(_names(data))))


def of_archive(archive: zipfile.ZipFile) -> Java | None:
    """What an archive says, those inside of it included; None for one that has nothing of Java."""
    names = archive.namelist()
    if _MANIFEST not in names and not any(name.endswith((".class", ".jar", ".war")) for name in names):
        return None
    marks: set[str] = set()
    found: dict[str, None] = {}
    path: tuple[str, ...] = ()
    try:
        left = [_BYTES]
        path = _class_path(archive, left) if _MANIFEST in names else ()
        for data in _classes(archive, left, _DEEP):
            marks |= _marks(data)
            if len(found) < _NAMES:
                found.update(dict.fromkeys(_names(data)))
    except _Unreadable:
        marks.add(UNREAD)
    return Java(frozenset(marks), path, tuple(found))


def _marks(data: bytes) -> set[str]:
    found = {mark for mark, pattern in _COMPILED if pattern.search(data)}
    return found | {mark for mark, owner, method in _METHODS if owner in data and method.search(data)}


def _names(data: bytes) -> Iterator[str]:
    for match in _ending().finditer(data):
        name = _NAME.search(data, max(0, match.start() - 80), match.start())
        if name is not None:
            yield (name[0] + match[0]).decode()


_endings: list[re.Pattern[bytes]] = []


def _ending() -> re.Pattern[bytes]:
    if not _endings:
        endings = "|".join(sorted(data_endings(), reverse=True))
        _endings.append(re.compile(rf"\.(?:{endings})(?![A-Za-z0-9])".encode()))
    return _endings[0]


def _classes(archive: zipfile.ZipFile, left: list[int], deep: int) -> Iterator[bytes]:
    for member in archive.infolist():
        inner = member.filename.endswith((".jar", ".war"))
        if inner and not deep:
            raise _Unreadable
        if inner:
            try:
                with zipfile.ZipFile(io.BytesIO(_member(archive, member, left))) as one:
                    yield from _classes(one, left, deep - 1)
            except (zipfile.BadZipFile, ValueError, LookupError, OSError, NotImplementedError) as error:
                raise _Unreadable from error
        elif member.filename.endswith(".class"):
            yield _member(archive, member, left)


def _class_path(archive: zipfile.ZipFile, left: list[int]) -> tuple[str, ...]:
    text = _member(archive, archive.getinfo(_MANIFEST), left).decode("utf-8", "replace")
    # Lines that are too long go on behind a space.
    lines = text.replace("\r\n", "\n").replace("\n ", "").split("\n")
    value = next((line.partition(":")[2] for line in lines if line.lower().startswith("class-path:")), "")
    return tuple(
        name.removeprefix("file:") for name in value.split() if not name.startswith(("http:", "https:"))
    )


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: list[int]) -> bytes:
    try:
        with archive.open(member) as file:
            data = file.read(min(_MEMBER, left[0]) + 1)
    except (
        zipfile.BadZipFile, zlib.error, ValueError, LookupError, OSError, EOFError, NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
        raise _Unreadable from error
    left[0] -= len(data)
    if len(data) > _MEMBER or left[0] < 0:
        raise _Unreadable
    return data
