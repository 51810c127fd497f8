"""A copy of a context in which files may be changed."""

from __future__ import annotations

import os
from pathlib import Path

from dockerlint.context import read
from dockerlint.twin import Twin


def made(tmp_path: Path, *patterns: str) -> tuple[Path, Path, Twin]:
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "lib" / "empty").mkdir(parents=True)
    two.mkdir()
    (one / "a.txt").write_text("text\n")
    (one / "lib" / "b").write_bytes(b"\0\1")
    (one / "lib" / "b").chmod(0o750)
    (one / "lib" / "out").write_text("x")
    os.symlink("a.txt", one / "link")
    os.symlink("lib", one / "folder")
    (one / "lib" / "empty").chmod(0o700)
    return one, two, Twin(str(one), read(str(one), patterns or None), str(two))


def test_all_that_is_sent_is_there_with_its_mode(tmp_path: Path) -> None:
    _, two, _ = made(tmp_path, "lib/out")
    found = sorted(str(path.relative_to(two)) for path in two.rglob("*"))
    assert found == ["a.txt", "folder", "lib", "lib/b", "lib/empty", "link"]
    assert (two / "lib" / "b").stat().st_mode & 0o777 == 0o750
    assert (two / "lib" / "empty").stat().st_mode & 0o777 == 0o700
    assert os.readlink(two / "link") == "a.txt"


def test_a_change_leaves_the_original_alone_and_is_another_one_each_time(tmp_path: Path) -> None:
    one, two, twin = made(tmp_path)
    twin.change("a.txt")
    first = (two / "a.txt").read_bytes()
    twin.change("a.txt")
    assert first == b"text\n\n"
    assert (two / "a.txt").read_bytes() == b"text\n\n\n"
    assert (one / "a.txt").read_bytes() == b"text\n"
    twin.change("lib/b")
    assert (two / "lib" / "b").read_bytes() == b"\0\1\0\0\0"
    assert (two / "lib" / "b").stat().st_mode & 0o777 == 0o750
    twin.restore("a.txt")
    twin.restore("lib/b")
    assert (two / "a.txt").read_bytes() == b"text\n"
    assert (one / "lib" / "b").read_bytes() == (two / "lib" / "b").read_bytes() == b"\0\1"
