"""A Dockerfile that several services and targets share, built for real for each of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from engines import Workplace
from running import run

pytestmark = pytest.mark.engine

FILE = """\
FROM {base}
ARG SIZE=1
RUN head -c "$SIZE" /dev/zero > /weight
RUN cp /weight /again && rm /weight
CMD ["ls"]
"""
COMPOSE = """\
services:
  small:
    build: {context: ., args: {SIZE: "${SMALL:-1000}"}}
  large:
    build: {context: ., args: [SIZE=20000]}
  other:
    image: redis
"""
BAKE = {
    "variable": {"SIZE": {"default": "500"}},
    "group": {"default": {"targets": ["one", "two"]}},
    "target": {"one": {"args": {"SIZE": "${SIZE}"}}, "two": {"inherits": ["one"], "args": {"SIZE": "7000"}}},
}


@pytest.fixture
def project(workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    base = workplace.base(workplace.engine("buildah"), "busybox")
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", workplace.env["CONTAINERS_STORAGE_CONF"])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text(FILE.format(base=base))
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "docker-bake.json").write_text(json.dumps(BAKE))
    return tmp_path


def measured(*words: str) -> dict[str, int]:
    """The bytes of each build without its base, by what it is called."""
    ran = run("measure", *words, "--engine", "buildah", "--format", "json")
    assert ran.code == 0, ran.err
    return {
        one["file"]: one["before"]["size"]["files"] - one["before"]["base"]["files"]
        for one in json.loads(ran.out)
    }


def test_each_service_of_a_compose_file_is_measured(project: Path) -> None:
    weights = {"Dockerfile (small)": 2000, "Dockerfile (large)": 40_000}
    assert measured("compose.yaml") == weights
    assert measured("Dockerfile", "--compose", "compose.yaml") == weights
    assert measured("compose.yaml:large") == {"Dockerfile (large)": 40_000}


def test_a_dockerfile_inside_a_compose_file_is_measured(project: Path) -> None:
    base = (project / "Dockerfile").read_text().split()[1]
    (project / "common.yaml").write_text("services: {app: {build: {args: {SIZE: 300}, target: weight}}}\n")
    (project / "compose.yaml").write_text(
        f"""\
services:
  web:
    extends: {{file: common.yaml, service: app}}
    build:
      dockerfile_inline: |
        FROM {base} AS weight
        ARG SIZE
        RUN head -c "$$SIZE" /dev/zero > /weight
        FROM weight
        RUN false
"""
    )
    assert measured("compose.yaml") == {"compose.yaml:web": 300}
    (project / "compose.override.yaml").write_text("services: {web: {build: {args: [SIZE=70]}}}\n")
    assert measured("compose.yaml:web") == {"compose.yaml:web": 70}


def test_the_command_line_counts_more_than_the_file(project: Path) -> None:
    assert measured("compose.yaml:small", "--build-arg", "SIZE=3") == {"Dockerfile (small)": 6}


def test_each_target_of_a_bake_file_is_measured(project: Path) -> None:
    weights = {"Dockerfile (one)": 1000, "Dockerfile (two)": 14_000}
    assert measured("docker-bake.json") == weights
    assert measured("Dockerfile", "--bake", "docker-bake.json:two") == {"Dockerfile (two)": 14_000}


def test_a_file_that_nothing_builds_is_named(project: Path) -> None:
    (project / "Other").write_text("FROM scratch\n")
    ran = run("measure", "Other", "--compose", "compose.yaml", "--engine", "buildah")
    assert ran.code == 2
    assert "compose.yaml does not build Other" in ran.err
    assert "it builds Dockerfile" in ran.err


def test_fixes_are_judged_for_every_service(project: Path) -> None:
    ran = run("verify", "compose.yaml", "--engine", "buildah", "--format", "json")
    assert ran.code == 0, ran.err
    assert len(json.loads(ran.out)) == 2


def test_a_shared_file_is_written_when_one_text_is_proven_for_all(project: Path) -> None:
    before = (project / "Dockerfile").read_text()
    ran = run("optimize", "compose.yaml", "--engine", "buildah", "--write", "--format", "json")
    assert ran.code == 0, ran.err
    after = (project / "Dockerfile").read_text()
    assert after != before
    assert after.count("RUN") == 1
    assert ran.err.count("is written") == 1


def test_a_shared_file_stays_when_what_is_proven_differs(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In the small one there is nothing to save, so nothing is proven to pay there.
    monkeypatch.setenv("SMALL", "0")
    before = (project / "Dockerfile").read_text()
    ran = run("optimize", "compose.yaml", "--engine", "buildah", "--write", "--format", "json")
    assert ran.code == 2
    assert "no text is proven for all that is built from it (small, large)" in ran.err
    assert (project / "Dockerfile").read_text() == before


def test_a_target_is_built_from_what_another_built(project: Path) -> None:
    base = (project / "Dockerfile").read_text().splitlines()[0]
    targets = {
        "ground": {"dockerfile-inline": f"{base}\nRUN head -c 3000 /dev/zero > /g"},
        "top": {
            "contexts": {"ground": "target:ground", "other": "target:ground"},
            "dockerfile-inline": "FROM ground\nCOPY --from=other /g /copy\n",
        },
    }
    (project / "docker-bake.json").write_text(json.dumps({"target": targets}))
    ran = run(
        "measure",
        "docker-bake.json:top",
        "docker-bake.json:ground",
        "--engine",
        "buildah",
        "--format",
        "json",
    )
    assert ran.code == 0, ran.err
    top, ground = (one["before"]["size"]["files"] for one in json.loads(ran.out))
    assert top - ground == 3000
    left = subprocess.run(["buildah", "images", "-a"], capture_output=True, text=True, check=True).stdout
    assert "dockerlint-build" not in left


def test_a_service_is_built_from_what_another_built(project: Path) -> None:
    base = (project / "Dockerfile").read_text().splitlines()[0]
    (project / "compose.yaml").write_text(
        f"""\
services:
  ground: {{build: {{dockerfile_inline: "{base}\\nARG SIZE\\nRUN head -c $$SIZE /dev/zero > /g", args: {{SIZE: 400}}}}}}
  top:
    build:
      additional_contexts: {{ground: "service:ground"}}
      dockerfile_inline: |
        FROM ground
        RUN cp /g /copy
"""
    )
    sizes = measured("compose.yaml")
    assert sizes == {"compose.yaml:ground": 400, "compose.yaml:top": 400}


def test_what_a_target_is_built_from_fails_with_its_name(project: Path) -> None:
    targets = {
        "ground": {"dockerfile-inline": "FROM localhost/dockerlint-no-such-image:1"},
        "top": {"contexts": {"ground": "target:ground"}, "dockerfile-inline": "FROM ground"},
    }
    (project / "docker-bake.json").write_text(json.dumps({"target": targets}))
    ran = run("measure", "docker-bake.json:top", "--engine", "buildah")
    assert ran.code != 0
    assert "the context ground: " in ran.err
