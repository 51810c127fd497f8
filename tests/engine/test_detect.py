"""Finding an engine, and saying why there is none: with programs made up here."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from dockerlint import engine
from dockerlint.build_progress import building
from dockerlint.engine import EngineError, NoEngine, detect, install_hint
from dockerlint.engine.process import environment, plain, programs, run
from dockerlint.engine.session import PREFIX, Session

VERSION = '{"Client":{"Version":"%s"},"Server":%s}'


def program(folder: Path, name: str, script: str) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"PATH": str(folder)}


def docker(folder: Path, client: str, server: str, buildx: int = 1) -> dict[str, str]:
    answer = VERSION % (client, server)
    return program(
        folder, "docker", f"case $1 in version) echo '{answer}';; buildx) exit {buildx};; *) exit 9;; esac"
    )


def refusal(env: dict[str, str], preference: str | None = None) -> str:
    with pytest.raises(NoEngine) as raised:
        detect(preference, env)
    return "; ".join(raised.value.found)


def test_without_any_engine_the_error_tells_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "apk", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoEngine) as raised:
        detect()
    assert raised.value.hint.endswith("apk add buildah")
    assert raised.value.found == (
        "docker: is not installed",
        "podman: is not installed",
        "buildah: is not installed",
    )


def test_the_hint_is_for_the_engine_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "apt-get", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install_hint("docker").endswith("apt-get install -y docker.io")
    assert install_hint("podman").endswith("apt-get install -y podman runc uidmap")


def test_a_machine_without_a_known_package_manager_gets_no_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install_hint() == ""


def test_docker_with_an_old_client_has_buildkit_built_in(tmp_path: Path) -> None:
    found = detect(None, docker(tmp_path, "20.10.24", '{"Version":"20.10.24","Os":"linux"}'))
    assert (found.name, found.version) == ("docker", "20.10.24")


def test_a_new_client_without_buildx_cannot_use_buildkit(tmp_path: Path) -> None:
    assert "no buildx" in refusal(docker(tmp_path, "28.2.2", '{"Version":"28","Os":"linux"}'))


def test_a_new_client_with_buildx_can(tmp_path: Path) -> None:
    found = detect(None, docker(tmp_path, "28.2.2", '{"Version":"28.0.1","Os":"linux"}', buildx=0))
    assert found.version == "28.0.1"


def test_the_first_docker_that_will_do_is_taken(tmp_path: Path) -> None:
    server = '{"Version":"28","Os":"linux"}'
    one = docker(tmp_path / "one", "28.2.2", server)
    two = docker(tmp_path / "two", "20.10.24", server)
    assert detect(None, {"PATH": f"{one['PATH']}{os.pathsep}{two['PATH']}"}).name == "docker"


def test_a_docker_without_daemon_is_refused_with_its_own_words(tmp_path: Path) -> None:
    env = program(tmp_path, "docker", "echo 'Cannot connect to the daemon' >&2; exit 1")
    assert "Cannot connect to the daemon" in refusal(env, "docker")


def test_a_daemon_for_windows_containers_is_refused(tmp_path: Path) -> None:
    assert "Windows" in refusal(docker(tmp_path, "20.10", '{"Version":"20.10","Os":"windows"}'))


def test_podmans_docker_is_not_docker(tmp_path: Path) -> None:
    env = program(tmp_path, "docker", "echo 'Emulate Docker CLI using podman.' >&2; echo '{}'")
    assert "podman's" in refusal(env, "docker")


def test_buildah_falls_back_to_vfs_where_overlay_cannot_be_used(tmp_path: Path) -> None:
    script = (
        'case $1 in --version) echo "buildah version 1.28.2";;'
        " info) [ \"$STORAGE_DRIVER\" = vfs ] || { echo 'overlay: no' >&2; exit 1; };;"
        ' build) echo "driver $STORAGE_DRIVER";; esac'
    )
    found = detect("buildah", program(tmp_path, "buildah", script))
    said: list[str] = []
    found.build(engine.Build(b"", str(tmp_path)), "t", str(tmp_path), said.append)
    assert said == ["driver vfs"]


def test_a_buildah_that_cannot_start_is_refused_with_its_own_words(tmp_path: Path) -> None:
    script = 'case $1 in --version) echo "buildah version 1.28.2";; *) echo "no user namespaces" >&2; exit 125;; esac'
    assert "no user namespaces" in refusal(program(tmp_path, "buildah", script))


def test_a_buildah_without_build_contexts_says_when_they_came(tmp_path: Path) -> None:
    found = detect("buildah", program(tmp_path, "buildah", "echo buildah version 1.23.1"))
    with pytest.raises(engine.EngineError, match=r"came with 1\.26"):
        found.build(engine.Build(b"", str(tmp_path), build_contexts={"a": "b"}), "t", str(tmp_path))


def test_an_engine_that_is_not_known_is_refused(tmp_path: Path) -> None:
    assert "not an engine" in refusal({"PATH": str(tmp_path)}, "kaniko")


def test_an_engine_gets_only_what_it_needs_to_know() -> None:
    given = {"PATH": "p", "DOCKER_HOST": "h", "http_proxy": "x", "SOURCE_DATE_EPOCH": "1", "AWS_SECRET": "s"}
    assert environment(given) == {"PATH": "p", "DOCKER_HOST": "h", "http_proxy": "x"}


def test_what_an_engine_prints_cannot_steer_the_terminal() -> None:
    assert plain("\x1b[31mred\x1b[0m\x1b]0;title\x07 \x08a\u202eb\udcff") == "red \\x08a\\u202eb\\udcff"
    assert plain("plain text, é") == "plain text, é"


def test_progress_bars_and_long_lines_are_kept_short(tmp_path: Path) -> None:
    env = program(tmp_path, "noise", "printf '10%%\\r20%%\\r30%%\\n'; head -c 100000 /dev/zero | tr '\\0' x")
    code, tail = run([str(tmp_path / "noise")], {**env, "PATH": f"{env['PATH']}:/usr/bin:/bin"})
    assert code == 0
    assert tail[0] == "30%"
    assert max(map(len, tail)) <= 4096


def test_a_program_linked_twice_is_found_once(tmp_path: Path) -> None:
    env = program(tmp_path / "a", "docker", "")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert len(programs("docker", {"PATH": f"{env['PATH']}{os.pathsep}{tmp_path / 'b'}"})) == 1


def test_a_docker_without_buildx_says_that_it_cannot_redirect(tmp_path: Path) -> None:
    found = detect("docker", docker(tmp_path, "20.10", '{"Version":"20.10","Os":"linux"}'))
    with pytest.raises(engine.EngineError, match="buildx"):
        found.build(engine.Build(b"", str(tmp_path), build_contexts={"a": "b"}), "t", str(tmp_path))


class Stuck:
    """An engine whose images cannot be removed."""

    name, version, heredocs = "stuck", "1", True

    def build(self, build: engine.Build, tag: str, folder: str, progress: object = None) -> None:
        if build.no_cache:
            os.kill(os.getpid(), signal.SIGTERM)

    def save(self, tag: str, path: str) -> None:
        raise AssertionError

    def layers(self, tag: str) -> tuple[str, ...]:
        return ()

    def remove(self, tag: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        raise EngineError("in use")

    def tidy(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    def has(self, tag: str) -> bool:
        return True


def test_signals_do_not_interrupt_the_cleaning_up_and_what_stays_is_told(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with Session(Stuck()) as session:
        built = session.build(engine.Build(b"", str(tmp_path)))
        folder = session.folder
    assert session.left == [built.tag]
    assert not os.path.exists(folder)
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_what_could_not_be_removed_is_told_also_when_a_build_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tags = []

    def build() -> None:
        with building(Stuck()) as (session, say):
            tags.append(session.build(engine.Build(b"", str(tmp_path)), say("building x")).tag)
            raise EngineError("it failed")

    with pytest.raises(EngineError):
        build()
    assert capsys.readouterr().err == (
        f"dockerlint: building x\ndockerlint: {tags[0]} could not be removed\n  remove it with stuck rmi {tags[0]}\n"
    )


def test_a_termination_ends_the_session_with_its_exit_code(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as raised, Session(Stuck()) as session:
        session.build(engine.Build(b"", str(tmp_path), no_cache=True))
    assert raised.value.code == 128 + signal.SIGTERM
    assert not os.path.exists(session.folder)


def test_every_tag_is_one_that_nobody_else_has(tmp_path: Path) -> None:
    tags = set()
    for _ in range(3):
        with Session(Stuck()) as session:
            tags.add(session.build(engine.Build(b"", str(tmp_path))).tag)
    assert len(tags) == 3
    assert all(tag.startswith(f"{PREFIX}-") for tag in tags)
