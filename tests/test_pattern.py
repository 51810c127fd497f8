"""Globs of `${x#p}`, held against Python's regular expressions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.pattern import PatternError, replace_all, replace_first, trim_prefix, trim_suffix

PATTERNS = st.text(alphabet="ab*?.", max_size=6)
VALUES = st.text(alphabet="ab.", max_size=12)


def expression(pattern: str, longest: bool) -> str:
    star = ".*" if longest else ".*?"
    return "".join({"*": star, "?": "."}.get(char, re.escape(char)) for char in pattern)


@given(VALUES, PATTERNS, st.booleans())
def test_a_head_is_cut_as_a_regular_expression_would(value: str, pattern: str, longest: bool) -> None:
    match = re.match(expression(pattern, longest), value)
    assert trim_prefix(value, pattern, longest) == (value[match.end() :] if match else value)


@given(VALUES, PATTERNS, st.booleans())
def test_a_tail_is_a_head_read_backwards(value: str, pattern: str, longest: bool) -> None:
    match = re.match(expression(pattern[::-1], longest), value[::-1])
    assert trim_suffix(value, pattern, longest) == (value[: len(value) - match.end()] if match else value)


@given(VALUES, PATTERNS)
def test_the_first_match_is_replaced(value: str, pattern: str) -> None:
    assert replace_first(value, pattern, "-") == re.sub(expression(pattern, True), "-", value, count=1)


@given(VALUES, PATTERNS.filter(lambda pattern: pattern.strip("*") != ""))
def test_every_match_is_replaced(value: str, pattern: str) -> None:
    assert replace_all(value, pattern, "-") == re.sub(expression(pattern, True), "-", value)


def test_an_empty_match_next_to_another_is_not_replaced_twice() -> None:
    assert replace_all("abc", "*", "-") == "-"
    assert replace_all("abc", "", "-") == "-a-b-c-"
    assert replace_first("abc", "", "-") == "-abc"


def test_an_escape_stays_in_front_of_its_character_when_read_backwards() -> None:
    assert trim_suffix("ab*", "\\*", True) == "ab"
    assert trim_suffix("abc", "\\*", True) == "abc"
    assert trim_suffix("a\\b", "\\\\b", True) == "a"


def test_wildcards_stop_at_a_line_feed() -> None:
    assert trim_prefix("a\nb", "*b", False) == "a\nb"
    assert trim_prefix("a\nb", "?", True) == "\nb"
    assert trim_prefix("\nb", "?", True) == "\nb"


def test_a_backslash_protects_wildcards_only() -> None:
    assert trim_prefix("*a", "\\*", False) == "a"
    assert trim_prefix("/a}", "\\/", False) == "a}"
    assert trim_prefix("\\a", "\\\\", False) == "a"
    for pattern in ("\\a", "\\", "a\\"):
        with pytest.raises(PatternError):
            trim_prefix("a", pattern, False)
