"""`dockerlint measure` where there is nothing to build with, or nothing to build."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.build_progress import STEP
from dockerlint.cli import main
from dockerlint.measure_command import _colored


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a Dockerfile, on a machine with apk and nothing else."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "apk").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "apk").chmod(0o755)
    (tmp_path / "Dockerfile").write_text("FROM busybox\n")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def failure(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["measure", *words]) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    return errors


def test_without_an_engine_it_says_so_and_names_the_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    errors = failure(capsys, "Dockerfile")
    assert "no build engine can be used here, so nothing can be measured" in errors
    assert "buildah: is not installed" in errors
    assert "apk add buildah" in errors


def test_an_engine_that_is_asked_for_and_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    errors = failure(capsys, "Dockerfile", "--engine", "podman")
    assert "podman cannot be used here" in errors
    assert "apk add podman" in errors


def test_a_file_that_is_not_there_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere cannot be read" in failure(capsys, "nowhere")


def test_a_build_context_needs_a_name_and_a_reference(capsys: pytest.CaptureFixture[str]) -> None:
    assert "is not NAME=REF" in failure(capsys, "Dockerfile", "--build-context", "debian")


def test_an_engine_that_does_not_exist_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert "kaniko" in failure(capsys, "Dockerfile", "--engine", "kaniko")


def fake_buildah(folder: Path) -> None:
    path = folder / "bin" / "buildah"
    path.write_text("#!/bin/sh\necho buildah version 1.38.0\n")
    path.chmod(0o755)


def test_a_file_without_from_is_not_built(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake_buildah(bare)
    (bare / "Dockerfile").write_text("# nothing\n")
    assert "has no FROM" in failure(capsys, "Dockerfile")


def test_a_context_that_is_no_folder_is_bad_usage(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake_buildah(bare)
    assert "is not a folder" in failure(capsys, "Dockerfile", "--context", "elsewhere")


def test_less_is_green_and_more_is_red_on_a_terminal() -> None:
    text = "  image    bytes before  difference\n  files  2,000  -1,000  -1.0 kB  -50.0 %\n  gzip  1  +1.5 MB\n  Dockerfile:2-1  x\n"
    shown = _colored(text).splitlines()
    assert shown[0] == "\x1b[1m  image    bytes before  difference\x1b[0m"
    assert shown[1] == "  files  2,000  \x1b[32m-1,000\x1b[0m  \x1b[32m-1.0 kB\x1b[0m  \x1b[32m-50.0 %\x1b[0m"
    assert shown[2] == "  gzip  1  \x1b[31m+1.5 MB\x1b[0m"
    assert shown[3] == "  Dockerfile:2-1  x"


def test_the_steps_of_both_engines_are_known() -> None:
    lines = {
        "STEP 2/6: RUN make": "STEP 2/6: RUN make",
        "[1/2] STEP 3/4: COPY a b": "STEP 3/4: COPY a b",
        "#5 [2/4] RUN make": "RUN make",
        "#5 [build 2/4] COPY a b": "COPY a b",
        "#5 0.123 compiling [x] things": None,
        "#1 [internal] load build definition": None,
    }
    found = {line: step[0] if (step := STEP.search(line)) else None for line in lines}
    assert found == lines
