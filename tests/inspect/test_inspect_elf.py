"""What is read of ELF files: what the loader would, and nothing on the word of a broken header."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.inspect import elf
from elves import elf as made

SYSTEM = [Path("/usr/lib"), Path("/lib"), Path("/usr/bin"), Path("/bin")]


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("big", [True, False])
def test_a_program_says_what_it_needs(wide: bool, big: bool) -> None:
    data = made(
        needed=["libz.so.1", "libc.so.6"],
        runpath="$ORIGIN/../lib:/opt/lib",
        interpreter="/lib64/ld-linux-x86-64.so.2",
        requires={"libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.34"], "libz.so.1": ["ZLIB_1.2"]},
        imports=["dlopen", "getaddrinfo"],
        wide=wide,
        big=big,
    )
    found = elf.read(io.BytesIO(data), (b"dlopen", b"system"))
    assert found is not None
    assert found.needed == ("libz.so.1", "libc.so.6")
    assert found.runpath == ("$ORIGIN/../lib", "/opt/lib")
    assert found.interpreter == "/lib64/ld-linux-x86-64.so.2"
    assert found.requires == (("libc.so.6", ("GLIBC_2.2.5", "GLIBC_2.34")), ("libz.so.1", ("ZLIB_1.2",)))
    assert found.imports == ("dlopen",)
    assert found.machine == f"x86_64-{64 if wide else 32}-{'big' if big else 'little'}"


def test_a_library_says_what_it_is_and_has() -> None:
    found = elf.read(io.BytesIO(made(soname="libx.so.1", rpath="/a", defines=["X_1", "X_2"])))
    assert found is not None
    assert (found.soname, found.rpath, found.defines) == ("libx.so.1", ("/a",), ("X_1", "X_2"))


def test_a_weak_version_is_not_asked_for() -> None:
    data = made(needed=["libc.so.6"], requires={"libc.so.6": ["A", "B"]}, weak=["B"])
    found = elf.read(io.BytesIO(data))
    assert found is not None
    assert found.requires == (("libc.so.6", ("A",)),)


def test_a_static_program_needs_nothing() -> None:
    found = elf.read(io.BytesIO(made(static=True)))
    assert found is not None
    assert not found.dynamic
    assert found.needed == ()


@pytest.mark.parametrize(
    "data", [b"", b"\x7fELF", b"\x7fELF" + b"\xff" * 300, b"#!/bin/sh\n", b"\x7fELF\x02\x01" + bytes(58)]
)
def test_what_is_no_elf_program_is_none(data: bytes) -> None:
    assert elf.read(io.BytesIO(data)) is None


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_a_damaged_file_raises_nothing_and_costs_nothing(rng: random.Random) -> None:
    data = bytearray(
        made(
            needed=["a.so"], interpreter="/l", soname="s", requires={"a.so": ["V"]}, defines=["W"], rpath="/r"
        )
    )
    for _ in range(rng.randint(1, 12)):
        data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    del data[rng.randint(len(data) // 2, len(data)) :]
    found = elf.read(io.BytesIO(bytes(data)), (b"dlopen",))
    assert found is None or len(repr(found)) < 1_000_000


def test_counts_that_claim_everything_are_not_believed() -> None:
    data = bytearray(made(needed=["a.so"], requires={"a.so": ["V"]}, defines=["W"]))
    for tag in (0x6FFFFFFF, 0x6FFFFFFD, 10):
        at = bytes(data).rindex(struct.pack("<Q", tag))
        data[at + 8 : at + 16] = b"\xff" * 8
    found = elf.read(io.BytesIO(bytes(data)))
    assert found is None or found.needed in ((), ("a.so",))


def test_the_files_of_this_machine_are_read_as_pyelftools_reads_them() -> None:
    elftools = pytest.importorskip("elftools.elf.elffile")
    paths = [p for folder in SYSTEM if folder.is_dir() for p in sorted(folder.rglob("*.so*"))[:60]]
    paths += sorted(Path("/usr/bin").iterdir())[:60]
    count = 0
    for path in paths:
        if not path.is_file():
            continue
        with open(path, "rb") as file:
            ours = elf.read(file)
            if ours is None or not ours.dynamic:
                continue
            file.seek(0)
            theirs = elftools.ELFFile(file)
            section = theirs.get_section_by_name(".dynamic")
            tags = list(section.iter_tags()) if section is not None else []
            assert list(ours.needed) == [t.needed for t in tags if t.entry.d_tag == "DT_NEEDED"], path
            assert ours.soname == next((t.soname for t in tags if t.entry.d_tag == "DT_SONAME"), ""), path
            need = theirs.get_section_by_name(".gnu.version_r")
            if need is not None:
                asked = {
                    n.name: tuple(v.name for v in some if not v["vna_flags"] & 2)
                    for n, some in need.iter_versions()
                }
                assert dict(ours.requires) == asked, path
            define = theirs.get_section_by_name(".gnu.version_d")
            if define is not None:
                names = [next(iter(a)).name for d, a in define.iter_versions() if not d["vd_flags"] & 1]
                assert list(ours.defines) == names, path
            count += 1
    if not count:
        pytest.skip("no dynamic ELF files here")
