from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.shell.quoting import through, unquoted, value_of
from dockerlint.source import Mapped


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("plain", "plain"), ("'a b'", "a b"), ('"a b"', "a b"), ("a'b'\"c\"d", "abcd"), ("a\\ b", "a b"), ("''", ""),
        ('"a\\"b"', 'a"b'), ('"a\\b"', "a\\b"), ("'a\\b'", "a\\b"), ("a\\\nb", "ab"), ('"a\\\nb"', "ab"),
        ("$'a\\tb'", "a\tb"), ('$"a"', "a"), ("a$", "a$"), ('"$"', "$"), ("*.txt", "*.txt"), ("~/x", "~/x"),
        ("'$x'", "$x"), ("'`x`'", "`x`"), ("\\$x", "$x"), ('"\\$x"', "$x"), ("$x", None), ('"$x"', None),
        ("${x}", None), ("$(x)", None), ("`x`", None), ("a$1", None), ("<(x)", None), ("{a,b}", "{a,b}"),
    ],
)  # fmt: skip
def test_the_value_is_what_is_left_without_quotes(raw: str, value: str | None) -> None:
    assert value_of(raw) == value


def test_every_character_of_the_value_leads_back_to_where_it_stands() -> None:
    raw = "a'b c'\\d\"e\\\"f\"$'g'"
    mapped, _ = unquoted(raw)
    assert mapped.text == 'ab cde"fg'
    assert "".join(raw[mapped.offset(i)] for i in range(len(mapped.text))) == mapped.text


def test_mappings_can_be_put_behind_each_other() -> None:
    outer = Mapped("abcdef", ((0, 10), (3, 20)))
    inner = Mapped("bd", ((0, 1), (1, 3)))
    assert [through(inner, outer).offset(i) for i in range(2)] == [11, 20]
    wide = Mapped("bcde", ((0, 1),))
    assert [through(wide, outer).offset(i) for i in range(4)] == [11, 12, 20, 21]


PIECES = st.sampled_from(
    [
        "a",
        "'d e'",
        '"f g"',
        '"\\""',
        '"\\\\"',
        '"\\h"',
        "\\ ",
        "\\'",
        "\\i",
        "'\\'",
        '"\'"',
        "'\"'",
        "\\\n",
        '"\\\n"',
        "é",
        "\\;",
    ]
)


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell to ask")
@settings(deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=8).map("".join))
def test_a_shell_agrees_on_the_value(raw: str) -> None:
    run = subprocess.run(["sh", "-c", f'set -- {raw}x; printf "%s" "$*"'], capture_output=True, check=True)
    assert run.stdout.decode() == value_of(raw + "x")
