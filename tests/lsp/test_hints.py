"""Bytes beside instructions."""

from __future__ import annotations

from dockerlint.lsp.hints import hints
from dockerlint.measured_store import Bytes
from dockerlint.resolve import parse
from dockerlint.source import Span

TEXT = "FROM a\nENV X=1\nWORKDIR /x\nRUN a \\\n  b\nCOPY c /\n"
FILE = parse(TEXT)
SIZES = {one: Bytes(n * 1_500_000, n == 4) for n, one in enumerate(FILE.body)}


def test_a_hint_stands_at_the_end_of_the_first_line() -> None:
    found = {hint.offset: hint.label for hint in hints(FILE, SIZES, Span(0, len(TEXT)))}
    assert found[TEXT.index(" \\") + 2] == "4.5 MB"


def test_bytes_of_another_text_are_marked() -> None:
    *_, last = hints(FILE, SIZES, Span(0, len(TEXT)))
    assert last.label == "was 6.0 MB"
    assert last.tooltip.endswith("before the file was changed")


def test_what_makes_no_layer_has_no_hint() -> None:
    assert len(hints(FILE, SIZES, Span(0, len(TEXT)))) == 4
    assert not hints(FILE, {FILE.body[2]: Bytes(0, False)}, Span(0, len(TEXT)))


def test_only_the_lines_that_are_seen_have_hints() -> None:
    assert len(hints(FILE, SIZES, Span(0, 3))) == 1
