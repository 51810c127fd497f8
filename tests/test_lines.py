from __future__ import annotations

import pytest

from dockerlint.lines import LONGEST, Lines
from dockerlint.source import Source
from dockerlint.tree import Blank, CommentLine, Logical, Unread


def lines(data: str | bytes, heredocs: bool = True) -> Lines:
    source = Source.of(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
    return Lines(source, lambda text, escape: heredocs).read()


def texts(data: str | bytes) -> list[str]:
    return [item.text.text for item in lines(data).items if isinstance(item, Logical)]


def faults(data: str) -> list[tuple[int, str]]:
    return [(line, message) for line, _, _, message in lines(data).faults]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("RUN a \\\n  b", ["RUN a   b"]),
        ("RUN a \\  \t\n  b", ["RUN a   b"]),
        ("RUN a \\\\\nb", ["RUN a \\\\", "b"]),
        ("RUN a \\\\\\\nb", ["RUN a \\\\\\", "b"]),
        ("RUN a \\\f\nb", ["RUN a \\\f", "b"]),
        ("RUN a \\", ["RUN a "]),
        ("\\\n\\\n RUN a", [" RUN a"]),
        ("\\", [""]),
        ("RUN a \\\n  \\\n b", ["RUN a    b"]),
        ("# escape=`\nRUN a `\n b \\\nc", ["RUN a  b \\", "c"]),
    ],
)
def test_a_line_goes_on_behind_a_single_escape_character(data: str, expected: list[str]) -> None:
    assert texts(data) == expected


def test_a_comment_between_continuations_is_left_out_and_kept() -> None:
    data = "RUN a \\\n  # c \\\n#d\n b\n"
    (item,) = lines(data).items
    assert isinstance(item, Logical)
    assert item.text.text == "RUN a  b"
    assert [data[start:end] for start, end in item.comments] == ["# c \\", "#d"]
    assert (item.first_line, item.last_line) == (1, 4)


def test_blank_lines_in_a_continuation_are_left_out_and_noted() -> None:
    (item,) = lines("RUN a \\\n\n \t\n b\n").items
    assert isinstance(item, Logical)
    assert item.text.text == "RUN a  b"
    assert item.blanks == ((8, 9), (9, 12))


def test_the_first_line_loses_its_indentation_and_later_ones_keep_theirs() -> None:
    (item,) = lines("\u00a0 \tRUN a\\\n\tb").items
    assert isinstance(item, Logical)
    assert item.text.text == "RUN a\tb"
    assert item.text.pieces == ((0, 3), (5, 10))


def test_an_escape_character_alone_adds_nothing() -> None:
    (item,) = lines("\\\n\\\nRUN a").items
    assert isinstance(item, Logical)
    assert (item.text.text, item.text.pieces, item.first_line) == ("RUN a", ((0, 4),), 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"])
def test_line_ends_do_not_matter(end: str) -> None:
    assert texts(f"FROM a{end}RUN b \\{end} c{end}") == ["FROM a", "RUN b  c"]


def test_only_lf_ends_a_line() -> None:
    assert texts("RUN a\rb\vc\fd\u0085e\u2028f") == ["RUN a\rb\vc\fd\u0085e\u2028f"]


@pytest.mark.parametrize(
    ("data", "escape"),
    [
        ("# escape=`\n", "`"),
        ("  #\t ESCAPE  =  ` \n", "`"),
        ("# syntax=x\n# escape=`\n", "`"),
        ("\n# escape=`\n", "\\"),
        ("# hello\n# escape=`\n", "\\"),
        ("# foo=bar\n# escape=`\n", "\\"),
        ("#!/bin/sh\n# escape=`\n", "\\"),
        ("FROM a\n# escape=`\n", "\\"),
        ("# escape=\n", "\\"),
    ],
)
def test_the_escape_directive_stands_at_the_head_of_the_file(data: str, escape: str) -> None:
    read = lines(data)
    assert read.escape == escape
    assert read.faults == []


def test_a_directive_is_refused_with_the_line_number_that_buildkit_gives() -> None:
    assert faults("# escape=x\nFROM a") == [(0, "invalid escape token 'x' does not match ` or \\")]
    assert faults("# escape=\\ x\nFROM a") == [(0, "invalid escape token '\\ x' does not match ` or \\")]
    assert faults("# escape=  \nFROM a") == [(0, "invalid escape token ' ' does not match ` or \\")]
    assert faults("# syntax=a\n# Syntax=b\nFROM a") == [(1, "only one syntax parser directive can be used")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("# syntax=a/b:1 c\n", [("syntax", "a/b:1")]),
        ("#!/x\n# check=skip=A, B\n", [("check", "skip=A,")]),
        (" # syntax=a\n", []),
        ("// syntax=a\n// check=b\n", [("syntax", "a")]),
        ("# syntax=a\n# syntax=b\n# check=c", [("syntax", "a")]),
        ("# check=error=true\n# syntax=b\r\n", [("check", "error=true"), ("syntax", "b")]),
        ("# x=y\n# syntax=b\n", []),
        ('{"syntax": "a/b", "x": [1]}', [("syntax", "a/b")]),
        ('{"syntax": "a\\u002fb"}', [("syntax", "a/b")]),
        ('{"syntax": "a"} FROM b', []),
        ('{"syntax": 1}', []),
    ],
)
def test_syntax_and_check_have_a_reader_of_their_own(data: str, expected: list[tuple[str, str]]) -> None:
    assert [(name, value) for name, _, _, _, _, value in lines(data).directives] == expected


def test_comments_above_an_instruction_belong_to_it() -> None:
    data = "# syntax=x\n# gone\n#\n# a\n\n  # b\nFROM a\n# c\nRUN b \\\n# in\n c\nRUN d"
    read = [item for item in lines(data).items if isinstance(item, Logical)]
    assert [[data[c.mark : c.text_end] for c in item.doc] for item in read] == [["# a", "# b"], ["# c"], []]


def test_an_empty_comment_that_is_indented_does_not_clear_the_block() -> None:
    data = "# a\n  #\n# b\nFROM x\n"
    (item,) = [item for item in lines(data).items if isinstance(item, Logical)]
    assert [data[c.mark : c.text_end] for c in item.doc] == ["# a", "#", "# b"]


def test_heredoc_bodies_follow_in_order_and_nothing_is_special_in_them() -> None:
    data = "COPY <<A <<-B /x\n# no \\\nB\nA\n\ty\n\tB\nRUN z\n"
    item, after = lines(data).items
    assert isinstance(item, Logical)
    assert [data[body.start : body.content_end] for body in item.bodies] == ["# no \\\nB\n", "\ty\n"]
    assert [data[body.content_end : body.name_end] for body in item.bodies] == ["A", "\tB"]
    assert (item.first_line, item.last_line) == (1, 6)
    assert isinstance(after, Logical)
    assert after.text.text == "RUN z"


def test_a_dash_lets_tabs_stand_before_the_end_but_not_spaces() -> None:
    (item,) = lines("RUN <<-E\n E\n\tE\r\n").items
    assert isinstance(item, Logical)
    assert item.fault is None
    assert item.last_line == 3


def test_an_unterminated_heredoc_spares_the_lines_behind_it() -> None:
    item, after = lines("RUN <<E\nRUN b\n").items
    assert isinstance(item, Logical)
    assert isinstance(after, Logical)
    assert item.fault == "unterminated heredoc"
    assert after.fault is None


def test_an_indented_end_is_taken_for_the_end_that_was_meant() -> None:
    item, after = lines("RUN <<E\napt-get\n  E\nRUN b\n").items
    assert isinstance(item, Logical)
    assert isinstance(after, Logical)
    assert item.fault == "unterminated heredoc"
    assert after.text.text == "RUN b"


def test_a_line_that_is_not_to_have_heredocs_has_none() -> None:
    assert len(lines("ENV a <<E\nE\n", heredocs=False).items) == 2


def test_an_end_far_below_is_found() -> None:
    body = "x\n" * 5000
    (item,) = lines(f"RUN <<E\n{body}E\n").items
    assert isinstance(item, Logical)
    assert item.last_line == 5002


@pytest.mark.parametrize("unit", ["a", "é"])
def test_a_line_may_hold_65535_bytes(unit: str) -> None:
    line = "RUN " + unit * ((LONGEST - 4) // len(unit.encode()))
    line += "b" * (LONGEST - len(line.encode()))
    read = lines(f"FROM a\n{line}\nRUN c\n")
    assert read.faults == []
    assert len(read.items) == 3
    long = lines(f"FROM a\n{line}\r\nRUN c\n")
    assert [message for *_, message in long.faults] == [
        "dockerfile line greater than max allowed size of 65535"
    ]
    assert [type(item) for item in long.items] == [Logical, Unread]


def test_nodes_are_whole_lines_without_gap() -> None:
    data = "\n# c\nFROM a\n \nRUN \\\n b <<E\nx\nE\nRUN c"
    read = lines(data)
    assert [type(item) for item in read.items] == [Blank, CommentLine, Logical, Blank, Logical, Logical]
    at = 0
    for item in read.items:
        assert item.start == at
        at = item.end
    assert at == len(data)
