"""Compose files: what each service builds, with its variables filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.errors import UserError
from dockerlint.recipes import Recipe, kind, recipes
from dockerlint.recipes.variables import interpolate

FILE = """\
x-common: &common
  args: &args
    ONE: "1"
services:
  web:
    build:
      context: ./web
      dockerfile: ../Dockerfile
      args: {<<: *args, TWO: "${TWO:-two}", FROM_ENV: , NOWHERE: , FLAG: true}
      target: prod
      platforms: [linux/amd64]
      secrets:
        - token
        - {source: key, target: KEY}
      ssh: [default]
      additional_contexts: {lib: ../lib, base: docker-image://debian:12}
      extra_hosts: ["a:10.0.0.1"]
      ulimits: {nofile: {soft: 10, hard: 20}, nproc: 5}
      labels: {x: y}
      no_cache: true
    image: web
  worker:
    build: ./web
  cache:
    image: redis
secrets:
  token: {environment: TOKEN}
  key: {file: ./key.pem}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FROM_ENV", "e")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "compose.yaml").write_text(FILE)
    return tmp_path / "app"


def test_a_service_is_what_its_build_says(folder: Path) -> None:
    web, worker = recipes("compose", "app/compose.yaml")
    assert web == Recipe(
        "web",
        "app/Dockerfile",
        "app/web",
        {"ONE": "1", "TWO": "two", "FROM_ENV": "e", "FLAG": "true"},
        "prod",
        ("linux/amd64",),
        {"lib": "lib", "base": "docker-image://debian:12"},
        ("id=token,env=TOKEN", "id=KEY,src=app/key.pem"),
        ("default",),
        None,
        True,
        False,
        ("--add-host=a:10.0.0.1", "--ulimit=nofile=10:20", "--ulimit=nproc=5", "--label=x=y"),
    )
    assert (worker.name, worker.dockerfile, worker.context) == ("worker", "app/web/Dockerfile", "app/web")


def test_one_service_is_chosen_by_its_name(folder: Path) -> None:
    assert [one.name for one in recipes("compose", "app/compose.yaml:worker")] == ["worker"]
    with pytest.raises(UserError, match="builds nothing that is called worke") as raised:
        recipes("compose", "app/compose.yaml:worke")
    assert raised.value.hint == "did you mean worker?"
    with pytest.raises(UserError):
        recipes("compose", "app/compose.yaml:cache")


def test_the_env_file_counts_and_the_environment_counts_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("# words\nexport TWO='$2'\nTHREE=\"${TWO}\\n\" # x\n")
    assert recipes("compose", "app/compose.yaml")[0].args["TWO"] == "$2"
    monkeypatch.setenv("TWO", "env")
    assert recipes("compose", "app/compose.yaml")[0].args["TWO"] == "env"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$A-${A}", "a-a"),
        ("$$A ${E:-x} ${E-x} ${N-x} ${N:-${A}}", "$A x  x a"),
        ("${A:+x} ${E:+x} ${E+x} ${N+x}", "x  x "),
        ("${A?no}${N:+${X:?no}} $ $1 $", "a $ $1 $"),
        ("${N:-a:b}", "a:b"),
    ],
)
def test_variables_are_filled_in_as_compose_does(text: str, value: str) -> None:
    assert interpolate(text, {"A": "a", "E": ""}, "x") == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${N:?give it}", "N is not set: give it"),
        ("${A", "no valid"),
        ("${A!b}", "no valid"),
        ("${1}", "no valid"),
    ],
)
def test_variables_that_are_missing_or_malformed_are_named(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        interpolate(text, {"A": "a"}, "x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "no plain|not plain"),
        ("a: 1", "no services"),
        ("services: {a: {image: x}}", "names nothing that is built"),
        ("services: {a: {build: [1]}}", "neither"),
        ("services: {a: {build: https://x/y.git}}", "not on this machine"),
        ("services: {a: {build: {dockerfile_inline: [FROM x]}}}", "dockerfile_inline is no text"),
        ("services: {a: {build: {dockerfile_inline: FROM x, dockerfile: x}}}", "both"),
        ("services: {a: {build: {secrets: [x]}}}", "no secret x"),
        (
            "services: {a: {build: {additional_contexts: {b: 'service:c'}}}, c: {image: c}}",
            "takes service:c for its context b, and no such service is built",
        ),
        (
            "services: {a: {build: {additional_contexts: {b: 'service:c'}}},"
            " c: {build: {additional_contexts: {b: 'service:a'}}}}",
            "service c takes service:a for its context b, which is built from it in turn",
        ),
        ("services: {a: {build: {additional_contexts: [b]}}}", "the context b stands for nothing"),
        ("services: {a: {build: {args: 5}}}", "no list"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "compose.yaml").write_text(text)
    with pytest.raises(UserError, match=words):
        recipes("compose", str(tmp_path / "compose.yaml"))


def test_a_service_is_built_from_others(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services: {web: {build: {context: w, additional_contexts: [base=service:base, lib=lib]}},"
        " base: {build: {context: b, args: {A: 1}, additional_contexts: {deep: 'service:deep'}}},"
        " deep: {build: {dockerfile_inline: FROM scratch}}}"
    )
    found = {one.name: one for one in recipes("compose", str(tmp_path / "compose.yaml"))}
    assert found["web"].needs == {"base": found["base"]}
    assert found["base"].needs == {"deep": found["deep"]}
    assert found["web"].contexts == {"lib": str(tmp_path / "lib")}


def test_files_are_known_by_their_names() -> None:
    names = (
        "compose.yaml",
        "x/docker-compose.yml:web",
        "docker-bake.hcl:app",
        "docker-bake.json",
        "Dockerfile",
        "x.yaml",
    )
    assert [kind(name) for name in names] == ["compose", "compose", "bake", "bake", None, None]
