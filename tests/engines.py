"""Build engines and bases for tests: found once a session, skipped with a reason where there are none."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import bases
from dockerlint.engine import Engine, NoEngine, detect

REQUIRED = bool(os.environ.get("DOCKERLINT_ENGINES_REQUIRED"))
ENGINES = ["buildah", "podman", "docker"]


def give_up(why: str) -> None:
    """Skip a test; fail where engines are required, as in CI."""
    if REQUIRED:
        pytest.fail(why)
    pytest.skip(why)


class Workplace:
    """Engines with a storage of their own, and the bases they were given."""

    def __init__(self, folder: Path) -> None:
        conf = folder / "storage.conf"
        conf.write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/root"\nrunroot = "{folder}/run"\n'
        )
        self.env: Mapping[str, str] = {**os.environ, "CONTAINERS_STORAGE_CONF": str(conf)}
        self._engines: dict[str, Engine] = {}
        self._bases: dict[tuple[str, str], str] = {}

    def engine(self, name: str) -> Engine:
        """The engine of that name; skips the test when it is not here."""
        if name not in self._engines:
            try:
                self._engines[name] = detect(name, self.env)
            except NoEngine as error:
                give_up("; ".join((str(error), *error.found)))
        return self._engines[name]

    def base(self, engine: Engine, kind: str) -> str:
        """The name of a base image that the engine holds, usable in FROM."""
        # podman and buildah look into one storage.
        key = ("buildah" if engine.name == "podman" else engine.name, kind)
        if key not in self._bases:
            why = bases.missing(kind)
            if why:
                give_up(why)
            name = f"localhost/dockerlint-base-{kind}:latest"
            bases.load(kind, name, engine.name, self.env)
            self._bases[key] = name
        return self._bases[key]


def _roomy() -> str:
    """Where images go: in memory when there is plenty, for engines wait for the disk after every layer.
    Not below pytest's own folder, which keeps the last sessions."""
    try:
        if shutil.disk_usage("/dev/shm").free > 8 << 30:
            return "/dev/shm"
    except OSError:
        pass
    return "/var/tmp"


@pytest.fixture(scope="session")
def workplace() -> Iterator[Workplace]:
    folder = Path(tempfile.mkdtemp(prefix="dockerlint-tests-", dir=_roomy()))
    place = Workplace(folder)
    try:
        yield place
    finally:
        if shutil.which("buildah"):
            subprocess.run(["buildah", "rm", "-a"], env=place.env, capture_output=True, check=False)
        with open("/proc/mounts") as mounts:
            inside = [m.split()[1] for m in mounts if m.split()[1].startswith(f"{folder}/")]
        for mount in reversed(inside):
            subprocess.run(["umount", "-l", mount], check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, workplace: Workplace) -> Engine:
    """Each engine in turn."""
    return workplace.engine(request.param)


def hears_interrupts() -> None:
    """For a child to run first: interrupts are ignored where the tests run behind a shell's `&`."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def running(name: str) -> str:
    """The command lines of all processes of a program."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return "\n".join(line for line in found if line.startswith(name))
