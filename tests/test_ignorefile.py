"""The ignore file: its lines, and what they keep out."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.ignorefile import Ignore, clean, find_ignore_file, read_patterns


def test_lines_are_cleaned() -> None:
    text = "\ufeff# a comment\n\n  /build/  \r\n ./a/../b//c\n! /keep\n #not a comment\n/\n"
    assert read_patterns(text) == ("build", "b/c", "!keep", "#not a comment", "/")


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [
        ("", "."),
        ("./", "."),
        ("a/./b/", "a/b"),
        ("a/../..", ".."),
        ("/../a", "/a"),
        ("/", "/"),
        ("a//b", "a/b"),
    ],
)
def test_a_path_is_cleaned_as_go_does(path: str, cleaned: str) -> None:
    assert clean(path) == cleaned


@pytest.mark.parametrize(
    ("patterns", "path", "out"),
    [
        (["build"], "build", True),
        (["build"], "build/x/y", True),
        (["build"], "src/build", False),
        (["*.log"], "a.log", True),
        (["*.log"], "x/a.log", False),
        (["*/a.log"], "x/a.log", True),
        (["**/*.log"], "a.log", True),
        (["**/*.log"], "x/y/a.log", True),
        (["**.log"], "x/y.log", True),
        (["src/**"], "src/a", True),
        (["src/**"], "src", False),
        (["src/**/test"], "src/test", True),
        (["src/**/test"], "src/a/b/test/c", True),
        (["*/**"], "a", False),
        (["*"], "any/thing", True),
        (["**"], "any", True),
        (["**/.git"], "sub/.git/config", True),
        (["a?c"], "a/c", False),
        (["[a-c0]x"], "bx", True),
        (["[^a-c]x"], "bx", False),
        (["[a\\]]"], "]", True),
        (["a\\*"], "a*", True),
        (["a\\*"], "ab", False),
        (["a.c"], "abc", False),
        (["*", "!keep"], "keep", False),
        (["*", "!keep"], "keep/inside", False),
        (["*", "!keep", "keep/not"], "keep/not/this", True),
        (["!keep", "*"], "keep", True),
        (["[", "b"], "b", True),
        (["./x"], "x", False),
    ],
)
def test_which_paths_are_kept_out(patterns: list[str], path: str, out: bool) -> None:
    assert Ignore.of(patterns).excludes(path) is out


def test_a_path_is_cleaned_before_it_is_matched() -> None:
    assert Ignore.of(["a/b"]).excludes("/a/./c/../b")


def test_the_own_ignore_file_of_a_dockerfile_goes_first(tmp_path: Path) -> None:
    dockerfile = str(tmp_path / "app.Dockerfile")
    assert find_ignore_file(dockerfile) is None
    shared = tmp_path / ".dockerignore"
    shared.write_text("a\n")
    assert find_ignore_file(dockerfile) == str(shared)
    own = tmp_path / "app.Dockerfile.dockerignore"
    own.write_text("b\n")
    assert find_ignore_file(dockerfile) == str(own)
    assert find_ignore_file(str(tmp_path / "Dockerfile"), str(tmp_path / "elsewhere")) is None


def test_a_pattern_made_to_backtrack_has_an_answer() -> None:
    # A matcher that backtracks would not come back within anybody's life.
    assert not Ignore.of(["*a" * 60 + "b", "**/a/" * 30 + "b"]).excludes("a/" * 60)
