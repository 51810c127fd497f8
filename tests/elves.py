"""ELF files made by hand for tests: headers, a dynamic segment, strings and symbol versions, no code."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence


class _Strings:
    def __init__(self) -> None:
        self.data = b"\0"

    def add(self, text: str) -> int:
        at = len(self.data)
        self.data += text.encode() + b"\0"
        return at


def elf(
    needed: Sequence[str] = (),
    soname: str = "",
    rpath: str = "",
    runpath: str = "",
    interpreter: str = "",
    requires: Mapping[str, Sequence[str]] | None = None,
    weak: Sequence[str] = (),
    defines: Sequence[str] = (),
    imports: Sequence[str] = (),
    static: bool = False,
    machine: int = 62,
    wide: bool = True,
    big: bool = False,
    tail: bytes = b"",
) -> bytes:
    """A program or library for the loader to read; all in one segment that is loaded at its own offset."""
    order, word = (">" if big else "<"), ("Q" if wide else "I")
    strings = _Strings()
    tags: list[tuple[int, int]] = [(1, strings.add(name)) for name in needed]
    for tag, text in ((14, soname), (15, rpath), (29, runpath)):
        if text:
            tags.append((tag, strings.add(text)))
    for name in imports:
        strings.add(name)
    need = _verneed(requires or {}, weak, strings, order)
    define = _verdef(defines, soname, strings, order)
    header = 64 if wide else 52
    segment = struct.calcsize(f"{order}{'IIQQQQQQ' if wide else 'IIIIIIII'}")
    body = header + 3 * segment
    start = interpreter.encode() + b"\0" if interpreter else b""
    at_strings = body + len(start)
    at_need = at_strings + len(strings.data)
    at_define = at_need + len(need)
    tags += [(5, at_strings), (10, len(strings.data))]
    if need:
        tags += [(0x6FFFFFFE, at_need), (0x6FFFFFFF, len(requires or {}))]
    if define:
        tags += [(0x6FFFFFFC, at_define), (0x6FFFFFFD, len(defines) + 1)]
    dynamic = b"".join(struct.pack(f"{order}{word}{word}", *tag) for tag in (*tags, (0, 0)))
    at_dynamic = at_define + len(define)
    size = at_dynamic + len(dynamic)
    segments = [(1, 0, size)]
    if not static:
        segments.append((2, at_dynamic, len(dynamic)))
    if start:
        segments.append((3, body, len(start)))
    table = b""
    for kind, offset, length in segments:
        if wide:
            table += struct.pack(f"{order}IIQQQQQQ", kind, 4, offset, offset, offset, length, length, 1)
        else:
            table += struct.pack(f"{order}IIIIIIII", kind, offset, offset, offset, length, length, 4, 1)
    table = table.ljust(3 * segment, b"\0")
    identity = b"\x7fELF" + bytes((2 if wide else 1, 2 if big else 1, 1)) + bytes(9)
    fields = (3, machine, 1, 0, header, 0, 0, header, segment, len(segments), 0, 0, 0)
    head = identity + struct.pack(f"{order}HHI{word}{word}{word}IHHHHHH", *fields)
    return head + table + start + strings.data + need + define + dynamic + tail


def _verneed(
    requires: Mapping[str, Sequence[str]], weak: Sequence[str], strings: _Strings, order: str
) -> bytes:
    data = b""
    for number, (library, versions) in enumerate(requires.items(), 1):
        size = 16 + 16 * len(versions)
        following = size if number < len(requires) else 0
        data += struct.pack(f"{order}HHIII", 1, len(versions), strings.add(library), 16, following)
        for place, version in enumerate(versions, 1):
            last = place == len(versions)
            flags = 2 if version in weak else 0
            data += struct.pack(f"{order}IHHII", 0, flags, place, strings.add(version), 0 if last else 16)
    return data


def _verdef(defines: Sequence[str], soname: str, strings: _Strings, order: str) -> bytes:
    if not defines:
        return b""
    data = b""
    names = [soname or "base", *defines]
    for number, name in enumerate(names):
        following = 28 if number < len(names) - 1 else 0
        data += struct.pack(f"{order}HHHHIII", 1, 1 if number == 0 else 0, number + 1, 1, 0, 20, following)
        data += struct.pack(f"{order}II", strings.add(name), 0)
    return data


def cache(*libraries: tuple[str, str], big: bool = False) -> bytes:
    order = ">" if big else "<"
    strings, places = b"", []
    start = 48 + 24 * len(libraries)
    for pair in libraries:
        for text in pair:
            places.append(start + len(strings))
            strings += text.encode() + b"\0"
    head = b"glibc-ld.so.cache1.1" + struct.pack(f"{order}II", len(libraries), len(strings)) + bytes(20)
    rows = (struct.pack(f"{order}iIIIQ", 1, *places[at : at + 2], 0, 0) for at in range(0, len(places), 2))
    return head + b"".join(rows) + strings
