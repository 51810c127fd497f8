"""Saved images, made by hand for tests: layers from a few lines, in every form engines write."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any


def layer(*members: tuple[str, bytes | str | None] | tarfile.TarInfo) -> bytes:
    """A layer: ("a/b", b"content") is a file, ("a", None) a directory, ("l", "to") a symbolic link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            name, content = member
            info = tarfile.TarInfo(name)
            info.mode = 0o755 if content is None else 0o644
            if content is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            else:
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return out.getvalue()


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def config(layers: Sequence[bytes], history: Sequence[Mapping[str, Any]] | None = None, **more: Any) -> bytes:
    """A configuration with one history entry a layer, unless told otherwise."""
    steps = (
        [{"created_by": f"RUN step {n}"} for n in range(len(layers))] if history is None else list(history)
    )
    rootfs = {"type": "layers", "diff_ids": [digest(data) for data in layers]}
    return json.dumps(
        {"architecture": "amd64", "config": {}, "rootfs": rootfs, "history": steps, **more}
    ).encode()


def _named(data: bytes) -> str:
    return digest(data).partition(":")[2]


def in_members(data: bytes) -> bytes:
    """As eStargz compresses: several gzip members after each other."""
    return b"".join(gzip.compress(data[at : at + 700], 1) for at in range(0, len(data), 700))


def zstd(data: bytes) -> bytes:
    """Compressed with zstd, with what is here for it."""
    try:
        from compression.zstd import compress
    except ImportError:
        from zstandard import compress
    return bytes(compress(data))


def zstd_chunked(data: bytes) -> bytes:
    """As `zstd:chunked` has it: several frames, and at their end one for those who know the form."""
    frames = b"".join(zstd(data[at : at + 700]) for at in range(0, len(data), 700))
    return frames + b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"


def oci(
    layers: Sequence[bytes],
    settings: bytes | None = None,
    packed: bool | Callable[[bytes], bytes] = False,
    nested: bool = False,
) -> dict[str, bytes]:
    """The parts of an OCI layout; `nested` puts an index between, with an attestation in it."""
    settings = settings or config(layers)
    pack = packed if callable(packed) else lambda data: gzip.compress(data, 1)
    stored = [pack(data) if packed else data for data in layers]
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": {"digest": digest(settings), "size": len(settings)},
            "layers": [{"digest": digest(data), "size": len(data)} for data in stored],
        }
    ).encode()
    blobs = [settings, manifest, *stored]
    top = [{"digest": digest(manifest), "platform": {"os": "linux", "architecture": "amd64"}}]
    if nested:
        note = b'{"config": {"digest": "sha256:0"}, "layers": []}'
        marks = {"vnd.docker.reference.type": "attestation-manifest"}
        odd = b'{"config": {"digest": "sha256:1"}, "layers": []}'
        unknown = {"digest": digest(odd), "platform": {"os": "unknown", "architecture": "unknown"}}
        elsewhere = {"digest": digest(b"not saved"), "platform": {"os": "linux", "architecture": "arm64"}}
        inner = json.dumps(
            {"manifests": [*top, elsewhere, unknown, {"digest": digest(note), "annotations": marks}]}
        ).encode()
        blobs += [note, odd, inner]
        top = [{"digest": digest(inner)}]
    parts = {f"blobs/sha256/{_named(data)}": data for data in blobs}
    return {**parts, "oci-layout": b"{}", "index.json": json.dumps({"manifests": top}).encode()}


def platforms(images: Mapping[str, Sequence[bytes]]) -> dict[str, bytes]:
    """An OCI layout of an image for several platforms, `linux/arm/v7` for one."""
    parts: dict[str, bytes] = {}
    manifests = []
    for platform, layers in images.items():
        system, architecture, *variant = platform.split("/")
        about = {"os": system, "architecture": architecture, **({"variant": variant[0]} if variant else {})}
        own = oci(layers, config(layers, **about))
        (manifest,) = json.loads(own.pop("index.json"))["manifests"]
        manifests.append({**manifest, "platform": about})
        parts.update(own)
    index = json.dumps({"manifests": manifests}).encode()
    parts[f"blobs/sha256/{_named(index)}"] = index
    names = {"org.opencontainers.image.ref.name": "app"}
    top = {"manifests": [{"digest": digest(index), "annotations": names}]}
    return {**parts, "index.json": json.dumps(top).encode()}


def legacy(layers: Sequence[bytes], settings: bytes | None = None) -> dict[str, bytes]:
    """What `docker save` wrote before Docker 25."""
    settings = settings or config(layers)
    names = [f"{n:064x}/layer.tar" for n in range(len(layers))]
    manifest = [{"Config": f"{_named(settings)}.json", "RepoTags": ["x:latest"], "Layers": names}]
    return {
        **dict(zip(names, layers)),
        f"{_named(settings)}.json": settings,
        "manifest.json": json.dumps(manifest).encode(),
        "repositories": b"{}",
    }


def modern(layers: Sequence[bytes], settings: bytes | None = None) -> dict[str, bytes]:
    """What `docker save` writes since Docker 25: an OCI layout with a manifest.json beside it."""
    settings = settings or config(layers)
    blobs = [f"blobs/sha256/{_named(data)}" for data in layers]
    manifest = [{"Config": f"blobs/sha256/{_named(settings)}", "RepoTags": None, "Layers": blobs}]
    return {**oci(layers, settings), "manifest.json": json.dumps(manifest).encode()}


def plain_dir(layers: Sequence[bytes], settings: bytes | None = None) -> dict[str, bytes]:
    """What buildah and skopeo call `dir:`."""
    settings = settings or config(layers)
    manifest = {
        "schemaVersion": 2,
        "config": {"digest": digest(settings)},
        "layers": [{"digest": digest(data)} for data in layers],
    }
    parts = {_named(data): data for data in (settings, *layers)}
    return {
        **parts,
        "manifest.json": json.dumps(manifest).encode(),
        "version": b"Directory Transport Version: 1.1\n",
    }


def as_folder(parts: Mapping[str, bytes], folder: Path) -> str:
    for name, data in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return str(folder)


def as_tar(
    parts: Mapping[str, bytes], path: Path, compress: str = "", links: Mapping[str, str] | None = None
) -> str:
    """The parts in an archive; `links` are symbolic links, name -> target."""
    with tarfile.open(path, f"w:{compress}") as tar:  # type: ignore[call-overload]
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    return str(path)
