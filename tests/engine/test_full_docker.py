"""Docker's daemon on a full disk: whatever it was at, the message says so and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import bases
import docker13
from dockerlint.engine import Build, BuildFailed, Engine, EngineError, detect
from dockerlint.engine.session import Session
from engines import give_up

pytestmark = pytest.mark.engine
BASE = "localhost/small-base:latest"
MEGABYTES = 64


@pytest.fixture(scope="module", params=["of Debian 12", "of Debian 13"])
def docker(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A docker whose daemon has a disk that holds little."""
    why = docker13.missing() or bases.missing("busybox")
    if why or shutil.which("dockerd") is None:
        give_up(why or "dockerd is not installed")
    folder = Path(tempfile.mkdtemp(prefix="dockerlint-docker-", dir="/var/tmp"))
    data = folder / "data"
    data.mkdir()
    try:
        env = {**os.environ, "DOCKER_HOST": f"unix://{folder}/docker.sock"}
        if request.param == "of Debian 13":
            env = docker13.environment(folder, f"{folder}/docker.sock")
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(data)]
        if subprocess.run(mount, check=False).returncode != 0:
            give_up("no file system can be mounted here")
        with docker13.daemon(folder, env):
            bases.load("busybox", BASE, "docker", env)
            yield detect("docker", env)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def failure(engine: Engine, text: str, context: Path) -> EngineError:
    with Session(engine) as session, pytest.raises(EngineError) as raised:
        session.save(session.build(Build(f"FROM {BASE}\n{text}\n".encode(), str(context), no_cache=True)))
    assert "the disk is full" in str(raised.value)
    assert "docker builder prune and docker image prune" in raised.value.hint
    assert session.left == []
    return raised.value


@pytest.fixture(autouse=True)
def room(docker: Engine, tmp_path: Path) -> Iterator[None]:
    """What a build that failed leaves in the daemon's cache is gone before the next test."""
    yield
    env = docker._env  # type: ignore[attr-defined]
    subprocess.run(["docker", "builder", "prune", "-a", "-f"], env=env, capture_output=True, check=False)


def test_a_run_that_fills_it(docker: Engine, tmp_path: Path) -> None:
    error = failure(docker, f"RUN dd if=/dev/zero of=/x bs=1M count={MEGABYTES + 6}", tmp_path)
    assert isinstance(error, BuildFailed)
    assert error.line == 2


def test_a_context_that_fills_it(docker: Engine, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"\0" * ((MEGABYTES + 6) << 20))
    assert isinstance(failure(docker, "COPY big /", tmp_path), BuildFailed)


def test_a_layer_or_its_archive_that_fills_it(docker: Engine, tmp_path: Path) -> None:
    # The layer is there twice: as it was made, and as it is kept or given away.
    failure(docker, f"RUN dd if=/dev/urandom of=/x bs=1M count={MEGABYTES // 2 + 2}", tmp_path)
