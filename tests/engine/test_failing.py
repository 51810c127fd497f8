"""Builds that fail for real, and what is said of them: where it was, why, and what to do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import bases
import dockerlint
from dockerlint.build_progress import failed
from dockerlint.engine import Build, BuildFailed, Engine, EngineError, detect
from dockerlint.engine.explanation import Heard, explain
from dockerlint.engine.session import Session
from dockerlint.errors import UserError
from engines import Workplace, give_up

pytestmark = pytest.mark.engine


def failure(engine: Engine, text: str, context: Path, network: str | None = None) -> EngineError:
    with Session(engine) as session, pytest.raises(EngineError) as raised:
        session.build(Build(text.encode(), str(context), network=network, no_cache=True))
    return raised.value


def test_a_failing_run_is_told_with_its_line_its_code_and_its_last_words(
    engine: Engine, workplace: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    text = f"FROM {base} AS build\nENV A=1\n\nRUN true\n# now\nRUN echo last words; \\\n  exit 7\nFROM {base}\nCOPY --from=build /etc /x\n"
    error = failure(engine, text, tmp_path)
    assert isinstance(error, BuildFailed)
    assert error.line == 6
    failed("Dockerfile", "as it is", error)
    said = capsys.readouterr().err
    assert said.startswith("dockerlint: Dockerfile:6 as it is: ")
    assert "RUN failed with exit code 7" in said
    assert "last words" in said


def test_a_failing_run_of_the_last_stage_has_its_line(
    engine: Engine, workplace: Workplace, tmp_path: Path
) -> None:
    base = workplace.base(engine, "busybox")
    text = f"FROM {base} AS build\nRUN true\nFROM {base}\nWORKDIR /x\nENV A=1\nCOPY --from=build /etc /x\nRUN no-such-program\n"
    error = failure(engine, text, tmp_path)
    assert error.line == 7
    assert "was not found in the image" in str(error)


def test_a_base_without_registry_is_told_with_a_way_out(engine: Engine, tmp_path: Path) -> None:
    error = failure(engine, "ARG X=1\nFROM localhost/dockerlint-no-such-image:1\nRUN true\n", tmp_path)
    assert "the base image localhost/dockerlint-no-such-image:1 is not here" in str(error)
    assert "--build-context localhost/dockerlint-no-such-image:1=docker-image://OTHER" in error.hint
    assert error.line == 2


def test_a_file_that_the_context_lacks_is_named(engine: Engine, workplace: Workplace, tmp_path: Path) -> None:
    base = workplace.base(engine, "busybox")
    error = failure(engine, f"FROM {base}\nRUN true\nCOPY nowhere /x\n", tmp_path)
    assert "nowhere is not in the context" in str(error)
    assert ".dockerignore" in error.hint
    assert error.line == 3


def test_a_command_without_network_is_told(engine: Engine, workplace: Workplace, tmp_path: Path) -> None:
    base = workplace.base(engine, "busybox")
    text = f"FROM {base}\nRUN wget -q http://nobody.invalid/x\n"
    # Chroot isolation always has the network of the machine, which does not know that name.
    error = failure(engine, text, tmp_path, "none" if engine.name == "docker" else None)
    assert "could not reach the network" in str(error)
    assert "--network host" in error.hint
    assert error.line == 2


def test_an_image_without_a_shell_is_told(engine: Engine, tmp_path: Path) -> None:
    error = failure(engine, "FROM scratch\nRUN true\n", tmp_path)
    assert "no shell" in str(error)
    assert error.line == 2


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system that holds little."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=False)
    if mounted.returncode != 0:
        give_up("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.mark.parametrize("name", ["buildah", "podman"])
def test_a_full_storage_is_told(
    name: str, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workplace: Workplace
) -> None:
    workplace.engine(name)
    conf = tmp_path / "storage.conf"
    conf.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{small}/g"\nrunroot = "{small}/r"\n')
    env = {**os.environ, "CONTAINERS_STORAGE_CONF": str(conf)}
    bases.load("busybox", "localhost/small-base", name, env)
    (tmp_path / "context").mkdir()
    text = "FROM localhost/small-base\nRUN dd if=/dev/zero of=/x bs=1M count=40\n"
    error = failure(detect(name, env), text, tmp_path / "context")
    assert "the disk is full" in str(error)
    assert error.hint
    assert error.line == 2


def test_a_full_temporary_folder_is_told(
    engine: Engine, workplace: Workplace, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = workplace.base(engine, "busybox")
    (tmp_path / "context").mkdir()
    monkeypatch.setenv("TMPDIR", str(small))
    monkeypatch.setattr("tempfile.tempdir", None)
    text = f"FROM {base}\nRUN dd if=/dev/urandom of=/x bs=1M count=30\n"
    with Session(engine) as session, pytest.raises(EngineError) as raised:
        session.save(session.build(Build(text.encode(), str(tmp_path / "context"))))
    assert "the disk is full" in str(raised.value)
    assert "TMPDIR" in raised.value.hint
    subprocess.run(f"cat /dev/zero > {small}/fill", shell=True, check=False, stderr=subprocess.DEVNULL)
    with pytest.raises((EngineError, UserError)) as full, Session(engine) as session:
        session.build(Build(text.encode() * 2000, str(tmp_path / "context")))
    assert "No space left" in str(full.value) or "the disk is full" in str(full.value)
    assert "TMPDIR" in full.value.hint
    assert os.listdir(small) == ["fill"]


FILE = "FROM python:3.12 AS build\nRUN pip install x\nFROM python:3.12\nWORKDIR /x\nCOPY a b\nRUN make\nFROM build AS tool\nRUN make\n"

WORDS = {
    "new BuildKit": (
        "docker",
        ["#9 [build 2/2] RUN pip install x", "#9 0.3 ERROR: Could not resolve host: pypi", "#9 ERROR: process x",
         'failed to solve: process "/bin/sh -c pip install x" did not complete successfully: exit code: 1'],
        ("could not reach the network", 2),
    ),
    "killed": (
        "docker",
        ["#9 [stage-1 4/4] RUN make", "#9 ERROR: x",
         'ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 137'],
        ("was killed", 6),
    ),
    "a base that is denied": (
        "docker",
        ["#2 [internal] load metadata for docker.io/library/python:3.12", "#2 ERROR: pull access denied",
         "ERROR: failed to solve: python:3.12: failed to resolve source metadata for docker.io/library/python:3.12: "
         "pull access denied, repository does not exist"],
        ("does not exist", 1),
    ),
    "the daemon dies": (
        "docker",
        ["#9 [build 2/2] RUN pip install x", "ERROR: failed to receive status: rpc error: code = Unavailable desc = "
         "error reading from server: EOF"],
        ("went away", None),
    ),
    "a file that may not be read": (
        "docker",
        ["error from sender: open /src/secret: permission denied"],
        ("/src/secret in the context cannot be read", None),
    ),
    "a short name": (
        "podman",
        ['[1/2] STEP 1/2: FROM python:3.12 AS build', 'Error: creating build container: short-name "python:3.12" did not resolve to an alias'],
        ("python:3.12 does not exist", 1),
    ),
    "a glob that matches nothing": (
        "buildah",
        ["[2/2] STEP 3/4: COPY a b", 'Error: building at STEP "COPY a b": no items matching glob "/c/a" copied'],
        ("is not in the context", 5),
    ),
    "a stage on a stage": (
        "docker",
        ["#7 [tool 1/1] RUN make", "#7 ERROR: x",
         'ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2'],
        ("RUN failed with exit code 2", 8),
    ),
    "a place in the file": (
        "docker",
        ["#7 [tool 1/1] RUN x", "#7 ERROR: x", "Dockerfile:6", "-" * 20, "   6 | >>> RUN make",
         'ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2'],
        ("RUN failed with exit code 2", 6),
    ),
    "a builder that does not answer": (
        "docker",
        ["#1 [internal] waiting for connection", "#1 ERROR: context deadline exceeded", "------",
         " > [internal] waiting for connection:", "------", "ERROR: context deadline exceeded"],
        ("cannot be reached", None),
    ),
    "a secret that is not given": (
        "docker",
        ["#9 [stage-1 4/4] RUN make", "#9 ERROR: secret token: not found", "ERROR: failed to solve: secret token: not found"],
        ("the secret token is required", 6),
    ),
    "a command with words on a secret": (
        "docker",
        ["#9 [stage-1 4/4] RUN make", "#9 0.2 secret token: not found", "#9 ERROR: x",
         'ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 3'],
        ("RUN failed with exit code 3", 6),
    ),
    "an engine that crashes": (
        "buildah",
        ["STEP 2/2: RUN make", "panic: runtime error: index out of range [1] with length 1", "goroutine 52 [running]:"],
        ("the engine crashed", None),
    ),
    "words that nobody knows": ("docker", ["something else"], (None, None)),
}  # fmt: skip


@pytest.mark.parametrize("case", WORDS)
def test_words_of_engines_that_are_not_here_are_known(case: str) -> None:
    engine, lines, (words, line) = WORDS[case]
    heard = Heard()
    for one in lines:
        heard.line(one)
    found = explain(engine, tuple(lines), heard, dockerlint.parse(FILE), None)
    if words is None:
        assert found is None
    else:
        assert found is not None
        assert words in found.text
        assert line is None or found.line == line
