"""ELF headers: what the loader reads of a program or library before it runs it.

Only program headers and the dynamic segment are read, as the loader does it, so files without
section headers are read too. Every count and length in the file is bounded before it is believed.
Format: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html, and for symbol versions
https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html.
"""

from __future__ import annotations

from struct import Struct, error

from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

MAGIC = b"\x7fELF"
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRINGS, _STRINGS_SIZE, _SONAME, _RPATH, _RUNPATH = 1, 5, 10, 14, 15, 29
_FLAGS, _NEED, _NEED_COUNT, _DEFINE, _DEFINE_COUNT = (
    0x6FFFFFFB, 0x6FFFFFFE, 0x6FFFFFFF, 0x6FFFFFFC, 0x6FFFFFFD,
)  # fmt: skip
_NO_DEFAULT_FOLDERS = 0x800
_WEAK, _BASE = 2, 1
# Far more than any real file has: programs have about ten segments, libc some forty versions.
_SEGMENTS, _TAGS, _VERSIONS = 1024, 4096, 4096
_STRING_BYTES, _VERSION_BYTES, _NAME_BYTES = 64 << 20, 1 << 20, 4096
_MACHINES = {3: "i386", 8: "mips", 20: "powerpc", 21: "powerpc64", 22: "s390x", 40: "arm", 62: "x86_64",
             183: "aarch64", 243: "riscv", 258: "loongarch"}  # fmt: skip


@record
class Binary:
    """An ELF program or library.

    `machine` is what it runs on, with word size and byte order (`x86_64-64-little`), so that equal
    means loadable together. `requires` are the symbol versions it wants by library, weak ones left
    out; `defines` those it has. `imports` are the names of interest that it links to; `mentions`
    are the strings of interest in it. `dynamic` is False for a static program.
    """

    machine: str
    dynamic: bool = False
    interpreter: str = ""
    soname: str = ""
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    default_folders: bool = True
    requires: tuple[tuple[str, tuple[str, ...]], ...] = ()
    defines: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


def read(content: BinaryIO, names: tuple[bytes, ...] = ()) -> Binary | None:
    """What an ELF file says; None for one that is not ELF, is neither program nor library, or is damaged
    where it counts. `names` are imported functions to look for."""
    try:
        return _Reader(content).binary(names)
    except (error, ValueError, OverflowError):
        return None


class _Reader:
    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        head = content.read(64)
        if len(head) < 52 or head[:4] != MAGIC or head[4] not in (1, 2) or head[5] not in (1, 2):
            raise ValueError("no ELF file")
        self._wide = head[4] == 2
        self._order = "<" if head[5] == 1 else ">"
        word = "Q" if self._wide else "I"
        fields = self._struct(f"HHI{word}{word}{word}IHHH").unpack_from(head, 16)
        self._kind, number = fields[0], fields[1]
        if self._kind not in (2, 3):
            raise ValueError("neither program nor library")
        bits = 64 if self._wide else 32
        order = "little" if self._order == "<" else "big"
        self.machine = f"{_MACHINES.get(number, number)}-{bits}-{order}"
        self._segments = list(self._read_segments(fields[4], fields[8], min(fields[9], _SEGMENTS)))

    def _struct(self, form: str) -> Struct:
        return Struct(self._order + form)

    def _at(self, offset: int, size: int) -> bytes:
        self._content.seek(offset)
        return self._content.read(size)

    def _read_segments(self, offset: int, size: int, count: int) -> Iterator[tuple[int, int, int, int]]:
        """Type, offset, address and size in the file of each segment."""
        form = self._struct("IIQQQQQQ" if self._wide else "IIIIIIII")
        if size < form.size:
            return
        data = self._at(offset, size * count)
        for start in range(0, len(data) - form.size + 1, size):
            f = form.unpack_from(data, start)
            yield (f[0], f[2], f[3], f[5]) if self._wide else (f[0], f[1], f[2], f[4])

    def binary(self, names: tuple[bytes, ...]) -> Binary:
        interpreter = ""
        tags: list[tuple[int, int]] | None = None
        for kind, offset, _, size in self._segments:
            if kind == _INTERPRETER:
                interpreter = _text(self._at(offset, min(size, _NAME_BYTES)))
            elif kind == _DYNAMIC and tags is None:
                tags = list(self._tags(offset, size))
        if tags is None:
            return Binary(self.machine, interpreter=interpreter)
        first: dict[int, int] = {}
        for tag, value in tags:
            first.setdefault(tag, value)
        strings = self._mapped(first.get(_STRINGS), min(first.get(_STRINGS_SIZE, 0), _STRING_BYTES))
        flags = first.get(_FLAGS, 0)
        return Binary(
            self.machine,
            True,
            interpreter,
            _name(strings, first.get(_SONAME)),
            tuple(filter(None, (_name(strings, value) for tag, value in tags if tag == _NEEDED))),
            _folders(_name(strings, first.get(_RPATH))),
            _folders(_name(strings, first.get(_RUNPATH))),
            not flags & _NO_DEFAULT_FOLDERS,
            tuple(self._required(strings, first.get(_NEED), first.get(_NEED_COUNT, 0))),
            tuple(self._defined(strings, first.get(_DEFINE), first.get(_DEFINE_COUNT, 0))),
            tuple(name.decode() for name in names if b"\0" + name + b"\0" in strings),
        )

    def _tags(self, offset: int, size: int) -> Iterator[tuple[int, int]]:
        form = self._struct("QQ" if self._wide else "II")
        data = self._at(offset, min(size, _TAGS * form.size))
        for start in range(0, len(data) - form.size + 1, form.size):
            tag, value = form.unpack_from(data, start)
            if not tag:
                return
            yield tag, value

    def _mapped(self, address: int | None, size: int) -> bytes:
        """What the file has at an address, at most to the end of its segment."""
        for kind, offset, start, length in self._segments:
            if address is not None and kind == _LOAD and start <= address < start + length:
                return self._at(offset + address - start, min(size, start + length - address))
        return b""

    def _required(
        self, strings: bytes, address: int | None, count: int
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        data = self._mapped(address, _VERSION_BYTES)
        file, version = self._struct("HHIII"), self._struct("IHHII")
        at = 0
        for _ in range(min(count, _VERSIONS)):
            if not 0 <= at <= len(data) - file.size:
                return
            _, inside, name, first, following = file.unpack_from(data, at)
            found = []
            here = at + first
            for _ in range(min(inside, _VERSIONS)):
                if not 0 <= here <= len(data) - version.size:
                    break
                _, flags, _, label, later = version.unpack_from(data, here)
                if not flags & _WEAK:
                    found.append(_name(strings, label))
                if not later:
                    break
                here += later
            yield _name(strings, name), tuple(found)
            if not following:
                return
            at += following

    def _defined(self, strings: bytes, address: int | None, count: int) -> Iterator[str]:
        data = self._mapped(address, _VERSION_BYTES)
        form, label = self._struct("HHHHIII"), self._struct("II")
        at = 0
        for _ in range(min(count, _VERSIONS)):
            if not 0 <= at <= len(data) - form.size:
                return
            _, flags, _, _, _, first, following = form.unpack_from(data, at)
            if not flags & _BASE and at + first <= len(data) - label.size:
                yield _name(strings, label.unpack_from(data, at + first)[0])
            if not following:
                return
            at += following


def _name(strings: bytes, offset: int | None) -> str:
    if offset is None or offset >= len(strings):
        return ""
    return _text(strings[offset : offset + _NAME_BYTES])


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _folders(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(":") if part)
