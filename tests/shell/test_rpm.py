"""What yum and dnf ask, and which packages are given with a version."""

from __future__ import annotations

import pytest

from dockerlint.model import Run
from dockerlint.resolve import parse
from dockerlint.shell import scripts
from dockerlint.shell.cleaning import mounted_as_hadolint
from dockerlint.shell.rpm import asks, pinned, unpinned_as_hadolint


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("yum install a", True),
        ("dnf -q upgrade", True),
        ("dnf module install a:1", True),
        ("dnf makecache", False),
        ("yum -y install a", False),
        ("dnf install --assumeno a", False),
        ("dnf install --downloadonly a", False),
        ("dnf --setopt=assumeyes=True install a", False),
        ("yes | yum install a", False),
        ("yum install a | tee log", True),
    ],
)
def test_a_call_asks_or_not(command: str, wanted: bool) -> None:
    run = next(parse(f"FROM x\nRUN {command}\n").instructions(Run))
    (call,) = (c for c in scripts(run)[0].commands if c.tool in ("yum", "dnf"))
    assert asks(call) is wanted


def test_files_groups_and_versions_count_as_pinned() -> None:
    fixed = ["a-1", "a-1.2*", "./a.rpm", "https://x/a", "@web", "/usr/bin/a", "a>=1", "a = 1"]
    assert [package for package in fixed if not pinned(package)] == []
    assert [package for package in ["a", "gcc-c++", "python3", "a-devel", "*"] if pinned(package)] == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("a-1:2~rc^3_x+y", False),
        ("a--1", False),
        ("a-b", True),
        ("a-1/2", True),
        ("1-a", True),
        ("*-1", False),
        ("a.rpm", True),
        ("a-b.rpm", False),
        ("a-${Q}.rpm", False),
        ("a-${A}-b!", False),
        ("a_${A}", True),
        ("a-${A:-1}", True),
        ("module a:1 b", True),
    ],
)
def test_the_peer_reads_versions_by_their_characters(words: str, wanted: bool) -> None:
    dockerfile = parse(f"ARG A\nFROM x\nRUN yum install -y {words}\n")
    assert bool(list(unpinned_as_hadolint(dockerfile, ("yum",), groups=True))) is wanted


@pytest.mark.parametrize(
    ("mount", "wanted"),
    [
        ("type=cache,target=/a/.cache/pip/b", True),
        ("type=tmpfs,dst=/x/.cache/pip", True),
        ("type=cache,target=/a/.cache", False),
        ("type=bind,target=/a/.cache/pip", False),
    ],
)
def test_the_peer_looks_for_a_part_of_the_target(mount: str, wanted: bool) -> None:
    run = next(parse(f"FROM x\nRUN --mount={mount} a\n").instructions(Run))
    assert mounted_as_hadolint(run, ".cache/pip") is wanted
