"""buildah, and podman's build, which is buildah under another name."""

from __future__ import annotations

import json
import os
import re
from glob import escape as glob_escape
from glob import glob

from dockerlint.engine import Build, BuildFailed, EngineError
from dockerlint.engine.container import Containers, Working, end_inside, forget_runtimes
from dockerlint.engine.process import answer, programs, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO

    from dockerlint.engine import Progress, Ran
    from dockerlint.engine.container import Runner

_BUILD_CONTEXTS_SINCE = {"buildah": (1, 26), "podman": (4, 2)}
_HEREDOCS_SINCE = {"buildah": (1, 33), "podman": (4, 8)}
_AS_JSON = {"buildah": ["--json"], "podman": ["--format", "json"]}
_STORE = {
    "buildah": ("{{.store.GraphRoot}}", "{{.store.GraphDriverName}}"),
    "podman": ("{{.Store.GraphRoot}}", "{{.Store.GraphDriverName}}"),
}
_MADE = "layers"
_LAYER = re.compile(r"--> ([0-9a-f]{8,64})")


def find(name: str, env: Mapping[str, str]) -> Buildah | str:
    """buildah or podman as this machine has it, or why it cannot be used."""
    if name not in _BUILD_CONTEXTS_SINCE:
        return "is not an engine that dockerlint knows"
    paths = programs(name, env)
    if not paths:
        return "is not installed"
    env = dict(env)
    # A folder without config.json in it breaks `push`.
    if not os.path.isfile(os.path.join(env.get("DOCKER_CONFIG", ""), "config.json")):
        env.pop("DOCKER_CONFIG", None)
    # Neither a working runtime nor control groups are needed for chroot isolation.
    env.setdefault("BUILDAH_ISOLATION", "chroot")
    code, text, why = answer([paths[0], "--version"], env)
    version = re.search(r"(\d+)\.(\d+)[.\d]*", text)
    if code != 0 or version is None:
        return f"{paths[0]} --version failed: {why or text}"
    code, _, why = answer([paths[0], "info"], env, 60)
    if code != 0 and "STORAGE_DRIVER" not in env:
        # No overlay here (a container on overlay without /dev/fuse, say): vfs works everywhere, five times slower.
        env["STORAGE_DRIVER"] = "vfs"
        code, _, _ = answer([paths[0], "info"], env, 60)
    if code != 0:
        return f"{paths[0]} info failed: {_short(why)}"
    return Buildah(name, version.group(), (int(version[1]), int(version[2])), paths[0], env)


class Buildah:
    """Builds in the user's own storage, with every instruction a layer of its own."""

    def __init__(
        self, name: str, version: str, number: tuple[int, int], program: str, env: dict[str, str]
    ) -> None:
        self.name = name
        self.version = version
        self.heredocs = number >= _HEREDOCS_SINCE[name]
        self._number = number
        self._made: list[str] = []
        self._before: frozenset[str] = frozenset()
        self._program = program
        self._env = env
        self._runner: Runner = Containers(name, program, env) if name == "podman" else Working(program, env)

    def build(self, build: Build, tag: str, folder: str, progress: Progress | None = None) -> None:
        """Build with `--layers` in Docker's format: the OCI one would lose SHELL, HEALTHCHECK and ONBUILD."""
        file = os.path.join(folder, "Dockerfile")
        with open(file, "xb") as out:
            out.write(build.dockerfile)
        # --force-rm: without it a build that fails or is interrupted leaves a working container.
        command = [
            self._program,
            "build",
            "--layers",
            "--force-rm",
            "--format",
            "docker",
            "-t",
            tag,
            "-f",
            file,
        ]
        command.append("--pull=always" if build.pull else "--pull=missing")
        network = build.network or ("host" if self._env["BUILDAH_ISOLATION"] == "chroot" else None)
        if network:
            command += ["--network", network]
        if build.ignore is not None:
            ignore = os.path.join(folder, "ignore")
            with open(ignore, "xb") as out:
                out.write(build.ignore)
            command += ["--ignorefile", ignore]
        command += build.words()
        # A secret that no file asks for: a working container that a killed build left has its name written in it.
        command += ["--secret", f"id={_mark(tag)},src={file}"]
        for name, value in (build.build_contexts or {}).items():
            if self._number < _BUILD_CONTEXTS_SINCE[self.name]:
                since = ".".join(map(str, _BUILD_CONTEXTS_SINCE[self.name]))
                raise EngineError(f"{self.name} {self.version} has no --build-context; it came with {since}")
            value = value.replace("docker-image://", "container-image://", 1)
            command += ["--build-context", f"{name}={value}"]
        if isinstance(self._runner, Working):
            self._runner.folder = os.path.dirname(folder)
        # Its temporary files stay behind when it is killed, but not in a folder that is removed.
        if not self._made:
            self._before = frozenset(self._images())
        env = {**self._env, **build.variables(), "TMPDIR": folder}
        with open(os.path.join(folder, _MADE), "w", buffering=1) as made:
            code, tail = run([*command, build.context], env, lambda line: self._heard(line, made, progress))
        if code != 0:
            # Despite --force-rm one that crashes leaves its working container.
            self._end_working(_mark(tag))
            raise BuildFailed(f"{self.name} {self.version} could not build it", tail)

    def _heard(self, line: str, file: IO[str], progress: Progress | None) -> None:
        """Note the images of single layers as they are made; those taken from the cache are not ours."""
        made = _LAYER.fullmatch(line)
        if made is not None:
            self._made.append(made[1])
            if not any(image.startswith(made[1]) for image in self._before):
                file.write(f"{made[1]}\n")
        if progress is not None:
            progress(line)

    def save(self, tag: str, path: str) -> None:
        """A `dir:` copy with layers as they are: no tar around them to write, no compression to undo.
        podman may build on another machine, and then can only `save`."""
        if self.name == "podman":
            command = [self._program, "save", "-q", "--format", "docker-archive", "-o", path, tag]
        else:
            command = [self._program, "push", "-q", "-D", "--format", "v2s2", tag, f"dir:{path}"]
        code, tail = run(command, {**self._env, "TMPDIR": os.path.dirname(path)})
        if code != 0:
            raise EngineError(f"{self.name} could not save the image", tail)

    def layers(self, tag: str) -> tuple[str, ...]:
        kind = ["image", "inspect"] if self.name == "podman" else ["inspect", "--type", "image"]
        code, text, why = answer([self._program, *kind, tag], self._env, 60)
        if code != 0:
            raise EngineError(f"{self.name} could not describe the image", (_short(why),))
        said = json.loads(text)
        layers = (
            said[0]["RootFS"]["Layers"] if isinstance(said, list) else said["OCIv1"]["rootfs"]["diff_ids"]
        )
        return tuple(layers or ())

    def remove(self, tag: str) -> None:
        self._runner.clear()
        code, _, why = answer([self._program, "rmi", tag], self._env, 120)
        if code != 0 and self.has(tag):
            raise EngineError(f"{tag} could not be removed", tuple(why.splitlines()[-1:]))

    def tidy(self) -> None:
        """Remove the images of single layers, which stay untagged: the stages that no image is of, and
        what a build made before it failed. One that has a name, was here before, or that another
        image builds on stays."""
        self._runner.clear()
        nameless = {image for image, named in self._images().items() if not named}
        for image in reversed(self._made):
            if any(one.startswith(image) for one in nameless - self._before):
                answer([self._program, "rmi", image], self._env, 120)
        self._made.clear()

    def sweep(self, tags: tuple[str, ...], folder: str) -> None:
        for tag in tags:
            self._runner.sweep(tag)
            self._end_working(_mark(tag))
            self.remove(tag)
        forget_runtimes(folder, self._env)
        nameless = {image for image, named in self._images().items() if not named}
        for path in glob(os.path.join(glob_escape(folder), "*", _MADE)):
            with open(path) as file:
                made = file.read().split()
            for image in reversed(made):
                if any(one.startswith(image) for one in nameless):
                    answer([self._program, "rmi", image], self._env, 120)

    def _end_working(self, mark: str) -> None:
        """Remove the working containers that have a mark written in them, and end what still runs there."""
        root, driver = (
            answer([self._program, "info", "--format", word], self._env, 60)[1] for word in _STORE[self.name]
        )
        for path in glob(
            os.path.join(glob_escape(root), f"{driver}-containers", "*", "userdata", "buildah.json")
        ):
            with open(path, "rb") as file:
                text = file.read()
            if mark.encode() not in text:
                continue
            mount = json.loads(text).get("mount-point") or ""
            end_inside(mount)
            container = path.split(os.sep)[-3]
            answer(
                [self._program, "rm", *(["-f"] if self.name == "podman" else []), container], self._env, 120
            )

    def _images(self) -> dict[str, bool]:
        """Every image by its id, and whether it has a name."""
        code, text, _ = answer([self._program, "images", "--all", *_AS_JSON[self.name]], self._env, 120)
        found = json.loads(text or "[]") if code == 0 else []
        return {
            image.get("id") or image["Id"]: bool(image.get("names") or image.get("Names")) for image in found
        }

    def as_context(self, tag: str) -> str:
        return f"container-image://{tag}"

    def has(self, tag: str) -> bool:
        code, text, _ = answer([self._program, "images", "-q", tag], self._env, 60)
        return code == 0 and bool(text)

    def run(
        self, tag: str, command: str | tuple[str, ...] | None, stdin: bytes = b"", seconds: float = 60.0
    ) -> Ran:
        return self._runner.run(tag, command, stdin, seconds)


def _mark(tag: str) -> str:
    """The name of the secret that marks the builds of a tag."""
    return re.sub("[^0-9a-z]+", "-", tag.lower())


def _short(text: str) -> str:
    return text.splitlines()[-1] if text else "no reason given"
