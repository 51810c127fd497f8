"""Databases of RPM made by hand for tests."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path


def header(path: str = "/usr/bin/bash", name: str = "bash", **lies: int) -> bytes:
    """An RPM header with a name, version, release, architecture and one file."""
    place, _, file = path.rpartition("/")
    entries, data = [], b""
    for tag, kind, value, count in (
        (1000, 6, name.encode() + b"\0", 1), (1001, 6, b"5.1\0", 1), (1002, 6, b"2.el9\0", 1), (1022, 6, b"x86_64\0", 1),
        (1116, 4, struct.pack(">I", 0), 1), (1117, 8, file.encode() + b"\0", 1), (1118, 8, f"{place}/\0".encode(), 1),
    ):  # fmt: skip
        data += b"\0" * (-len(data) % 4 if kind == 4 else 0)
        entries.append(struct.pack(">IIII", tag, kind, len(data), lies.get("count", count)))
        data += value
    return (
        struct.pack(">II", lies.get("entries", len(entries)), lies.get("size", len(data)))
        + b"".join(entries)
        + data
    )


def database(folder: Path, *blobs: bytes) -> bytes:
    path = folder / "rpmdb.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        made.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    made.close()
    data = path.read_bytes()
    path.unlink()
    return data
