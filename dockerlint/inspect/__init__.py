"""Facts about files, read as their layers pass by: ELF headers, scripts, settings, archives, package databases.

`Inspector` is the `Look` for `image.read`; `packages` and `owner` tell what is installed.
"""

from __future__ import annotations

import re
from threading import Lock

from dockerlint.inspect import bundles, cache, elf, rpm, texts
from dockerlint.inspect.bundles import Bundle
from dockerlint.inspect.cache import Cache
from dockerlint.inspect.elf import Binary
from dockerlint.inspect.packages import Catalog, Package, owner, packages, unread
from dockerlint.inspect.rpm import Rpms
from dockerlint.inspect.texts import Text, TooMuch
from dockerlint.knowledge.running import data_endings, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from dockerlint.image import Entry

__all__ = [
    "STARTS", "Binary", "Bundle", "Cache", "Catalog", "Inspector", "Package", "Rpms", "Text", "TooMuch", "owner", "packages",
    "unread",
]  # fmt: skip

# Functions that start other programs.
STARTS = frozenset(
    ("system", "popen", "execv", "execve", "execvp", "execl", "execlp", "posix_spawn", "posix_spawnp")
)
# All small files of an image together, packed: a Debian base has about 1 MB of them.
_KEPT_BYTES = 128 << 20
_BLOCK = 1 << 20
_MENTIONS = 4000
# What distributions bring: their programs are looked into for the strings of the table alone.
_SYSTEM = re.compile(r"(?:usr/)?(?:bin|sbin|lib|lib32|lib64|libx32|libexec)/.*|usr/share/.*")


class Inspector:
    """Reads facts out of the files of images. Several images may be read with one; what is kept of all
    of them together is bounded, and what did not fit is a `TooMuch`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept = 0
        rows = opened()
        names = {name for row in rows for name in row.imports} | {"dlopen", *STARTS}
        self._names = tuple(sorted(name.encode() for name in names))
        self._strings = tuple(sorted({text.encode() for row in rows for text in row.strings}))
        # Strings in a Go program stand without anything between, so nothing is asked of what follows.
        self._files = re.compile(rb"\.(?:%s)" % "|".join(sorted(data_endings(), reverse=True)).encode())

    def wants(self, entry: Entry, head: bytes) -> bool:
        return (
            head.startswith((elf.MAGIC, bundles.MAGIC))
            or entry.path == cache.PATH
            or entry.path in rpm.PATHS
            or texts.limit(entry.path, head) > 0
        )

    def fact(self, entry: Entry, content: BinaryIO) -> object | None:
        if entry.path in rpm.PATHS:
            return rpm.read(content)
        if entry.path == cache.PATH:
            return cache.read(content)
        head = content.read(64)
        content.seek(0)
        if head.startswith(elf.MAGIC):
            return self._binary(entry, content)
        if head.startswith(bundles.MAGIC):
            return bundles.read(content)
        if entry.size > texts.limit(entry.path, head):
            return TooMuch(entry.size)
        text = Text.of(content.read())
        with self._lock:
            if self._kept + len(text.packed) > _KEPT_BYTES:
                return TooMuch(entry.size)
            self._kept += len(text.packed)
        return text

    def _binary(self, entry: Entry, content: BinaryIO) -> Binary | None:
        from dockerlint.frozen import replace

        binary = elf.read(content, self._names)
        if binary is None:
            return None
        content.seek(0)
        names = None if _SYSTEM.fullmatch(entry.path) else self._files
        found = sorted(set(_mentions(content, self._strings, names)))
        return replace(binary, mentions=tuple(found))


def _mentions(
    content: BinaryIO, strings: tuple[bytes, ...], files: re.Pattern[bytes] | None
) -> Iterator[str]:
    """The strings that a file holds, and what stands in front of endings that files have."""
    before = b""
    count = 0
    while block := content.read(_BLOCK):
        data = before + block
        yield from (text.decode() for text in strings if text in data)
        if files is not None:
            for match in files.finditer(data):
                name = _NAME.search(data, max(0, match.start() - 80), match.start())
                if name is not None and count < _MENTIONS:
                    count += 1
                    yield (name[0] + match[0]).decode()
        before = data[-128:]


_NAME = re.compile(rb"[A-Za-z0-9_+@./-]+\Z")
