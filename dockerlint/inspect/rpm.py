"""RPM's database, in the form that RPM has written since 4.16: SQLite with a header a package.

The older forms (Berkeley DB, ndb) are not read; `packages.unread` names them. Header format:
https://rpm-software-management.github.io/rpm/manual/format_header.html
"""

from __future__ import annotations

from struct import error, unpack_from

from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

PATHS = frozenset(("var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"))
OTHER_PATHS = (
    "var/lib/rpm/Packages", "var/lib/rpm/Packages.db", "usr/lib/sysimage/rpm/Packages", "usr/lib/sysimage/rpm/Packages.db",
)  # fmt: skip
_NAME, _VERSION, _RELEASE, _EPOCH, _ARCHITECTURE = 1000, 1001, 1002, 1003, 1022
_FOLDER_OF, _BASE_NAMES, _FOLDERS = 1116, 1117, 1118
_INT32, _STRING, _STRINGS, _TRANSLATED = 4, 6, 8, 9
_PACKAGES, _HEADER_BYTES, _DATABASE_BYTES, _ENTRIES = 20_000, 16 << 20, 1 << 30, 200_000


@record
class Rpms:
    """The packages of a database: name, version with release, architecture and files of each."""

    packages: tuple[tuple[str, str, str, tuple[str, ...]], ...]


def read(content: BinaryIO) -> Rpms | None:
    """The packages in a database; None when it cannot be read."""
    import shutil
    import sqlite3
    import tempfile
    from contextlib import closing

    found = []
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        shutil.copyfileobj(content, copy, 1 << 20)
        copy.flush()
        if copy.tell() > _DATABASE_BYTES:
            return None
        try:
            # It may say that a journal stands beside it, which is not there: it is read as it is.
            with closing(sqlite3.connect(f"file:{copy.name}?mode=ro&immutable=1", uri=True)) as database:
                for (blob,) in database.execute("SELECT blob FROM Packages LIMIT ?", (_PACKAGES,)):
                    package = _package(blob) if isinstance(blob, bytes) else None
                    if package is not None:
                        found.append(package)
        except sqlite3.Error:
            return None
    return Rpms(tuple(found))


def _package(blob: bytes) -> tuple[str, str, str, tuple[str, ...]] | None:
    try:
        tags = _tags(blob)
    except (error, ValueError):
        return None
    name, version = _first(tags, _NAME), _first(tags, _VERSION)
    if not name or name == "gpg-pubkey":
        return None
    epoch, release = _first(tags, _EPOCH), _first(tags, _RELEASE)
    whole = f"{epoch}:{version}-{release}" if epoch else f"{version}-{release}"
    folders, names = tags.get(_FOLDERS, []), tags.get(_BASE_NAMES, [])
    files = [
        f"{folders[int(at)]}{base}"
        for at, base in zip(tags.get(_FOLDER_OF, []), names)
        if int(at) < len(folders)
    ]
    return name, whole, _first(tags, _ARCHITECTURE), tuple(files)


def _first(tags: dict[int, list[str]], tag: int) -> str:
    return (tags.get(tag) or [""])[0]


def _tags(blob: bytes) -> dict[int, list[str]]:
    """The wanted tags of a header, all values as text."""
    count, size = unpack_from(">II", blob)
    if count > _ENTRIES or size > _HEADER_BYTES or 8 + count * 16 + size > len(blob):
        raise ValueError("a header that claims more than there is")
    data = blob[8 + count * 16 : 8 + count * 16 + size]
    wanted = (_NAME, _VERSION, _RELEASE, _EPOCH, _ARCHITECTURE, _FOLDER_OF, _BASE_NAMES, _FOLDERS)
    found = {}
    for at in range(8, 8 + count * 16, 16):
        tag, kind, offset, values = unpack_from(">IIII", blob, at)
        if tag not in wanted or offset > len(data):
            continue
        values = min(values, _ENTRIES, len(data) - offset)
        if kind == _INT32:
            values = min(values, (len(data) - offset) // 4)
            found[tag] = [str(n) for n in unpack_from(f">{values}I", data, offset)]
        elif kind in (_STRING, _STRINGS, _TRANSLATED):
            count_of = 1 if kind == _STRING else values
            parts = data[offset:].split(b"\0", count_of)[:count_of]
            found[tag] = [part.decode("utf-8", "surrogateescape") for part in parts]
    return found
