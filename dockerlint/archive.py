"""The containers that saved images come in, and where in them the parts are."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import posixpath
import shutil
import tarfile
import tempfile
import threading
import zlib
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

_DOCUMENT = 64 << 20
_ATTESTATION = "vnd.docker.reference.type"


class ImageError(Exception):
    """What was given is not an image that can be read: says what is wrong with it."""


class Archive:
    """Named parts of a saved image; open it with `Archive.open`, close it after use."""

    @classmethod
    def open(cls, path: str) -> Archive:
        """The archive or folder at a path. ImageError when it is neither."""
        try:
            return Folder(path) if os.path.isdir(path) else Tar(path)
        except (OSError, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise ImageError(f"{path} is not a saved image: {error}") from error

    def has(self, name: str) -> bool:
        raise NotImplementedError

    def raw(self, name: str) -> BinaryIO:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def document(self, name: str) -> Any:
        """A JSON part."""
        if not self.has(name):
            raise ImageError(f"the image lacks {name}")
        data = bytearray()
        with self.raw(name) as stream:
            while len(data) <= _DOCUMENT and (more := stream.read(1 << 20)):
                data += more
        if len(data) > _DOCUMENT:
            raise ImageError(f"{name} is too large to be what it should be")
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise ImageError(f"{name} is not JSON: {error}") from error

    @contextmanager
    def stream(self, name: str) -> Iterator[BinaryIO]:
        """A layer as an uncompressed archive, whatever it is compressed with."""
        if not self.has(name):
            raise ImageError(f"the image lacks its layer {name}")
        with self.raw(name) as raw, _unpacked(raw, raw.read(6)) as unpacked:
            yield unpacked

    def image(self) -> tuple[str, list[str]]:
        """The names of the configuration and of the layers, lowest first, of the one image in here."""
        try:
            if self.has("manifest.json"):
                said = self.document("manifest.json")
                return self._dir(said) if isinstance(said, dict) else self._docker(said)
            if self.has("index.json"):
                return self._oci(self.document("index.json"))
        except (KeyError, TypeError, AttributeError) as error:
            raise ImageError(f"the manifest of the image is malformed: {error!r}") from error
        raise ImageError(
            "there is neither a manifest.json nor an index.json in it, so it is not a saved image"
        )

    def _docker(self, manifest: Any) -> tuple[str, list[str]]:
        if len(manifest) != 1:
            raise ImageError(f"the archive holds {len(manifest)} images, save one")
        return manifest[0]["Config"], list(manifest[0]["Layers"] or ())

    def _dir(self, manifest: Any) -> tuple[str, list[str]]:
        layers = [layer["digest"].partition(":")[2] for layer in manifest["layers"]]
        return manifest["config"]["digest"].partition(":")[2], layers

    def _oci(self, index: Any, depth: int = 0) -> tuple[str, list[str]]:
        found = [m for m in index["manifests"] if self._is_image(m)]
        if len(found) != 1:
            raise ImageError(f"the archive holds {len(found)} images, save one (for one platform)")
        said = self.document(_blob(found[0]["digest"]))
        if "manifests" in said:
            if depth:
                raise ImageError("the index of the image is nested too deep")
            return self._oci(said, depth + 1)
        return _blob(said["config"]["digest"]), [_blob(layer["digest"]) for layer in said["layers"]]

    def _is_image(self, manifest: Any) -> bool:
        """Not an attestation, and really in the archive: an index may tell of platforms that were not saved."""
        if _ATTESTATION in (manifest.get("annotations") or {}):
            return False
        if (manifest.get("platform") or {}).get("os") == "unknown":
            return False
        return self.has(_blob(manifest["digest"]))


def _blob(digest: str) -> str:
    kind, _, value = digest.partition(":")
    return f"blobs/{kind}/{value}"


class Folder(Archive):
    """An unpacked OCI layout, or a `dir:` copy."""

    def __init__(self, path: str) -> None:
        self._path = os.path.realpath(path)

    def _file(self, name: str) -> str | None:
        """The file of a part, None when there is none or it lies outside the folder."""
        path = os.path.realpath(os.path.join(self._path, name))
        inside = path.startswith(self._path + os.sep)
        return path if inside and os.path.isfile(path) else None

    def has(self, name: str) -> bool:
        return self._file(name) is not None

    def raw(self, name: str) -> BinaryIO:
        path = self._file(name)
        if path is None:
            raise ImageError(f"the image lacks {name}")
        return open(path, "rb")

    def close(self) -> None:
        """Nothing is held open."""


class Tar(Archive):
    """An archive file; parts are read in place, each by a handle of its own.

    One that is compressed as a whole is unpacked into a temporary file first.
    """

    def __init__(self, path: str) -> None:
        self._file: BinaryIO = open(path, "rb")  # noqa: SIM115 (closed in close)
        self._lock = threading.Lock()
        self._parts: dict[str, tarfile.TarInfo] = {}
        try:
            with _unpacked(self._file, self._file.read(6)) as stream:
                if stream is not self._file:
                    packed, self._file = self._file, tempfile.TemporaryFile()  # noqa: SIM115
                    with packed:
                        shutil.copyfileobj(stream, self._file, 1 << 20)
            self._file.seek(0)
            with tarfile.open(fileobj=self._file, mode="r:") as tar:
                for member in tar:
                    self._parts[posixpath.normpath(member.name)] = member
        except BaseException:
            self._file.close()
            raise

    def _member(self, name: str) -> tarfile.TarInfo | None:
        """The file behind a name, through the links that `docker save` puts in place of equal layers."""
        name = posixpath.normpath(name)
        for _ in range(8):
            member = self._parts.get(name)
            if member is None or not (member.issym() or member.islnk()):
                break
            folder = posixpath.dirname(name) if member.issym() else ""
            name = posixpath.normpath(posixpath.join(folder, member.linkname))
        return member if member is not None and member.isreg() else None

    def has(self, name: str) -> bool:
        return self._member(name) is not None

    def raw(self, name: str) -> BinaryIO:
        member = self._member(name)
        if member is None:
            raise ImageError(f"the image lacks {name}")
        part = _Part(self._file, self._lock, member.offset_data, member.size)
        return io.BufferedReader(part, 1 << 20)

    def close(self) -> None:
        self._file.close()


class _Part(io.RawIOBase):
    """A range of a file that others read too: layers are read beside each other."""

    def __init__(self, file: BinaryIO, lock: threading.Lock, start: int, size: int) -> None:
        self._file = file
        self._lock = lock
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        with self._lock:
            self._file.seek(self._start + self._at)
            data = self._file.read(min(len(buffer), max(0, self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@contextmanager
def _unpacked(raw: BinaryIO, head: bytes) -> Iterator[BinaryIO]:
    """The content of a stream that may be compressed; itself when it is not. `head` are its first bytes."""
    raw.seek(0)
    if head.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=raw) as unpacked:
            yield unpacked  # type: ignore[misc]
    elif head.startswith(b"BZh"):
        with bz2.BZ2File(raw) as unpacked_bz:
            yield unpacked_bz  # type: ignore[misc]
    elif head == b"\xfd7zXZ\x00":
        with lzma.LZMAFile(raw) as unpacked_xz:
            yield unpacked_xz  # type: ignore[misc]
    elif head.startswith(b"\x28\xb5\x2f\xfd"):
        raise ImageError(
            "it is compressed with zstd, which cannot be read here; save the image without compression"
        )
    else:
        yield raw
