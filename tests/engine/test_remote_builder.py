"""Builders of buildx for real: Docker 26 with buildx, its BuildKit behind an address, with a daemon here and without."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import bases
import docker13
from dockerlint.engine import Build, BuildFailed, Engine, detect
from dockerlint.engine.buildx import Archives
from dockerlint.engine.docker import Docker
from dockerlint.engine.secret import Secret
from dockerlint.engine.session import Session
from dockerlint.frozen import replace
from dockerlint.image import merged, read
from dockerlint.lint import read as parse
from dockerlint.source import Source
from dockerlint.trial import Bench
from engines import give_up

pytestmark = pytest.mark.engine

TEXT = """\
FROM scratch AS base
ADD busybox.tar /

FROM base AS tool
ARG WORD
RUN --mount=type=secret,id=token <<END
echo $WORD > /word
wc -c < /run/secrets/token > /length
END

FROM base AS last
COPY --link --from=tool /word /length /
COPY --from=other /note /
CMD ["cat", "/word"]

FROM last AS not-wanted
RUN false
"""


class Team:
    """Docker 26 with a daemon, and the address of that daemon's BuildKit."""

    def __init__(self, folder: Path, daemon: str, address: str) -> None:
        self.here = docker13.environment(folder / "here", daemon)
        self.away = docker13.environment(folder / "away", str(folder / "no-daemon"))
        self.address = address
        for env in (self.here, self.away):
            create = ["docker", "buildx", "create", "--name", "team", "--driver", "remote", address]
            subprocess.run(create, env=env, check=True, capture_output=True)


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    if docker13.missing():
        give_up(docker13.missing())
    folder = Path(tempfile.mkdtemp(prefix="dockerlint-docker-", dir="/var/tmp"))
    try:
        env = docker13.environment(folder / "daemon", str(folder / "docker.sock"))
        with docker13.daemon(folder, env) as daemon, docker13.address(daemon) as address:
            yield Team(folder, daemon, address)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A build with all that is passed through."""
    (tmp_path / "context").mkdir()
    (tmp_path / "other").mkdir()
    shutil.copy(bases.archive("busybox"), tmp_path / "context" / "busybox.tar")
    (tmp_path / "other" / "note").write_text("of the other context\n")
    (tmp_path / "token").write_text("correct horse")
    return Build(
        TEXT.encode(),
        str(tmp_path / "context"),
        build_args={"WORD": "hello"},
        target="last",
        build_contexts={"other": str(tmp_path / "other")},
        network="host",
        platform="linux/amd64",
        secrets=(Secret("token", str(tmp_path / "token")),),
        no_cache=True,
    )


def built(session: Session, build: Build) -> str:
    """The tag of what was built, which has in it what it was given."""
    made = session.build(build)
    image = read(session.save(made))
    files = merged(image.layers)
    assert {"bin/busybox", "word", "length", "note"} <= set(files)
    assert files["word"].size == len("hello\n")
    assert files["length"].size == len("13\n")
    assert image.config["config"]["Cmd"] == ["cat", "/word"]
    layers = session.engine.layers(made.tag)
    assert layers == tuple(image.config["rootfs"]["diff_ids"])
    return made.tag


def test_without_a_daemon_the_builder_of_that_name_gives_an_archive(team: Team, build: Build) -> None:
    engine = detect(None, team.away, "team")
    assert isinstance(engine, Archives)
    assert engine.version[0].isdigit()
    with Session(engine) as session:
        built(session, build)


def test_without_a_daemon_the_address_in_the_environment_is_enough(team: Team, build: Build) -> None:
    with Session(detect(None, {**team.away, "BUILDKIT_HOST": team.address})) as session:
        assert isinstance(session.engine, Archives)
        built(session, build)


@pytest.mark.parametrize("way", ["by its name", "by its address", "in the environment"])
def test_with_a_daemon_the_image_is_loaded_and_runs(team: Team, build: Build, way: str) -> None:
    env, name = dict(team.here), None
    if way == "by its name":
        name = "team"
    elif way == "by its address":
        env["BUILDKIT_HOST"] = team.address
    else:
        env["BUILDX_BUILDER"] = "team"
    with Session(detect("docker", env, name)) as session:
        assert isinstance(session.engine, Docker)
        tag = built(session, build)
        assert session.engine.run(tag, None).out == b"hello\n"
    assert not session.engine.has(tag)
    assert session.left == []


@pytest.mark.parametrize("name", [None, "default"])
def test_the_daemon_itself_builds_with_buildx(team: Team, build: Build, name: str | None) -> None:
    with Session(detect("docker", team.here, name)) as session:
        assert session.engine.heredocs
        tag = built(session, build)
        assert session.engine.run(tag, "cat /note").out == b"of the other context\n"
    assert not session.engine.has(tag)


def engines(team: Team) -> list[Engine]:
    return [detect(None, team.away, "team"), detect(None, team.here, "team"), detect(None, team.here)]


def test_a_failing_run_has_its_line_and_its_reason(team: Team, build: Build) -> None:
    bad = replace(build, dockerfile=TEXT.replace("echo $WORD", "exit 7; echo $WORD").encode())
    for engine in engines(team):
        with Session(engine) as session, pytest.raises(BuildFailed) as raised:
            session.build(bad)
        assert "RUN failed with exit code 7" in str(raised.value)
        assert raised.value.line == 6


def test_a_secret_that_is_not_given_is_asked_for(team: Team, build: Build) -> None:
    bad = replace(build, dockerfile=TEXT.replace("id=token", "id=token,required").encode(), secrets=())
    for engine in engines(team):
        with Session(engine) as session, pytest.raises(BuildFailed) as raised:
            session.build(bad)
        assert "the secret token is required" in str(raised.value)


def test_a_builder_whose_address_does_not_answer_is_told(team: Team, build: Build) -> None:
    nobody = "tcp://127.0.0.1:1"
    engine = detect(None, {**team.away, "BUILDKIT_HOST": nobody})
    with Session(engine) as session, pytest.raises(BuildFailed) as raised:
        session.build(build)
    assert nobody in str(raised.value)
    assert "cannot be reached" in str(raised.value)
    assert raised.value.hint


def test_what_is_measured_is_the_same_with_every_way_to_build(team: Team, build: Build) -> None:
    sizes = set()
    for engine in engines(team):
        file = parse(Source.of(TEXT.encode(), "Dockerfile"), build.build_args, build.target)
        with Session(engine) as session, Bench(session, build) as bench:
            total = bench.run(file).measured.total
        sizes.add((total.files, total.tar))
    assert len(sizes) == 1
