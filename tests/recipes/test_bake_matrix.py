"""Matrices of Bake files: one block that is many targets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockerlint import cache_command, optimize_command
from dockerlint.build_options import Yard
from dockerlint.errors import UserError
from dockerlint.recipes import recipes

HCL = """\
variable "SYSTEMS" { default = ["alpine", "debian"] }
target "_base" { args = { FROM_BASE = "b" } }
target "app" {
  name = "app-${replace(item.version, ".", "-")}-${system}"
  inherits = ["_base"]
  matrix = {
    item = [{ version = "1.0", tools = ["a", "b"] }, { version = "2.0", tools = [] }]
    system = SYSTEMS
  }
  args = { VERSION = item.version, TOOLS = join(" ", item.tools), (system) = 1 }
  dockerfile-inline = <<-EOT
    FROM ${system}
      RUN echo "$${HOME}" \\
        && true
    EOT
}
target "app-2-0-debian" { args = { EXTRA = "x" } }
target "plain" {}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("docker-bake.hcl").write_text(HCL)
    Path("Dockerfile").write_text("FROM scratch\n")
    return tmp_path


def test_each_combination_is_a_target() -> None:
    found = {one.name: one for one in recipes("bake", "docker-bake.hcl:app")}
    assert list(found) == ["app-1-0-alpine", "app-1-0-debian", "app-2-0-alpine", "app-2-0-debian"]
    assert found["app-1-0-alpine"].args == {
        "FROM_BASE": "b",
        "VERSION": "1.0",
        "TOOLS": "a b",
        "alpine": "1",
    }
    assert found["app-2-0-debian"].args == {
        "FROM_BASE": "b",
        "VERSION": "2.0",
        "TOOLS": "",
        "debian": "1",
        "EXTRA": "x",
    }
    assert found["app-1-0-debian"].inline == 'FROM debian\n  RUN echo "${HOME}" \\\n    && true\n'


def test_one_of_them_is_chosen_by_its_name() -> None:
    (found,) = recipes("bake", "docker-bake.hcl:app-2-0-alpine")
    assert (found.name, found.dockerfile) == ("app-2-0-alpine", "docker-bake.hcl:app-2-0-alpine")


def test_json_has_matrices_too() -> None:
    target = {"matrix": {"v": ["1", "2"]}, "name": "t${v}", "args": {"V": "${v}"}}
    Path("docker-bake.json").write_text(json.dumps({"target": {"t": target}}))
    assert {one.name: one.args["V"] for one in recipes("bake", "docker-bake.json:t")} == {
        "t1": "1",
        "t2": "2",
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("matrix = { v = [1, 2] }", "several builds that are called a"),
        ('matrix = { v = ["1.0"] }\n name = "a-${v}"', "a-1.0 is no name of a target"),
        ("matrix = [1]", "the matrix is a list, not an object"),
        ('matrix = { v = "x" }', 'v of the matrix is the string "x", not a list'),
        ('name = "b"', "has a name but no matrix"),
        ('matrix = { v = [1] }\n name = "a-${w}"', "there is no variable w"),
    ],
)
def test_a_matrix_that_makes_no_targets_is_named(body: str, words: str) -> None:
    Path("docker-bake.hcl").write_text(f'target "a" {{\n {body}\n}}\n')
    with pytest.raises(UserError, match=words):
        recipes("bake", "docker-bake.hcl")


def test_a_matrix_cannot_be_inherited_whole() -> None:
    with open("docker-bake.hcl", "a") as file:
        file.write('target "x" { inherits = ["app"] }\n')
    with pytest.raises(UserError, match="inherits app, which is a matrix") as raised:
        recipes("bake", "docker-bake.hcl:x")
    assert "app-1-0-alpine" in raised.value.hint


def test_the_dockerfile_inside_is_what_is_built() -> None:
    given = cache_command.parser().parse_args(["docker-bake.hcl:app-1-0-alpine", "--isolated"])
    (task,) = Yard(given).tasks(given.files[0])
    assert task.source.text.startswith("FROM alpine\n")
    assert (task.title, task.inline) == ("docker-bake.hcl:app-1-0-alpine", True)
    given = cache_command.parser().parse_args(["Dockerfile", "--bake", "docker-bake.hcl", "--isolated"])
    assert [one.name for one in Yard(given).tasks("Dockerfile")] == ["_base", "plain"]


@pytest.mark.parametrize("command", [cache_command, optimize_command])
def test_what_would_write_it_refuses_by_name(command: object) -> None:
    with pytest.raises(UserError, match=r"of app-1-0-alpine is inside docker-bake\.hcl"):
        command.main(["docker-bake.hcl:app-1-0-alpine", "--write", "--isolated"])  # type: ignore[attr-defined]
