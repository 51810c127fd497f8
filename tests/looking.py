"""Images made by hand and read with an `Inspector`, for tests of what containers need."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import saved
from dockerlint.image import Image, read
from dockerlint.inspect import Inspector

# A file, a link (`-> target`), or a folder (None).
Files = Mapping[str, bytes | str | None]


def layer(
    files: Files, modes: Mapping[str, int] | None = None, owners: Mapping[str, int] | None = None
) -> bytes:
    """A layer of files by path; files that begin like programs or scripts can be run."""
    members: list[tarfile.TarInfo] = []
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            data = content.encode() if isinstance(content, str) else content
            if data is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            elif data.startswith(b"-> "):
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, data[3:].decode(), 0o777
            else:
                info.size = len(data)
                info.mode = 0o755 if data.startswith((b"\x7fELF", b"#!")) else 0o644
            info.mode = (modes or {}).get(name, info.mode)
            info.uid = (owners or {}).get(name, 0)
            tar.addfile(info, io.BytesIO(data) if info.type == tarfile.REGTYPE and data else None)
            members.append(info)
    return out.getvalue()


def image(folder: Path, *layers: Files | bytes, architecture: str = "amd64", **config: Any) -> Image:
    """An image of some layers; `config` are its settings (`Cmd`, `Env`)."""
    folder.mkdir(parents=True, exist_ok=True)
    data = [one if isinstance(one, bytes) else layer(one) for one in layers]
    settings = saved.config(data, config=config, architecture=architecture)
    path = saved.as_tar(saved.oci(data, settings), folder / f"{len(list(folder.iterdir()))}.tar")
    return read(path, look=Inspector())


def told(lines: Sequence[object]) -> str:
    """Things as text, one a line."""
    return "\n".join(map(str, lines))
