"""What an ignore file could keep out, and how that is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dockerlint
from dockerlint.context import Context, File, takes
from dockerlint.ignorefile import Ignore, read_patterns
from dockerlint.ignoring import HEAD, Proposal, escaped, proposals, with_patterns


def proposed(copy: str, *paths: str) -> list[Proposal]:
    context = Context({path: File(path, 10) for path in paths}, {}, ())
    return list(proposals(context, takes(dockerlint.parse(f"FROM a\n{copy}\n"), context)))


def test_what_nothing_takes_comes_by_folder_and_by_what_is_known_of_it() -> None:
    found = proposed("COPY src /", "src/a.c", "big/x", "big/y", "notes", ".git/HEAD", ".git/config")
    assert found == [
        Proposal(".git", "version control", 2, 20, False),
        Proposal("big", "taken by nothing", 2, 20, False),
        Proposal("notes", "taken by nothing", 1, 10, False),
    ]


def test_what_is_taken_and_seldom_needed_is_for_a_build_to_tell() -> None:
    found = proposed("COPY . /", "a.c", ".git/HEAD", "lib/__pycache__/a.pyc")
    assert found == [
        Proposal("**/__pycache__", "caches", 1, 10, True),
        Proposal(".git", "version control", 1, 10, True),
    ]


def test_where_a_source_is_not_known_nothing_counts_as_untaken() -> None:
    assert proposed("ARG A\nCOPY $A /", "x", ".git/HEAD") == [
        Proposal(".git", "version control", 1, 10, True),
    ]


@pytest.mark.parametrize("path", ["a*b", "#x", "!x", " x", "x ", "a[1]", "a\\b", "d/*", "??"])
def test_an_escaped_path_matches_itself_and_no_other(path: str) -> None:
    ignore = Ignore.of(read_patterns(escaped(path)))
    assert ignore.excludes(path)
    assert not ignore.excludes("axb")
    assert not ignore.excludes("d/y")
    assert not ignore.excludes("zz")


@given(st.text("ab*?[]\\#! .-^", min_size=1, max_size=8).filter(lambda t: t.strip(" ./") == t))
def test_any_name_can_be_escaped(path: str) -> None:
    assert Ignore.of(read_patterns(escaped(path))).excludes(path)


def test_patterns_are_added_below_what_is_there_once() -> None:
    assert with_patterns("", ["a", "b"]) == f"{HEAD}\na\nb\n"
    assert with_patterns("x\na", ["a", "b"]) == f"x\na\n\n{HEAD}\nb\n"
    assert with_patterns("x\r\n", ["a"]) == f"x\r\n\r\n{HEAD}\r\na\r\n"
    once = with_patterns("x\n", ["a"])
    assert with_patterns(once, ["a"]) == once
    assert with_patterns(once, ["a", "b"]) == f"x\n\n{HEAD}\na\nb\n"
