"""`dockerlint optimize` with real engines: smaller, proven, and it still does what it did."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dockerlint.cli import main
from engines import ENGINES, Workplace

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "hello"


def optimized(
    folder: Path, name: str, workplace: Workplace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    *options: str,
) -> tuple[int, dict[str, Any]]:  # fmt: skip
    for key, value in workplace.env.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    file = folder / "context" / "Dockerfile"
    code = main(["optimize", str(file), "--engine", name, "--format", "json", "--isolated", *options])
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found, err
    return code, found[0]


def context(folder: Path, text: str, **files: str) -> Path:
    (folder / "context").mkdir()
    (folder / "context" / "Dockerfile").write_text(text)
    for name, content in files.items():
        (folder / "context" / name).write_text(content)
    return folder / "context" / "Dockerfile"


WASTE = """\
FROM {base}
# a file that nobody needs
RUN dd if=/dev/zero of=/big bs=1000 count=2000
RUN rm /big
COPY greeting /greeting
CMD ["cat", "/greeting"]
"""


@pytest.mark.engine
@pytest.mark.parametrize("name", ENGINES)
def test_waste_goes_and_the_image_says_the_same(
    name: str,
    workplace: Workplace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = workplace.base(workplace.engine(name), "busybox")
    file = context(tmp_path, WASTE.format(base=base), greeting="hello\n")
    before = file.read_text()
    code, found = optimized(
        tmp_path, name, workplace, monkeypatch, capsys, "--smoke-start", "--smoke", "cat /greeting"
    )
    assert code == 0
    assert found["changed"]
    assert found["after"]["verdict"].startswith("proven")
    assert found["after"]["size"]["files"] <= found["before"]["size"]["files"] - 1_900_000
    assert file.read_text() == before
    # What was tried is known: it is written without another build.
    code, again = optimized(
        tmp_path, name, workplace, monkeypatch, capsys, "--smoke-start", "--smoke", "cat /greeting", "--write", "--lightest", "none"
    )  # fmt: skip
    assert code == 0
    assert file.read_text() == again["text"] != before
    assert "# a file that nobody needs" in file.read_text()


@pytest.mark.engine
@pytest.mark.parametrize("name", ENGINES)
def test_a_target_by_name_is_what_runs_before_and_after_and_seconds_are_told(
    name: str,
    workplace: Workplace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = workplace.base(workplace.engine(name), "busybox")
    text = WASTE.format(base=f"{base} AS app").replace('["cat', '["/bin/busybox", "cat')
    # Nothing but lighter ground leaves an object file behind.
    text = text.replace("RUN rm /big", "RUN mv /big /big.o")
    file = context(tmp_path, text, greeting="hello\n")
    options = ("--target", "app", "--smoke-start")
    code, found = optimized(tmp_path, name, workplace, monkeypatch, capsys, *options, "--no-cache", "--write")
    assert code == 0
    assert [(ground["fate"], ground["why"]) for ground in found["grounds"][:1]] == [("taken", "")]
    assert f"FROM {base} AS build\n" in found["text"]
    assert "\nFROM scratch AS app\n" in found["text"]
    assert found["after"]["size"]["files"] <= found["before"]["size"]["files"] - 1_900_000
    for side in ("before", "after"):
        assert found[side]["coldSeconds"] > 0
        assert found[side]["size"]["gzip"] > 0
    # It is that very image that others get who build it by its name.
    assert file.read_text() == found["text"]
    code, again = optimized(tmp_path, name, workplace, monkeypatch, capsys, *options)
    assert again["before"]["size"]["files"] == found["after"]["size"]["files"]


@pytest.mark.engine
def test_nothing_to_gain_is_no_failure_and_nothing_is_written(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(workplace.engine("buildah"), "busybox")
    file = context(tmp_path, f'FROM {base}\nCMD ["echo", "hello"]\n')
    before = file.read_text()
    code, found = optimized(
        tmp_path, "buildah", workplace, monkeypatch, capsys, "--lightest", "none", "--write"
    )
    assert (code, found["changed"]) == (0, False)
    assert file.read_text() == before


@pytest.mark.engine
def test_a_file_that_does_not_build_is_told_and_left_alone(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(workplace.engine("buildah"), "busybox")
    file = context(tmp_path, f"FROM {base}\nRUN echo on the way && false\nCMD sh\n")
    before = file.read_text()
    for key, value in workplace.env.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["optimize", str(file), "--engine", "buildah", "--isolated", "--write"]) == 1
    errors = capsys.readouterr().err
    assert "cannot be built as it is" in errors
    assert "| " in errors
    assert file.read_text() == before


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_the_example_ends_at_a_tenth_of_its_bytes_proven_and_says_hello(
    name: str,
    workplace: Workplace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = workplace.base(workplace.engine(name), "debian")
    text = (EXAMPLE / "Dockerfile").read_text()
    file = context(tmp_path, text.replace("ubuntu:20.04", base))
    shutil.copy(EXAMPLE / "main.cpp", file.parent)
    code, found = optimized(
        tmp_path, name, workplace, monkeypatch, capsys, "--smoke-start", "--smoke", "./hello"
    )
    assert code == 0
    assert found["after"]["verdict"].startswith("proven")
    for size in ("files", "tar", "gzip"):
        assert found["after"]["size"][size] * 10 <= found["before"]["size"][size]
    assert [ground["fate"] for ground in found["grounds"]] == ["taken"]
    assert "\nFROM scratch\n" in found["text"]
    assert any("./hello" in line for line in found["after"]["checked"])
