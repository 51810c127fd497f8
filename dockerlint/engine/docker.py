"""Docker with BuildKit. Its classic builder is refused: it answers 0 on a RUN with a
here-document without running it."""

from __future__ import annotations

import json
import os
import re

from dockerlint.engine import Build, BuildFailed, EngineError
from dockerlint.engine.container import Containers
from dockerlint.engine.process import answer, programs, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockerlint.engine import Progress, Ran


def find(env: Mapping[str, str]) -> Docker | str:
    """The first docker program on the PATH that reaches a daemon and can use its BuildKit, or why none can."""
    refused = []
    paths = programs("docker", env)
    env = {**env, "DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    for path in paths:
        code, text, why = answer([path, "version", "--format", "{{json .}}"], env)
        try:
            said = json.loads(text)
        except ValueError:
            said = {}
        if "podman" in (text + why).lower():
            refused.append(f"{path} is podman's")
            continue
        server = said.get("Server") if isinstance(said, dict) else None
        if code != 0 or not server:
            refused.append(
                f"{path} reaches no daemon ({(why or text or 'no reason given').splitlines()[-1]})"
            )
            continue
        if server.get("Os") == "windows":
            refused.append(f"{path} reaches a daemon for Windows containers, which has no BuildKit")
            continue
        buildx = answer([path, "buildx", "version"], env)[0] == 0
        client = said.get("Client", {}).get("Version", "0")
        if not buildx and _major(client) >= 23:
            refused.append(f"{path} {client} has no buildx plugin, so it cannot use BuildKit")
            continue
        return Docker(server.get("Version", client), path, buildx, env)
    return "; ".join(refused) or "is not installed"


def _major(version: str) -> int:
    number = re.match(r"\d+", version)
    return int(number.group()) if number else 0


class Docker:
    """Builds with the BuildKit of a Docker daemon."""

    name = "docker"

    def __init__(self, version: str, program: str, buildx: bool, env: dict[str, str]) -> None:
        self.version = version
        self.heredocs = _major(version) >= 23
        self._program = program
        self._buildx = buildx
        self._env = env
        self._runner = Containers(self.name, program, env)

    def build(self, build: Build, tag: str, folder: str, progress: Progress | None = None) -> None:
        file = os.path.join(folder, "Dockerfile")
        with open(file, "xb") as out:
            out.write(build.dockerfile)
        if build.ignore is not None:
            # BuildKit looks for it beside the Dockerfile, which is not in the context.
            with open(file + ".dockerignore", "xb") as out:
                out.write(build.ignore)
        command = [self._program, "build", "--progress", "plain", "-t", tag, "-f", file]
        if self._buildx:
            command.append("--load")
        if build.pull:
            command.append("--pull")
        network = build.network or self._network()
        if network:
            command += ["--network", network]
        if build.no_cache:
            command.append("--no-cache")
        if build.target is not None:
            command += ["--target", build.target]
        for name, value in (build.build_args or {}).items():
            command += ["--build-arg", f"{name}={value}"]
        for name, value in (build.build_contexts or {}).items():
            if not self._buildx:
                raise EngineError(
                    f"docker at {self._program} has no --build-context; install its buildx plugin"
                )
            value = value.replace("container-image://", "docker-image://", 1)
            command += ["--build-context", f"{name}={value}"]
        code, tail = run([*command, build.context], self._env, progress)
        if code != 0:
            raise BuildFailed(f"docker {self.version} could not build it", tail)

    def _network(self) -> str | None:
        """Builds on a daemon that has no bridge fail unless they use the host's network."""
        code, text, _ = answer([self._program, "network", "ls", "--format", "{{.Driver}}"], self._env)
        return "host" if code == 0 and "bridge" not in text.split() else None

    def save(self, tag: str, path: str) -> None:
        """What `docker save` writes: an archive, legacy or OCI layout by version."""
        code, tail = run([self._program, "save", "-o", path, tag], self._env)
        if code != 0:
            raise EngineError("docker could not save the image", tail)

    def layers(self, tag: str) -> tuple[str, ...]:
        command = [self._program, "image", "inspect", "--format", "{{json .RootFS.Layers}}", tag]
        code, text, why = answer(command, self._env, 60)
        if code != 0:
            raise EngineError("docker could not describe the image", tuple(why.splitlines()[-1:]))
        return tuple(json.loads(text) or ())

    def remove(self, tag: str) -> None:
        self._runner.clear()
        code, _, why = answer([self._program, "image", "rm", tag], self._env, 120)
        if code != 0 and self.has(tag):
            raise EngineError(f"{tag} could not be removed", tuple(why.splitlines()[-1:]))

    def tidy(self) -> None:
        """Only containers: BuildKit keeps a cache of its own and bounds it."""
        self._runner.clear()

    def has(self, tag: str) -> bool:
        return answer([self._program, "image", "inspect", "--format", "{{.Id}}", tag], self._env, 60)[0] == 0

    def run(
        self, tag: str, command: str | tuple[str, ...] | None, stdin: bytes = b"", seconds: float = 60.0
    ) -> Ran:
        return self._runner.run(tag, command, stdin, seconds)
