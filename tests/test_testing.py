"""The harness that runs the examples of rules: it must fail when a rule is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dockerlint.model import Dockerfile, Stopsignal
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Rule, Span, rule, safe
from dockerlint.testing import faults, marked, unmarked

GOOD = {
    "code": "XX100",
    "summary": "A signal by number",
    "why": "A number says nothing.",
    "severity": "warning",
    "fix": safe(),
    "bad": [Bad("FROM a\nSTOPSIGNAL «9»\n", fixed="FROM a\nSTOPSIGNAL SIGKILL\n")],
    "good": [Good("FROM a\nSTOPSIGNAL SIGKILL\n")],
}


def made(
    name: str = "signal_by_number", message: str = "9 is a number; write SIGKILL", **changes: object
) -> Rule:
    def check(dockerfile: Dockerfile) -> Iterator[Finding]:
        for stop in dockerfile.instructions(Stopsignal):
            if stop.signal.raw == "9":
                yield Finding(stop.signal.span, message, Fix("name it", (Edit(stop.signal.span, "SIGKILL"),)))

    check.__name__ = name
    return rule(**{**GOOD, **changes})(check)  # type: ignore[arg-type]


def test_a_rule_that_is_right_has_no_faults() -> None:
    assert faults(made()) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            made(bad=[Bad("FROM a\n«STOPSIGNAL» 9\n", fixed="FROM a\nSTOPSIGNAL SIGKILL\n")]),
            "not where the marks are",
        ),
        (
            made(bad=[Bad("FROM a\nSTOPSIGNAL 9\n", fixed="FROM a\nSTOPSIGNAL SIGKILL\n")]),
            "nothing is marked",
        ),
        (made(bad=[Bad("FROM a\nSTOPSIGNAL «9»\n")]), "`fixed` is not given"),
        (
            made(bad=[Bad("FROM a\nSTOPSIGNAL «9»\n", fixed="FROM a\nSTOPSIGNAL KILL\n")]),
            "instead of `fixed`",
        ),
        (made(bad=[Bad("FROM a\nSTOPSIGNAL «9\n")]), "has no » behind it"),
        (made(bad=[Bad("FROM a\nSTOPSIGNAL 9»\n")]), "has no « before it"),
        (made(bad=[]), "no bad example"),
        (made(good=[]), "no good example"),
        (made(good=[Good("FROM a\nSTOPSIGNAL 9\n")]), "found in it"),
        (made(good=[Good("FROM a\nSTOPSIGNAL «TERM»\n")]), "it has marks"),
        (made(message="9 is a number."), "ends with a full stop"),
        (made(message="9 " * 100), "at most 160"),
        (made(message="9\n10"), "must be one line"),
        (made(fix=None), "the rule promises none"),
        (made(summary="A signal."), "the summary must be one line without a full stop"),
        (made(summary="A signal " * 20), "at most 100"),
        (made(why="  "), "`why` is empty"),
        (made(severity="bad"), "the severity 'bad'"),
        (made(code="xx1"), "the code xx1"),
        (made(name="use_signal_names"), "gives advice"),
        (made(name="signal"), "several lower-case words"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said(rule: Rule, said: str) -> None:
    assert said in "\n".join(faults(rule))


def test_a_fix_that_breaks_the_file_is_a_fault() -> None:
    def check(dockerfile: Dockerfile) -> Iterator[Finding]:
        for stop in dockerfile.instructions(Stopsignal):
            yield Finding(stop.signal.span, "m", Fix("drop it", (Edit(stop.signal.span, ""),)))

    check.__name__ = "signal_at_all"
    broken = rule(
        **{
            **GOOD,
            "bad": [Bad("FROM a\nSTOPSIGNAL «9»\n", fixed="FROM a\nSTOPSIGNAL \n")],
            "good": [Good("FROM a\n")],
        }
    )(check)  # type: ignore[arg-type]
    assert "STOPSIGNAL requires exactly one argument" in "\n".join(faults(broken))


@pytest.mark.parametrize("text", ["a«b»c", "«»a", "a«b«c»»", "«a»«b»", "a«»"])
def test_marks_are_taken_out_and_put_back(text: str) -> None:
    plain, spans = unmarked(text)
    assert "«" not in plain
    assert unmarked(marked(plain, spans)) == (plain, spans)


def test_marks_give_the_spans_of_the_plain_text() -> None:
    assert unmarked("a«bc»d«»") == ("abcd", [Span(1, 3), Span(4, 4)])
