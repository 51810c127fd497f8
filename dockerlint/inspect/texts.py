"""Which small files are kept whole while an image is read: those that say what the container needs."""

from __future__ import annotations

import re
import zlib

from dockerlint.frozen import record

# A script or module is kept up to this size; package databases are larger.
_SCRIPT_BYTES = 256 << 10
_DATABASE_BYTES = 64 << 20


@record
class Text:
    """The content of a small file, packed; `size` is that of the content in bytes."""

    packed: bytes
    size: int

    @classmethod
    def of(cls, content: bytes) -> Text:
        return cls(zlib.compress(content, 1), len(content))

    @property
    def content(self) -> bytes:
        return zlib.decompress(self.packed)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "surrogateescape")


@record
class TooMuch:
    """A file that would have been kept, had it not been too large, or had the image not too many."""

    size: int


# By the whole path.
_DATABASES = re.compile(
    r"var/lib/dpkg/(?:status|status\.d/[^/]+|info/[^/]+\.list)"
    r"|(?:usr/)?lib/apk/db/installed"
    r"|(?:.*/)?[^/]+\.(?:dist|egg)-info/(?:METADATA|PKG-INFO|RECORD|top_level\.txt)"
    r"|(?:.*/)?[^/]+\.egg-info"
)
_SETTINGS = re.compile(
    r"etc/(?:ld\.so\.conf|ld-musl-[^/]+\.path|passwd|group|shadow|gshadow|nsswitch\.conf|os-release|timezone)"
    r"|usr/lib/os-release|etc/ld\.so\.conf\.d/.*"
    # `release` at the top of a Java says which one it is.
    r"|(?:.*/)?(?:pyvenv\.cfg|package\.json|__main__\.py|release)"
    r"|(?:.*/)?[^/]+\.pth"
)
# The standard library of Python is needed as a whole.
_PYTHON = re.compile(
    r"(?:.*/)?lib/python[0-9.]+/(?!.*(?:site|dist)-packages/).*|usr/lib/python3/(?!dist-packages/).*"
)
# Class files of programs; those of archives are read as these pass by (`bundles.py`).
_CLASSES = re.compile(r"(?!.*/\.(?:m2|gradle|ivy2|sbt|cache)/).*\.class")
_MODULES = (".py", ".js", ".mjs", ".cjs", ".sh", ".bash")


def limit(path: str, head: bytes) -> int:
    """Up to how many bytes a file is kept; 0 for one that is of no interest."""
    if _DATABASES.fullmatch(path):
        return _DATABASE_BYTES
    if _SETTINGS.fullmatch(path) or head.startswith(b"#!"):
        return _SCRIPT_BYTES
    if path.endswith(_MODULES) and "/node_modules/" not in f"/{path}" and not _PYTHON.fullmatch(path):
        return _SCRIPT_BYTES
    return _SCRIPT_BYTES if _CLASSES.fullmatch(path) else 0
