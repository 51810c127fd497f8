"""The containers that saved images come in, and where in them the parts are."""

from __future__ import annotations

import bz2
import errno
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
from contextlib import closing, contextmanager

from dockerlint.platforms import InvalidPlatform, Platform, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

_DOCUMENT = 64 << 20
_ATTESTATION = "vnd.docker.reference.type"
# An index may hold an index: docker's has one for each name. More than these are no image.
_NESTED = 4
_NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")


class ImageError(Exception):
    """What was given is not an image that can be read: says what is wrong with it."""


class Archive:
    """Named parts of a saved image; open it with `Archive.open`, close it after use."""

    @classmethod
    def open(cls, path: str) -> Archive:
        """The archive or folder at a path. ImageError when it is neither."""
        try:
            return Folder(path) if os.path.isdir(path) else Tar(path)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                room = roomy() or tempfile.gettempdir()
                raise ImageError(
                    f"{path} cannot be unpacked: {error.strerror} in {room}; set TMPDIR to a folder with more room"
                ) from error
            raise ImageError(f"{path} is not a saved image: {error}") from error
        except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
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

    def image(self, platform: str | None = None) -> tuple[str, list[str]]:
        """The names of the configuration and of the layers, lowest first, of the one image in here, or
        of the one for a platform. ImageError when there is none, or more than one."""
        wanted = _platform(platform)
        try:
            # What docker calls manifest.json tells of one platform only, the index beside it of all.
            if self.has("manifest.json") and not (wanted and self.has("index.json")):
                said = self.document("manifest.json")
                found = self._dir(said) if isinstance(said, dict) else self._docker(said)
                self._check(found[0], wanted)
                return _texts(found)
            if self.has("index.json"):
                return _texts(self._oci(self.document("index.json"), wanted))
        except (KeyError, TypeError, AttributeError) as error:
            raise ImageError(f"the manifest of the image is malformed: {error!r}") from error
        raise ImageError(
            "there is neither a manifest.json nor an index.json in it, so it is not a saved image"
        )

    def _docker(self, manifest: Any) -> tuple[str, list[str]]:
        if len(manifest) != 1:
            names = [str(name) for image in manifest for name in image.get("RepoTags") or ()]
            raise ImageError(f"the archive holds {len(manifest)} images{_listed(names)}, save one")
        return manifest[0]["Config"], list(manifest[0]["Layers"] or ())

    def _dir(self, manifest: Any) -> tuple[str, list[str]]:
        layers = [layer["digest"].partition(":")[2] for layer in manifest["layers"]]
        return manifest["config"]["digest"].partition(":")[2], layers

    def _oci(self, index: Any, wanted: Platform | None) -> tuple[str, list[str]]:
        found = self._images(index, _NESTED)
        if wanted is not None:
            fitting = [image for image in found if _fits(wanted, image[1])]
            if not fitting and found:
                names = [image[1] for image in found]
                raise ImageError(f"the archive holds no image for {_named(wanted)}, only for {_list(names)}")
            found = _best(wanted, fitting)
        if len(found) != 1:
            labels = [f"{name} {platform}".strip() for _, platform, name in found]
            choose = "choose one with --platform" if len({i[1] for i in found}) > 1 else "save one"
            raise ImageError(f"the archive holds {len(found)} images{_listed(labels)}, {choose}")
        said = found[0][0]
        return _blob(said["config"]["digest"]), [_blob(layer["digest"]) for layer in said["layers"]]

    def _images(self, index: Any, depth: int, name: str = "") -> list[tuple[Any, str, str]]:
        """The manifest, the platform and the name of every image that is in here; two names of one
        image, and the same manifest twice, count once."""
        if not depth:
            raise ImageError("the index of the image is nested too deep")
        found: dict[str, tuple[Any, str, str]] = {}
        for one in index["manifests"]:
            if not self._is_image(one):
                continue
            said = self.document(_blob(one["digest"]))
            notes = one.get("annotations") or {}
            title = next((str(notes[key]) for key in _NAMES if key in notes), name)
            if "manifests" in said:
                for inner in self._images(said, depth - 1, title):
                    found.setdefault(inner[0]["config"]["digest"], inner)
            elif said.get("artifactType") is None:
                platform = one.get("platform") or self.document(_blob(said["config"]["digest"]))
                found.setdefault(said["config"]["digest"], (said, _text(platform), title))
        return list(found.values())

    def _check(self, config_name: str, wanted: Platform | None) -> None:
        """ImageError when the only image is for another platform than the one wanted."""
        if wanted is None:
            return
        has = _text(self.document(config_name))
        if not _fits(wanted, has):
            raise ImageError(
                f"the image is for {has or 'no platform that it tells'}, not for {_named(wanted)}"
            )

    def _is_image(self, manifest: Any) -> bool:
        """Not an attestation, and really in the archive: an index may tell of platforms that were not saved."""
        if _ATTESTATION in (manifest.get("annotations") or {}):
            return False
        if (manifest.get("platform") or {}).get("os") == "unknown":
            return False
        return self.has(_blob(manifest["digest"]))


def _texts(found: tuple[Any, list[Any]]) -> tuple[str, list[str]]:
    """The names, which a malformed manifest may have as anything. TypeError when they are no texts."""
    for name in (found[0], *found[1]):
        if not isinstance(name, str):
            raise TypeError(f"{name!r} is no name of a part")
    return found


def _platform(text: str | None) -> Platform | None:
    try:
        return parse(text) if text else None
    except InvalidPlatform as error:
        raise ImageError(f"--platform {text}: {error}") from error


def _text(platform: Any) -> str:
    """A platform of an index or a configuration in one word."""
    parts = (platform.get("os") or "", platform.get("architecture") or "", platform.get("variant") or "")
    return "/".join(str(part) for part in parts if part)


def _named(platform: Platform) -> str:
    return "/".join(p for p in (platform.os, platform.architecture, platform.variant) if p)


def _fits(wanted: Platform, has: str) -> bool:
    """Whether an image's platform is one that was asked for; what was left open fits any."""
    try:
        one = parse(has)
    except InvalidPlatform:
        return False
    return (
        wanted.os in (None, one.os)
        and wanted.architecture in (None, one.architecture)
        and wanted.variant in ("", one.variant)
    )


def _best(wanted: Platform, fitting: list[tuple[Any, str, str]]) -> list[tuple[Any, str, str]]:
    """Those of exactly the platform where there are some: `linux/arm` need not mean `linux/arm/v5`."""
    exact = [image for image in fitting if parse(image[1]).variant == wanted.variant]
    return exact if len(exact) == 1 else fitting


def _list(names: list[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown


def _listed(names: list[str]) -> str:
    return f" ({_list(names)})" if any(names) else ""


def roomy() -> str | None:
    """Where large temporary files go: /tmp is often in memory. None leaves it to TMPDIR."""
    return "/var/tmp" if "TMPDIR" not in os.environ and os.path.isdir("/var/tmp") else None


def is_saved(path: str) -> bool:
    """Whether a path is a folder, or a file that begins as an archive does, compressed or not; what is
    in it may still be no image."""
    if os.path.isdir(path):
        return True
    try:
        with open(path, "rb") as file:
            head = file.read(512)
    except OSError:
        return False
    packed = head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", _ZSTD))
    return packed or head[257:262] == b"ustar"


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
                    packed, self._file = self._file, tempfile.TemporaryFile(dir=roomy())  # noqa: SIM115
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
    elif head.startswith(_ZSTD) or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        opened, wrong = _zstd()
        try:
            with closing(opened(raw)) as unpacked_zstd:
                yield unpacked_zstd
        except wrong as error:
            raise ImageError(f"what is compressed with zstd is damaged: {error}") from error
    else:
        yield raw


# Frames of zstd; those that tools skip, and may begin with, are 0x184D2A50 to 0x184D2A5F.
_ZSTD = b"\x28\xb5\x2f\xfd"


def _zstd() -> tuple[Callable[[BinaryIO], BinaryIO], type[Exception]]:
    """What unpacks zstd, and its error: Python's own since 3.14, else the package `zstandard`."""
    from importlib import import_module

    try:
        own: Any = import_module("compression.zstd")
        return own.ZstdFile, own.ZstdError
    except ImportError:
        pass
    try:
        package: Any = import_module("zstandard")
    except ImportError:
        raise ImageError(
            "it is compressed with zstd, which needs Python 3.14 or the package zstandard: "
            "pip install 'dockerlint[zstd]', or save the image without compression"
        ) from None

    def opened(raw: BinaryIO) -> BinaryIO:
        reader: BinaryIO = package.ZstdDecompressor().stream_reader(
            raw, read_across_frames=True, closefd=False
        )
        return reader

    return opened, package.ZstdError
