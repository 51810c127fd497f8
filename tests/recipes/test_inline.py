"""Dockerfiles that are inside a Compose file: what builds takes them, what writes refuses them by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint import cache_command, optimize_command
from dockerlint.build_options import Task, Yard
from dockerlint.errors import UserError

FILE = """\
services:
  web:
    build:
      context: web
      args: {VERSION: "12"}
      dockerfile_inline: |
        ARG VERSION
        FROM debian:${VERSION_OF:-$$VERSION}
        COPY . /srv
  worker:
    build: {dockerfile_inline: FROM scratch}
  plain:
    build: .
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app" / "web").mkdir(parents=True)
    (tmp_path / "app" / "web" / ".dockerignore").write_text("*.log\n")
    (tmp_path / "app" / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "app" / "compose.yaml").write_text(FILE)
    return tmp_path / "app"


def tasks(*words: str) -> tuple[Task, ...]:
    given = cache_command.parser().parse_args([*words, "--isolated"])
    return Yard(given).tasks(given.files[0])


def test_the_text_is_built_under_the_name_that_the_command_line_has_for_it(folder: Path) -> None:
    web, worker, plain = tasks("app/compose.yaml")
    assert web.source.text == "ARG VERSION\nFROM debian:$VERSION\nCOPY . /srv\n"
    assert (web.path, web.title) == ("app/compose.yaml:web", "app/compose.yaml:web")
    assert (web.build.context, web.build.build_args, web.patterns) == (
        "app/web",
        {"VERSION": "12"},
        ("*.log",),
    )
    assert worker.source.text == "FROM scratch"
    assert [one.inline for one in (web, worker, plain)] == [True, True, False]
    assert plain.title == "app/Dockerfile (plain)"


def test_a_file_is_not_taken_for_a_text_inside(folder: Path) -> None:
    (found,) = tasks("app/Dockerfile", "--compose", "app/compose.yaml")
    assert found.name == "plain"
    with pytest.raises(UserError, match="does not build app/Dockerfile"):
        tasks("app/Dockerfile", "--compose", "app/compose.yaml:web")


@pytest.mark.parametrize("command", [cache_command, optimize_command])
def test_what_would_write_it_refuses_by_name(folder: Path, command: object) -> None:
    with pytest.raises(UserError, match=r"Dockerfile of web is inside app/compose\.yaml") as raised:
        command.main(["app/compose.yaml:web", "--write", "--isolated"])  # type: ignore[attr-defined]
    assert "a file of its own" in raised.value.hint


def test_cache_looks_at_it_without_a_build(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "web" / "a.txt").write_text("a")
    assert cache_command.main(["app/compose.yaml:web", "--isolated"]) == 0
    assert "a.txt" in capsys.readouterr().out
