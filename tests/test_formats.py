"""The formats for programs: valid by their own rules, whatever stands in the files."""

from __future__ import annotations

import json
import re
from hashlib import sha1
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.config import FORMATS
from dockerlint.fingerprint import fingerprints
from dockerlint.fix import Edit, Fix, splice
from dockerlint.lint import Found, Result
from dockerlint.report import AS_HADOLINT, About, View, renderer
from dockerlint.source import Source, Span

TEXT = "FROM debian\nRUN é apt  update && \\\n    foo\nRUN foo\n"
SOURCE = Source.of_text(TEXT)


def one(marked: str, source: Source = SOURCE, **more: str) -> Found:
    start = source.text.index(marked)
    span = Span(start, start + len(marked))
    trust = more.get("trust", "")
    fix = (
        Fix("write x", (Edit(Span(span.start, span.start), "<"), Edit(Span(span.end, span.end), ">")))
        if trust
        else None
    )
    return Found(
        more.get("code", "DL0001"), "some-fault", more.get("severity", "warning"), more.get("message", "Wrong"), span,
        source.position(span.start), source.position(span.end), fix, trust, "",
    )  # fmt: skip


RESULTS = [
    Result(
        "a b/Dockerfile",
        SOURCE,
        (
            one("debian", severity="style"),
            one("apt", severity="error", trust="unsafe", message='Say "<&>" less: 100%, always'),
            one("update && \\\n    foo", code="SC2086", severity="info", trust="display"),
        ),
    ),
    Result("clean/Dockerfile", SOURCE),
]
ABOUT = About("DL0001", "some-fault", "A fault", "It hurts. " * 300, "error", "https://example.org/DL0001")
VIEW = View(places={"a b/Dockerfile": "sub/a b/Dockerfile"}, rules={"DL0001": ABOUT})


def shown(format: str, results: list[Result] = RESULTS, view: View = VIEW, peer: bool = False) -> str:
    return renderer(format, peer)(results, view)


def test_sarif_has_what_github_asks_for() -> None:
    log = json.loads(shown("sarif"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["DL0001", "SC2086"]
    for rule in rules:
        for key in ("shortDescription", "fullDescription", "help"):
            assert 0 < len(rule[key]["text"]) <= 1024
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    assert rules[0]["helpUri"] == ABOUT.url
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "sub/a%20b/Dockerfile"
        assert set(place["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    assert [r["level"] for r in run["results"]] == ["note", "error", "note"]
    # What only a person can finish is no fix to be applied.
    assert ["fixes" in r for r in run["results"]] == [False, True, False]
    (change,) = run["results"][1]["fixes"][0]["artifactChanges"]
    assert [r["insertedContent"]["text"] for r in change["replacements"]] == ["<", ">"]
    assert change["replacements"][0]["deletedRegion"] == {
        "startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 7,
    }  # fmt: skip


def test_sarif_keeps_the_worst_when_there_are_too_many() -> None:
    many = [one("debian", severity="info")] * 25_000 + [one("apt", severity="error")]
    (run,) = json.loads(shown("sarif", [Result("Dockerfile", SOURCE, tuple(many))]))["runs"]
    assert len(run["results"]) == 25_000
    assert run["results"][0]["level"] == "error"
    assert "1 more" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_github_has_the_worst_first_and_columns_within_one_line_only() -> None:
    assert shown("github").splitlines() == [
        "::error file=sub/a b/Dockerfile,line=2,endLine=2,col=7,endColumn=10,title=DL0001 some-fault"
        '::Say "<&>" less: 100%25, always',
        "::notice file=sub/a b/Dockerfile,line=2,endLine=3,title=SC2086 some-fault::Wrong",
        "::notice file=sub/a b/Dockerfile,line=1,endLine=1,col=6,endColumn=12,title=DL0001 some-fault::Wrong",
    ]


def test_gitlab_and_codeclimate_have_their_fields_and_own_fingerprints() -> None:
    rows = json.loads(shown("gitlab"))
    assert shown("gitlab_codeclimate") == shown("gitlab")
    assert [row["severity"] for row in rows] == ["info", "critical", "minor"]
    assert [row["location"]["lines"] for row in rows] == [
        {"begin": 1, "end": 1}, {"begin": 2, "end": 2}, {"begin": 2, "end": 3},
    ]  # fmt: skip
    assert len({row["fingerprint"] for row in rows}) == 3
    parts = shown("codeclimate").split("\0")
    assert parts.pop() == ""
    assert [json.loads(part)["fingerprint"] for part in parts] == [row["fingerprint"] for row in rows]
    assert json.loads(parts[1])["location"]["positions"]["begin"] == {"line": 2, "column": 7}


def test_junit_counts_and_passes_a_clean_file() -> None:
    root = ElementTree.fromstring(shown("junit"))
    assert (root.get("tests"), root.get("failures")) == ("4", "3")
    suites = root.findall("testsuite")
    assert [suite.get("tests") for suite in suites] == ["3", "1"]
    assert suites[1].find("testcase/failure") is None
    assert suites[0].findall("testcase/failure")[1].get("message") == 'Say "<&>" less: 100%, always'


def test_checkstyle_has_levels_that_it_knows() -> None:
    root = ElementTree.fromstring(shown("checkstyle"))
    rows = root.findall("file/error")
    assert [(row.get("line"), row.get("column"), row.get("severity")) for row in rows] == [
        ("1", "6", "info"), ("2", "7", "error"), ("2", "12", "info"),
    ]  # fmt: skip


def test_sonarqube_names_each_rule_once_and_counts_columns_from_0() -> None:
    report = json.loads(shown("sonarqube"))
    assert [rule["id"] for rule in report["rules"]] == ["DL0001", "SC2086"]
    places = [issue["primaryLocation"]["textRange"] for issue in report["issues"]]
    assert places[1] == {"startLine": 2, "endLine": 2, "startColumn": 6, "endColumn": 9}
    nothing = Result("Dockerfile", SOURCE, (one(""),))
    (issue,) = json.loads(shown("sonarqube", [nothing]))["issues"]
    assert issue["primaryLocation"]["textRange"] == {"startLine": 1, "endLine": 1}


def test_rdjson_suggests_fixes_with_columns_in_bytes() -> None:
    rows = json.loads(shown("rdjson"))["diagnostics"]
    assert ["suggestions" in row for row in rows] == [False, True, False]
    (suggestion,) = rows[1]["suggestions"]
    assert suggestion["range"] == {"start": {"line": 2, "column": 8}, "end": {"line": 2, "column": 11}}
    assert suggestion["text"] == "<apt>"
    fix = RESULTS[0].found[1].fix
    assert fix is not None
    line = TEXT.splitlines()[1].encode()
    assert (line[:7] + b"<apt>" + line[10:]).decode() == splice(TEXT, fix.edits).splitlines()[1]
    assert rows[0]["code"] == {"value": "DL0001", "url": ABOUT.url}


def test_codacy_and_gnu_have_one_line_a_finding() -> None:
    assert [json.loads(line)["line"] for line in shown("codacy").splitlines()] == [1, 2, 2]
    assert shown("gnu").splitlines()[0] == "dockerlint:a b/Dockerfile:1:6: style: Wrong (DL0001)"


def test_tty_shows_the_source_also_where_no_terminal_is() -> None:
    assert "^^^^^^" in shown("tty")


def test_a_label_replaces_the_path_for_services() -> None:
    for format in ("gitlab", "checkstyle", "junit", "sarif", "github", "sonarqube", "codacy", "rdjson"):
        text = shown(format, view=View(label="shown/here"))
        assert "shown/here" in text


HOSTILE = st.text(st.characters(), max_size=30) | st.sampled_from([
    "\n::error::owned", "\r\n::set-output name=x::y", "%0A::error::x", "]]>", '"/><x y="', "\x1b[31m", "\0", "\ufffe",
    "\udcff", "\u202e", "a,line=9:", "</failure>", "{}\n{}",
])  # fmt: skip
# Of the places of findings in a hostile file.
_JSON = ("json", "sarif", "gitlab", "sonarqube", "rdjson")


@settings(max_examples=60, deadline=None)
@given(path=HOSTILE, message=HOSTILE, line=HOSTILE)
def test_hostile_names_and_contents_do_not_break_out(path: str, message: str, line: str) -> None:
    source = Source.of_text(f"FROM a\nRUN {line}x\n")
    found = one("x", source, message=message or "m", trust="unsafe")
    broken = one("FROM", source, code="DL1000", message=message or "m")
    for peer, formats in ((False, FORMATS), (True, tuple(AS_HADOLINT))):
        for format in formats:
            results = [Result(path or "p", source, (found,))]
            results += [Result("q", source, (broken,))] if peer else []
            text = shown(format, results, View(places={}), peer)
            count = len(results)
            if format in _JSON or (peer and format in ("sarif", "gitlab_codeclimate", "json")):
                json.loads(text)
            elif format in ("junit", "checkstyle"):
                root = ElementTree.fromstring(text)
                assert {e.tag for e in root.iter()} <= {
                    "testsuites", "testsuite", "testcase", "failure", "checkstyle", "file", "error",
                }  # fmt: skip
            elif format == "codeclimate":
                assert len([json.loads(part) for part in text.split("\0") if part]) == count
            elif format == "github":
                assert text.count("\n") == text.count("::warning ") == 1
                assert not re.search(r"[\r\x1b\x00]", text)
            elif format == "gnu" or (peer and format == "tty"):
                assert text.count("\n") == count
                assert text.replace("\n", "").isprintable()
            elif format == "codacy" and not peer:
                assert len([json.loads(part) for part in text.splitlines()]) == 1


def test_fingerprints_survive_lines_that_move_and_new_indentation() -> None:
    def marks(text: str, *marked: str) -> list[str]:
        source = Source.of_text(text)
        result = Result("x", source, tuple(one(mark, source) for mark in marked))
        return [mark for _, mark in fingerprints(result)]

    (before,) = marks("FROM a\nRUN  foo bar\n", "foo")
    assert marks("# new\nFROM a\n\n  RUN foo   bar\n", "foo") == [before]
    assert marks("FROM a\nRUN foo baz\n", "foo") != [before]
    twice = marks("FROM a\nRUN foo bar\n", "foo", "bar")
    assert twice[0] == before
    assert twice[1] != before


def test_hadolints_formats_have_its_shapes() -> None:
    source = Source.of_text("FROM debian\nFRO x\n")
    broken = Result("B", source, (one("FRO ", source, code="DL1000", severity="error", message="unknown"),))
    plain = Result("A", source, (one("FROM", source, code="SC1"),))

    def all_of(format: str) -> str:
        return shown(format, [plain, broken], View(), peer=True)

    assert all_of("tty") == "A:1 SC1 warning: Wrong\nB:2:1 unknown \n"
    assert shown("tty", [plain], View(color=True), True) == "A:1 SC1 \x1b[1m\x1b[93mwarning\x1b[0m: Wrong\n"
    assert all_of("gnu") == "hadolint:A:1: SC1 warning: Wrong\nhadolint:B:2:1: unknown \n"
    assert json.loads(all_of("json"))[1] == {
        "code": "DL1000", "column": 1, "file": "B", "level": "error", "line": 2, "message": "unknown",
    }  # fmt: skip
    first, second, end = all_of("codeclimate").split("\0")
    assert end == ""
    assert json.loads(first)["location"] == {"lines": {"begin": 1, "end": 1}, "path": "A"}
    assert json.loads(second)["severity"] == "blocker"
    assert json.loads(second)["description"] == "B:2:1:\n  |\n2 | FRO x\n  | ^\nunknown\n"
    row = json.loads(all_of("gitlab_codeclimate"))[0]
    digest = row.pop("fingerprint")
    assert digest == sha1(json.dumps(row, separators=(",", ":"), sort_keys=True).encode()).hexdigest()
    issues = json.loads(all_of("sonarqube"))["issues"]
    assert [(i["severity"], i["type"]) for i in issues] == [("MAJOR", "CODE_SMELL"), ("BLOCKER", "BUG")]
    results = json.loads(all_of("sarif"))["runs"][0]["results"]
    assert results[0]["locations"][0]["physicalLocation"]["region"]["sourceLanguage"] == "sh"
    assert all_of("codacy").count('{"filename"') == 2
    errors = ElementTree.fromstring(all_of("checkstyle")).findall("file/error")
    assert [error.get("source") for error in errors] == ["SC1", None]
    suites = ElementTree.fromstring(all_of("junit")).findall("testsuite")
    assert [(suite.get("errors"), suite.get("failures")) for suite in suites] == [("0", "1"), ("1", "1")]
    assert suites[1][0].get("name") == "DL1000"


@pytest.mark.parametrize(("format", "text"), [
    ("json", "[]"), ("codeclimate", ""), ("gitlab_codeclimate", "[]"), ("sonarqube", '{"issues":[]}'), ("tty", ""),
    ("gnu", ""), ("codacy", ""),
])  # fmt: skip
def test_hadolints_formats_without_findings(format: str, text: str) -> None:
    assert shown(format, [Result("A", SOURCE)], View(), True) == text


def test_sonarqube_counts_columns_in_units_of_java() -> None:
    source = Source.of_text("FROM a\nRUN 😀 apt\n")
    (issue,) = json.loads(shown("sonarqube", [Result("Dockerfile", source, (one("apt", source),))]))["issues"]
    assert issue["primaryLocation"]["textRange"] == {
        "startLine": 2,
        "endLine": 2,
        "startColumn": 7,
        "endColumn": 10,
    }
