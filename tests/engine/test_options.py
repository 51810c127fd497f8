"""What a build is given besides its text: secrets, variables, hosts and limits, with every engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockerlint.engine import Build, BuildFailed, Engine, detect
from dockerlint.engine.secret import Secret, agent
from dockerlint.engine.session import Session
from dockerlint.errors import UserError
from dockerlint.image import merged, read
from engines import Workplace, give_up

pytestmark = pytest.mark.engine
WORD = "correct-horse-battery"


def test_a_secret_is_there_for_its_command_and_never_shown(
    engine: Engine, workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = workplace.base(engine, "busybox")
    (tmp_path / "secret").write_text(f"{WORD}\n")
    monkeypatch.setenv("DOCKERLINT_TEST_TOKEN", f"{WORD}-too")
    secrets = (Secret("file", str(tmp_path / "secret")), Secret("variable", "", "DOCKERLINT_TEST_TOKEN"))
    text = (
        f"FROM {base}\n"
        "RUN --mount=type=secret,id=file --mount=type=secret,id=variable \\\n"
        "    wc -c /run/secrets/file /run/secrets/variable > /sizes; cat /run/secrets/*; echo; exit $CODE\n"
    )
    context = tmp_path / "context"
    context.mkdir()
    lines: list[str] = []
    with Session(engine) as session:
        bad = text.replace("$CODE", "3").encode()
        with pytest.raises(BuildFailed) as raised:
            session.build(Build(bad, str(context), secrets=secrets), lines.append)
        good = text.replace("$CODE", "0").encode()
        built = session.build(Build(good, str(context), secrets=secrets), lines.append)
        image = read(session.save(built))
    assert merged(image.layers)["sizes"].size > 0
    said = "\n".join((*lines, *raised.value.tail))
    assert "***" in said
    assert WORD not in said


def test_hosts_limits_and_memory_are_those_that_were_asked_for(
    engine: Engine, workplace: Workplace, tmp_path: Path
) -> None:
    base = workplace.base(engine, "busybox")
    script = 'echo "host $(grep -c 10.1.2.3 /etc/hosts) files $(ulimit -n) arg $ONE"'
    text = f"FROM {base}\nARG ONE\nRUN {script}\n"
    options = ("--add-host=elsewhere:10.1.2.3", "--ulimit=nofile=512:512", "--shm-size=32m")
    lines: list[str] = []
    with Session(engine) as session:
        build = Build(
            text.encode(),
            str(tmp_path),
            build_args={"ONE": "1"},
            platform="linux/amd64",
            options=options,
            no_cache=True,
        )
        session.build(build, lines.append)
    said = "\n".join(lines)
    assert "host 1 " in said
    assert " arg 1" in said
    if engine.name != "docker":  # the BuildKit of Docker 20 takes no limits
        assert " files 512 " in said


@pytest.fixture
def socket() -> Iterator[str]:
    """Where an ssh-agent listens that has a key of its own."""
    if not all(map(shutil.which, ("ssh-agent", "ssh-add", "ssh-keygen"))):
        give_up("openssh-client is not installed")
    # The path of a socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="dockerlint-", dir="/tmp") as folder:
        path = f"{folder}/agent"
        listening = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL)
        try:
            while not os.path.exists(path):
                time.sleep(0.01)
            key = f"{folder}/key"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
            subprocess.run(["ssh-add", "-q", key], env={**os.environ, "SSH_AUTH_SOCK": path}, check=True)
            yield path
        finally:
            listening.terminate()
            listening.wait()


def with_its_libraries(program: str, folder: Path) -> None:
    """Copy a program of this machine into a folder, with all that it loads."""
    path = shutil.which(program)
    assert path is not None
    loads = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    for one in (path, *re.findall(r"(/\S+) \(0x", loads)):
        to = folder / one.removeprefix("/")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(one, to)


@pytest.mark.parametrize("way", ["by the environment", "by its socket", "by the file of a key"])
def test_ssh_keys_are_there_for_their_command(
    engine: Engine, workplace: Workplace, tmp_path: Path, socket: str, way: str
) -> None:
    base = workplace.base(engine, "busybox")
    key = Path(socket).with_name("key")
    with_its_libraries("ssh-add", tmp_path)
    text = (
        f"FROM {base}\nCOPY . /\n"
        "RUN --mount=type=ssh,required=true ssh-add -l; ssh-add -L > /public\n"
        "RUN ! ssh-add -l\n"
    )
    env, ssh = dict(workplace.env), f"default={key if way.endswith('key') else socket}"
    if way == "by the environment":
        env["SSH_AUTH_SOCK"], ssh = socket, "default"
    lines: list[str] = []
    with Session(detect(engine.name, env)) as session:
        build = Build(text.encode(), str(tmp_path), ssh=(ssh,), no_cache=True)
        session.build(build, lines.append)
    print_ = subprocess.run(
        ["ssh-keygen", "-l", "-f", key], capture_output=True, text=True, check=True
    ).stdout.split()[1]
    assert print_ in "\n".join(lines)


@pytest.mark.parametrize(
    ("mount", "words", "hint"),
    [
        ("ssh,required=true", "ssh keys (default) are required", "--ssh default"),
        ("ssh,id=other,required=true", "ssh keys (other) are required", "--ssh other=PATH"),
        ("secret,id=token,required=true", "the secret token is required", "--secret id=token,src=FILE"),
    ],
)
def test_keys_and_secrets_that_are_not_given_are_asked_for(
    engine: Engine, workplace: Workplace, tmp_path: Path, mount: str, words: str, hint: str
) -> None:
    base = workplace.base(engine, "busybox")
    text = f"FROM {base}\nENV A=1\nRUN --mount=type={mount} true\n"
    with Session(engine) as session, pytest.raises(BuildFailed) as raised:
        session.build(Build(text.encode(), str(tmp_path), no_cache=True))
    assert words in str(raised.value)
    assert hint in raised.value.hint
    assert raised.value.line == 3


@pytest.mark.parametrize("name", ["buildah", "podman"])
def test_an_engine_that_crashes_leaves_no_container(name: str, workplace: Workplace, tmp_path: Path) -> None:
    engine = workplace.engine(name)
    base = workplace.base(engine, "busybox")
    # buildah 1.28 reads `required` alone as a list of two.
    text = f"FROM {base}\nRUN --mount=type=secret,id=token,required true\n"
    before = _containers(workplace)
    with Session(engine) as session, pytest.raises(BuildFailed) as raised:
        session.build(Build(text.encode(), str(tmp_path), no_cache=True))
    assert "the engine crashed" in str(raised.value) or "the secret token is required" in str(raised.value)
    assert _containers(workplace) <= before


def _containers(workplace: Workplace) -> set[str]:
    listing = ["buildah", "containers", "-q"]
    run = subprocess.run(listing, env=workplace.env, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_an_agent_or_a_key_that_is_not_there_is_told_before_any_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(UserError, match="SSH_AUTH_SOCK is not set") as unset:
        agent("default")
    assert "ssh-add" in unset.value.hint
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    with pytest.raises(UserError, match="gone, its socket in SSH_AUTH_SOCK, is not there"):
        agent("default")
    with pytest.raises(UserError, match="no-key is not there"):
        agent(f"git={tmp_path},{tmp_path}/no-key")
    with pytest.raises(UserError, match="the socket or key is not there"):
        agent("git=")
    assert agent(f"git={tmp_path}") == f"git={tmp_path}"
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path))
    assert agent("default") == "default"
