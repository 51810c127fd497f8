"""Debian 13's Docker with buildx, unpacked by `.ci/engines.sh`: a daemon of a test's own, and its BuildKit
behind an address as a team's would be."""

from __future__ import annotations

import json
import os
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from engines import give_up

# What asks a daemon for its BuildKit.
_UPGRADE = b"POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"


def environment(folder: Path, daemon: str) -> dict[str, str]:
    """An environment in which docker is the unpacked one, with buildx, and speaks to a daemon. Its settings go
    to the folder. Skips the test where it is not unpacked."""
    root = os.environ.get("DOCKERLINT_DOCKER13", "")
    if not os.path.exists(f"{root}/usr/bin/docker"):
        give_up("Docker of Debian 13 is not here: unpack_docker13 of .ci/engines.sh fetches it")
    plugins = folder / "config" / "cli-plugins"
    plugins.mkdir(parents=True)
    (plugins / "docker-buildx").symlink_to(f"{root}/usr/libexec/docker/cli-plugins/docker-buildx")
    (folder / "config" / "config.json").write_text("{}")
    path = os.pathsep.join((f"{root}/usr/bin", f"{root}/usr/sbin", os.environ["PATH"]))
    return {
        **os.environ,
        "PATH": path,
        "DOCKER_CONFIG": f"{folder}/config",
        "DOCKER_HOST": f"unix://{daemon}",
    }


@contextmanager
def daemon(
    folder: Path, env: Mapping[str, str], program: str = "dockerd", data: Path | None = None
) -> Iterator[str]:
    """The socket of a Docker daemon that lives as long as the block. It keeps images as containerd does where it
    can, for only then its BuildKit gives archives away."""
    (folder / "daemon.json").write_text(json.dumps({"features": {"containerd-snapshotter": True}}))
    path = f"{folder}/docker.sock"
    command = [
        program, "--config-file", f"{folder}/daemon.json", "--bridge=none", "--iptables=false", "--ip-masq=false",
        "--ip-forward=false", "--data-root", str(data or folder / "data"), "--exec-root", f"{folder}/exec",
        "-H", f"unix://{path}", "-p", f"{folder}/docker.pid",
    ]  # fmt: skip
    with open(folder / "docker.log", "wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        ask = ["docker", "--host", f"unix://{path}", "version"]
        for _ in range(150):
            if subprocess.run(ask, env=env, capture_output=True, check=False).returncode == 0:
                break
            if process.poll() is not None:
                break
            time.sleep(0.2)
        else:
            process.kill()
        if process.poll() is not None:
            give_up(f"dockerd did not start:\n{(folder / 'docker.log').read_text()[-2000:]}")
        yield path
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        with open("/proc/mounts") as mounts:
            inside = [line.split()[1] for line in mounts if line.split()[1].startswith(f"{folder}/")]
        for mount in reversed(inside):
            subprocess.run(["umount", "-l", mount], check=False)


@contextmanager
def address(daemon: str) -> Iterator[str]:
    """The address at which the BuildKit of a daemon answers."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as inner:
                inner.connect(daemon)
                inner.sendall(_UPGRADE)
                answer = b""
                while not answer.endswith(b"\r\n\r\n"):
                    answer += inner.recv(1)
                assert b" 101 " in answer, answer
                back = threading.Thread(target=_pipe, args=(inner, self.request))
                back.start()
                _pipe(self.request, inner)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _pipe(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            to.sendall(data)
    with suppress(OSError):
        to.shutdown(socket.SHUT_WR)


def missing() -> str:
    """Why no daemon can be started here; empty when one can."""
    return "" if os.geteuid() == 0 and shutil.which("runc") else "a daemon takes root and runc"
