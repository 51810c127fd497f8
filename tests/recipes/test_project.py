"""Compose files that are put together of several: override files, `extends`, `include`, and the tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.errors import UserError
from dockerlint.recipes import Recipe, recipes


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("ONE", "TWO"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def built(path: str) -> dict[str, Recipe]:
    return {one.name: one for one in recipes("compose", path)}


BASE = """\
services:
  web:
    build:
      context: web
      dockerfile: Dockerfile
      args: {A: 1, B: 2, C: 3}
      target: dev
      cache_from: [one]
      labels: [x=1]
      extra_hosts: [a=10.0.0.1]
      platforms: [linux/amd64]
      additional_contexts: {lib: ./lib}
      ulimits: {nofile: 5, nproc: 5}
"""


def test_an_override_file_beside_it_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B", "env")
    write("app/compose.yaml", BASE)
    write(
        "app/compose.override.yaml",
        """\
services:
  web:
    build:
      dockerfile: Other
      args: [A=9, B, D=4]
      target:
      cache_from: [one, two]
      labels: {x: 2, y: 3}
      extra_hosts: {b: "::1"}
      platforms: [linux/arm64]
      additional_contexts: [base=docker-image://debian]
      ulimits: {nproc: {soft: 1, hard: 2}}
  new:
    build: .
""",
    )
    write("app/docker-compose.override.yml", "services: {web: {build: {target: never}}}")
    found = built("app/compose.yaml")
    assert list(found) == ["web", "new"]
    web = found["web"]
    assert (web.dockerfile, web.context, web.target) == ("app/web/Other", "app/web", "dev")
    assert web.args == {"A": "9", "B": "env", "C": "3", "D": "4"}
    assert web.contexts == {"lib": "app/lib", "base": "docker-image://debian"}
    assert web.platforms == ("linux/amd64", "linux/arm64")
    assert web.options == (
        "--add-host=a:10.0.0.1",
        "--add-host=b:::1",
        "--ulimit=nofile=5",
        "--ulimit=nproc=1:2",
        "--cache-from=one",
        "--cache-from=two",
        "--label=x=2",
        "--label=y=3",
    )


@pytest.mark.parametrize("name", ["other.yaml", "docker-compose.yml"])
def test_only_the_file_that_compose_finds_by_itself_has_an_override_file(name: str) -> None:
    write("compose.yaml", BASE)
    write(name, BASE)
    write("compose.override.yml", "services: {web: {build: {target: over}}}")
    assert built("compose.yaml")["web"].target == "over"
    assert built(name)["web"].target == "dev"


def test_a_build_that_is_a_path_and_one_that_is_a_mapping_are_merged() -> None:
    write("compose.yaml", "services: {a: {build: x}, b: {build: {args: {A: 1}}}}")
    write("compose.override.yaml", "services: {a: {build: {args: {A: 1}}}, b: {build: y}}")
    found = built("compose.yaml")
    assert (found["a"].context, found["a"].args) == ("x", {"A": "1"})
    assert (found["b"].context, found["b"].args) == ("y", {"A": "1"})


def test_tags_take_away_and_put_in_place() -> None:
    write("compose.yaml", BASE + "  gone:\n    build: .\n  image:\n    build: .\n")
    write(
        "compose.override.yaml",
        """\
services:
  web:
    build:
      target: !reset null
      args: !override
        A: !override 1.10
      cache_from: !override [three]
      labels: !reset []
      additional_contexts: {lib: !reset null}
      dockerfile: !override Plain
  gone: !reset null
  image:
    build: !reset null
    image: redis
""",
    )
    found = built("compose.yaml")
    assert list(found) == ["web"]
    web = found["web"]
    assert (web.target, web.args, web.contexts) == (None, {"A": "1.10"}, {})
    assert web.dockerfile == "web/Plain"
    assert "--cache-from=three" in web.options
    assert not [one for one in web.options if "label" in one or one == "--cache-from=one"]


def test_tags_of_a_service_count_for_what_it_extends_and_for_what_it_overrides() -> None:
    write(
        "compose.yaml",
        "services: {base: {build: {context: b, args: {A: 1}, target: t}}, web: {build: {args: {B: 2}, target: u}}}",
    )
    write(
        "compose.override.yaml",
        "services: {base: {build: {args: {C: 3}}},"
        " web: {extends: base, build: {args: !override {D: 4}, target: !reset null}}}",
    )
    web = built("compose.yaml")["web"]
    assert (web.args, web.target) == ({"D": "4"}, None)


def test_tags_of_what_is_extended_say_nothing_of_the_service_that_extends_it() -> None:
    write("compose.yaml", "services: {web: {build: {context: w, args: {A: 1}, cache_from: [a]}}}")
    write(
        "compose.override.yaml",
        "services: {mid: {build: {args: !override {B: 2}, cache_from: !reset []}}, web: {extends: mid}}",
    )
    web = built("compose.yaml")["web"]
    assert (web.args, web.options) == ({"A": "1", "B": "2"}, ("--cache-from=a",))


def test_a_tag_on_a_service_counts_for_what_it_extends_too() -> None:
    write("compose.yaml", "services: {base: {build: b}, web: {build: {args: {A: 1, X: 1}}}}")
    write(
        "compose.override.yaml",
        "services: {base: {build: {args: {B: 2}}}, web: !override {extends: base, build: {args: {C: '${C:-3}'}}}}",
    )
    assert built("compose.yaml")["web"].args == {"B": "2", "C": "3"}


def test_what_a_file_says_itself_counts_more_than_what_it_includes() -> None:
    write(
        "compose.yaml",
        "include: [a.yaml, b.yaml]\nservices: {one: {build: {args: {A: own}}}}\nsecrets: {s: {file: own}}",
    )
    write(
        "a.yaml",
        "services: {one: {build: {context: a, args: {A: a}, secrets: [s]}}}\nsecrets: {s: {file: a}}",
    )
    write("b.yaml", "services: {one: {build: {context: b, args: {A: b, B: b}}}}")
    one = built("compose.yaml")["one"]
    assert (one.context, one.args, one.secrets) == ("a", {"A": "own", "B": "b"}, ("id=s,src=own",))


def test_ssh_keys_are_files_of_the_folder() -> None:
    write("app/compose.yaml", "services: {a: {build: {context: ., ssh: {default: , k: 'x,../y'}}}}")
    assert built("app/compose.yaml")["a"].ssh == ("default", "k=app/x,y")


@pytest.mark.parametrize("inside", ["2024-01-02 03:04:05Z", "2024-01-02T03:04:05"])
def test_a_moment_in_another_form_is_a_text(inside: str) -> None:
    write(
        "compose.yaml",
        f"services: {{a: {{build: {{args: {{A: {inside}, B: 2024-01-02T03:04:05.10+02:00}}}}}}}}",
    )
    assert built("compose.yaml")["a"].args == {"A": inside, "B": "2024-01-02 03:04:05.1 +0200 +0200"}


def test_a_service_extends_others_of_its_file_and_of_another() -> None:
    write(
        "compose.yaml",
        """\
services:
  web:
    extends: {file: common/base.yaml, service: app}
    build: {args: {A: web, D: 4}}
  kid:
    extends: web
    build: {target: kid}
""",
    )
    write("compose.override.yaml", "services: {web: {build: {args: {A: over}}}}")
    write(
        "common/base.yaml",
        """\
services:
  root:
    build: {context: src, dockerfile: Root, args: [A=root, B=root], additional_contexts: {up: ..}}
  app:
    extends: {service: root}
    platform: linux/arm64
    build: {args: {B: app}}
""",
    )
    found = built("compose.yaml")
    web = found["web"]
    assert (web.dockerfile, web.context) == ("common/src/Root", "common/src")
    assert web.args == {"A": "over", "B": "app", "D": "4"}
    assert web.contexts == {"up": "."}
    assert web.platforms == ("linux/arm64",)
    # What a service extends is what its own file says.
    assert (found["kid"].args["A"], found["kid"].target) == ("web", "kid")


def test_an_extended_build_without_a_context_is_of_the_folder_of_the_project() -> None:
    write("app/compose.yaml", "services: {web: {extends: {file: ../common.yaml, service: app}}}")
    write("common.yaml", "services: {app: {build: {dockerfile: D}}}")
    assert built("app/compose.yaml")["web"].context == "app"


def test_included_projects_have_their_own_folder_and_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREE", "env")
    write(
        "compose.yaml",
        """\
include:
  - parts/one.yaml
  - path: [parts/two.yaml, parts/two.over.yaml]
    project_directory: work
    env_file: [a.env, b.env]
services:
  web: {build: {context: ., secrets: [key]}}
  one: {build: {args: {MORE: 1}}}
""",
    )
    write(".env", "TOP=top\n")
    write("parts/.env", "ONE=one\nTHREE=file\nTOP=part\n")
    write("a.env", "ONE=a\nTWO=a${ONE}\n")
    write("b.env", "ONE=b\n")
    write(
        "parts/one.yaml",
        "include: [deep/deep.yaml]\nservices: {one: {build: {args: {V: '${ONE}-${THREE}-${TOP}-$$X'}}}}\n"
        "secrets: {key: {file: key.pem}}\n",
    )
    write("parts/deep/deep.yaml", "services: {deep: {build: src}}")
    write("parts/two.yaml", "services: {two: {build: {context: sub, args: {V: '${ONE}-${TWO}'}}}}")
    write("parts/two.over.yaml", "services: {two: {build: {target: over}}}")
    found = built("compose.yaml")
    assert set(found) == {"web", "one", "deep", "two"}
    assert found["web"].secrets == ("id=key,src=parts/key.pem",)
    assert found["one"].context == "parts"
    assert found["one"].args == {"V": "one-env-top-$X", "MORE": "1"}
    assert found["deep"].context == "parts/deep/src"
    assert (found["two"].context, found["two"].args, found["two"].target) == (
        "work/sub",
        {"V": "b-aa"},
        "over",
    )


def test_what_is_null_in_one_file_is_what_the_other_says() -> None:
    write("compose.yaml", "services: {web: {build: {args: , context: x}}}")
    write("compose.override.yaml", "services: {web: {build: {args: !override ['A=${A_B:-1}'], context: }}}")
    web = built("compose.yaml")["web"]
    assert (web.args, web.context) == ({"A": "1"}, "x")
    write("compose.override.yaml", "services: {web: {build: {args: {A: 2}}}}")
    assert built("compose.yaml")["web"].args == {"A": "2"}


def test_documents_of_one_file_are_merged_too() -> None:
    write(
        "compose.yaml",
        "services: {web: {build: {context: a, target: x}}}\n---\nservices: {web: {build: b}}\n",
    )
    web = built("compose.yaml")["web"]
    assert (web.context, web.target) == ("b", "x")


def test_plain_values_are_those_of_docker_compose() -> None:
    write(
        "compose.yaml",
        "services: {a: {build: {args: {A: yes, B: 3.10, C: 20.0, D: 0777, E: 1:30, F: true, G: 08, H: '08',"
        " I: 1000000.0, J: 2024-01-01, K: 0x1F, L: -5, M: .00001}, no_cache: '${NC:-true}', pull: false}}}",
    )
    one = built("compose.yaml")["a"]
    assert "".join(f"{name}={value} " for name, value in one.args.items()) == (
        "A=yes B=3.1 C=20 D=511 E=1:30 F=true G=8 H=08 I=1e+06 J=2024-01-01 00:00:00 +0000 UTC K=31 L=-5 M=1e-05 "
    )
    assert (one.no_cache, one.pull) == (True, False)


def test_tags_that_compose_does_not_know_say_nothing() -> None:
    write("compose.yaml", "services: {a: {build: !x {context: !y 1.10, args: !z [A=1]}}}")
    one = built("compose.yaml")["a"]
    assert (one.context, one.args) == ("1.10", {"A": "1"})


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("HOME", str(folder / "home"))
    write("compose.yaml", "services: {a: {build: {context: ~/x, additional_contexts: {y: ~/y}}}}")
    one = built("compose.yaml")["a"]
    assert (one.context, one.contexts) == (str(folder / "home/x"), {"y": str(folder / "home/y")})


def test_merge_keys_and_anchors_are_followed() -> None:
    write(
        "compose.yaml",
        """\
x-one: &one {A: 1, B: 1}
x-two: &two {B: 2, C: 2}
x-build: &build {context: src, args: {<<: [*one, *two], C: 3}}
services:
  web: {build: {<<: *build, target: t}}
  more: {build: *build}
""",
    )
    found = built("compose.yaml")
    assert found["web"].args == found["more"].args == {"A": "1", "B": "1", "C": "3"}
    assert (found["web"].target, found["web"].context) == ("t", "src")


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        (
            "services: {a: {extends: b, build: .}}",
            "service a extends b, and compose.yaml has no such",
            "file:",
        ),
        ("services: {web: {build: .}, a: {extends: wob}}", "extends wob", "did you mean web?"),
        ("services: {a: {extends: b}, b: {extends: a, build: .}}", "extends itself", "take one"),
        ("services: {a: {extends: {file: no.yaml, service: x}}}", "no.yaml cannot be read", ""),
        ("services: {a: {extends: {file: x.yaml}}}", "extends no service by name", ""),
        ("services: {a: {extends: {file: 'https://x/y', service: x}}}", "not on this machine", "config"),
        ("include: x.yaml", "include is no list", "behind a dash"),
        ("include: [{env_file: x}]", "names no path", ""),
        ("include: [no.yaml]", "no.yaml cannot be read", ""),
        ("include: [{path: compose.yaml}]", "includes itself", "take one"),
        ("include: ['oci://x/y']", "not on this machine", "docker compose config"),
        ("include: [{path: compose.yaml, env_file: no.env}]\nservices: {}", "includes itself", ""),
        ("services: {a: {build: {args: !merge [x]}}}", "!merge", "docker compose config"),
        ("services: {a: {build: ., build: x}}", "build is there twice", ""),
        ("x: &x {A: 1}\nservices: {a: {<<: *x, <<: *x}}", "<< is there twice", ""),
        ("services: &a {b: *a}", "the anchor a contains itself", ""),
        ("services: [a]", "services is no mapping", ""),
        ("services: {a: 5}", "service a is no mapping", ""),
        ("- a", "has no services", ""),
        ("services: {a: {build: {context: [x]}}}", "context is no text", ""),
        ("services: {a: {build: {args: {A: [x]}}}}", "args is no text", ""),
        ("services: {a: {build: {context: '${a b}'}}}", "no valid use of a variable", "write $$"),
        (
            "services: {a: {build: {secrets: [x]}}}\nsecrets: {y: {file: z}, x: {external: true}}",
            "neither",
            "file",
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, words: str, hint: str) -> None:
    write("compose.yaml", text)
    with pytest.raises(UserError, match=words) as raised:
        recipes("compose", "compose.yaml")
    assert hint in raised.value.hint


def test_files_that_include_each_other_are_named() -> None:
    write("compose.yaml", "include: [a.yaml]\nservices: {web: {build: .}}")
    write("a.yaml", "include: [b.yaml]")
    write("b.yaml", "include: [compose.yaml]")
    with pytest.raises(UserError, match=r"compose\.yaml includes itself, by way of others"):
        recipes("compose", "compose.yaml")


def test_forms_that_do_not_fit_are_named() -> None:
    write("compose.yaml", "services: {a: {build: {cache_from: [x]}}}")
    write("compose.override.yml", "services: {a: {build: {cache_from: {x: y}}}}")
    with pytest.raises(UserError, match="a: build: cache_from has one form here"):
        recipes("compose", "compose.yaml")
