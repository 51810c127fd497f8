"""`dockerlint measure` where there is nothing to build with, or nothing to build."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import saved
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


@pytest.mark.parametrize(
    "words", ["measure", "measure --update", "verify", "optimize", "cache --measure"]
)  # fmt: skip
def test_a_large_context_is_told_before_it_is_built(
    bare: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    fake_buildah(bare)
    (bare / "Dockerfile").write_text("FROM busybox\nCOPY . /x\nRUN apt-get install -y x\n")
    with (bare / "data").open("wb") as file:
        file.truncate(600_000_000)
    main([*words.split(), "Dockerfile", "--isolated"])
    errors = capsys.readouterr().err
    told = f"dockerlint: Dockerfile: the build takes {len(list(bare.rglob('*'))) - 1} files, 600.0 MB, of its context .: data (600.0 MB)"
    assert errors.startswith(told)
    assert errors.splitlines()[1].startswith("  `dockerlint context Dockerfile` shows what takes them")
    (bare / ".dockerignore").write_text("data\n")
    main([*words.split(), "Dockerfile", "--isolated"])
    assert "of its context" not in capsys.readouterr().err


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


BASE = saved.layer(("base", b"b" * 1000))
MADE = saved.layer(("app/big", b"x" * 500), ("app/main", b"m" * 20))
SPOILED = saved.layer(("app/.wh.big", b""))
TEXT = "FROM busybox\nCOPY . /app\nRUN rm /app/big\n"


@pytest.fixture
def image(bare: Path) -> Path:
    """An image with its base and its Dockerfile, saved in the current folder."""
    history = [
        {"created_by": "base"},
        {"created_by": "COPY . /app"},
        {"created_by": "RUN /bin/sh -c rm /app/big"},
    ]
    layers = [BASE, MADE, SPOILED]
    saved.as_tar(saved.modern(layers, saved.config(layers, history)), bare / "image.tar")
    saved.as_folder(saved.oci([BASE]), bare / "base")
    (bare / "Dockerfile").write_text(TEXT)
    return bare


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code = main(["measure", *words, "--format", "json"])
    out, errors = capsys.readouterr()
    assert code == 0, errors
    (found,) = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_an_image_is_measured_without_an_engine(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "image.tar")
    assert found["engine"] is None
    assert found["after"] is None
    assert found["before"]["size"]["files"] == 1520
    assert [(one["line"], one["instruction"]) for one in found["before"]["byLayer"]] == [
        (None, "RUN base"), (None, "COPY . /app"), (None, "RUN rm /app/big"),
    ]  # fmt: skip
    (blame,) = found["before"]["waste"]["spoiled"]
    assert (blame["bytes"], blame["made"]["layer"], blame["spoiled"]["layer"]) == (500, 2, 3)


def test_the_dockerfile_of_an_image_gives_its_lines(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for base in ((), ("--base", "base")):
        found = told(capsys, "image.tar", "--dockerfile", "Dockerfile", *base)
        assert found["before"]["base"]["files"] == 1000
        sizes = [(row["before"]["line"], row["before"]["size"]["files"]) for row in found["instructions"]]
        assert sizes == [(1, 1000), (2, 520), (3, 0)]
        (blame,) = found["before"]["waste"]["spoiled"]
        assert (blame["made"]["line"], blame["spoiled"]["line"]) == (2, 3)
        assert blame["paths"] == [{"path": "/app/big", "bytes": 500}]


def test_the_base_of_an_image_is_known_by_its_layers(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "image.tar", "--base", "base")
    assert [one["base"] for one in found["before"]["byLayer"]] == [True, False, False]
    saved.as_folder(saved.oci([SPOILED]), image / "other")
    assert main(["measure", "image.tar", "--base", "other"]) == 0
    assert "image.tar is not built on other" in capsys.readouterr().err


def test_text_tells_both_lines_that_are_to_blame(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "image.tar", "--dockerfile", "Dockerfile", "--bytes", "--layers"]) == 0
    shown = capsys.readouterr().out
    assert "image.tar, an image as it is" in shown
    assert "spoiled by a later layer: 500\n    500  made by Dockerfile:2 COPY . /app\n" in shown
    assert "removed by Dockerfile:3 RUN rm /app/big: /app/big" in shown
    assert "layer of Dockerfile:2 COPY . /app\n    500  /app/big\n     20  /app/main\n" in shown


def test_a_report_goes_to_a_file(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for format in ("text", "json", "markdown"):
        assert main(["measure", "image.tar", "--format", format, "--output", "out"]) == 0
        assert capsys.readouterr().out == ""
        assert "COPY" in (image / "out").read_text()
    assert "no/where cannot be written" in failure(capsys, "image.tar", "--output", "no/where")
    assert "is a folder" in failure(capsys, "image.tar", "--output", "base")


def test_an_image_that_cannot_be_read_does_not_stop_the_others(
    image: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (image / "broken.tar").write_bytes(b"\x1f\x8b broken")
    assert main(["measure", "broken.tar", "image.tar"]) == 1
    out, errors = capsys.readouterr()
    assert "broken.tar is not a saved image" in errors
    assert "image.tar, an image as it is" in out


def test_an_image_of_the_engine_needs_an_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing can be measured" in failure(capsys, "image:debian:12")


def test_a_file_may_be_called_like_an_image(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake_buildah(bare)
    (bare / "image:x").write_text("# nothing\n")
    assert "has no FROM" in failure(capsys, "image:x")


def test_what_is_for_images_needs_one(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "none is given" in failure(capsys, "Dockerfile", "--base", "base")
    assert "is no image" in failure(capsys, "image.tar", "--base", "Dockerfile")
    assert "--repeat -1 is below 0" in failure(capsys, "image.tar", "--repeat", "-1")
    assert "no image for linux/arm64" in failed_reading(capsys, "base", "--platform", "linux/arm64")


def failed_reading(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["measure", *words]) == 1
    return capsys.readouterr().err


def test_bars_are_of_what_the_output_can_show(
    image: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["measure", "image.tar"]) == 0
    assert "█" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    assert main(["measure", "image.tar"]) == 0
    sys.stdout.seek(0)
    shown = sys.stdout.read()
    assert "1.0 kB" in shown
    assert "####" in shown
