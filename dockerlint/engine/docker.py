"""Docker with BuildKit. Its classic builder is refused: it answers 0 on a RUN with a
here-document without running it."""

from __future__ import annotations

import json
import re

from dockerlint.engine import Build, BuildFailed, EngineError
from dockerlint.engine.buildx import Archives, Builder, asked, words
from dockerlint.engine.container import Containers
from dockerlint.engine.process import answer, programs, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockerlint.engine import Progress, Ran


def find(env: Mapping[str, str], builder: str | None = None) -> Docker | Archives | str:
    """The first docker program on the PATH that can build, or why none can: its daemon must be reachable
    and have BuildKit, unless a builder of buildx does the building."""
    refused = []
    for path in programs("docker", env):
        found = _usable(path, {**env, "DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}, builder)
        if not isinstance(found, str):
            return found
        refused.append(found)
    return "; ".join(refused) or "is not installed"


def _usable(path: str, env: dict[str, str], name: str | None) -> Docker | Archives | str:
    """One docker program, or why it cannot be used."""
    builder = None
    buildx = answer([path, "buildx", "version"], env)[0] == 0
    if asked(env, name):
        if not buildx:
            return f"{path} has no buildx plugin, so it has no builders"
        found = Builder.find(path, env, name)
        if isinstance(found, str):
            return found
        if found.local is None:
            builder = found
        else:
            env = found.local
    code, text, why = answer([path, "version", "--format", "{{json .}}"], env)
    try:
        said = json.loads(text)
    except ValueError:
        said = {}
    if "podman" in (text + why).lower():
        return f"{path} is podman's"
    server = said.get("Server") if isinstance(said, dict) else None
    client = (said.get("Client") or {}).get("Version", "0") if isinstance(said, dict) else "0"
    if code != 0 or not server:
        if builder is not None:
            return Archives(client, path, builder, env)
        return f"{path} reaches no daemon ({(why or text or 'no reason given').splitlines()[-1]})"
    if builder is None:
        if server.get("Os") == "windows":
            return f"{path} reaches a daemon for Windows containers, which has no BuildKit"
        if not buildx and _major(client) >= 23:
            return f"{path} {client} has no buildx plugin, so it cannot use BuildKit"
    return Docker(server.get("Version", client), path, buildx, env, builder)


def _major(version: str) -> int:
    number = re.match(r"\d+", version)
    return int(number.group()) if number else 0


class Docker:
    """Builds with the BuildKit of a Docker daemon, or with a builder of buildx that gives the daemon what it built."""

    name = "docker"

    def __init__(
        self, version: str, program: str, buildx: bool, env: dict[str, str], builder: Builder | None = None
    ) -> None:
        self.version = version
        self.heredocs = builder is not None or _major(version) >= 23
        self._program = program
        self._buildx = buildx
        self._builder = builder
        self._env = env
        self._runner = Containers(self.name, program, env)

    def build(self, build: Build, tag: str, folder: str, progress: Progress | None = None) -> None:
        if build.build_contexts and not self._buildx:
            raise EngineError(f"docker at {self._program} has no --build-context; install its buildx plugin")
        if self._builder is not None:
            self._builder.build(build, tag, folder, ["--load"], progress)
            return
        network = build.network or self._network()
        command = [self._program, "build", *(["--load"] if self._buildx else [])]
        if network:
            command += ["--network", network]
        command += words(build, tag, folder)
        code, tail = run([*command, build.context], {**self._env, **build.variables()}, progress)
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

    def sweep(self, tags: tuple[str, ...], folder: str) -> None:
        for tag in tags:
            self._runner.sweep(tag)
            self.remove(tag)

    def as_context(self, tag: str) -> str:
        if self._builder is not None and not self._builder.local:
            raise EngineError(*self._builder.apart())
        return f"docker-image://{tag}"

    def has(self, tag: str) -> bool:
        return answer([self._program, "image", "inspect", "--format", "{{.Id}}", tag], self._env, 60)[0] == 0

    def run(
        self, tag: str, command: str | tuple[str, ...] | None, stdin: bytes = b"", seconds: float = 60.0
    ) -> Ran:
        return self._runner.run(tag, command, stdin, seconds)
