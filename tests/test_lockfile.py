"""`dockerlint.lock`: written and read, found, fresh or not, and what a lint takes from it."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from dockerlint import lockfile
from dockerlint.cli import main
from dockerlint.errors import UserError
from dockerlint.lint import read as model_of
from dockerlint.lockfile import Entry, Line, Lock, Part
from dockerlint.model import Run
from dockerlint.source import Source

TEXT = "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"


def line(text: str, *packages: tuple[str, str, str]) -> Line:
    """A line as it would be in the lock for the first RUN of a file."""
    run = next(model_of(Source.of_text(text)).instructions(Run))
    return Line(
        lockfile.shortened(run), lockfile.mark(run), 1000, (("/usr/lib/x y", 600), ("/var", 400)), packages
    )


def entry(file: str = "Dockerfile", base: str = "debian:12", *lines: Line) -> Entry:
    return Entry(file, "", "linux/amd64", 1000, "", (Part("0", base, True, 1000, lines),))


CURL = ("apt", "curl", "7.88.1-10")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a Dockerfile, and a lock for it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(TEXT)
    (tmp_path / "dockerlint.lock").write_text(
        lockfile.text(Lock((entry("Dockerfile", "debian:12", line(TEXT, CURL)),)))
    )
    return tmp_path


def known(path: str = "Dockerfile") -> dict[tuple[str, str, str], str]:
    with open(path, "rb") as file:
        return lockfile.known(path, model_of(Source.of(file.read(), path)))


def test_what_is_written_is_read_again_whatever_is_in_it() -> None:
    odd = Line('RUN echo "\\ \t\x7f\u2028 ü"', "0f", 5, (('/a "b"\\\n', 5),), (("npm", "@a/b", "1.0"),))
    parts = (Part('st"age', "", False, 5, (odd,)), Part("1", "a:b", True, 0, ()))
    lock = Lock((Entry("a b/Döckerfile", "t", "linux/arm64/v8", 7, "1 %", parts), entry()))
    written = lockfile.text(lock)
    assert lockfile.parsed(written.encode(), "x") == Lock(lock.entries[::-1])
    assert lockfile.text(lockfile.parsed(written.encode(), "x")) == written


def test_bytes_that_are_no_text_do_not_break_the_lock() -> None:
    text = "FROM debian:12\nRUN echo \udcff && apt-get install -y curl\n"
    written = lockfile.text(Lock((entry("a", "b", line(text, CURL)),)))
    assert lockfile.parsed(written.encode(), "x").entries[0].parts[0].lines[0].packages == (CURL,)


def test_packages_and_images_are_in_one_order_however_they_were_put_in() -> None:
    one, two = entry("b"), entry("a")
    assert lockfile.text(Lock().put([one]).put([two])) == lockfile.text(Lock().put([two, one]))
    several = (("pip", "b", "1"), ("apt", "z", "1"))
    assert lockfile.text(Lock((entry("a", "b", line(TEXT, *several)),))) == lockfile.text(
        Lock((entry("a", "b", line(TEXT, *several[::-1])),))
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"version = 2\n", "of version 2"),
        (b"x", "not valid TOML"),
        (b"<<<<<<< ours\nversion = 1\n", "not valid TOML"),
        (b"\xff", "not valid TOML"),
        (b"", "no lock"),
        (b"version = 1\nimage = 3\n", "no lock"),
        (b"version = 1\n[[image]]\nfile = 1\nplatform = 'x'\nbytes = 1\n", "no lock"),
        (b"version = 1\n[[image]]\nfile = 'f'\nplatform = 'x'\nbytes = -1\n", "no lock"),
        (
            b"version=1\n[[image]]\nfile='f'\nplatform='x'\nbytes=1\n[[image.stage]]\nname='a'\nbytes=1\n"
            b"[[image.stage.line]]\ntext='a'\nmark='b'\nbytes=1\npackages=['a b']\n",
            "no lock",
        ),
    ],
)
def test_a_file_that_is_no_lock_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(UserError, match=why):
        lockfile.parsed(data, "dockerlint.lock")


def test_a_conflict_that_git_left_is_told_as_such() -> None:
    with pytest.raises(UserError) as error:
        lockfile.parsed(b"version = 1\n<<<<<<< ours\n", "dockerlint.lock")
    assert "merge conflict" in error.value.hint


def test_the_lock_is_looked_for_up_to_the_root_of_the_repository(project: Path) -> None:
    (project / "a" / "b").mkdir(parents=True)
    assert lockfile.find("a/b/Dockerfile") == str(project / "dockerlint.lock")
    (project / "a" / ".git").mkdir()
    assert lockfile.find("a/b/Dockerfile") is None
    assert lockfile.home("a/b/Dockerfile") == "a/dockerlint.lock"


def test_a_line_as_it_was_measured_is_known_by_its_base(project: Path) -> None:
    assert known() == {("debian:12", "apt", "curl"): "7.88.1-10"}


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("update", "update -q"),
        TEXT.replace("debian:12", "debian:13"),
        TEXT.replace("debian:12", "$BASE"),
        TEXT.replace("RUN", "ONBUILD RUN"),
    ],
)
def test_a_line_or_base_that_changed_is_not_known(project: Path, text: str) -> None:
    (project / "Dockerfile").write_text(text)
    assert known() == {}


def test_another_layout_or_comment_changes_nothing(project: Path) -> None:
    (project / "Dockerfile").write_text(TEXT.replace("&& ", "\\\n    # why\n    && "))
    assert known() == {("debian:12", "apt", "curl"): "7.88.1-10"}


def test_the_body_of_a_here_document_is_part_of_its_line(project: Path) -> None:
    text = "FROM debian:12\nRUN <<EOF\napt-get install -y curl\nEOF\n"
    (project / "dockerlint.lock").write_text(
        lockfile.text(Lock((entry("Dockerfile", "debian:12", line(text, CURL)),)))
    )
    (project / "Dockerfile").write_text(text)
    assert known()
    (project / "Dockerfile").write_text(text.replace("curl", "-q curl"))
    assert not known()


def test_two_versions_of_one_package_on_one_base_are_no_knowledge(project: Path) -> None:
    other = line(TEXT.replace("-y", "-qy"), ("apt", "curl", "8"))
    lock = Lock((entry("Dockerfile", "debian:12", line(TEXT, CURL), other),))
    (project / "dockerlint.lock").write_text(lockfile.text(lock))
    assert known() == {}


def test_a_lint_offers_the_versions_and_the_unsafe_fix_writes_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["Dockerfile", "--select", "DL3008", "--isolated"]
    main([*options, "--format", "json"])
    (found,) = json.loads(capsys.readouterr().out)
    assert found["fix"]["applicability"] == "unsafe"
    assert [edit["text"] for edit in found["fix"]["edits"]] == ["=7.88.1-10"]
    assert main([*options, "--fix"]) == 1
    assert (project / "Dockerfile").read_text() == TEXT
    assert main([*options, "--fix", "--unsafe"]) == 0
    assert (project / "Dockerfile").read_text() == TEXT.replace("curl", "curl=7.88.1-10")
    assert main([*options, "--fix", "--unsafe"]) == 0


def test_what_other_fixes_change_on_the_way_does_not_make_a_version_unknown(project: Path) -> None:
    assert (
        main(["Dockerfile", "--isolated", "--fix", "--unsafe", "--no-shellcheck", "--fail-on", "never"]) == 0
    )
    text = (project / "Dockerfile").read_text()
    assert "curl=7.88.1-10" in text
    assert "--no-install-recommends" in text
    assert "FROM debian:12-slim" in text
    assert (
        main(["Dockerfile", "--isolated", "--fix", "--unsafe", "--no-shellcheck", "--fail-on", "never"]) == 0
    )
    assert (project / "Dockerfile").read_text() == text


@pytest.mark.parametrize("profile", ["default", "hadolint"])
def test_the_release_of_the_base_and_the_packages_on_it_are_pinned_together(
    project: Path, profile: str
) -> None:
    text = "FROM debian:latest\nRUN apt-get install -y curl\n"
    start = model_of(Source.of_text(text)).stages[0].start
    first = Line(lockfile.shortened(start), lockfile.mark(start), 9, (), (("image", "debian", "12"),))
    lock = Lock((entry("Dockerfile", "debian:latest", first, line(text, CURL)),))
    (project / "dockerlint.lock").write_text(lockfile.text(lock))
    (project / "Dockerfile").write_text(text)
    fix = [
        "Dockerfile",
        "--profile",
        profile,
        "--select",
        "DL3007,DL3008",
        "--no-shellcheck",
        "--fix",
        "--unsafe",
    ]
    assert main(fix) == 0
    assert (project / "Dockerfile").read_text() == "FROM debian:12\nRUN apt-get install -y curl=7.88.1-10\n"


def test_a_damaged_lock_is_told_once_and_findings_stay(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "dockerlint.lock").write_text("x")
    (project / "b.Dockerfile").write_text(TEXT)
    assert main(["Dockerfile", "b.Dockerfile", "--select", "DL3008", "--isolated"]) == 1
    out, errors = capsys.readouterr()
    assert out.count("DL3008") >= 2
    assert errors.count("is not valid TOML") == 1
    assert "its versions are not used" in errors


def test_a_kept_result_is_not_used_when_the_lock_has_changed(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKERLINT_CACHE_DIR", str(project / "cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "cache"))
    for number in range(12):
        (project / f"{number}.Dockerfile").write_text(TEXT)

    def fixes() -> int:
        main([".", "--select", "DL3008", "--isolated", "--format", "json"])
        return sum("fix" in found and bool(found["fix"]) for found in json.loads(capsys.readouterr().out))

    assert [fixes(), fixes()] == [1, 1]
    (project / "dockerlint.lock").unlink()
    assert fixes() == 0


def _add(path: str, number: int) -> None:
    lockfile.change(path, lambda lock: lock.put([entry(f"{number:03}")]))


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "dockerlint.lock")
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.starmap(_add, [(path, number) for number in range(24)])
    assert [one.file for one in lockfile.read(path).entries] == [f"{number:03}" for number in range(24)]
    assert [p.name for p in tmp_path.iterdir()] == ["dockerlint.lock"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        lockfile.change(str(tmp_path / "nowhere" / "dockerlint.lock"), lambda lock: lock)


def test_a_plain_lint_without_a_pin_finding_does_not_read_the_lock(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Lock:
        raise AssertionError("it was read")

    monkeypatch.setattr(lockfile, "read", fail)
    (project / "Dockerfile").write_text("FROM debian:12\nRUN echo hello\n")
    assert main(["Dockerfile", "--select", "DL3008", "--isolated"]) == 0
