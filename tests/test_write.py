"""Writing a file so that it is whole whatever happens: kills, drafts of the dead, hard links."""

from __future__ import annotations

import fcntl
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dockerlint.write import WriteError, write

LOOP = """
import sys
from dockerlint.write import write

path, one, two = sys.argv[1], b"FROM one\\n" * 200, b"FROM other\\n" * 100
print("begun", flush=True)
while True:
    write(path, one, two)
    write(path, two, one)
"""
ONE, TWO = b"FROM one\n" * 200, b"FROM other\n" * 100


@pytest.mark.parametrize("linked", [False, True], ids=["alone", "hard link"])
def test_a_kill_at_any_point_leaves_the_file_whole(tmp_path: Path, linked: bool) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(ONE)
    if linked:
        (tmp_path / "link").hardlink_to(path)
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", LOOP, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(random.uniform(0.0, 0.1))
        process.kill()
        process.communicate()
        now = path.read_bytes()
        # In a file with several links, which cannot be exchanged, the longer text may not be cut yet.
        assert now in ((ONE, TWO, TWO.ljust(len(ONE), b"\n")) if linked else (ONE, TWO))
        write(str(path), now, ONE)
        assert path.read_bytes() == ONE
    assert sorted(os.listdir(tmp_path)) == (["Dockerfile", "link"] if linked else ["Dockerfile"])


def test_drafts_of_dead_runs_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"a")
    dead, alive, strange = (tmp_path / f".Dockerfile.{middle}.dockerlint" for middle in ("1", "2", "x"))
    for draft in (dead, alive, strange):
        draft.write_bytes(b"draft")
    with alive.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        write(str(path), b"a", b"b")
    assert path.read_bytes() == b"b"
    assert (dead.exists(), alive.exists(), strange.exists()) == (False, True, True)


def test_a_shorter_text_in_a_linked_file_has_nothing_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"FROM a\nRUN long\n")
    (tmp_path / "link").hardlink_to(path)
    write(str(path), b"FROM a\nRUN long\n", b"FROM b\n")
    assert (tmp_path / "link").read_bytes() == b"FROM b\n"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"a")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match="No space left on device"):
        write(str(path), b"a", b"b")
    assert path.read_bytes() == b"a"
    assert os.listdir(tmp_path) == ["Dockerfile"]
