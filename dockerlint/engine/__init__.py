"""Build engines: the only part of dockerlint that starts a build.

`detect` finds an engine; `Session` builds with it under tags of our own and leaves nothing
behind, whatever happens. Engines are told about only through the `Engine` protocol.
"""

from __future__ import annotations

from typing import Protocol

from dockerlint.engine.secret import Secret
from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Progress = Callable[[str], None]

NAMES = ("docker", "podman", "buildah")


class EngineError(Exception):
    """An engine could not do what it was asked; `tail` holds its own last lines, `hint` what to do about
    it, `line` the line of the file that it was at (from 1, None when that is not known)."""

    def __init__(
        self, message: str, tail: tuple[str, ...] = (), hint: str = "", line: int | None = None
    ) -> None:
        super().__init__(message)
        self.tail = tail
        self.hint = hint
        self.line = line


class NoEngine(EngineError):
    """No engine can be used here. `hint` is the one command that installs one, `found` says what
    was looked at and why it would not do."""

    def __init__(self, message: str, hint: str, found: tuple[str, ...] = ()) -> None:
        super().__init__(message, (), hint)
        self.found = found


class BuildFailed(EngineError):
    """The engine started the build and it failed."""


@record
class Build:
    """What to build.

    `dockerfile` is the text itself; it is never written into the context. `ignore` is the
    content of the `<Dockerfile>.dockerignore` that belongs to it, if there is one (the
    context's own .dockerignore is found by the engine). `build_contexts` are NAME -> reference,
    as `--build-context` takes them. `network` None leaves it to the engine. `ssh` are what `--ssh`
    takes, `options` more words for the engine's `build`, in the words of all engines or of one. `needs` are
    named contexts that are images to be built first; a session builds them, engines see only `build_contexts`.
    """

    dockerfile: bytes
    context: str
    ignore: bytes | None = None
    build_args: Mapping[str, str] | None = None
    target: str | None = None
    build_contexts: Mapping[str, str] | None = None
    no_cache: bool = False
    pull: bool = False
    network: str | None = None
    platform: str | None = None
    secrets: tuple[Secret, ...] = ()
    ssh: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    needs: Mapping[str, Build] | None = None

    def words(self) -> list[str]:
        """The options that all engines write alike."""
        words = ["--no-cache"] if self.no_cache else []
        if self.target is not None:
            words += ["--target", self.target]
        if self.platform is not None:
            words += ["--platform", self.platform]
        for name, value in (self.build_args or {}).items():
            words += ["--build-arg", f"{name}={value}"]
        for secret in self.secrets:
            words += ["--secret", secret.spec]
        for agent in self.ssh:
            words += ["--ssh", agent]
        return [*words, *self.options]

    def variables(self) -> dict[str, str]:
        """The variables of our environment that hold secrets, which the engine reads itself."""
        import os

        return {one.variable: os.environ.get(one.variable, "") for one in self.secrets if one.variable}


@record
class Built:
    """An image that an engine holds under a tag of ours; `seconds` is how long the build took."""

    tag: str
    seconds: float


@record
class Ran:
    """What a container gave: its exit code, what it said on standard output and error, to the byte, and
    how long it took in seconds.

    The code is 124 when its time was over, 126 and 127 when its program cannot be run or is not there
    (then `err` says why), 128 + n when signal n ended it.
    """

    code: int
    out: bytes
    err: bytes
    seconds: float
    timed_out: bool = False


class Engine(Protocol):
    """A way to build images. All methods raise EngineError with the engine's own words.

    `heredocs` tells whether it knows here-documents without fetching a newer frontend.
    """

    name: str
    version: str
    heredocs: bool

    def build(self, build: Build, tag: str, folder: str, progress: Progress | None = None) -> None:
        """Build and tag. `folder` is an empty folder for the engine's use. BuildFailed when it fails."""

    def save(self, tag: str, path: str) -> None:
        """Write the image to a path that does not exist, in a form that `dockerlint.image` reads."""

    def layers(self, tag: str) -> tuple[str, ...]:
        """The diff_ids of an image, lowest first."""

    def remove(self, tag: str) -> None:
        """Remove a tag, and its image when nothing else holds it; no error when there is none."""

    def tidy(self) -> None:
        """Remove what the builds so far left besides their tags, unless something else needs it."""

    def sweep(self, tags: tuple[str, ...], folder: str) -> None:
        """Remove what a run of ours left when it was killed: its tags, containers of them, and what the
        builds in the folder were at."""

    def as_context(self, tag: str) -> str:
        """An image that the engine holds, as its `--build-context` takes it. EngineError when its builds do
        not see its images."""

    def has(self, tag: str) -> bool:
        """Whether the engine holds an image of that name."""

    def run(
        self, tag: str, command: str | tuple[str, ...] | None, stdin: bytes = b"", seconds: float = 60.0
    ) -> Ran:
        """Run an image in a container, without a network, as the image's config has it (user, environment,
        working directory), and remove the container, also after its time is over or an interrupt.

        None is the image's own entry point and command; a tuple is a program and its arguments; a str is
        run by `/bin/sh -c`, or split into words and run when the image has no shell.
        """


def detect(
    preference: str | None = None, env: Mapping[str, str] | None = None, builder: str | None = None
) -> Engine:
    """The engine to use: the one asked for, else a reachable Docker with BuildKit, podman, buildah.

    `builder` is one of docker buildx's builders; it, BUILDX_BUILDER or BUILDKIT_HOST has the build done
    elsewhere, and needs docker. NoEngine when there is none; then it says what was found and how to install one.
    """
    from dockerlint.engine import buildah, docker
    from dockerlint.engine.process import environment

    clean = environment(env)
    if builder and preference is None:
        preference = "docker"
    refused: list[str] = []
    for name in (preference,) if preference else NAMES:
        if name == "docker":
            found: Engine | str = docker.find(clean, builder)
        else:
            found = buildah.find(name or "", clean)
        if not isinstance(found, str):
            return found
        refused.append(f"{name}: {found}")
    wanted = preference or "no build engine"
    message = f"{preference} cannot be used here" if preference else "no build engine can be used here"
    raise NoEngine(message, install_hint(wanted), tuple(refused))


_INSTALL = (
    ("apt-get", "sudo apt-get install -y buildah runc uidmap"),
    ("dnf", "sudo dnf install -y buildah"),
    ("zypper", "sudo zypper install -y buildah"),
    ("apk", "sudo apk add buildah"),
    ("pacman", "sudo pacman -S --noconfirm buildah"),
    ("brew", "brew install --cask docker-desktop"),
    ("winget", "winget install Docker.DockerDesktop"),
)


def install_hint(wanted: str = "") -> str:
    """The one command that gives this machine an engine; empty when its package manager is not known."""
    import os
    import shutil

    for manager, command in _INSTALL:
        if shutil.which(manager):
            if wanted == "docker" and manager == "apt-get":
                command = "sudo apt-get install -y docker.io"
            if wanted == "podman" and "buildah" in command:
                command = command.replace("buildah", "podman")
            root = hasattr(os, "geteuid") and os.geteuid() == 0
            return command.removeprefix("sudo ") if root else command
    return ""
