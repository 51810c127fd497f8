"""Offsets and places of editors, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.lsp.positions import UTF8, UTF16, UTF32, Lines, Place, Range

TEXT = st.text(alphabet="a\n\r🐋é\u2028\x0b\ud800b", max_size=40)
ENCODINGS = st.sampled_from([UTF8, UTF16, UTF32])


@settings(deadline=None)
@given(TEXT, ENCODINGS)
def test_every_offset_that_does_not_split_a_line_end_comes_back(text: str, encoding: str) -> None:
    lines = Lines(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":
            assert lines.offset(lines.place(offset)) == offset


@settings(deadline=None)
@given(TEXT, ENCODINGS, st.integers(-1, 60), st.integers(-1, 60))
def test_any_place_is_some_offset_on_its_line(text: str, encoding: str, line: int, column: int) -> None:
    lines = Lines(text, encoding)
    offset = lines.offset(Place(line, column))
    assert 0 <= offset <= len(text)
    if 0 <= line < len(lines.starts):
        assert lines.place(offset).line == line


@pytest.mark.parametrize(("encoding", "column"), [(UTF8, 5), (UTF16, 3), (UTF32, 2)])
def test_columns_count_units_of_the_encoding(encoding: str, column: int) -> None:
    assert Lines("x\n🐋ab", encoding).place(4) == Place(1, column)


def test_a_place_inside_a_character_is_where_the_character_begins() -> None:
    assert Lines("🐋a", UTF16).offset(Place(0, 1)) == 0
    assert Lines("🐋a", UTF8).offset(Place(0, 3)) == 0


def test_a_line_ends_at_lf_crlf_and_cr_and_nowhere_else() -> None:
    assert Lines("a\nb\r\nc\rd\u2028e\x0bf\x0cg\x85h").starts == [0, 2, 5, 7]


def test_a_place_behind_a_line_is_its_end_and_not_the_next_line() -> None:
    assert Lines("ab\r\ncd").offset(Place(0, 99)) == 2


def test_a_range_is_replaced_even_when_it_is_given_backwards() -> None:
    lines = Lines("abc\ndef")
    assert lines.replaced(Range(Place(0, 1), Place(1, 1)), "X").text == "aXef"
    assert lines.replaced(Range(Place(1, 1), Place(0, 1)), "X").text == "aXef"
