"""Builders of docker buildx: BuildKit in a container, on a cluster, or at an address.

A builder that is no daemon's own keeps what it built to itself, so the image is brought back: into the
daemon when one is reachable (`Docker` with `--load`), else as an archive (`Archives`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile

from dockerlint.engine import Build, BuildFailed, EngineError
from dockerlint.engine.process import answer, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from dockerlint.engine import Progress, Ran

_OURS = "dockerlint"


def asked(env: Mapping[str, str], name: str | None) -> bool:
    """Whether a builder was asked for: by its name, or in the environment as buildx and buildctl have it."""
    return bool(name or env.get("BUILDX_BUILDER") or env.get("BUILDKIT_HOST"))


class Builder:
    """A builder by its name, or the BuildKit at an address. `local` is the environment in which docker
    reaches its daemon when the builder is but that; None for every other driver."""

    def __init__(
        self, program: str, env: Mapping[str, str], name: str, address: str = "", version: str = ""
    ) -> None:
        self.name = name
        self.version = version
        self.local: dict[str, str] | None = None
        self._program = program
        self._env = dict(env)
        self._address = address

    @staticmethod
    def find(program: str, env: Mapping[str, str], name: str | None) -> Builder | str:
        """The builder that was asked for, or why it cannot be used."""
        name = name or env.get("BUILDX_BUILDER")
        if not name:
            return Builder(program, env, _OURS, env["BUILDKIT_HOST"])
        # A builder that sleeps is not woken: the build does that.
        code, text, why = answer([program, "buildx", "inspect", name], env, 60)
        driver = re.search(r"^Driver:\s*(\S+)", text, re.MULTILINE)
        if code != 0 or driver is None:
            return f"{program} has no builder {name} ({(why or text or 'no reason given').splitlines()[-1]})"
        version = re.search(r"^BuildKit(?: version)?:\s*(\S+)", text, re.MULTILINE)
        # A daemon's own BuildKit may not know its version.
        known = version is not None and not version[1].startswith("v0.0.0")
        builder = Builder(program, env, name, "", version[1] if version and known else "")
        if driver[1] == "docker":
            builder.local = dict(env)
            if name != "default":  # the daemon of another context, which DOCKER_HOST would hide
                builder.local.pop("DOCKER_HOST", None)
                builder.local["DOCKER_CONTEXT"] = name
        return builder

    def apart(self) -> tuple[str, tuple[str, ...], str]:
        """What is wrong, and what to do, where a build is to start from an image that was built before."""
        where = self._address or f"the builder {self.name}"
        return (
            f"{where} does not see the images that were built with it, so that no build can take one for a context",
            (),
            "build with --engine buildah or podman, or with Docker's own builder",
        )

    def build(
        self, build: Build, tag: str, folder: str, output: Sequence[str], progress: Progress | None
    ) -> None:
        """Build and bring the image back as `output` says. BuildFailed when it fails."""
        env = {**self._env, **build.variables()}
        if self._address:
            env["BUILDX_CONFIG"] = os.path.join(folder, "buildx")
            create = ["buildx", "create", "--name", self.name, "--driver", "remote", self._address]
            code, _, why = answer([self._program, *create], env, 60)
            if code != 0:
                raise EngineError(
                    f"BUILDKIT_HOST={self._address} cannot be used", tuple(why.splitlines()[-5:])
                )
        command = [self._program, "buildx", "build", "--builder", self.name, *output]
        if build.network:
            command += ["--network", build.network]
            if build.network == "host":
                command += ["--allow", "network.host"]
        command += words(build, tag, folder)
        code, tail = run([*command, build.context], env, progress)
        if code != 0:
            where = self._address or f"the builder {self.name}"
            raise BuildFailed(f"docker buildx could not build it with {where}", tail)


def words(build: Build, tag: str, folder: str) -> list[str]:
    """The options for BuildKit, whose Dockerfile is written into the folder."""
    file = os.path.join(folder, "Dockerfile")
    with open(file, "xb") as out:
        out.write(build.dockerfile)
    if build.ignore is not None:
        # BuildKit looks for it beside the Dockerfile, which is not in the context.
        with open(file + ".dockerignore", "xb") as out:
            out.write(build.ignore)
    found = ["--progress", "plain", "-t", tag, "-f", file]
    if build.pull:
        found.append("--pull")
    for name, value in (build.build_contexts or {}).items():
        value = value.replace("container-image://", "docker-image://", 1)
        found += ["--build-context", f"{name}={value}"]
    return [*found, *build.words()]


class Archives:
    """Builds with a builder where no daemon is: an image is an archive in the folder of its build."""

    name = "docker"
    heredocs = True

    def __init__(self, client: str, program: str, builder: Builder, env: dict[str, str]) -> None:
        self.version = builder.version or client
        self._program = program
        self._builder = builder
        self._env = env
        self._paths: dict[str, str] = {}

    def build(self, build: Build, tag: str, folder: str, progress: Progress | None = None) -> None:
        path = os.path.join(folder, "image.tar")
        self._builder.build(build, tag, folder, ["--output", f"type=docker,dest={path}"], progress)
        self._paths[tag] = path

    def save(self, tag: str, path: str) -> None:
        """The archive under another name; it is not copied where the file system spares that."""
        try:
            os.link(self._path(tag), path)
        except OSError:
            shutil.copyfile(self._path(tag), path)

    def layers(self, tag: str) -> tuple[str, ...]:
        try:
            with tarfile.open(self._path(tag)) as tar:
                (manifest,) = _json(tar, "manifest.json")
                return tuple(_json(tar, manifest["Config"])["rootfs"]["diff_ids"])
        except (OSError, tarfile.TarError, KeyError, ValueError) as error:
            raise EngineError(f"the archive that buildx wrote cannot be read: {error}") from error

    def _path(self, tag: str) -> str:
        if tag not in self._paths:
            raise EngineError(
                f"{tag} is not here: the builder {self._builder.name} keeps no images, and {self._program} reaches no daemon"
            )
        return self._paths[tag]

    def remove(self, tag: str) -> None:
        path = self._paths.pop(tag, None)
        if path is not None and os.path.exists(path):
            os.remove(path)

    def tidy(self) -> None:
        """Nothing: the builder keeps a cache of its own and bounds it."""

    def sweep(self, tags: tuple[str, ...], folder: str) -> None:
        """Nothing: the archives are in the folder."""

    def as_context(self, tag: str) -> str:
        raise EngineError(*self._builder.apart())

    def has(self, tag: str) -> bool:
        return tag in self._paths

    def run(
        self, tag: str, command: str | tuple[str, ...] | None, stdin: bytes = b"", seconds: float = 60.0
    ) -> Ran:
        raise EngineError(
            f"images of the builder {self._builder.name} cannot be run here: {self._program} reaches no daemon"
        )


def _json(tar: tarfile.TarFile, name: str) -> Any:
    file = tar.extractfile(name)
    if file is None:
        raise ValueError(f"{name} is no file")
    with file:
        return json.load(file)
