"""What people and programs read. The golden files are in tests/golden."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from dockerlint.fix import Edit, Fix
from dockerlint.lint import Found, Result
from dockerlint.report import View, escape, json, text
from dockerlint.source import Source, Span

DOCKERFILE = """\
FROM debian:12
RUN\tapt update && \\
    apt install -y \\
\t日本語 curl && \\
    echo done
COPY a /b
RUN <<EOF
one
two
three
four
five
six
seven
EOF
"""


class Golden(SingleFileSnapshotExtension):
    """One text file a test, in tests/golden."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: object) -> str:
        return str(Path(__file__).parent / "golden" / "test_report")


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Golden)


def found(
    source: Source, marked: str, severity: str = "warning", applicability: str = "", **more: str
) -> Found:
    start = source.text.index(marked)
    span = Span(start, start + len(marked))
    fix = Fix("write it another way", (Edit(span, "x"),)) if applicability else None
    return Found(
        more.get("code", "DL0001"),
        more.get("name", "some-fault"),
        severity,
        more.get("message", "Something is wrong here; do something else"),
        span,
        source.position(span.start),
        source.position(span.end),
        fix,
        applicability,
        more.get("reason", ""),
    )


def results() -> list[Result]:
    source = Source.of_text(DOCKERFILE, "app/Dockerfile")
    wide = {"reason": "the image may be smaller", "code": "DK999", "name": "wide-fault"}
    first = Result(
        "app/Dockerfile",
        source,
        (
            found(source, "apt update", "warning", "safe"),
            found(source, "語 c", "error", "unsafe", **wide),
            found(source, "apt install -y \\\n\t日本語", "info"),
            found(
                source,
                DOCKERFILE[DOCKERFILE.index("RUN <<") : -1],
                "style",
                "display",
                reason="it takes a name",
            ),
        ),
    )
    other = Source.of_text("FROM a\x1b[31mb\u202e\n\nRUN x\n", "b\x07/Dockerfile")
    second = Result("b\x07/Dockerfile", other, (found(other, "a\x1b[31mb\u202e", message="odd \x1b name"),))
    return [first, second]


def test_one_line_a_finding_where_no_terminal_is(golden: SnapshotAssertion) -> None:
    assert text.render(results(), View(seconds=0.25)) == golden


def test_excerpts_on_a_terminal(golden: SnapshotAssertion) -> None:
    assert text.render(results(), View(full=True, seconds=0.25)) == golden


def test_colours_on_a_terminal(golden: SnapshotAssertion) -> None:
    shown = text.render(results(), View(full=True, color=True, seconds=0.25))
    assert shown.replace("\x1b", "<ESC>") == golden


def test_statistics(golden: SnapshotAssertion) -> None:
    assert text.render(results(), View(statistics=True)) == golden


def test_json_for_programs(golden: SnapshotAssertion) -> None:
    assert json.render(results(), View()).replace("},{", "},\n{") == golden


def test_what_was_fixed_and_what_was_left_out(golden: SnapshotAssertion) -> None:
    source = Source.of_text("FROM a\n")
    refused = ("fixes of c-fault are left out: why",)
    result = Result("Dockerfile", source, fixed={"b-fault": 2, "a-fault": 1}, refused=refused)
    assert text.render([result], View()) == golden


def test_quiet_leaves_the_summary_out() -> None:
    shown = text.render(results(), View(quiet=True))
    assert len(shown.splitlines()) == 5
    assert "findings" not in shown


def test_no_files_give_no_summary() -> None:
    assert text.render([], View()) == ""
    assert json.render([], View()) == "[]\n"


def test_the_underline_stands_below_what_is_meant_with_tabs_and_wide_characters() -> None:
    lines = text.render(results()[:1], View(full=True, quiet=True)).splitlines()
    at = next(i for i, line in enumerate(lines) if "wide-fault" in line) - 2
    left = lines[at][: lines[at].index("語 c")]
    assert escape.width(left) == lines[at + 1].index("^")
    assert lines[at + 1].count("^") == escape.width("語 c") == 4


def test_a_very_long_line_is_cut_around_the_place() -> None:
    source = Source.of_text("FROM a\nRUN " + "x" * 5000 + " needle " + "y" * 5000 + "\n")
    result = Result("Dockerfile", source, (found(source, "needle"),))
    lines = text.render([result], View(full=True, quiet=True)).splitlines()
    excerpt = next(line for line in lines if "needle" in line)
    assert len(excerpt) < 400
    assert lines[lines.index(excerpt) + 1].index("^") == excerpt.index("needle")


def test_an_empty_span_still_has_a_mark() -> None:
    source = Source.of_text("FROM a\n")
    result = Result("Dockerfile", source, (found(source, ""),))
    assert "^" in text.render([result], View(full=True))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain ü 日本", "plain ü 日本"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b", "\\x9b"),
        ("\u202e\u2066", "\\u202e\\u2066"),
        ("\udcff", "\\xff"),
        ("\r\n", "\\x0d\\x0a"),
        ("\U000e0001", "\\U000e0001"),
        ("a\tb", "a b"),
    ],
)
def test_what_a_terminal_would_obey_is_written_as_an_escape(given: str, shown: str) -> None:
    assert escape.visible(given) == shown
