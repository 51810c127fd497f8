"""Real builds with every engine that is here."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dockerlint.engine import Build, BuildFailed, Engine
from dockerlint.engine.session import PREFIX, Session
from dockerlint.image import merged, read
from engines import ENGINES, Workplace, hears_interrupts, running

pytestmark = pytest.mark.engine


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    return folder


def test_an_image_holds_what_the_file_says_and_goes_away(
    engine: Engine, workplace: Workplace, context: Path
) -> None:
    base = workplace.base(engine, "busybox")
    (context / "hello").write_text("hello\n")
    text = f"FROM {base}\nARG WORD\nRUN echo -n $WORD > /word\nCOPY hello /app/hello\nENV A=1\nRUN rm /word\n"
    lines: list[str] = []
    with Session(engine) as session:
        built = session.build(Build(text.encode(), str(context), build_args={"WORD": "bird"}), lines.append)
        image = read(session.save(built))
        folder = session.folder
        assert engine.has(built.tag)
        assert engine.layers(built.tag) == image.diff_ids
    assert not engine.has(built.tag)
    assert not os.path.exists(folder)
    assert any("RUN echo -n" in line for line in lines)
    assert [layer.size.files for layer in image.layers[1:]] == [4, 6, 0]
    files = merged(image.layers)
    assert files["app/hello"].size == 6
    assert "word" not in files
    assert "A=1" in image.config["config"]["Env"]


def test_nothing_is_written_into_the_context(engine: Engine, workplace: Workplace, context: Path) -> None:
    base = workplace.base(engine, "busybox")
    (context / "a").write_text("a")
    with Session(engine) as session:
        session.build(Build(f"FROM {base}\nCOPY . /\n".encode(), str(context), ignore=b"b\n"))
    assert sorted(os.listdir(context)) == ["a"]


def test_the_ignore_file_of_the_dockerfile_counts_before_that_of_the_context(
    engine: Engine, workplace: Workplace, context: Path
) -> None:
    base = workplace.base(engine, "busybox")
    (context / ".dockerignore").write_text("one\n")
    (context / "one").write_text("1")
    (context / "two").write_text("2")
    text = f"FROM {base}\nCOPY . /x/\n".encode()
    with Session(engine) as session:
        plain = merged(read(session.save(session.build(Build(text, str(context))))).layers)
        own = merged(read(session.save(session.build(Build(text, str(context), ignore=b"two\n")))).layers)
    assert ("x/one" in plain, "x/two" in plain) == (False, True)
    assert ("x/one" in own, "x/two" in own) == (True, False)


def test_a_target_ends_the_build_there(engine: Engine, workplace: Workplace, context: Path) -> None:
    base = workplace.base(engine, "busybox")
    text = f"FROM {base} AS one\nRUN touch /one\nFROM one\nRUN touch /two\n".encode()
    with Session(engine) as session:
        files = merged(read(session.save(session.build(Build(text, str(context), target="one")))).layers)
    assert "one" in files
    assert "two" not in files


def test_shell_health_check_and_triggers_are_kept(
    engine: Engine, workplace: Workplace, context: Path
) -> None:
    base = workplace.base(engine, "busybox")
    text = f'FROM {base}\nSHELL ["/bin/sh", "-ec"]\nHEALTHCHECK CMD true\nONBUILD RUN true\n'.encode()
    with Session(engine) as session:
        config = read(session.save(session.build(Build(text, str(context))))).config["config"]
    assert config["Shell"] == ["/bin/sh", "-ec"]
    assert config["Healthcheck"]["Test"] == ["CMD-SHELL", "true"]
    assert config["OnBuild"] == ["RUN true"]


def test_a_failing_command_is_reported_in_the_engines_own_words(
    engine: Engine, workplace: Workplace, context: Path
) -> None:
    base = workplace.base(engine, "busybox")
    text = f"FROM {base}\nRUN echo before-it-fails && exit 7\n".encode()
    with Session(engine) as session, pytest.raises(BuildFailed) as raised:
        session.build(Build(text, str(context)))
    tail = "\n".join(raised.value.tail)
    assert "before-it-fails" in tail
    assert "7" in tail
    assert not os.path.exists(session.folder)
    if engine.name == "buildah":
        left = subprocess.run(
            ["buildah", "containers", "-q"], env=workplace.env, capture_output=True, check=True
        )
        assert not left.stdout


def test_a_base_that_does_not_exist_is_a_failed_build(engine: Engine, context: Path) -> None:
    text = b"FROM localhost/dockerlint-no-such-image:1\nRUN true\n"
    with Session(engine) as session, pytest.raises(BuildFailed) as raised:
        session.build(Build(text, str(context)))
    assert "dockerlint-no-such-image" in "\n".join(raised.value.tail)


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "docker"])
def test_a_base_can_be_redirected(name: str, workplace: Workplace, context: Path) -> None:
    engine = workplace.engine(name)
    build = Build(
        b"FROM example.invalid/nothing:1\nRUN touch /here\n",
        str(context),
        build_contexts={"example.invalid/nothing:1": f"docker-image://{workplace.base(engine, 'busybox')}"},
    )
    with Session(engine) as session:
        assert "here" in merged(read(session.save(session.build(build))).layers)


INTERRUPTED = """
import sys
from dockerlint.engine import Build, detect, session
from dockerlint.engine.session import Session, Stopped

base, context, name, token, seconds = sys.argv[1:]
session.secrets.token_hex = lambda size: token
try:
    with Session(detect(name)) as session:
        print(session.folder, flush=True)
        session.build(
            Build(f"FROM {base}\\nRUN echo started && sleep {seconds}\\n".encode(), context, no_cache=True),
            lambda line: print(line, flush=True),
        )
except KeyboardInterrupt:
    sys.exit(130)
except Stopped as stopped:
    sys.exit(stopped.code)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_an_interrupted_build_leaves_nothing(
    engine: Engine, workplace: Workplace, context: Path, number: signal.Signals
) -> None:
    base = workplace.base(engine, "busybox")
    token = secrets.token_hex(8)
    seconds = str(10_000 + secrets.randbelow(80_000))  # no other test's sleep
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, base, str(context), engine.name, token, seconds],
        preexec_fn=hears_interrupts,  # noqa: PLW1509 (no threads here)
        env=workplace.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    folder = process.stdout.readline().strip()
    assert os.path.isdir(folder)
    for line in process.stdout:
        if "started" in line and "echo" not in line:
            break
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number, errors
    assert not os.path.exists(folder)
    assert not engine.has(f"{PREFIX}-{token}:latest")
    if engine.name == "buildah":
        left = subprocess.run(
            ["buildah", "containers", "-q"], env=workplace.env, capture_output=True, check=True
        )
        assert not left.stdout
    for _ in range(50):
        if f"sleep {seconds}" not in running("sleep"):
            break
        time.sleep(0.1)
    assert f"sleep {seconds}" not in running("sleep")
