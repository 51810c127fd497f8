"""Each format against its schema or its own reader: for the findings of all rules, and for hostile files."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from dockerlint import lint
from dockerlint.config import FORMATS, Config
from dockerlint.fix import Edit, Fix
from dockerlint.job import Setup
from dockerlint.lint import Crash, Found, Result
from dockerlint.loader import load
from dockerlint.output import _about
from dockerlint.report import View, renderer, sarif
from dockerlint.source import Source, Span
from running import run

_VALIDATORS: dict[int, Any] = {}


def checked(value: Any, schema: dict[str, Any]) -> Any:
    """A value that fits a schema."""
    known = _VALIDATORS.get(id(schema))
    if known is None:
        kind = jsonschema.validators.validator_for(schema)
        kind.check_schema(schema)
        known = _VALIDATORS[id(schema)] = kind(schema)
    faults = [f"{fault.json_path}: {fault.message}" for fault in known.iter_errors(value)]
    assert faults == []
    return value


def read(format: str, text: str) -> Any:
    """A report as its reader takes it, and checked by that reader's rules. Strict readers take no lone
    surrogates, so neither does this one."""
    text.encode("utf-8")
    match format:
        case "sarif":
            return checked(json.loads(text), schemas.sarif())
        case "gitlab" | "gitlab_codeclimate":
            return checked(json.loads(text), schemas.GITLAB)
        case "codeclimate":
            assert text == "" or text.endswith("\0")
            return [checked(json.loads(part), schemas.CODECLIMATE) for part in text.split("\0")[:-1]]
        case "sonarqube":
            return checked(json.loads(text), schemas.SONARQUBE)
        case "rdjson":
            return checked(json.loads(text), schemas.RDJSON)
        case "codacy":
            return [checked(json.loads(line), schemas.CODACY) for line in text.split("\n")[:-1]]
        case "json":
            return checked(json.loads(text), schemas.JSON)
        case "junit":
            return junit(text)
        case "checkstyle":
            return checkstyle(text)
        case "github":
            assert all(re.fullmatch(_COMMAND, line) for line in text.split("\n")[:-1])
            return text.split("\n")[:-1]
        case "gnu":
            assert all(
                re.fullmatch(r"dockerlint:.*:\d+:\d+: \w+: .* \(\w+\)", line)
                for line in text.split("\n")[:-1]
            )
            return text.split("\n")[:-1]
    return None


_COMMAND = r"::(error|warning|notice) file=[^,:]*,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?,title=[^,:]*::[^\r\n]*"


def junit(text: str) -> Any:
    """As Jenkins and GitLab read it, through junitparser."""
    from junitparser import JUnitXml

    report = JUnitXml.fromstring(text.encode())
    tests = failures = errors = 0
    for suite in report:
        cases = list(suite)
        results = [type(one).__name__ for case in cases for one in case.result]
        assert suite.tests == len(cases)
        assert suite.failures == results.count("Failure")
        assert suite.errors == results.count("Error")
        tests, failures, errors = tests + suite.tests, failures + suite.failures, errors + suite.errors
    assert (report.tests, report.failures, report.errors) == (tests, failures, errors)
    return report


def checkstyle(text: str) -> list[tuple[str, str]]:
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "checkstyle"
    found = []
    for file in root:
        assert (file.tag, set(file.attrib)) == ("file", {"name"})
        for error in file:
            assert (error.tag, len(error)) == ("error", 0)
            assert set(error.attrib) == {"line", "column", "severity", "message", "source"}
            assert error.get("severity") in ("ignore", "info", "warning", "error")
            found.append((file.get("name", ""), error.get("message", "")))
    return found


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, str):
        yield value


RULES = load()
MACHINES = tuple(name for name in FORMATS if name not in ("text", "tty"))


@pytest.fixture(scope="module")
def of_all_rules() -> tuple[list[Result], View]:
    """The findings in every example of every rule."""
    config = Config(select=("all",))
    Setup.of(config, RULES)
    texts = [bad.text.replace("«", "").replace("»", "") for rule in RULES.all for bad in rule.bad]
    results = [
        lint(text, path=f"examples/{number}/Dockerfile", config=config) for number, text in enumerate(texts)
    ]
    assert len({one.name for result in results for one in result.found}) > 100
    return results, View(rules=_about(results, RULES))


@pytest.mark.parametrize("format", MACHINES)
def test_the_findings_of_all_rules_fit(format: str, of_all_rules: tuple[list[Result], View]) -> None:
    results, view = of_all_rules
    report = read(format, renderer(format)(results, view))
    count = sum(len(result.found) for result in results)
    match format:
        case "sarif":
            assert len(report["runs"][0]["results"]) == count
            assert len(gzip.compress(json.dumps(report).encode())) < sarif.LARGEST
            for rule in report["runs"][0]["tool"]["driver"]["rules"]:
                assert all(
                    len(rule[key]["text"]) <= 1024 for key in ("shortDescription", "fullDescription", "help")
                )
        case "sonarqube":
            assert len(report["issues"]) == count
            assert {issue["ruleId"] for issue in report["issues"]} == {rule["id"] for rule in report["rules"]}
        case "rdjson":
            assert len(report["diagnostics"]) == count
        case "junit":
            assert report.failures == count
        case _:
            assert len(report) == count
    if format in ("gitlab", "codeclimate"):
        assert len({row["fingerprint"] for row in report}) == count


@pytest.mark.parametrize("format", MACHINES)
def test_nothing_found_fits_too(format: str) -> None:
    read(format, renderer(format)([Result("Dockerfile", Source.of_text("FROM x\n"))], View()))
    read(format, renderer(format)([], View()))


def test_what_could_not_be_linted_is_an_error_for_junit_and_no_pass() -> None:
    source = Source.of_text("FROM x\n")
    crash = Crash("some-rule", "b", "ValueError: no", "")
    report = read("junit", renderer("junit")([Result("a", None, error="cannot be read"), Result("b", source, crashes=(crash,))], View()))  # fmt: skip
    assert (report.tests, report.errors, report.failures) == (2, 2, 0)


def test_sarif_leaves_fixes_out_and_then_findings_before_github_refuses_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Source.of_text("FROM x\n")
    noise = iter(range(10**9))

    def one(severity: str) -> Found:
        text = "".join(f"{hash((next(noise), 'x')):x}" for _ in range(40))
        span, place = Span(0, 4), source.position(0)
        return Found(
            "DL1", "a", severity, text[:50], span, place, place, Fix("f", (Edit(span, text),)), "safe", ""
        )

    results = [
        Result("Dockerfile", source, (*[one("info")] * 10, *(one("style") for _ in range(400)), one("error")))
    ]
    whole = sarif.render(results, View())
    assert "fixes" in whole
    monkeypatch.setattr(sarif, "LARGEST", 60_000)
    without = json.loads(sarif.render(results, View()))["runs"][0]
    assert len(without["results"]) == 411
    assert not any("fixes" in row for row in without["results"])
    monkeypatch.setattr(sarif, "MOST", 411)
    monkeypatch.setattr(sarif, "LARGEST", 8_000)
    run = json.loads(sarif.render(results, View()))["runs"][0]
    assert 0 < len(run["results"]) < 411
    assert run["results"][0]["level"] == "error"
    assert "left out" in json.dumps(run["invocations"])


ODD = st.sampled_from([
    "\n::error::owned", "\r\n::set-output name=x::y", "%0A::error::x", "%", "]]>", "<![CDATA[", '"/><x y="', "\x1b[31m",
    "\x1b]8;;http://x\x07", "\0", "\ufffe", "\uffff", "\udcff", "\ud800", "\u202e", "\u2066", "a,line=9:", "</failure>",
    "{}\n{}", "&amp;", "&#0;", "\\", "'", '"', "\u2028", "\x85", "\x7f", "\U0001f600", "\ufeff", "::stop-commands::x",
    "##[error]", "../../etc", "C:\\x", "C:/x", "-", "--", "~", "$(x)", "`x`",
])  # fmt: skip
HOSTILE = (
    st.lists(st.one_of(ODD, st.text(st.characters(), max_size=5)), min_size=1, max_size=4)
    .map("".join)
    .filter(bool)
)


@settings(max_examples=150, deadline=None)
@given(path=HOSTILE, message=HOSTILE, line=HOSTILE, new=HOSTILE)
def test_hostile_names_and_contents_cannot_break_out(path: str, message: str, line: str, new: str) -> None:
    source = Source.of(f"FROM a\nRUN {line}x\n".encode("utf-8", "surrogatepass"))
    span = Span(source.text.rindex("x"), len(source.text) - 1)
    fix = Fix(message, (Edit(span, new), Edit(Span(0, 0), line)))
    places = source.position(span.start), source.position(span.end)
    found = Found("DK1", "some-fault", "warning", message, span, *places, fix, "safe", "")
    results = [Result(path, source, (found,)), Result("plain", source, (found,))]
    for format in MACHINES:
        if format in ("gitlab", "gitlab_codeclimate") and path[:1] in "/.":
            continue
        report = read(format, renderer(format)(results, View()))
        match format:
            case "github":
                # Worst first, one line a finding: nothing of a file begins a line.
                assert len(report) == 2
                assert all(line.startswith("::warning ") and line.isprintable() for line in report)
            case "gnu":
                assert len(report) == 2
                assert all(line.isprintable() for line in report)
            case "junit":
                assert (report.tests, report.failures) == (2, 2)
            case "checkstyle":
                assert len(report) == 2
                assert all(message.isprintable() for _, message in report)
            case "sarif":
                rows = report["runs"][0]["results"]
                assert [row["message"]["text"].isprintable() for row in rows] == [True, True]
                uri = rows[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                assert uri.isascii()
                assert uri == sarif._uri(path)
                # Other surrogates are in no name of a file on Linux; the way back from them is another one.
                if (
                    path[:1] != "/"
                    and path[1:3] != ":/"
                    and not re.search("[\ud800-\udc7f\udd00-\udfff]", path)
                ):
                    assert unquote(uri, errors="surrogateescape") == path
                for row in rows:
                    for change in row.get("fixes", ()):
                        texts = {
                            one["insertedContent"]["text"]
                            for one in change["artifactChanges"][0]["replacements"]
                        }
                        assert texts == {new, line}
            case "codeclimate" | "codacy":
                assert len(report) == 2
        if format not in ("github", "gnu", "junit", "checkstyle", "json"):
            for one in strings(report):
                one.encode("utf-8")
                assert "\0" not in one


def test_a_file_outside_the_repository_has_an_absolute_address_in_sarif() -> None:
    assert sarif._uri("/a b/Dockerfile") == "file:///a%20b/Dockerfile"
    assert sarif._uri("C:/a b/Dockerfile") == "file:///C:/a%20b/Dockerfile"
    assert sarif._uri("a/b:c") == "a/b%3Ac"


@pytest.mark.parametrize("format", FORMATS)
def test_a_whole_run_on_an_odd_file_fits(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    name = os.fsencode("a\n::error::x \x1b[31m]]> \u202e,:%") + b"\xff.Dockerfile"
    content = b'FROM debian\xff\nRUN apt-get install "\x1b[31m" ]]> \xe2\x80\xae \x01\nADD <&"\'> %0A /x\n'
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
        file.write(content)
    ran = run(".", "--isolated", "-f", format, "--color", "never")
    assert (ran.code, ran.err) == (1, "")
    if format in MACHINES:
        assert read(format, ran.out)
    else:
        assert all(line.isprintable() for line in ran.out.split("\n"))
