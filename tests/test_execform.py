"""Shell form to exec form."""

from __future__ import annotations

import json
import shlex
import string
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint import parse
from dockerlint.execform import exec_form_edits, meant_array, plain_words
from dockerlint.fix import splice
from dockerlint.model import Cmd, Entrypoint


def rewritten(line: str, above: str = "", below: str = "") -> str:
    """The line after the edits of its first CMD or ENTRYPOINT."""
    head = f"FROM busybox\n{above}"
    file = parse(f"{head}{line}\n{below}")
    first = next(i for i in file.body if isinstance(i, (Cmd, Entrypoint)))
    return splice(file.source.text, exec_form_edits(file, first)).removeprefix(head).removesuffix(below)[:-1]


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("CMD a", 'CMD ["a"]'),
        ("CMD a  -b   c", 'CMD ["a", "-b", "c"]'),
        ('CMD nginx -g "daemon off;"', 'CMD ["nginx", "-g", "daemon off;"]'),
        ("CMD a '$b' \"\\$c\" d\\ e '' f'g'\"h\"", 'CMD ["a", "$b", "$c", "d e", "", "fgh"]'),
        ("CMD exec a b", 'CMD ["a", "b"]'),
        ("ENTRYPOINT ./a.sh é", 'ENTRYPOINT ["./a.sh", "é"]'),
        ("CMD a \\\n  # why\n  -b \\\n  c", 'CMD ["a", \\\n  # why\n  "-b", \\\n  "c"]'),
        ("CMD a\\\nb c", 'CMD ["ab", "c"]'),
        ("CMD ['a', \"b\",]", 'CMD ["a", "b"]'),
        ("CMD [\u201ca\u201d, \u201cb\u201d]", 'CMD ["a", "b"]'),
        ("CMD a b#c", 'CMD ["a", "b#c"]'),
    ],
)
def test_a_call_of_one_program_needs_no_shell(line: str, fixed: str) -> None:
    assert rewritten(line) == fixed


@pytest.mark.parametrize(
    "line",
    [
        "CMD a $b", 'CMD a "$b"', "CMD a `b`", "CMD a > b", "CMD a && b", "CMD a; b", "CMD a &", "CMD (a)",
        "CMD a *.txt", "CMD a b?", "CMD a ~", "CMD a {b,c}", "CMD a #b", "CMD A=1 b", "CMD cd a", "CMD . ./a",
        "CMD exec", "CMD exec -a b c", "CMD exec cd a", "CMD ! a", "CMD if a", "CMD time a", "CMD 'a", 'CMD "a',
        "CMD", 'CMD ["a"]', "CMD ['a', b]", "CMD ['a' 'b']", "CMD []", "CMD ['$a']", "CMD ulimit -n 1",
        "CMD app.exe", "CMD ['a', \\\n # why\n 'b']", "CMD a'\\\n# why\n'b",
    ],
)  # fmt: skip
def test_what_needs_a_shell_or_would_lose_a_comment_is_left(line: str) -> None:
    assert rewritten(line) == line


def test_no_entrypoint_gets_arguments_that_it_did_not_have() -> None:
    assert rewritten("ENTRYPOINT a", below='CMD ["b"]\n') == "ENTRYPOINT a"
    assert rewritten("ENTRYPOINT a", below="FROM busybox\nCMD b\n") == 'ENTRYPOINT ["a"]'
    file = parse('FROM busybox AS one\nENTRYPOINT a\nFROM one\nCMD ["b"]\n')
    (entrypoint,) = file.instructions(Entrypoint)
    assert exec_form_edits(file, entrypoint) == ()


@pytest.mark.parametrize(
    "text",
    [
        'FROM busybox\nSHELL ["/bin/bash", "-c"]\nCMD a\n',
        "# escape=`\nFROM busybox\nCMD a\n",
        "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCMD a\n",
    ],
)
def test_another_shell_is_left_alone(text: str) -> None:
    file = parse(text)
    (cmd,) = file.instructions(Cmd)
    assert exec_form_edits(file, cmd) == ()


def test_a_byte_that_is_no_text_is_left_alone() -> None:
    file = parse(b"FROM busybox\nCMD a \xff\n")
    (cmd,) = file.instructions(Cmd)
    assert exec_form_edits(file, cmd) == ()


def test_an_array_is_only_guessed_where_every_part_is_quoted() -> None:
    assert meant_array("['a','b']") == ("a", "b")
    assert meant_array("['a\\n']") is None
    assert meant_array("[ ]") is None
    assert meant_array("[") is None


@settings(max_examples=30)
@given(st.lists(st.text(string.printable.replace("\n", "").replace("\r", ""), max_size=6), max_size=4))
def test_words_are_what_a_shell_makes_of_them(words: list[str]) -> None:
    text = " ".join(shlex.quote(word) for word in ["printf", *words])
    if "\x0b" in text or "\x0c" in text:
        return
    assert [word.value for word in plain_words(text)] == ["printf", *words]


@settings(max_examples=60, deadline=None)
@given(st.text("ab \t'\"\\=#-!", max_size=10))
def test_the_shell_splits_them_likewise(text: str) -> None:
    words = plain_words(f"printf %s. {text}")
    if not words:
        return
    script = (
        f'printf() {{ shift; for x in "$@"; do command printf "%s\\n" "<$x>"; done; }}; printf %s. {text}'
    )
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "".join(f"<{word.value}>\n" for word in words[2:])
    assert json.dumps([word.value for word in words])
