"""What every part of a file is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.lsp.tokens import CHANGES, TYPES, tokens
from dockerlint.resolve import parse
from dockerlint.source import Span


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[one.span.start : one.span.end], one.type) for one in tokens(parse(text))]


def test_instructions_flags_stages_images_and_variables_are_told_apart() -> None:
    text = (
        "# syntax=x\nARG V=1\nFROM --platform=linux/amd64 debian:$V AS a\nFROM a\n# note\nCOPY --from=a b c\n"
    )
    assert kinds(text) == [
        ("# syntax=", "macro"),
        ("x", "string"),
        ("ARG", "keyword"),
        ("V", "variable"),
        ("FROM", "keyword"),
        ("--platform", "property"),
        ("linux/amd64", "string"),
        ("debian:$", "type"),
        ("V", "variable"),
        ("AS", "keyword"),
        ("a", "namespace"),
        ("FROM", "keyword"),
        ("a", "namespace"),
        ("# note", "comment"),
        ("COPY", "keyword"),
        ("--from", "property"),
        ("a", "namespace"),
    ]


def test_the_shell_inside_is_coloured_too() -> None:
    text = "FROM a\nRUN if true; then \\\n  apt-get install -y \"x$Y\" 'z' 2>/dev/null && \\\n# why\n  echo 1; fi\n"
    assert kinds(text)[2:] == [
        ("RUN", "keyword"),
        ("if", "keyword"),
        ("true", "function"),
        (";", "operator"),
        ("then", "keyword"),
        ("apt-get", "function"),
        ("-y", "parameter"),
        ('"x', "string"),
        ("Y", "variable"),
        ('"', "string"),
        ("'z'", "string"),
        (">", "operator"),
        ("&&", "operator"),
        ("# why", "comment"),
        ("echo", "function"),
        ("1", "number"),
        (";", "operator"),
        ("fi", "keyword"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'FROM a\nRUN ["sh", "-c", "echo hi"]\n',
        "FROM a\nRUN <<EOF\necho hi\nEOF\n",
        "FROM a\nCMD echo hi\n",
        "FROM a\nHEALTHCHECK CMD echo hi\n",
        "FROM a\nONBUILD RUN echo hi\n",
    ],
)
def test_scripts_are_coloured_wherever_they_stand(text: str) -> None:
    assert ("echo", "function") in kinds(text)


def test_declarations_are_marked() -> None:
    text = "FROM a AS b\nENV X=$X\nRUN $X\n"
    marked = [text[t.span.start : t.span.end] for t in tokens(parse(text)) if "declaration" in t.changes]
    assert marked == ["b", "X"]


def test_only_what_lies_in_a_range_is_given() -> None:
    text = "FROM a\nRUN echo\nRUN true\n"
    some = tokens(parse(text), Span(7, 15))
    assert [text[t.span.start : t.span.end] for t in some] == ["RUN", "echo"]


PIECES = st.lists(
    st.sampled_from(
        ["FROM a AS b\n", "RUN ", "echo $X ", "\"a$Y\" ", "'", '"', "\\\n", "<<E\n", "E\n", "# c\n", "🐋", "COPY --from=b ",
         "ENV X=1 ", "[\"sh\", \"-c\", \"a 'b\\\"c'\"]\n", "\r\n", "$(", ")", "`", "EXPOSE 80 ", "ONBUILD ", "if true; then ",
         "fi\n", "--mount=type=cache,from=b,target=$X "]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(PIECES)
def test_tokens_of_any_text_are_in_order_on_one_line_and_do_not_overlap(text: str) -> None:
    at = 0
    for one in tokens(parse(text)):
        assert at <= one.span.start < one.span.end
        assert "\n" not in text[one.span.start : one.span.end]
        assert one.type in TYPES
        assert set(one.changes) <= set(CHANGES)
        at = one.span.end
