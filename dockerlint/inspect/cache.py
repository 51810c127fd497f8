"""`/etc/ld.so.cache`: the only way in which glibc's loader learns of the folders in ld.so.conf.

The format is that of `struct cache_file_new` in glibc's sysdeps/generic/dl-cache.h.
"""

from __future__ import annotations

from struct import Struct, error

from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

PATH = "etc/ld.so.cache"
_MAGIC = b"glibc-ld.so.cache1.1"
_BYTES, _LIBRARIES = 16 << 20, 100_000


@record
class Cache:
    """The libraries that a loader's cache leads to: name and path, in its order."""

    libraries: tuple[tuple[str, str], ...]


def read(content: BinaryIO) -> Cache | None:
    """The libraries in a cache; None when it is damaged or of another form."""
    data = content.read(_BYTES)
    # Before glibc 2.32 a cache of the old form stands in front.
    start = data.find(_MAGIC)
    if start < 0:
        return None
    data = data[start:]
    found = []
    # Caches are of the machine's byte order: the first that gives a believable count is right.
    for order in "<>":
        entry = Struct(f"{order}iIIIQ")
        try:
            (count,) = Struct(f"{order}I").unpack_from(data, 20)
            if count > _LIBRARIES or 48 + count * entry.size > len(data):
                continue
            for at in range(48, 48 + count * entry.size, entry.size):
                _, key, value, _, _ = entry.unpack_from(data, at)
                found.append((_text(data, key), _text(data, value)))
        except error:
            return None
        return Cache(tuple(found))
    return None


def _text(data: bytes, offset: int) -> str:
    end = data.find(b"\0", offset, offset + 4096)
    return data[offset:end].decode("utf-8", "surrogateescape") if end > offset else ""
