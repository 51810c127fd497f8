"""Our driver against Lark itself, over the same grammars."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from dockerlint.lalr import Grammar
from dockerlint_grammar.generate import STARTS, engine

LINES = {
    "flags": ["--from=a", "--a --b=c ", "--x='a b' --", "--m=\"a\\\"b\"", "--a=b\\", "--''", "-- ", "--a='b"],
    "words": ["alpine AS x", "a as b", "a", "a b c d", "as as as", "a  b\tc", "a as", "[ x ]"],
    "pairs": [
        "a=b", "a=b c=d", "a='b c' d=\"e f\"", "a=b\\ c", "=x", "a", "a b c", '"a=b"=c', "a\\=b=c", "a=b\\",
        "\\", "a= b=c", "a\u00a0b=c", 'a="b c', "'x'=y", "a=b\\\\ c=d",
    ],
    "exec": [
        "[]", '["a"]', '[ "a" , "b" ]', '["a",]', '["a", 1]', "[null]", '[["a"], {"b": [1, true]}]', '["\\u00e9"]',
        '["\\x"]', '["a" "b"]', "[1e5]", "[01]", '["a"] b', "[", "[[[[]]]]",
    ],
    "text": ["echo x", "CMD curl x", "NONE", "CMD  [\"a\"]", "x\ty"],
}  # fmt: skip
ALPHABETS = {
    "flags": "-- =ab'\"\\\t\xa0",
    "words": "as AS\t\rb[]",
    "pairs": "ab= =\\'\" \u00a0\u2003",
    "exec": '[]{}",: \\u00e1tnx-.e\n',
    "text": "CMD NONE\t[x]",
}


@cache
def lark(name: str) -> Lark:
    return engine(name)


def plain(item: object) -> object:
    """A Lark tree as our driver writes trees."""
    if isinstance(item, Tree):
        return (str(item.data), [plain(child) for child in item.children])
    assert isinstance(item, Token)
    return (str(item.type), item.start_pos, item.end_pos)


def by_lark(name: str, start: str, text: str) -> object:
    try:
        return plain(lark(name).parse(text, start=start))
    except UnexpectedInput:
        return None


@pytest.mark.parametrize("name", STARTS)
def test_the_driver_gives_the_trees_that_lark_gives(name: str) -> None:
    grammar = Grammar(name)
    read = 0
    for start in STARTS[name]:
        for text in LINES[name]:
            expected = by_lark(name, start, text)
            assert grammar.parse(start, text, 0, len(text)) == expected, (start, text)
            read += expected is not None
    assert read >= 3


@pytest.mark.parametrize("name", STARTS)
def test_the_driver_agrees_with_lark_on_arbitrary_lines(name: str) -> None:
    grammar = Grammar(name)

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(STARTS[name]), st.text(st.sampled_from(ALPHABETS[name]), max_size=20))
    def agree(start: str, text: str) -> None:
        assert grammar.parse(start, text, 0, len(text)) == by_lark(name, start, text)

    agree()


def test_offsets_count_from_the_start_of_the_text_also_for_a_part_of_it() -> None:
    words = Grammar("words")
    assert words.parse("copy", "COPY a b # no", 5, 8) == (
        "copy",
        [("source", [("WORD", 5, 6)]), ("BLANK", 6, 7), ("destination", [("WORD", 7, 8)])],
    )


def test_a_prefix_ends_where_no_terminal_matches() -> None:
    flags = Grammar("flags")
    text = "--a=b --c x --d"
    assert flags.prefix("flags", text, 0, len(text)) == by_lark("flags", "flags", "--a=b --c ")
    assert flags.parse("flags", text, 0, len(text)) is None


def test_nesting_of_any_depth_is_read_without_recursion() -> None:
    text = "[" * 50_000 + "]" * 50_000
    assert Grammar("exec").parse("exec", text, 0, len(text)) is not None
    assert Grammar("exec").parse("exec", text[:-1], 0, len(text) - 1) is None


def test_a_long_list_costs_linear_time() -> None:
    text = "a=b " * 100_000 + "c=d"
    tree = Grammar("pairs").parse("env", text, 0, len(text))
    assert tree is not None
    assert len(tree[1]) == 200_001
