"""The outline, and what can be folded away."""

from __future__ import annotations

from dockerlint.lsp.answers import Entry, Fold
from dockerlint.lsp.outline import folds, outline
from dockerlint.resolve import parse

TEXT = """\
# one
# two
ARG V=1
FROM debian:$V AS base
ENV A=1 B=2
RUN apt-get update \\
    # why
    && apt-get install -y curl
FROM base
COPY <<EOF /x
hello
EOF

# alone
"""


def shape(entry: Entry) -> tuple[str, str, list[tuple[str, str]]]:
    return entry.name, entry.detail, [(child.name, child.detail) for child in entry.children]


def test_stages_hold_their_instructions_and_the_head_stands_alone() -> None:
    assert [shape(entry) for entry in outline(parse(TEXT))] == [
        ("ARG", "V", []),
        ("base", "FROM debian:$V", [("ENV", "A, B"), ("RUN", "apt-get update && apt-get install -y curl")]),
        ("base", "stage 1", [("COPY", "<<EOF /x")]),
    ]


def test_what_is_selected_lies_inside_what_it_is_of() -> None:
    for entry in outline(parse(TEXT)):
        for one in (entry, *entry.children):
            assert one.span.covers(one.name_span)
            assert one.name


def test_a_long_instruction_is_cut_short() -> None:
    (stage,) = outline(parse("FROM a\nRUN " + "x" * 200))
    assert stage.children[0].detail == "x" * 59 + "…"


def test_stages_long_instructions_here_documents_and_comments_fold() -> None:
    assert folds(parse(TEXT)) == [
        Fold(0, 1, "comment"),
        Fold(3, 7, "region"),
        Fold(5, 7),
        Fold(8, 11, "region"),
        Fold(9, 11),
    ]


def test_the_body_of_a_long_here_document_folds() -> None:
    assert Fold(2, 3) in folds(parse("FROM a\nRUN <<EOF\na\nb\nEOF\n"))
