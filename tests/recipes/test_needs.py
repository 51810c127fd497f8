"""Targets of Bake files that others take for a context: they are built first, as their own recipe has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint import measure_command
from dockerlint.build_options import Task, Yard
from dockerlint.engine import Build, BuildFailed, EngineError
from dockerlint.engine.session import Session
from dockerlint.errors import UserError

HCL = """\
target "ground" {
  context = "ground"
  args = { A = "1" }
  target = "last"
}
target "middle" {
  dockerfile-inline = "FROM ground"
  contexts = { ground = "target:ground" }
}
target "app" {
  contexts = { middle = "target:middle", ground = "target:ground", folder = "ground" }
  platforms = ["linux/s390x"]
}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("docker-bake.hcl").write_text(HCL)
    Path("Dockerfile").write_text("FROM middle\n")
    Path("ground").mkdir()
    Path("ground/Dockerfile").write_text("FROM scratch AS last\n")
    Path("ground/Dockerfile.dockerignore").write_text("x\n")
    return tmp_path


def task(*words: str) -> Task:
    given = measure_command.parser().parse_args(["docker-bake.hcl:app", "--isolated", *words])
    (found,) = Yard(given).tasks(given.files[0])
    return found


def test_what_is_needed_is_built_as_its_own_recipe_has_it() -> None:
    build = task("--target", "t", "--build-arg", "A=2", "--context", "ground", "--no-cache").build
    assert build.build_contexts == {"folder": "ground"}
    assert build.needs is not None
    ground = Build(
        b"FROM scratch AS last\n",
        "ground",
        b"x\n",
        {"A": "1"},
        "last",
        {},
        True,
        platform="linux/s390x",
        needs={},
    )
    assert build.needs["ground"] == ground
    middle = build.needs["middle"]
    assert (middle.dockerfile, middle.context, middle.platform) == (b"FROM ground", ".", "linux/s390x")
    assert middle.needs == {"ground": ground}


def test_the_command_line_may_name_another_context() -> None:
    build = task("--build-context", "middle=docker-image://m").build
    assert list(build.needs or ()) == ["ground"]
    assert build.build_contexts == {"folder": "ground", "middle": "docker-image://m"}


def test_what_was_built_here_cannot_be_pulled() -> None:
    with pytest.raises(UserError, match="app takes middle and ground from what is built here") as raised:
        task("--pull")
    assert "leave out --pull" in raised.value.hint


def test_a_context_that_is_not_there_is_named() -> None:
    Path("ground").rename("gone")
    with pytest.raises(UserError, match=r"^the context ground of ground is not a folder$"):
        task()


class Fake:
    """An engine that builds nothing and remembers everything."""

    name, version, heredocs = "fake", "1", True

    def __init__(self) -> None:
        self.built: list[Build] = []
        self.removed: list[str] = []
        self.fails: bytes | None = None

    def build(self, build: Build, tag: str, folder: str, progress: object = None) -> None:
        if build.dockerfile == self.fails:
            raise BuildFailed("fake could not build it", line=7)
        self.built.append(build)

    def as_context(self, tag: str) -> str:
        return f"image of {len(self.built)}"

    def remove(self, tag: str) -> None:
        self.removed.append(tag)

    def tidy(self) -> None:
        pass

    def sweep(self, tags: tuple[str, ...], folder: str) -> None:
        pass


def test_a_session_builds_each_of_them_once() -> None:
    engine, build = Fake(), task().build
    with Session(engine) as session:  # type: ignore[arg-type]
        session.build(build)
        session.build(build)
    texts = [one.dockerfile for one in engine.built]
    assert texts == [b"FROM scratch AS last\n", b"FROM ground", b"", b""]
    assert engine.built[1].build_contexts == {"ground": "image of 1"}
    assert engine.built[2].build_contexts == {
        "middle": "image of 2",
        "ground": "image of 2",
        "folder": "ground",
    }
    assert not any(one.needs for one in engine.built)
    assert len(engine.removed) == 4


def test_images_that_are_kept_are_those_that_were_asked_for() -> None:
    engine = Fake()
    with Session(engine, keep=True) as session:  # type: ignore[arg-type]
        kept = session.build(task().build)
    assert len(engine.removed) == 2
    assert kept.tag not in engine.removed


def test_a_failure_is_told_with_the_context_it_is_for() -> None:
    engine = Fake()
    engine.fails = b"FROM ground"
    with Session(engine) as session, pytest.raises(BuildFailed) as raised:  # type: ignore[arg-type]
        session.build(task().build)
    assert str(raised.value) == "the context middle: fake could not build it"
    # The line is one of another file.
    assert raised.value.line is None


def test_a_builder_that_keeps_no_images_says_so() -> None:
    from dockerlint.engine.buildx import Archives, Builder

    engine = Archives("28", "docker", Builder("docker", {}, "team", "", "v0.17"), {})
    with pytest.raises(EngineError, match="the builder team does not see the images") as raised:
        engine.as_context("t")
    assert "--engine buildah" in raised.value.hint
