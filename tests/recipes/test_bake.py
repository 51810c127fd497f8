"""Bake files: targets, what they inherit, groups, variables and functions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockerlint.errors import UserError
from dockerlint.recipes import Recipe, recipes

HCL = """\
variable "TAG" { default = "latest" }
variable "NAME" { default = "x-${TAG}" }
variable "DEBUG" { default = false }
group "default" { targets = ["app", "more"] }
group "more" { targets = ["tool"] }
target "_base" {
  args = { A = "1", B = TAG, "C" = "a${upper(TAG)}b", N = null, I = 3 }
  labels = { "one" = "1" }
}
target "app" {
  inherits = ["_base"]
  context = "src"
  dockerfile = "app.Dockerfile"
  target = equal(TAG, "latest") ? "prod" : "dev"
  args = { A = "2" }
  platforms = ["linux/amd64", "linux/arm64"]
  secret = ["id=a,env=B", { type = "file", id = "k", src = "key" }]
  ssh = ["default"]
  contexts = { lib = "../lib" }
  tags = [NAME]
  no-cache = DEBUG || TAG == "x"
}
target "tool" {}
target "other" { context = "src" }
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hcl(text: str) -> str:
    pytest.importorskip("hcl2")
    Path("docker-bake.hcl").write_text(text)
    return "docker-bake.hcl"


def test_a_target_is_what_it_says_over_what_it_inherits() -> None:
    app, tool = recipes("bake", hcl(HCL))
    assert app == Recipe(
        "app",
        "src/app.Dockerfile",
        "src",
        {"A": "2", "B": "latest", "C": "aLATESTb", "I": "3"},
        "prod",
        ("linux/amd64", "linux/arm64"),
        {"lib": "../lib"},
        ("id=a,env=B", "type=file,id=k,src=key"),
        ("default",),
        None,
        False,
        False,
        ("--label=one=1",),
    )
    assert (tool.name, tool.dockerfile, tool.context) == ("tool", "Dockerfile", ".")


def test_variables_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "x")
    monkeypatch.setenv("DEBUG", "true")
    app = recipes("bake", hcl(HCL))[0]
    assert (app.target, app.args["C"], app.no_cache) == ("dev", "aXb", True)


def test_a_name_is_a_target_or_a_group() -> None:
    path = hcl(HCL)
    assert [one.name for one in recipes("bake", f"{path}:other")] == ["other"]
    assert [one.name for one in recipes("bake", f"{path}:more")] == ["tool"]
    assert [one.name for one in recipes("bake", path, every=True)] == ["_base", "app", "tool", "other"]
    with pytest.raises(UserError, match="called nobody"):
        recipes("bake", f"{path}:nobody")


def test_json_is_read_with_its_variables() -> None:
    file = {
        "variable": {"TAG": {"default": "1"}},
        "target": {
            "a": {"context": ".", "args": {"X": "${TAG}-$${TAG}", "Y": 'say "hi"'}, "dockerfile": "D"}
        },
    }
    Path("docker-bake.json").write_text(json.dumps(file))
    (found,) = recipes("bake", "docker-bake.json")
    assert found.args == {"X": "1-${TAG}", "Y": 'say "hi"'}
    assert found.dockerfile == "D"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('args = { A = sha256("x") }', "the function sha256 is not known"),
        ("args = { A = NOBODY }", "no variable NOBODY"),
        ('inherits = ["nobody"]', "inherits nobody, which is no target"),
        ('inherits = ["a"]', "inherits itself"),
        ('context = "https://example.org/x.git"', "not on this machine"),
        ('contexts = { b = "target:c" }', "target:c"),
        ('dockerfile-inline = "FROM x"', "dockerfile-inline"),
        ("matrix = { x = [1] }", "matrix"),
        ("args = { A = x[0] }", "not known to dockerlint"),
        ('args = { A = -"x" }', "cannot be worked out"),
        ("args = {", "is not HCL"),
    ],
)
def test_what_is_not_understood_is_named(body: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        recipes("bake", hcl(f'target "a" {{\n  {body}\n}}\n'))


def test_a_variable_that_stands_for_itself_is_named() -> None:
    with pytest.raises(UserError, match="stands for itself"):
        recipes("bake", hcl('variable "A" { default = "${A}" }\ntarget "a" { target = A }\n'))


def test_expressions_have_the_order_of_hcl() -> None:
    text = 'target "a" { args = { A = 1 + 2 * 3, B = !(true && false) ? join("-", ["x", "y"]) : "", C = "a\\"${"b"}" } }\n'
    assert recipes("bake", hcl(text))[0].args == {"A": "7", "B": "x-y", "C": 'a"b'}
