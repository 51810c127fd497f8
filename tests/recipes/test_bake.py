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
        ('args = { A = bcrypt("x") }', "the function bcrypt is not known"),
        ("args = { A = NOBODY }", "no variable NOBODY"),
        ("args = {\n A = x[0]\n}", r"\{ … cannot be worked out: there is no variable x"),
        ('args = { A = ["x"][1] }', "a list of 1 has no item 1"),
        ("args = { A = { b = 1 }.c }", "an object has no c"),
        ('args = { A = -"x" }', 'the string "x" is no number'),
        ("args = { A = 1 / 0 }", "nothing can be divided by 0"),
        ("args = { A = 1 / 3 }", "more digits"),
        ('args = { A = "a${null}" }', "null is no string"),
        ("args = { A = 1 ? 2 : 3 }", "the number 1 is neither true nor false"),
        ("args = { A = upper() }", "upper takes 1 arguments, not 0"),
        ("args = { A = length(5) }", "length: the number 5 is neither"),
        ('args = ["a"]', "args is a list, not an object"),
        ("args = { A = [1] }", "A of args: a list is no string"),
        ('inherits = ["nobody"]', "inherits nobody, which is no target"),
        ('inherits = ["a"]', "inherits itself"),
        ('context = "https://example.org/x.git"', "not on this machine"),
        ('contexts = { b = "target:c" }', "takes target:c for its context b, which is no target"),
        ('contexts = { b = "target:a" }', "takes target:a for its context b, which is built from it in turn"),
        ("args = { A = target.a.args.A }", "target.a.args stands for itself"),
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


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('target "a" {\n  args = {', 2, "something is missing"),
        ('target "a" {\n  args = {}', 2, "the block target a is never closed"),
        ('target "a" {\n\n  x = "y\n}', 3, "a string is not closed on its line"),
        ('target "a" {\n  x = "\\q"\n}', 2, r"a string has no \\q"),
        ('target "a" {\n  x = 1 2\n}', 2, "'2' is out of place"),
        ('target "a" {\n  x = 1\n  x = 2\n}', 3, "x is given twice"),
        ('target "a" {\n  x = <<EOT\n}\n', 2, "the text up to EOT is never closed"),
        ('target "a" {\n  x = "%{ if true }y"\n}', 2, "endif }} is missing"),
    ],
)
def test_what_is_no_hcl_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(UserError, match=f"docker-bake.hcl:{line} is not HCL: .*{words.replace('}}', '}')}"):
        recipes("bake", hcl(text))


def test_text_that_is_nested_without_end_is_no_traceback() -> None:
    with pytest.raises(UserError, match="nested too deep"):
        recipes("bake", hcl('target "a" { x = ' + "(" * 5000 + "1" + ")" * 5000 + " }"))


def test_names_come_from_the_top_of_the_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAJOR", "9")
    text = 'MAJOR = split(".", V)[0]\nvariable "V" { default = "1.2" }\ntarget "a" { target = MAJOR }\n'
    assert recipes("bake", hcl(text))[0].target == "1"


def test_a_variable_without_a_default_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    path = hcl('variable "E" {}\ntarget "a" { args = { E = E, F = "<${E}>" } }\n')
    assert recipes("bake", path)[0].args == {"E": "", "F": "<>"}
    monkeypatch.setenv("E", "e")
    assert recipes("bake", path)[0].args == {"E": "e", "F": "<e>"}


@pytest.mark.parametrize(
    ("variable", "env", "value"),
    [
        ("default = true", {"X": "0"}, "false"),
        ("default = 3", {"X": "7.50"}, "7.5"),
        ("default = null", {"X": "x"}, '"x"'),
        ("type = number\n default = 3", {}, "3"),
        ('type = list(string)\n default = ["a"]', {"X": 'b,"c,d"'}, '["b","c,d"]'),
        ("type = list(number)", {"X": "1,2"}, "[1,2]"),
        ("type = map(string)", {"X_JSON": '{"a": 1}'}, '{"a":"1"}'),
        ("type = bool", {"X": "T"}, "true"),
    ],
)
def test_the_environment_gives_values_of_the_kind_that_the_variable_has(
    variable: str, env: dict[str, str], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in env.items():
        monkeypatch.setenv(name, text)
    text = f'variable "X" {{\n {variable}\n}}\ntarget "a" {{ args = {{ X = jsonencode(X) }} }}\n'
    assert recipes("bake", hcl(text))[0].args == {"X": value}


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("default = true", "for what is true or false"),
        ("default = 3", "is no number"),
        ("default = []", "cannot come from the environment"),
        ("type = map(string)", "cannot give an object"),
        (
            'default = ""\n validation {\n condition = X == "b"\n error_message = "b, not ${X}"\n }',
            "not as the file wants it: b, not maybe",
        ),
    ],
)
def test_what_the_environment_cannot_give_is_named(
    variable: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X", "maybe")
    with pytest.raises(UserError, match=words):
        recipes("bake", hcl(f'variable "X" {{\n {variable}\n}}\ntarget "a" {{ args = {{ X = X }} }}\n'))


def test_blocks_of_one_name_and_what_is_inherited_come_together() -> None:
    text = """\
target "_b" {
  args = { A = "b", N = "b" }
  secret = ["id=one,env=A", "id=two,env=B"]
  platforms = ["linux/amd64"]
  contexts = { x = "x", gone = "y" }
}
target "a" {
  inherits = ["_b"]
  args = { N = null, C = "c" }
  secret = ["id=two,env=B", { id = "three", env = "C" }]
  ssh = [{ id = "default" }, { id = "k", paths = ["p", "q"] }]
}
target "a" {
  platforms = ["linux/arm64"]
  contexts = { gone = "" }
  context = "cwd://src"
  dockerfile = "cwd://D"
}
"""
    (found,) = recipes("bake", hcl(text))
    assert found.args == {"A": "b", "N": "b", "C": "c"}
    assert found.secrets == ("id=one,env=A", "id=two,env=B", "id=three,env=C")
    assert found.ssh == ("default", "k=p,q")
    assert (found.platforms, found.contexts) == (("linux/arm64",), {"x": "x"})
    assert (found.context, found.dockerfile) == ("src", "D")


def test_a_target_may_take_what_another_says() -> None:
    text = 'target "a" { args = { A = target.b.args.B } }\ntarget "b" {\n args = { B = "${target.b.context}!" }\n context = "c"\n}\n'
    assert recipes("bake", hcl(text) + ":a")[0].args == {"A": "c!"}


def test_what_another_target_does_not_say_is_null() -> None:
    text = 'target "a" { args = { A = target.b.context, N = target.b.name } }\ntarget "b" {}\n'
    assert recipes("bake", hcl(text) + ":a")[0].args == {"N": "b"}


def test_a_group_without_targets_is_named() -> None:
    with pytest.raises(UserError, match="group default has no targets"):
        recipes("bake", hcl('group "default" { target = ["a"] }\ntarget "a" {}\n'))


def test_a_group_that_holds_what_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match="group default holds tol, which is no target") as raised:
        recipes("bake", hcl('group "default" { targets = ["tol"] }\ntarget "tool" {}\n'))
    assert raised.value.hint == "did you mean tool?"
    path = hcl('group "tool" { targets = ["tool"] }\ntarget "tool" {}\n')
    assert [one.name for one in recipes("bake", f"{path}:tool")] == ["tool"]


def test_a_file_that_overrides_counts_beside_one_of_the_default_name(folder: Path) -> None:
    text = 'variable "V" { default = "1" }\ngroup "default" { targets = ["a"] }\ntarget "a" { args = { V = V, W = "w" } }\n'
    over = 'variable "V" { default = "2" }\ngroup "default" { targets = ["a", "b"] }\ntarget "a" { args = { W = "o" } }\ntarget "b" {}\n'
    path = hcl(text)
    Path("docker-bake.override.hcl").write_text(over)
    a, b = recipes("bake", path)
    assert (a.args, b.name) == ({"V": "2", "W": "o"}, "b")
    Path("other.hcl").write_text(text)
    (a,) = recipes("bake", "other.hcl")
    assert a.args == {"V": "1", "W": "w"}
    Path("docker-bake.override.json").write_text('{"target": {"a": {"args": {"W": "j", "X": "j"}}}}')
    a, b = recipes("bake", path)
    assert a.args == {"V": "2", "W": "o", "X": "j"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"x": NaN}', "is not JSON: NaN is no value"),
        ("[]", "is no Bake file: it holds no object"),
        ('{"target": {"a": 5}}', "its target is no object of objects"),
        ('{"target": {"a": {"args": {"A": "${"}}}}', "a string cannot be read"),
        ('{"function": {"f": {"params": ["x"]}}}', "the function f lacks its params or its result"),
    ],
)
def test_json_that_is_no_bake_file_is_told_with_the_reason(text: str, words: str) -> None:
    Path("docker-bake.json").write_text(text)
    with pytest.raises(UserError, match=words):
        recipes("bake", "docker-bake.json")
