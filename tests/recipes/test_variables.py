"""`.env` files, read as docker compose reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.errors import UserError
from dockerlint.recipes.variables import dotenv, interpolate


def read(folder: Path, text: str, **env: str) -> dict[str, str]:
    (folder / ".env").write_bytes(text.encode())
    return dotenv(str(folder / ".env"), env)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=x", "x"),
        ("\ufeffexport A = x # y\r\n", "x"),
        ("A=x#y", "x#y"),
        ("A: x y ", "x y"),
        ("A-B[0]=1\nA=x", "x"),
        ("A=", ""),
        ("# B\n\n  A='x # $B\\n' # z", "x # $B\\n"),
        ("A='it\\'s'", "it's"),
        ('A="x\\ty\\"z"', 'x\ty"z'),
        ('A="\\a\\\\n\\q\\0101\\041"', "\a\\n\\qA\\41"),
        ('A="x\ny"\n', "x\ny"),
        ('A="x\r\ny"\r\n', "x\r\ny"),
        ("B\r\n# c\r\nA=x\r\n", "x"),
        ("B=1\nA=${B}2$B", "121"),
        ('B=1\nA="$B\\$B$$B"', "1$B$B"),
        ("A=${OUT:-x}${NO:-y}", "outy"),
        ("A=$5", "$5"),
        ("A=1\nA=2", "2"),
    ],
)
def test_a_line_is_what_compose_makes_of_it(tmp_path: Path, text: str, value: str) -> None:
    assert read(tmp_path, text, OUT="out")["A"] == value


def test_the_environment_counts_more_also_for_later_lines(tmp_path: Path) -> None:
    assert read(tmp_path, "A=1\nB=$A\nC\n", A="env") == {"A": "env", "B": "env"}


@pytest.mark.parametrize("use", ["${A}x", '"${A}x"'])
def test_uses_take_the_value_of_a_file_before_though_this_one_has_another(tmp_path: Path, use: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"A=own\nB={use}\nC=c\nD=$C\n")
    assert dotenv(str(path), {}, {"A": "before"}) == {"A": "own", "B": "beforex", "C": "c", "D": "c"}


@pytest.mark.parametrize(
    ("text", "words"),
    [("\nA!B=1", "line 2 has no NAME=VALUE"), ("A='x\n", "line 1 has no closing '"), ("A B", "line 1")],
)
def test_what_is_malformed_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read(tmp_path, text)


def test_a_nested_message_is_filled_in() -> None:
    with pytest.raises(UserError, match="N is not set: a or b"):
        interpolate("${N:?${A} or ${B:-b}}", {"A": "a"}, "x")
