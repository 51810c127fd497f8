"""`dockerlint verify` on saved images and on bad usage: no engine is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import saved
from dockerlint.cli import main
from elves import elf
from looking import Files, layer


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without engines."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM busybox\n")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def archive(name: str, files: Files, compress: str = "", **config: object) -> str:
    data = [layer(files)]
    return saved.as_tar(saved.oci(data, saved.config(data, config=config)), Path(name), compress)


def test_saved_images_need_no_engine(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = archive("one.tar", {"a": b"x", "var/log/l": b"1"})
    two = archive("two.tar.gz", {"a": b"x", "var/log/l": b"2"}, "gz")
    assert main(["verify", one, two]) == 0
    out = capsys.readouterr().out
    assert out.startswith("one.tar and two.tar.gz: proven with listed differences\n")
    assert "may differ: a log, with the times of the build in it" in out
    folder = saved.as_folder(saved.oci([layer({"a": b"x", "var/log/l": b"1"})]), bare / "layout")
    assert main(["verify", one, folder]) == 0
    assert "proven\n" in capsys.readouterr().out


def test_a_difference_ends_with_one_and_may_be_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = archive("one.tar", {"a": b"x", "b\x1b[31m": b""}), archive("two.tar", {"a": b"y"})
    assert main(["verify", one, two]) == 1
    out = capsys.readouterr().out
    assert "differs\n" in out
    assert "\x1b" not in out
    assert main(["verify", one, two, "--allow", "/a", "--allow", "/b*"]) == 0


def test_what_is_not_proven_is_said_and_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    app = elf(static=True)
    one = archive("one.tar", {"app": app, "data": b"x"}, Cmd=["/app"])
    two = archive("two.tar", {"app": app}, Cmd=["/app"])
    assert main(["verify", one, two, "--closure"]) == 1
    out = capsys.readouterr().out
    assert "not proven\n    /data is gone, and what it is for is not told by files" in out


def test_json_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = archive("one.tar", {"a": b"x"}), archive("two.tar", {"a": b"y"})
    assert main(["verify", one, two, "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["verdict"], document["holds"], document["engine"]) == ("differs", False, None)
    assert document["differences"][0]["where"] == "/a"
    assert document["differences"][0]["allowed"] is None


def test_markdown_has_no_markup_out_of_names(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = archive("one.tar", {"<b>|`x`": b"x"}), archive("two.tar", {"k": b""})
    assert main(["verify", one, two, "--format", "markdown"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("### ❌ one.tar and two.tar: differs\n")
    assert "- /\\<b\\>\\|\\`x\\` is gone" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["one.tar"], "only a Dockerfile has fixes"),
        (["one.tar", "one.tar", "--smoke", "x"], "--smoke runs what an engine holds"),
        (["one.tar", "one.tar", "--twice"], "--twice builds the first file a second time"),
        (["nowhere", "one.tar"], "nowhere cannot be read"),
        (["Dockerfile"], "no build engine can be used here, so nothing can be proven"),
        (["image:x", "one.tar"], "no build engine can be used here"),
        (["garbage.tar", "one.tar"], "garbage.tar"),
        ([], "BEFORE"),
    ],
)
def test_bad_usage_ends_with_two(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    archive("one.tar", {"a": b"x"})
    Path("garbage.tar").write_bytes(b"\x1f\x8b" + bytes(600))
    assert main(["verify", *words]) == 2
    assert said in capsys.readouterr().err
