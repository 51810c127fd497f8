"""The command line, from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dockerlint
from dockerlint.config import Config
from running import run

FAULTY = "FROM debian:12\nRUN apt update\n"
FIXED = "FROM debian:12\nRUN apt-get update\n"
ONLY = ("--isolated", "--select", "DL3027")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text(FAULTY)
    return tmp_path


def codes(out: str) -> list[tuple[str, str]]:
    return [(row["file"], row["code"]) for row in json.loads(out)]


def test_a_finding_is_exit_code_1_and_names_place_rule_and_what_to_do(here: Path) -> None:
    ran = run("Dockerfile", *ONLY)
    assert ran.code == 1
    first = ran.out.splitlines()[0]
    assert first.startswith("Dockerfile:2:5: warning: apt has no stable interface")
    assert first.endswith("(DL3027 apt-instead-of-apt-get) [fixable]")
    assert ran.err == ""


def test_a_clean_file_is_exit_code_0(here: Path) -> None:
    (here / "Dockerfile").write_text(FIXED)
    ran = run("Dockerfile", *ONLY)
    assert ran.code == 0
    assert ran.out.startswith("no findings in 1 file")


def test_json_has_the_keys_of_hadolint_and_ours(here: Path) -> None:
    (row,) = json.loads(run("Dockerfile", *ONLY, "--format", "json").out)
    assert row == {
        "code": "DL3027",
        "column": 5,
        "endColumn": 8,
        "endLine": 2,
        "file": "Dockerfile",
        "level": "warning",
        "line": 2,
        "message": "apt has no stable interface for scripts; use apt-get, or apt-cache to ask",
        "name": "apt-instead-of-apt-get",
        "fix": {
            "title": "call apt-get",
            "applicability": "safe",
            "reason": "",
            "edits": [{"line": 2, "column": 8, "endLine": 2, "endColumn": 8, "text": "-get"}],
        },
    }


def test_no_path_means_the_current_folder_and_finds_all_usual_names(here: Path) -> None:
    names = ["Containerfile", "Dockerfile.dev", "api.Dockerfile", "web.dockerfile", "Dockerfile-test"]
    other = [
        "Dockerfile.dockerignore",
        "Dockerfile.j2",
        "Dockerfile.in",
        "Dockerfile~",
        "Dockerfile.bak",
        "notes",
    ]
    (here / "sub").mkdir()
    (here / ".git").mkdir()
    for name in [*names, *other, "sub/Dockerfile", ".git/Dockerfile"]:
        (here / name).write_text(FAULTY)
    found = {file for file, _ in codes(run(*ONLY, "--format", "json").out)}
    assert found == {"Dockerfile", *names, os.path.join("sub", "Dockerfile")}


def test_a_glob_is_expanded_and_a_file_is_linted_once(here: Path) -> None:
    (here / "b").mkdir()
    (here / "b" / "Dockerfile").write_text(FAULTY)
    ran = run("**/Dockerfile", "Dockerfile", "b", *ONLY, "--format", "json")
    assert sorted(file for file, _ in codes(ran.out)) == ["Dockerfile", os.path.join("b", "Dockerfile")]


def test_a_path_that_does_not_exist_is_a_usage_error(here: Path) -> None:
    ran = run("nowhere/Dockerfile")
    assert ran.code == 2
    assert "nowhere/Dockerfile does not exist" in ran.err


def test_a_path_that_does_not_exist_does_not_stop_the_others(here: Path) -> None:
    (here / "Dockerfile").write_text(FAULTY)
    ran = run("nowhere", "Dockerfile", *ONLY, "--format", "json")
    assert ran.code == 2
    assert "nowhere does not exist" in ran.err
    assert {file for file, _ in codes(ran.out)} == {"Dockerfile"}


def test_an_unreadable_file_is_named_and_the_others_are_linted(here: Path) -> None:
    (here / "Dockerfile.gone").symlink_to(here / "target-that-is-not-there")
    ran = run("Dockerfile.gone", "Dockerfile", *ONLY)
    assert ran.code == 2
    assert "Dockerfile.gone cannot be read" in ran.err
    assert "Dockerfile:2:5" in ran.out


def test_a_folder_that_cannot_be_read_is_named_and_the_others_are_linted(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "locked").mkdir()
    scandir = os.scandir

    def closed(path: str) -> object:
        if os.path.basename(path) == "locked":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    ran = run(*ONLY)
    assert ran.code == 2
    assert "locked cannot be read: Permission denied" in ran.err
    assert "Dockerfile:2:5" in ran.out


def test_standard_input_is_linted_under_the_name_that_is_given(here: Path) -> None:
    ran = run("-", *ONLY, "--format", "json", "--stdin-filename", "x/Dockerfile", stdin=FAULTY.encode())
    assert codes(ran.out) == [("x/Dockerfile", "DL3027")]


def test_fix_writes_and_says_so(here: Path) -> None:
    ran = run("Dockerfile", *ONLY, "--fix")
    assert ran.code == 0
    assert (here / "Dockerfile").read_text() == FIXED
    assert "1 fix written: apt-instead-of-apt-get (1)" in ran.out


def test_fix_of_standard_input_writes_the_file_to_standard_output_and_the_report_to_standard_error() -> None:
    ran = run("-", *ONLY, "--fix", stdin=FAULTY.encode())
    assert ran.out == FIXED
    assert "1 fix written" in ran.err


def test_diff_shows_what_fix_would_write_and_writes_nothing(here: Path) -> None:
    ran = run("Dockerfile", *ONLY, "--diff")
    assert ran.code == 1
    assert (here / "Dockerfile").read_text() == FAULTY
    assert ran.out.startswith(
        "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,2 +1,2 @@\n FROM debian:12\n-RUN apt update\n+RUN apt-get update\n"
    )


def test_a_diff_can_be_applied_by_patch(here: Path) -> None:
    ran = run("Dockerfile", *ONLY, "--diff", "--quiet")
    (here / "fix.patch").write_text("".join(line for line in ran.out.splitlines(True) if line[0] in "-+@ "))
    subprocess.run(["git", "apply", "fix.patch"], cwd=here, check=True)
    assert (here / "Dockerfile").read_text() == FIXED


def test_unsafe_alone_is_a_usage_error(here: Path) -> None:
    ran = run("Dockerfile", "--unsafe")
    assert ran.code == 2
    assert "--unsafe goes with --fix or --diff" in ran.err


def test_fail_on_sets_the_level_that_fails(here: Path) -> None:
    assert run("Dockerfile", *ONLY, "--fail-on", "error").code == 0
    assert run("Dockerfile", *ONLY, "--fail-on", "warning").code == 1
    assert run("Dockerfile", *ONLY, "--fail-on", "never").code == 0


def test_severity_hides_what_is_below_a_level_and_gives_rules_another_one(here: Path) -> None:
    assert "DL3027" not in run("Dockerfile", *ONLY, "--severity", "error").out
    raised = run("Dockerfile", *ONLY, "--severity", "DL3027=error", "--severity", "error", "--format", "json")
    assert [row["level"] for row in json.loads(raised.out)] == ["error"]
    wrong = run("Dockerfile", "--severity", "loud")
    assert wrong.code == 2
    assert "loud is no level" in wrong.err


def test_ignore_and_select_take_names_codes_and_aliases_in_any_case(here: Path) -> None:
    for word in ("dl3027", "apt-instead-of-apt-get", "APT-INSTEAD-OF-APT-GET"):
        assert "DL3027" in run("Dockerfile", "--isolated", "--select", word, "--format", "json").out
        assert (
            run("Dockerfile", "--isolated", "--select", word, "--ignore", word, "--format", "json").out
            == "[]\n"
        )


def test_a_word_that_names_no_rule_is_an_error_with_a_suggestion(here: Path) -> None:
    ran = run("Dockerfile", "--ignore", "Apt-instead-of-aptget")
    assert ran.code == 2
    assert "names no rule: Apt-instead-of-aptget" in ran.err
    assert "did you mean apt-instead-of-apt-get?" in ran.err


def test_an_option_that_is_not_known_is_exit_code_2_and_help_is_0(here: Path) -> None:
    assert run("--no-such-option").code == 2
    ran = run("--help")
    assert ran.code == 0
    assert "exit code: 0 clean, 1 findings" in ran.out


def test_version_is_that_of_the_package() -> None:
    assert run("--version").out == f"dockerlint {dockerlint.__version__}\n"


def test_output_writes_the_report_to_a_file(here: Path) -> None:
    ran = run("Dockerfile", *ONLY, "--format", "json", "--output", "report.json")
    assert ran.out == ""
    assert codes((here / "report.json").read_text()) == [("Dockerfile", "DL3027")]
    assert run("Dockerfile", *ONLY, "--output", "no/such/folder/x").code == 2


def test_several_processes_give_the_same_report_in_the_same_order(here: Path) -> None:
    for number in range(5):
        (here / f"Dockerfile.{number}").write_text(FAULTY)
    one = run(*ONLY, "--format", "json")
    two = run(*ONLY, "--format", "json", "--jobs", "2")
    assert two.out == one.out
    assert two.code == one.code == 1


def test_statistics_count_by_rule(here: Path) -> None:
    (here / "Dockerfile").write_text(FAULTY + "RUN apt upgrade\n")
    assert (
        run("Dockerfile", *ONLY, "--stats").out.splitlines()[0]
        == "2  DL3027     apt-instead-of-apt-get (fixable)"
    )


def test_target_leaves_out_stages_that_a_build_does_not_need(here: Path) -> None:
    (here / "Dockerfile").write_text(
        "FROM debian:12 AS base\nRUN apt update\nFROM debian:12 AS unused\nRUN apt update\n"
        "FROM debian:12 AS files\nRUN apt update\nFROM base AS app\nCOPY --from=files /x /x\n"
    )
    lines = [
        row["line"] for row in json.loads(run("Dockerfile", *ONLY, "--format", "json", "--target", "app").out)
    ]
    assert lines == [2, 6]
    ran = run("Dockerfile", *ONLY, "--target", "ap")
    assert ran.code == 2
    assert "has no stage ap" in ran.err


def test_build_arguments_are_known_to_rules(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "Dockerfile").write_text("ARG TAG=12\nFROM debian:$TAG\n")
    only = ("Dockerfile", "--isolated", "--select", "DL3007", "--format", "json")
    assert run(*only).out == "[]\n"
    assert "DL3007" in run(*only, "--build-arg", "TAG=latest").out
    monkeypatch.setenv("TAG", "latest")
    assert "DL3007" in run(*only, "--build-arg", "TAG").out
    assert run(*only, "--build-arg", "=x").code == 2


def test_parse_gives_back_every_byte_and_the_dump_of_buildkit(here: Path) -> None:
    data = b"\xef\xbb\xbffrom a\r\nRUN \xff \\\r\n  x\n"
    (here / "Dockerfile").write_bytes(data)
    out = run("parse", "--format", "text", "Dockerfile").out
    assert out.encode("utf-8", "surrogateescape") == data
    (here / "Dockerfile").write_text("FROM a\nCMD x y\n")
    assert run("parse", "Dockerfile").out == '(from "a")\n(cmd "x y")\n'
    assert json.loads(run("parse", "--format", "json", "Dockerfile").out)


def test_parse_strict_refuses_with_the_words_of_buildkit(here: Path) -> None:
    (here / "Dockerfile").write_text("FROM a\nRNU x\n")
    ran = run("parse", "--strict", "Dockerfile")
    assert ran.code == 1
    assert "unknown instruction: RNU" in ran.err


def test_rules_lists_and_explain_shows_the_page() -> None:
    rows = json.loads(run("rules", "--format", "json").out)
    assert {"DL3027"} <= {row["code"] for row in rows}
    assert "apt-instead-of-apt-get" in run("rules").out
    page = run("explain", "dl3027").out
    assert "## Why" in page
    assert "RUN «apt» update" in page
    ran = run("explain", "apt-insted-of-apt-get")
    assert ran.code == 2
    assert "did you mean apt-instead-of-apt-get?" in ran.err


def test_explain_on_a_terminal_is_laid_out_for_it() -> None:
    shown = run("explain", "DL3027", terminal=True).out
    assert "## Why" not in shown
    assert "Why" in shown
    assert "is made for people" in shown


def test_new_rule_writes_a_rule_that_passes_its_own_tests(here: Path) -> None:
    ran = run("new-rule", "signal-by-number", "--folder", "plugin")
    assert ran.code == 0
    assert "test-rules plugin" in ran.out
    tested = run("test-rules", "plugin")
    assert tested.code == 0
    assert "1 of 1 rules are right" in tested.out
    assert run("new-rule", "signal-by-number", "--folder", "plugin").code == 2
    assert run("new-rule", "nohyphen").code == 2


def test_a_rule_that_raises_is_named_with_its_file_and_the_others_go_on(here: Path) -> None:
    plugin = here / "plugin"
    plugin.mkdir()
    (plugin / "broken.py").write_text(
        "from dockerlint.rule import *\n"
        "@rule(code='XX100', summary='s', why='w', severity='error', bad=[], good=[])\n"
        "def rule_that_breaks(dockerfile):\n    raise KeyError('oh')\n    yield\n"
    )
    (here / "dockerlint.toml").write_text("plugins = ['plugin']\nselect = ['DL3027', 'XX100']\n")
    ran = run("Dockerfile")
    assert ran.code == 3
    assert "the rule rule-that-breaks (" in ran.err
    assert str(plugin / "broken.py") in ran.err
    assert "KeyError: 'oh'" in ran.err
    assert "DL3027" in ran.out


def test_control_characters_and_bidi_never_reach_the_output(here: Path) -> None:
    name = "Dockerfile.\x1b[31m"
    (here / name).write_text("FROM debian:12\nRUN apt \x1b]0;owned\x07 \u202e up\x9b2Jdate\n")
    for more in ((), ("--color", "always"), ("--format", "json"), ("--stats",)):
        ran = run(name, *ONLY, *more)
        text = ran.out
        for color in ("\x1b[0m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1m"):
            text = text.replace(color, "") if "always" in more else text
        assert [c for c in text + ran.err if not c.isprintable() and c != "\n"] == []


def test_what_the_encoding_of_the_terminal_lacks_is_escaped(here: Path) -> None:
    (here / "Dockerfile").write_text("FROM debian:12\nRUN apt update # ü\n")
    ran = run("Dockerfile", *ONLY, "--color", "always", encoding="ascii")
    assert ran.code == 1
    assert "# \\xfc" in ran.out


def test_colour_only_on_a_terminal_unless_the_environment_says_otherwise(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" not in run("Dockerfile", *ONLY).out
    assert "\x1b[" in run("Dockerfile", *ONLY, terminal=True).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("Dockerfile", *ONLY).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("Dockerfile", *ONLY, terminal=True).out


def test_a_reader_that_goes_away_is_no_traceback(here: Path) -> None:
    (here / "Dockerfile").write_text(FAULTY + "RUN apt update\n" * 20000)
    command = f"{sys.executable} -m dockerlint Dockerfile --select DL3027 --isolated | head -n 1"
    ran = subprocess.run(["bash", "-c", command], cwd=here, capture_output=True, text=True, check=False)
    assert ran.stdout.startswith("Dockerfile:2:5")
    assert ran.stderr == ""


def test_the_python_interface_lints_and_fixes_and_keeps_its_names() -> None:
    import dockerlint.fix
    import dockerlint.lint

    config = Config(select=("DL3027",))
    assert [found.code for found in dockerlint.lint(FAULTY, config=config).found] == ["DL3027"]
    fixed = dockerlint.fix(FAULTY.encode(), config=config)
    assert fixed.text == FIXED
    assert fixed.data == fixed.text.encode()
    assert dockerlint.parse("FROM a\n").stages[0].image == "a"


def test_statistics_for_programs_count_what_the_text_counts(tmp_path: Path) -> None:
    import json

    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN apt install a\nRUN apt install b\nADD a /a\n")
    words = (str(tmp_path), "--isolated", "--select", "DL3027,DL3020", "--stats")
    ran = run(*words, "-f", "json")
    told = json.loads(ran.out)
    assert ran.code == 1
    assert told.pop("seconds") >= 0
    assert told == {
        "files": 1, "findings": 3, "hidden": 0, "fixable": {"safe": 2, "unsafe": 1},
        "severities": {"error": 1, "warning": 2, "info": 0, "style": 0},
        "rules": [
            {"code": "DL3027", "name": "apt-instead-of-apt-get", "severity": "warning", "count": 2},
            {"code": "DL3020", "name": "add-for-local-path", "severity": "error", "count": 1},
        ],
    }  # fmt: skip
    assert run(*words).out.split("\n")[0].split() == ["2", "DL3027", "apt-instead-of-apt-get", "(fixable)"]
    refused = run(*words, "-f", "sarif")
    assert refused.code == 2
    assert "sarif" in refused.err
