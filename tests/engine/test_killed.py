"""A run that is killed where it stands: the next one works, and nothing of the first is left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from dockerlint.engine import Build, Engine
from dockerlint.engine.container import beginning
from dockerlint.engine.leftovers import _end_engines
from dockerlint.engine.session import PREFIX, Session
from engines import Workplace, hears_interrupts

pytestmark = pytest.mark.engine

# Long enough to be killed at any point of it; what sleeps is known by its seconds.
RUN = """
import sys
import threading
from dockerlint.engine import Build, detect
from dockerlint.engine.session import Session

base, context, name, seconds = sys.argv[1:]
text = f"FROM {base}\\nRUN touch /one\\nRUN echo started; sleep {seconds}; touch /two\\n".encode()
with Session(detect(name)) as session:
    print("begun", flush=True)
    while True:
        built = session.build(Build(text, context, no_cache=True), lambda line: print(line, flush=True))
        print("ran", session.engine.run(built.tag, f"sleep {seconds}; echo done"), flush=True)
        session.save(built)
"""
SECONDS = "0.7391"


def family(process: int) -> list[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = [process]
    for one in found:
        found.extend(children.get(one, ()))
    return found


def kill(process: subprocess.Popen[str], whole: bool) -> None:
    for one in family(process.pid) if whole else [process.pid]:
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.communicate(timeout=60)


LISTS = {
    "docker": (["docker", "ps", "-a", "--format", "{{.Names}}"], ["docker", "images", "-a", "-q"]),
    "podman": (["podman", "ps", "-a", "--external", "-q"], ["podman", "images", "-a", "-q"]),
    "buildah": (["buildah", "containers", "-q"], ["buildah", "images", "-a", "-q"]),
}


def held(engine: Engine, env: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """The containers and images that an engine holds."""
    texts = (
        subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        for command in LISTS[engine.name]
    )
    containers, images = (set(text.split()) for text in texts)
    return containers, images


@pytest.fixture
def own(workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """An environment whose temporary folder nobody else uses."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    env = {**workplace.env, "TMPDIR": str(folder)}
    for name in ("TMPDIR", "CONTAINERS_STORAGE_CONF"):
        monkeypatch.setenv(name, env[name])
    monkeypatch.setattr("tempfile.tempdir", None)
    yield env
    monkeypatch.setattr("tempfile.tempdir", None)


def start(engine: Engine, base: str, context: Path, env: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, base, str(context), engine.name, SECONDS],
        preexec_fn=hears_interrupts,  # noqa: PLW1509 (no threads here)
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("whole", [False, True], ids=["alone", "with all it started"])
def test_what_a_killed_run_left_is_removed_by_the_next(
    engine: Engine, workplace: Workplace, tmp_path: Path, own: dict[str, str], whole: bool
) -> None:
    base = workplace.base(engine, "busybox")
    (tmp_path / "context").mkdir()
    before = held(engine, own)
    chance = random.Random()
    moments = [chance.uniform(0.0, 4.0) for _ in range(5)]
    for moment in moments:
        process = start(engine, base, tmp_path / "context", own)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(moment)
        kill(process, whole)
    tags = noted(own)
    with Session(engine) as session:
        session.build(Build(f"FROM {base}\nRUN true\n".encode(), str(tmp_path / "context"), no_cache=True))
    assert tags
    assert_nothing_is_left(engine, own, tags, before, moments)


WASTE = """\
FROM {base}
# a file that nobody needs
RUN dd if=/dev/zero of=/big bs=1000 count=2000
RUN rm /big
COPY greeting /greeting
CMD ["cat", "/greeting"]
"""
SMOKE = "0.7392"


def lines_heard(count: int) -> Callable[[subprocess.Popen[str], Path], None]:
    """Wait until a run has told of so many steps, and for a part of the next."""

    def wait(process: subprocess.Popen[str], _: Path) -> None:
        assert process.stderr is not None
        for _ in range(count):
            process.stderr.readline()
        time.sleep(random.uniform(0.1, 0.9))

    return wait


def writing(process: subprocess.Popen[str], file: Path) -> None:
    """Wait until a run begins to write the file, or has just done so."""
    before = file.stat().st_ino
    while process.poll() is None and len(os.listdir(file.parent)) == 2 and file.stat().st_ino == before:
        pass


def test_optimize_that_is_killed_leaves_the_file_whole_and_the_next_writes_it(
    engine: Engine, workplace: Workplace, tmp_path: Path, own: dict[str, str]
) -> None:
    base = workplace.base(engine, "busybox")
    file = tmp_path / "context" / "Dockerfile"
    file.parent.mkdir()
    text = WASTE.format(base=base)
    better = text.replace("count=2000\nRUN rm", "count=2000 \\\n    && rm")
    file.write_text(text)
    (file.parent / "greeting").write_text("hello\n")
    own["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    command = [
        sys.executable, "-m", "dockerlint", "optimize", str(file), "--write", "--engine", engine.name, "--isolated",
        "--lightest", "none", "--smoke", f"sleep {SMOKE}; cat /greeting",
    ]  # fmt: skip
    before = held(engine, own)
    tags: list[str] = []
    for at, wait in enumerate((lines_heard(0), lines_heard(1), lines_heard(2), lines_heard(3), writing)):
        process = subprocess.Popen(
            [*command, "--fresh"],
            env=own,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        wait(process, file)
        kill(process, whole=at % 2 == 1)
        assert process.returncode == -signal.SIGKILL or wait is writing, at
        assert file.read_text() == text or (wait is writing and file.read_text() == better), at
        tags += noted(own)
    # The killed one may have put the new text in its place before it died.
    file.write_text(text)
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert file.read_text() == better
    assert sorted(os.listdir(file.parent)) == ["Dockerfile", "greeting"]
    assert tags
    assert_nothing_is_left(engine, own, tags, before, ())


def noted(env: Mapping[str, str]) -> list[str]:
    """The tags that dead runs have noted."""
    return [tag for notes in Path(env["TMPDIR"]).glob("*/tags") for tag in notes.read_text().split()]


def assert_nothing_is_left(
    engine: Engine,
    env: Mapping[str, str],
    tags: Sequence[str],
    before: tuple[set[str], set[str]],
    moments: Sequence[float],
) -> None:
    """Of dead runs with these tags; `moments` tells when they died."""
    containers, images = held(engine, env)
    assert not [name for name in containers if name.startswith(tuple(map(beginning, tags)))], moments
    assert not [tag for tag in tags if engine.has(tag)], moments
    if engine.name != "docker":  # the daemon is one for all tests, whatever runs beside this one
        assert (containers, images) == before, moments
    assert os.listdir(env["TMPDIR"]) == [], moments


def test_a_run_that_lives_is_left_alone(
    engine: Engine, workplace: Workplace, tmp_path: Path, own: dict[str, str]
) -> None:
    base = workplace.base(engine, "busybox")
    (tmp_path / "context").mkdir()
    process = start(engine, base, tmp_path / "context", own)
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for _ in range(2):
            with Session(engine) as session:
                session.build(Build(f"FROM {base}\nRUN true\n".encode(), str(tmp_path), no_cache=True))
            for line in process.stdout:
                lines.append(line)
                if line.startswith("ran"):
                    break
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert [line for line in lines if "out=b'done" in line], "".join((*lines, rest))
    assert process.returncode != 0
    assert "KeyboardInterrupt" in rest
    assert os.listdir(own["TMPDIR"]) == []


def test_a_folder_of_another_kind_is_left_alone(engine: Engine, own: dict[str, str]) -> None:
    folder = Path(own["TMPDIR"], "dockerlint-mine")
    folder.mkdir()
    (folder / "file").write_text("x")
    with Session(engine):
        pass
    assert (folder / "file").read_text() == "x"


def test_a_tag_of_the_user_is_never_replaced(engine: Engine, workplace: Workplace, tmp_path: Path) -> None:
    base = workplace.base(engine, "busybox")
    layers = engine.layers(base)
    with Session(engine) as session:
        built = session.build(Build(f"FROM {base}\nRUN touch /x\n".encode(), str(tmp_path)))
        assert built.tag.startswith(PREFIX)
    assert engine.layers(base) == layers


def test_what_a_dead_run_started_ends_before_anything_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dockerlint.engine.leftovers._PATIENCE", 1.0)
    folder, tag = str(tmp_path / "dockerlint-x"), f"{PREFIX}-0123456789abcdef:latest"

    def sleeper(name: str, word: str, seconds: float) -> subprocess.Popen[bytes]:
        code = f"import time; time.sleep({seconds})"
        return subprocess.Popen([name, "-c", code, word], executable=sys.executable)

    ours = [
        sleeper("/usr/bin/buildah", f"{folder}/tmp1/Dockerfile", 60),
        sleeper("docker-buildx", tag, 60),
        sleeper("podman", f"{folder}/tmp2/image", 0.3),
    ]
    others = [
        sleeper("tail", f"{folder}/tmp1/Dockerfile", 60),
        sleeper("buildah", f"{folder}y/tmp1", 60),
        sleeper("buildah", f"{PREFIX}-fedcba9876543210:latest", 60),
    ]
    # Ended children stay in /proc until somebody asks for them.
    threading.Thread(target=lambda: [one.wait() for one in ours], daemon=True).start()
    try:
        _end_engines(folder, (tag,))
        assert [one.wait(10) for one in ours] == [-signal.SIGKILL, -signal.SIGKILL, 0]
        assert [one.poll() for one in others] == [None, None, None]
    finally:
        for one in (*ours, *others):
            one.kill()
            one.wait()
