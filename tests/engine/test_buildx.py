"""Builders of buildx: what docker is asked, with a program made up here that writes down its words."""

from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from dockerlint.engine import Build, BuildFailed, EngineError, NoEngine, detect
from dockerlint.engine.secret import Secret, secret
from dockerlint.engine.session import Session
from dockerlint.errors import UserError
from dockerlint.existing import Images
from running import run

FAKE = """\
#!/bin/sh
{ for word; do printf '%s\\n' "$word"; done; echo; } >> $HERE/words
case "$1 $2" in
"buildx version") exit 0;;
"buildx inspect") [ "$3" = nobody ] && { echo 'ERROR: no builder "nobody" found' >&2; exit 1; }
  printf 'Name:   %s\\nDriver: %s\\n\\nNodes:\\nName: x\\nBuildKit version: v0.17.0\\n' "$3" "$(cat $HERE/driver)"; exit 0;;
"buildx create") [ -n "$BUILDX_CONFIG" ]; exit;;
esac
case $1 in
version) [ -f $HERE/daemon ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }
  echo '{"Client":{"Version":"28.5.2"},"Server":{"Version":"28.5.1","Os":"linux"}}'; exit 0;;
esac
for word; do case $word in type=docker,dest=*) cp $HERE/image.tar ${word#*dest=};; esac; done
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a docker that reaches no daemon and whose builders are on a cluster."""
    (tmp_path / "docker").write_text(FAKE.replace("$HERE", str(tmp_path)))
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "driver").write_text("kubernetes")
    with tarfile.open(tmp_path / "image.tar", "w") as tar:
        files = {"manifest.json": [{"Config": "c.json"}], "c.json": {"rootfs": {"diff_ids": ["sha256:aa"]}}}
        for name, content in files.items():
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return tmp_path


def env(place: Path, **more: str) -> dict[str, str]:
    return {"PATH": f"{place}{os.pathsep}/usr/bin{os.pathsep}/bin", **more}


def asked(place: Path) -> list[list[str]]:
    return [call.splitlines() for call in (place / "words").read_text().split("\n\n") if call]


@pytest.mark.parametrize("driver", ["kubernetes", "remote", "docker-container", "cloud"])
def test_without_a_daemon_an_archive_comes_back_from_the_builder(place: Path, driver: str) -> None:
    (place / "driver").write_text(driver)
    engine = detect(None, env(place), "team")
    assert (engine.name, engine.version, engine.heredocs) == ("docker", "v0.17.0", True)
    with Session(engine) as session:
        build = Build(b"FROM scratch\n", str(place), platform="linux/arm64", secrets=(Secret("s", "/f"),))
        built = session.build(build)
        saved = session.save(built)
        assert tarfile.is_tarfile(saved)
        assert engine.layers(built.tag) == ("sha256:aa",)
        with pytest.raises(EngineError, match="reaches no daemon"):
            engine.run(built.tag, None)
        session.drop(built)
        assert not engine.has(built.tag)
    words = asked(place)[-1]
    assert words[:4] == ["buildx", "build", "--builder", "team"]
    assert words[4] == "--output"
    assert words[5].startswith("type=docker,dest=")
    assert words[words.index("--platform") + 1] == "linux/arm64"
    assert words[words.index("--secret") + 1] == "id=s,src=/f"
    assert "--load" not in words


def test_with_a_daemon_the_image_is_loaded_into_it(place: Path) -> None:
    (place / "daemon").touch()
    with Session(detect(None, env(place), "team")) as session:
        session.build(Build(b"FROM scratch\n", str(place), network="host"))
        words = next(call for call in asked(place) if call[:2] == ["buildx", "build"])
    assert words[2:5] == ["--builder", "team", "--load"]
    assert words[words.index("--network") :][:4] == ["--network", "host", "--allow", "network.host"]


def test_the_address_in_the_environment_becomes_a_builder_of_this_build_alone(place: Path) -> None:
    with Session(detect("docker", env(place, BUILDKIT_HOST="tcp://cluster:1234"))) as session:
        session.build(Build(b"FROM scratch\n", str(place)))
    create, build = asked(place)[-2:]
    assert create == ["buildx", "create", "--name", "dockerlint", "--driver", "remote", "tcp://cluster:1234"]
    assert build[:4] == ["buildx", "build", "--builder", "dockerlint"]


def test_the_builder_in_the_environment_is_used(place: Path) -> None:
    with Session(detect("docker", env(place, BUILDX_BUILDER="team"))) as session:
        session.build(Build(b"FROM scratch\n", str(place)))
    assert asked(place)[-1][:4] == ["buildx", "build", "--builder", "team"]


def test_the_builder_of_a_daemon_is_that_daemon(place: Path) -> None:
    (place / "driver").write_text("docker")
    (place / "daemon").touch()
    with Session(detect(None, env(place, DOCKER_HOST="unix:///x"), "elsewhere")) as session:
        session.build(Build(b"FROM scratch\n", str(place)))
        (words,) = (call for call in asked(place) if call[0] == "build")
    assert words[1] == "--load"
    assert "--builder" not in words


def test_an_image_that_is_there_already_is_looked_for_where_the_builder_brings_images(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", env(place)["PATH"])
    images = Images(None, None, "team")
    assert images.engine_of("image:app") == ("docker", "v0.17.0")
    with pytest.raises(EngineError, match="the builder team keeps no images"):
        images.read("image:app")
    (place / "daemon").touch()
    assert Images(None, None, "team").engine_of("image:app") == ("docker", "28.5.1")
    with pytest.raises(NoEngine):
        Images(None, None, "nobody").engine_of("image:app")
    # The command hands its option on.
    assert run("measure", "image:app", "--builder", "nobody").code == 2
    assert 'no builder "nobody" found' in run("measure", "image:app", "--builder", "nobody").err


def test_a_builder_that_is_not_there_is_named(place: Path) -> None:
    with pytest.raises(NoEngine) as raised:
        detect(None, env(place), "nobody")
    assert 'no builder "nobody" found' in raised.value.found[0]


def test_a_build_that_fails_names_its_builder(place: Path) -> None:
    with (place / "docker").open("a") as file:
        file.write("exit 1\n")
    with (
        Session(detect(None, env(place), "team")) as session,
        pytest.raises(BuildFailed, match="builder team"),
    ):
        session.build(Build(b"FROM scratch\n", str(place)))


def test_a_secret_is_a_file_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOKEN", "x")
    (tmp_path / "key").write_text("k")
    assert secret("id=a,src=key").spec == f"id=a,src={tmp_path}/key"
    assert secret("type=file,source=key,id=a") == secret("id=a,src=key")
    assert secret("id=key") == Secret("key", f"{tmp_path}/key")
    assert secret("id=a,env=TOKEN").spec == "id=a,env=TOKEN"
    assert secret("id=TOKEN") == secret("type=env,id=TOKEN,src=TOKEN") == Secret("TOKEN", "", "TOKEN")


@pytest.mark.parametrize(
    "text", ["", "key", "id=", "id=a,src=nowhere", "id=a,env=NOWHERE", "id=a,mode=1", "id=a,type=x"]
)
def test_a_secret_that_cannot_be_had_is_bad_usage(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="--secret"):
        secret(text)
