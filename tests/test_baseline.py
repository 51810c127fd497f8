"""Findings that are known and left for later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from running import Ran, run

ONLY = ("--isolated", "--select", "DL3027", "--baseline", "known.json")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN apt update\n")
    return tmp_path


def lint(*words: str) -> Ran:
    return run("Dockerfile", *ONLY, "-f", "json", *words)


def test_known_findings_are_left_out_wherever_their_lines_went(here: Path) -> None:
    assert lint("--update-baseline").code == 0
    assert list(json.loads((here / "known.json").read_text())["files"]) == ["Dockerfile"]
    (here / "Dockerfile").write_text("# a comment\nFROM debian:12\n\n  RUN  apt  update\n")
    ran = lint()
    assert (ran.code, ran.out) == (0, "[]\n")


def test_a_new_finding_counts_also_when_it_reads_like_a_known_one(here: Path) -> None:
    lint("--update-baseline")
    (here / "Dockerfile").write_text("FROM debian:12\nRUN apt update\nRUN apt update\nRUN apt install x\n")
    ran = lint()
    assert ran.code == 1
    assert [row["line"] for row in json.loads(ran.out)] == [3, 4]


def test_it_does_not_matter_where_one_stands(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lint("--update-baseline")
    (here / "sub").mkdir()
    monkeypatch.chdir(here / "sub")
    ran = run("../Dockerfile", *ONLY[:3], "--baseline", "../known.json")
    assert ran.code == 0


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"version": 2, "files": {}}', '{"version": 1, "files": [1]}']
)
def test_a_file_that_is_no_baseline_is_an_error(here: Path, text: str | None) -> None:
    if text is not None:
        (here / "known.json").write_text(text)
    ran = lint()
    assert ran.code == 2
    assert "--update-baseline writes one" in ran.err


def test_the_file_to_update_must_be_named(here: Path) -> None:
    ran = run("Dockerfile", "--isolated", "--update-baseline")
    assert ran.code == 2
    assert "--baseline FILE" in ran.err


def test_explain_knows_where_shellcheck_explains(here: Path) -> None:
    assert "https://www.shellcheck.net/wiki/SC2086" in run("explain", "sc2086").out
    assert "ShellCheck" in run("explain", "shellcheck").out
