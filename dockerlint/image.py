"""Images as engines save them: OCI layouts, docker-save archives (old and new), `dir:` copies.

Read in one pass each, with no file content kept. Layers are what the config's history says
they are, by order: every history entry that is not empty takes the next layer.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import posixpath
import tarfile
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import MappingProxyType

from dockerlint.archive import Archive, ImageError, roomy
from dockerlint.frozen import node, record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
    from typing import IO, Any, BinaryIO, Protocol

    class Look(Protocol):
        """Reads facts out of files while their layer passes by; no content is kept but what it keeps.

        Called from several threads at once, for regular files that are not empty.
        """

        def wants(self, entry: Entry, head: bytes) -> bool:
            """Whether a file is to be read; `head` is its beginning, at least 64 bytes or all of it."""

        def fact(self, entry: Entry, content: BinaryIO) -> object | None:
            """What is to be known of a file, None for nothing. `content` can be sought in."""


__all__ = ["Entry", "Image", "ImageError", "Layer", "Size", "Step", "diff_ids", "facts", "merged", "read"]

_BLOCK = 1 << 20
# A file that is looked into is held in memory up to this size, on the disk above it.
_IN_MEMORY = 16 << 20
# A sparse file with more bytes of holes than these is not read out.
_HOLES = 1 << 30
_KINDS = {
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
    tarfile.CHRTYPE: "character device",
    tarfile.BLKTYPE: "block device",
    tarfile.FIFOTYPE: "fifo",
}


@record
class Size:
    """Bytes. `files` is the content of regular files, the same whatever the engine; `tar` the
    layer as an archive, with headers and padding; `gzip` that archive compressed by us in one
    fixed way (level 6, no time), since engines compress differently; 0 where it was read without that."""

    files: int = 0
    tar: int = 0
    gzip: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.files + other.files, self.tar + other.tar, self.gzip + other.gzip)

    def __sub__(self, other: Size) -> Size:
        return Size(self.files - other.files, self.tar - other.tar, self.gzip - other.gzip)


@record
class Entry:
    """One path in a layer, without leading slash; the root is the empty path.

    `kind` is file, directory, symlink, hardlink, character device, block device, fifo,
    whiteout (the path is gone) or opaque (what lower layers have in this directory is gone).
    `digest` is the SHA-256 of a file's content, None for anything else; `target` that of a
    link; `attributes` are extended attributes (file capabilities among them).
    """

    path: str
    kind: str
    size: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    target: str = ""
    digest: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()


@node
class Layer:
    """One layer: the digest of its uncompressed archive, its sizes and its paths in archive order.

    `facts` are what a `Look` found in its files, by path."""

    diff_id: str
    size: Size
    entries: tuple[Entry, ...]
    facts: Mapping[str, object] = MappingProxyType({})


@record
class Step:
    """One history entry. `layer` is the index of the layer it made, None when it made none."""

    created_by: str
    comment: str
    layer: int | None


@node
class Image:
    """An image. `config` is its whole configuration document; `history` and `layers` lowest first."""

    config: Mapping[str, Any]
    history: tuple[Step, ...]
    layers: tuple[Layer, ...]

    @property
    def diff_ids(self) -> tuple[str, ...]:
        return tuple(layer.diff_id for layer in self.layers)

    def size(self, first: int = 0) -> Size:
        """The sum over the layers, from an index on."""
        total = Size()
        for layer in self.layers[first:]:
            total += layer.size
        return total


def read(
    path: str,
    known: MutableMapping[str, Layer] | None = None,
    stopped: Callable[[], bool] = bool,
    look: Look | None = None,
    platform: str | None = None,
    pack: bool = True,
) -> Image:
    """The image at a path: an archive, compressed or not, or a folder.

    `known` holds layers that were read before, by diff_id; they are not read again, and new
    ones are added; they must have been read with the same `look`, which reads facts out of files as
    they pass, and the same `pack`: without it nothing is compressed, which takes most of the time. Of
    several images the one for `platform` is read. When `stopped` turns true reading ends, which takes
    seconds for large images.
    ImageError when that happens, when it is none of the forms, holds several images, or is damaged.
    """
    with closing(Archive.open(path)) as archive:
        config, diff_ids, layer_names = _told(archive, platform)
        layers: MutableMapping[str, Layer] = {} if known is None else known
        wanted = {i: name for i, name in zip(diff_ids, layer_names) if i not in layers}

        def layer(item: tuple[str, str]) -> Layer:
            return _layer(archive, *item, stopped, look, pack)

        # Hashing and compressing run beside each other: neither holds the interpreter.
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            for found in pool.map(layer, wanted.items()):
                layers[found.diff_id] = found
        return Image(config, _history(config, len(diff_ids)), tuple(layers[i] for i in diff_ids))


def diff_ids(path: str, platform: str | None = None) -> tuple[str, ...]:
    """Only the digests of the layers of the image at a path, lowest first; ImageError as for `read`."""
    with closing(Archive.open(path)) as archive:
        return tuple(_told(archive, platform)[1])


def _told(archive: Archive, platform: str | None) -> tuple[dict[str, Any], list[str], list[str]]:
    """The configuration, the digests of the layers that it tells of, and the names of their archives."""
    config_name, layer_names = archive.image(platform)
    config = archive.document(config_name)
    if not isinstance(config, dict):
        raise ImageError("the image configuration is not a JSON object")
    rootfs = config.get("rootfs")
    found = (rootfs.get("diff_ids") if isinstance(rootfs, dict) else None) or []
    if not isinstance(found, list):
        raise ImageError("the layers that the image configuration tells of are no list")
    if len(found) != len(layer_names) or not all(isinstance(i, str) for i in found):
        raise ImageError(f"the image has {len(layer_names)} layers, its configuration tells of {len(found)}")
    return config, found, layer_names


def _history(config: Mapping[str, Any], count: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    layer = 0
    told = config.get("history") or ()
    for entry in told if isinstance(told, (list, tuple)) else (None,):
        if not isinstance(entry, dict):
            raise ImageError("the history of the image is not a list of objects")
        made = None
        if not entry.get("empty_layer"):
            made, layer = layer, layer + 1
        steps.append(Step(str(entry.get("created_by") or ""), str(entry.get("comment") or ""), made))
    if steps and layer != count:
        raise ImageError(f"the history of the image tells of {layer} layers, it has {count}")
    return tuple(steps)


class _Meter:
    """The reading end of a layer's archive: counts, hashes and compresses what passes through."""

    def __init__(self, stream: BinaryIO, stopped: Callable[[], bool], pack: bool) -> None:
        self._stream = stream
        self._stopped = stopped
        self._hash = hashlib.sha256()
        self._pack = zlib.compressobj(6, zlib.DEFLATED, 31) if pack else None
        self.read_bytes = 0
        self.packed_bytes = 0

    def read(self, count: int = -1) -> bytes:
        if self._stopped():
            raise ImageError("reading was stopped")
        data = self._stream.read(count)
        self.read_bytes += len(data)
        self._hash.update(data)
        if self._pack is not None:
            self.packed_bytes += len(self._pack.compress(data))
        return data

    def finish(self) -> str:
        """Read what is left; the digest of everything."""
        while self.read(_BLOCK):
            pass
        if self._pack is not None:
            self.packed_bytes += len(self._pack.flush())
        return "sha256:" + self._hash.hexdigest()


def _layer(
    archive: Archive, diff_id: str, name: str, stopped: Callable[[], bool], look: Look | None, pack: bool
) -> Layer:
    entries: list[Entry] = []
    facts: dict[str, object] = {}
    try:
        with archive.stream(name) as raw:
            meter = _Meter(raw, stopped, pack)
            entries.extend(_entries(meter, look, facts))
            digest = meter.finish()
    except ImageError as error:
        raise ImageError(f"layer {name}: {error}") from error
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        raise ImageError(f"layer {name} cannot be read: {error}") from error
    if digest != diff_id:
        raise ImageError(f"layer {name} is damaged: its digest is {digest}, the configuration says {diff_id}")
    files = sum(entry.size for entry in entries)
    return Layer(diff_id, Size(files, meter.read_bytes, meter.packed_bytes), tuple(entries), facts)


def _entries(stream: _Meter, look: Look | None, facts: dict[str, object]) -> Iterator[Entry]:
    # Paths are bytes; the locale has no say in how they are read.
    with tarfile.open(  # type: ignore[call-overload]
        fileobj=stream, mode="r|", bufsize=_BLOCK, encoding="utf-8", errors="surrogateescape"
    ) as tar:
        for member in _members(tar):
            entry = _entry(tar, member, look, facts)
            if entry is not None:
                yield entry


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Every header; tarfile lets errors of other kinds slip on broken ones."""
    while True:
        try:
            member = tar.next()
        except (ValueError, LookupError, OverflowError, AttributeError, TypeError) as error:
            raise tarfile.ReadError(f"a header is malformed: {error}") from error
        if member is None:
            return
        tar.members.clear()  # type: ignore[attr-defined] # tarfile would keep every member it has seen
        yield member


def _entry(
    tar: tarfile.TarFile, member: tarfile.TarInfo, look: Look | None, facts: dict[str, object]
) -> Entry | None:
    """None for what is no path of the image: the notes of aufs (`.wh..wh.plnk`), a marker that names nothing."""
    path = posixpath.normpath("/" + member.name).lstrip("/")
    folder, _, base = path.rpartition("/")
    if base == ".wh..wh..opq":
        return Entry(folder, "opaque")
    if path.startswith(".wh..wh.") or base.startswith(".wh..wh.") or base in (".wh.", ".wh..", ".wh..."):
        return None
    if base.startswith(".wh."):
        return Entry(posixpath.join(folder, base[4:]), "whiteout")
    kind = _KINDS.get(member.type, "file")
    target = member.linkname
    if kind == "hardlink":
        target = posixpath.normpath("/" + target).lstrip("/")
    attributes = tuple(
        sorted(
            (name.removeprefix("SCHILY.xattr."), value)
            for name, value in member.pax_headers.items()
            if name.startswith("SCHILY.xattr.")
        )
    )
    size = member.size if kind == "file" else 0
    entry = Entry(path, kind, size, member.mode & 0o7777, member.uid, member.gid, target, None, attributes)
    if kind != "file":
        return entry
    content = tar.extractfile(member)
    parts: list[tuple[int, int]] | None = member.sparse  # type: ignore[assignment]
    if parts is not None and content is not None and size - sum(part[1] for part in parts) > _HOLES:
        return replace(entry, digest=_sparse(content, size, parts))
    return replace(entry, digest=_digest(content, entry, look, facts))


def _sparse(content: IO[bytes], length: int, parts: Sequence[tuple[int, int]]) -> str:
    """What stands for the SHA-256 of a file that is nearly all holes (/var/log/lastlog may claim a
    terabyte): that of its length, and of its parts with their places."""
    sum_ = hashlib.sha256(b"%d" % length)
    file = content.raw  # type: ignore[attr-defined] # its buffer would read the holes
    for offset, size in parts:
        sum_.update(b" %d %d " % (offset, size))
        file.seek(offset)
        while size > 0 and (data := file.read(min(size, _BLOCK))):
            sum_.update(data)
            size -= len(data)
    return sum_.hexdigest()


def _digest(content: IO[bytes] | None, entry: Entry, look: Look | None, facts: dict[str, object]) -> str:
    """The SHA-256 of a file's content, which is shown to the look on its way."""
    sum_ = hashlib.sha256()
    data = content.read(_BLOCK) if content is not None else b""
    sum_.update(data)
    if content is None or look is None or not data or not look.wants(entry, data):
        while content is not None and (data := content.read(_BLOCK)):
            sum_.update(data)
        return sum_.hexdigest()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=roomy()) as copy:
        copy.write(data)
        while data := content.read(_BLOCK):
            sum_.update(data)
            copy.write(data)
        copy.seek(0)
        found = look.fact(entry, copy)  # type: ignore[arg-type]
        if found is not None:
            facts[entry.path] = found
    return sum_.hexdigest()


def facts(image: Image) -> dict[str, object]:
    """What the look found in the files that a container sees, by path; a hard link has the facts of
    the file that it links to."""
    last: dict[str, object | None] = {}
    for layer in image.layers:
        for entry in layer.entries:
            if entry.kind == "file":
                last[entry.path] = layer.facts.get(entry.path)
            elif entry.kind == "hardlink":
                last[entry.path] = layer.facts.get(entry.target, last.get(entry.target))
    seen = merged(image.layers)
    return {
        path: fact
        for path, fact in last.items()
        if fact is not None and path in seen and seen[path].kind in ("file", "hardlink")
    }


def merged(layers: Iterable[Layer]) -> dict[str, Entry]:
    """What a container sees: the entry of every path after all layers, whiteouts applied."""
    seen: dict[str, Entry] = {}
    children: dict[str, set[str]] = {}

    def drop(path: str, itself: bool = True) -> None:
        pending = list(children.pop(path, ()))
        while pending:
            child = pending.pop()
            seen.pop(child, None)
            pending.extend(children.pop(child, ()))
        if itself:
            seen.pop(path, None)
            children.get(path.rpartition("/")[0], set()).discard(path)

    for layer in layers:
        # Markers speak of lower layers only, wherever in the archive they stand.
        for entry in layer.entries:
            if entry.kind == "whiteout":
                drop(entry.path)
            elif entry.kind == "opaque":
                drop(entry.path, itself=False)
        for entry in layer.entries:
            if entry.kind in ("whiteout", "opaque"):
                continue
            if entry.kind != "directory":
                drop(entry.path, itself=False)
            seen[entry.path] = entry
            # A layer need not have entries for the directories above a file.
            path = entry.path
            while path and path not in children.setdefault(path.rpartition("/")[0], set()):
                children[path.rpartition("/")[0]].add(path)
                path = path.rpartition("/")[0]
    return seen
