"""Results kept from run to run: used where nothing changed, and never where something did."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dockerlint
from dockerlint import lint_command, resultcache
from dockerlint.cachefolder import cache_folder, own_folder
from dockerlint.config import Config
from dockerlint.fix import Edit, Fix
from dockerlint.job import Setup
from dockerlint.lint import Found, Result
from dockerlint.loader import load
from dockerlint.source import Source, Span
from running import Ran, run

COUNT = lint_command.ENOUGH


class Project:
    """A folder with enough Dockerfiles for a cache, and a count of those that were really linted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.linted = 0
        for number in range(COUNT):
            self.write(number, f"FROM debian:12\nRUN apt update {number}\n")

    def write(self, number: int, text: str) -> None:
        (self.folder / f"{number}.Dockerfile").write_bytes(text.encode("utf-8", "surrogateescape"))

    def run(self, *words: str) -> Ran:
        self.linted = 0
        return run(".", "-f", "json", *words)

    def entries(self) -> list[Path]:
        return sorted(path for path in Path(cache_folder()).rglob("*") if path.is_file())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    here = tmp_path / "project"
    here.mkdir()
    (here / ".git").mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Project(here)
    really = lint_command.lint_model

    def counted(*given: object) -> Result:
        made.linted += 1
        return really(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lint_command, "lint_model", counted)
    return made


def test_a_file_that_did_not_change_is_not_linted_again(project: Project) -> None:
    first = project.run()
    assert (project.linted, len(project.entries())) == (COUNT, COUNT)
    again = project.run()
    assert project.linted == 0
    assert again == first
    assert first.code == 1
    project.write(3, "FROM debian:12\n")
    assert project.run() == project.run("--no-cache")
    assert project.linted == COUNT


def test_only_the_file_that_changed_is_linted(project: Project) -> None:
    project.run()
    project.write(3, "FROM debian:12\nRUN apt install x\n")
    changed = project.run()
    assert project.linted == 1
    assert changed == project.run("--no-cache")


def test_what_is_shown_does_not_matter_but_what_is_looked_for_does(project: Project) -> None:
    project.run()
    for same in (("-f", "sarif"), ("--fail-on", "never"), ("--color", "always"), ("--stats",)):
        project.run(*same)
        assert project.linted == 0
    for other in (
        ("--ignore", "DL3027"),
        ("--profile", "buildkit"),
        ("--severity", "warning"),
        ("--build-arg", "A=1"),
    ):
        project.run(*other)
        assert project.linted == COUNT


def test_configuration_and_ignore_files_take_part(project: Project) -> None:
    project.run()
    (project.folder / "dockerlint.toml").write_text('ignore = ["DL3027"]\n')
    project.run()
    assert project.linted == COUNT
    (project.folder / ".dockerignore").write_text("x\n")
    project.run()
    assert project.linted == COUNT
    (project.folder / "1.Dockerfile.dockerignore").write_text("y\n")
    project.run()
    assert project.linted == 1


def test_code_takes_part(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.run()
    monkeypatch.setattr(sys, "version", "another")
    project.run()
    assert project.linted == COUNT


PLUGIN = """
from dockerlint.rule import Bad, Finding, Good, Severity, rule

@rule(code="XX{n}", summary="All", why="It is.", severity=Severity.INFO, bad=[Bad("«FROM» a\\n")], good=[Good("")])
def everything_{n}(dockerfile):
    yield from ()
"""


def test_the_code_of_plugins_and_what_lies_beside_it_take_part(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "some.py").write_text(PLUGIN.format(n=101))
    rules = load([str(folder)])
    config = Config(plugins=(str(folder),))
    before = resultcache.mark(Setup.of(config, rules))
    assert resultcache.mark(Setup.of(config, rules)) == before
    (folder / "table.toml").write_text("x = 1\n")
    with_table = resultcache.mark(Setup.of(config, rules))
    assert with_table != before
    (folder / "table.toml").write_text("x = 11\n")
    assert resultcache.mark(Setup.of(config, rules)) not in (before, with_table)


def test_code_of_ours_and_of_the_shell_grammar_is_in_the_stamps() -> None:
    stamps = [path for path, _, _ in resultcache._stamps(load(), "")]
    for name in (
        "dockerlint/resultcache.py",
        "dockerlint_grammar/tables.py",
        "dockerlint_rules/size/apt_lists_left.py",
    ):
        assert any(path.replace(os.sep, "/").endswith(name) for path in stamps), name
    assert any("tree_sitter_bash" in path for path in stamps)


def damage(path: Path, how: str, other: Path) -> None:
    data = path.read_bytes()
    path.write_bytes({
        "empty": b"",
        "cut off": data[:-5],
        "garbage": b"\xff\x00",
        "valid JSON of another shape": b'{"a": 1}',
        "one digit off": data.replace(b"3027", b"3028"),
        "of another file": other.read_bytes(),
    }[how])  # fmt: skip


@pytest.mark.parametrize(
    "how", ["empty", "cut off", "garbage", "valid JSON of another shape", "one digit off", "of another file"]
)
def test_an_entry_that_is_not_whole_counts_as_none(project: Project, how: str) -> None:
    good = project.run()
    entries = project.entries()
    damage(entries[0], how, entries[1])
    assert project.run() == good
    assert project.linted == 1
    project.run()
    assert project.linted == 0


def test_a_run_that_is_cut_off_leaves_nothing_that_lies(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, written = os.replace, 0

    def stopping(*given: str) -> None:
        nonlocal written
        written += 1
        if written == 4:
            raise KeyboardInterrupt
        really(*given)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stopping)
        assert project.run().code == 130
    assert [path for path in project.entries() if "." in path.name]
    assert project.run() == project.run("--no-cache")


def test_what_a_rule_failed_on_is_not_kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.folder / "own").mkdir()
    text = PLUGIN.format(n=102).replace("yield from ()", "raise RuntimeError('no')")
    (project.folder / "own" / "some.py").write_text(text)
    (project.folder / "dockerlint.toml").write_text('plugins = ["own"]\n')
    for _ in range(2):
        assert project.run().code == 3
        assert (project.linted, project.entries()) == (COUNT, [])


def test_there_are_never_too_many_entries(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resultcache, "_MOST", 3)
    monkeypatch.setattr(
        resultcache.Cache, "_path", lambda self, key: os.path.join(self._folder, "00", key[2:])
    )
    project.run()
    assert len(project.entries()) == 3
    old = project.entries()
    for path in old:
        os.utime(path, (1, 1))
    project.write(0, "FROM debian:12\n")
    project.run()
    assert len(project.entries()) == 3
    assert not set(old) & set(project.entries())


def test_few_files_and_no_cache_leave_nothing(project: Project) -> None:
    project.run("--no-cache")
    run("0.Dockerfile", "1.Dockerfile")
    run(".", "--fix", "--diff")
    assert not Path(cache_folder()).exists()


def test_without_a_place_for_it_everything_is_as_before(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = project.run("--no-cache")
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", "/dev/null/x", "/proc/none"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(home))
        assert project.run() == good


def test_a_folder_that_others_can_write_to_is_not_used(project: Project) -> None:
    project.run()
    for folder in (Path(cache_folder()), Path(cache_folder()) / "results-1"):
        folder.chmod(0o777)
        assert not own_folder(str(folder))
        project.run()
        assert project.linted == COUNT
        folder.chmod(0o700)
    project.run()
    assert project.linted == 0


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away"
)
def test_a_folder_of_another_user_is_not_used(project: Project) -> None:
    project.run()
    os.chown(cache_folder(), 12345, -1)
    project.run()
    assert project.linted == COUNT


def test_a_link_is_not_taken_for_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    assert own_folder(str(tmp_path / "real"))
    assert not own_folder(str(tmp_path / "link"))


def test_the_folder_is_for_this_user_alone(project: Project) -> None:
    project.run()
    assert Path(cache_folder()).stat().st_mode & 0o777 == 0o700


def test_a_relative_cache_home_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", "/home/x")
    assert cache_folder() == "/home/x/.cache/dockerlint"


def test_runs_at_the_same_time_do_not_disturb_each_other(project: Project) -> None:
    for number in range(100):
        project.write(number, f"FROM debian:12\nRUN apt update {number}\n")
    command = [sys.executable, "-m", "dockerlint", ".", "-f", "json"]
    ways = [[], ["--jobs", "2"], [], ["--jobs", "2"]]
    started = [subprocess.Popen([*command, *way], stdout=subprocess.PIPE, text=True) for way in ways]
    said = {process.communicate()[0] for process in started}
    assert said == {project.run("--no-cache").out}
    project.run()
    assert project.linted == 0
    assert not [path for path in project.entries() if "." in path.name]


TEXT = st.text(st.characters(), max_size=20)


@settings(max_examples=100, deadline=None)
@given(
    message=TEXT,
    title=TEXT,
    new=TEXT,
    start=st.integers(0, 5),
    own=st.sampled_from([None, "safe", "display"]),
)
def test_a_result_comes_back_as_it_was(
    message: str, title: str, new: str, start: int, own: str | None
) -> None:
    source = Source.of(b"FROM \xff x\n")
    span = Span(start, start + 2)
    fix = Fix(title, (Edit(span, new), Edit(Span(8, 8), "")), own, "why")
    place = source.position(start), source.position(start + 2)
    found = tuple(
        Found("DL1", "name", "info", message, span, *place, one, "safe", "because") for one in (fix, None)
    )
    back = resultcache._result(
        source, resultcache.loads(resultcache.dumps(resultcache._content(Result("p", source, found, 7))))
    )
    assert back.found == found
    assert (back.hidden, back.path, back.source) == (7, source.path, source)


def test_the_version_is_code_too() -> None:
    # A release changes `dockerlint/__init__.py`, which is among the files that are stamped.
    path = os.path.abspath(dockerlint.__file__)
    assert any(stamp[0] == path for stamp in resultcache._stamps(load(), ""))


def test_where_shellcheck_failed_nothing_is_kept(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "shellcheck"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr("dockerlint.shellcheck.find", lambda: str(program))
    for _ in range(2):
        assert project.run("--shellcheck").code == 2
        assert (project.linted, project.entries()) == (COUNT, [])
    program.write_text("#!/bin/sh\necho '{\"comments\": []}'\n")
    project.run("--shellcheck")
    assert len(project.entries()) == COUNT
    project.run("--shellcheck")
    assert project.linted == 0
    # Another ShellCheck may find something else.
    program.write_text("#!/bin/sh\n\necho '{\"comments\": []}'\n")
    project.run("--shellcheck")
    assert project.linted == COUNT
