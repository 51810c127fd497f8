"""Containers of the images that were built: started without a network, heard to the byte, removed.

docker and podman speak the same commands (`Containers`); buildah has its own (`Working`).
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import shutil
import signal
from contextlib import contextmanager, suppress
from glob import glob
from typing import Protocol

from dockerlint.engine import EngineError, Ran
from dockerlint.engine.process import answer, interrupt, talk
from dockerlint.frozen import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Command = str | tuple[str, ...] | None

NAME = "dockerlint-run"


def name_for(tag: str) -> str:
    """A name for a container of an image: nobody else's, and one by which it is found (`beginning`)."""
    return f"{beginning(tag)}{secrets.token_hex(4)}"


def beginning(tag: str) -> str:
    """How the names of all containers of an image begin."""
    return f"{NAME}-{re.sub('[^0-9a-z]+', '-', tag.lower()).strip('-')[-40:]}-"


# Said by runc and crun when the image lacks what it is asked to run; all else is the machine's fault.
_IMAGES_FAULT = re.compile(
    r"exec: |executable file|exec format error|open executable|chdir to cwd|unable to find user|passwd file"
)
_ABSENT = re.compile(r"not found|no such file", re.IGNORECASE)
_TIMED_OUT = 124  # as timeout(1) has it
_ASK = 120.0


class Runner(Protocol):
    """Runs images."""

    def run(self, tag: str, command: Command, stdin: bytes, seconds: float) -> Ran:
        """What `Engine.run` gives."""

    def clear(self) -> None:
        """Remove the containers that an interrupt kept from being removed."""

    def sweep(self, tag: str) -> None:
        """Remove every container of an image of ours."""


def first(attempt: Callable[[tuple[str, ...] | None], Ran], command: Command) -> Ran:
    """What a command gives when it is run by the shell of the image or, when it has none, without.
    EngineError when it has none and the words of the command cannot be told."""
    if not isinstance(command, str):
        return attempt(command)
    ran = attempt(("/bin/sh", "-c", command))
    if ran.code != 127 or not ran.err.startswith(_REFUSED):
        return ran
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        why = f"the image has no /bin/sh, and without one {command} cannot be read: {error}"
        raise EngineError(why) from error
    return attempt(words) if words else ran


class Live:
    """The containers that are there by their names; `remove` removes one, and does nothing when there is none."""

    def __init__(self, remove: Callable[[str], None]) -> None:
        self._remove = remove
        self._names: list[str] = []

    @contextmanager
    def named(self, tag: str) -> Iterator[str]:
        """A name for a container of an image, which is removed at the end."""
        name = name_for(tag)
        self._names.append(name)
        try:
            yield name
        finally:
            self._remove(name)
            self._names.remove(name)

    def clear(self) -> None:
        """Remove those that an interrupt kept from being removed."""
        for name in self._names:
            self._remove(name)
        self._names.clear()


_REFUSED = b"dockerlint: the container could not start: "


def refused(reason: str, seconds: float) -> Ran | None:
    """What a container gives that cannot start because of its image: 127 when there is no such program,
    126 when it cannot be run; None when the image is not to blame."""
    if not _IMAGES_FAULT.search(reason):
        return None
    return Ran(127 if _ABSENT.search(reason) else 126, b"", _REFUSED + reason.encode() + b"\n", seconds)


@record
class Way:
    """How to have a container made on a machine: options of the program, and of its `create`."""

    program: tuple[str, ...] = ()
    create: tuple[str, ...] = ()


class Containers:
    """Containers of docker or podman. `ways` are tried in order; the first that starts one is kept to."""

    def __init__(self, name: str, program: str, env: Mapping[str, str]) -> None:
        self._name = name
        self._program = program
        self._env = env
        self._ways = list(_podman_ways()) if name == "podman" else [Way()]
        self._live = Live(self._remove)

    def run(self, tag: str, command: Command, stdin: bytes, seconds: float) -> Ran:
        return first(lambda argv: self._attempt(tag, argv, stdin, seconds), command)

    def _attempt(self, tag: str, argv: tuple[str, ...] | None, stdin: bytes, seconds: float) -> Ran:
        while True:
            ran = self._once(self._ways[0], tag, argv, stdin, seconds)
            if isinstance(ran, Ran):
                return ran
            if len(self._ways) == 1:
                raise EngineError(f"{self._name} could not start a container", tuple(ran.splitlines()[-5:]))
            del self._ways[0]

    def _once(
        self, way: Way, tag: str, argv: tuple[str, ...] | None, stdin: bytes, seconds: float
    ) -> Ran | str:
        """What the container gave, or why the machine could not start it."""
        program = [self._program, *way.program]
        with self._live.named(tag) as name:
            create = [
                *program,
                "create",
                "-i",
                "--name",
                name,
                "--network",
                "none",
                "--no-healthcheck",
                *way.create,
            ]
            if argv is not None:
                # podman reads a list, docker a word.
                create += ["--entrypoint", json.dumps([argv[0]]) if self._name == "podman" else argv[0]]
            code, _, why = answer([*create, tag, *(argv or ())[1:]], self._env, _ASK)
            if code != 0:
                return refused(why, 0.0) or why
            start = [*program, "start", "-ai", name]
            ran = talk(start, self._env, stdin, seconds, lambda _: self._remove(name))
            if ran.timed_out:
                return replace(ran, code=_TIMED_OUT)
            inspect = [*program, "inspect", "--format", "{{json .State}}", name]
            code, text, why = answer(inspect, self._env, _ASK)
            if code != 0:
                return why
            state = json.loads(text)
            if state["StartedAt"].startswith("0001-"):
                reason = state["Error"] or ran.err.decode("utf-8", "backslashreplace").strip()
                return refused(reason, ran.seconds) or reason
            return replace(ran, code=state["ExitCode"])

    def clear(self) -> None:
        self._live.clear()

    def sweep(self, tag: str) -> None:
        _, text, _ = answer([self._program, "ps", "-a", "--format", "{{.Names}}"], self._env, _ASK)
        for name in text.split():
            if name.startswith(beginning(tag)):
                self._remove(name)

    def _remove(self, name: str) -> None:
        """With what it keeps in volumes; no error when there is none."""
        program = [self._program, *self._ways[0].program]
        if self._name == "podman":
            answer([*program, "kill", name], self._env, _ASK)  # its `rm -f` waits for ten seconds
        answer([*program, "rm", "-f", "-v", name], self._env, _ASK)


def _podman_ways() -> Iterator[Way]:
    """As podman would itself; with limits that any process here may ask for; with the older runtime, which
    runs where control groups are of both versions."""
    yield Way()
    limits = _limits()
    yield Way((), limits)
    if shutil.which("runc"):
        yield Way(("--runtime", "runc", "--cgroup-manager", "cgroupfs"), limits)


def _limits() -> tuple[str, ...]:
    try:
        import resource
    except ImportError:  # not on Windows, where podman runs on another machine
        return ()
    wanted = {"nofile": (resource.RLIMIT_NOFILE, 65536), "nproc": (resource.RLIMIT_NPROC, 4096)}
    limits: list[str] = []
    for name, (kind, most) in wanted.items():
        own = resource.getrlimit(kind)[1]
        limit = most if own == resource.RLIM_INFINITY else min(own, most)
        limits += ["--ulimit", f"{name}={limit}:{limit}"]
    return tuple(limits)


class Working:
    """buildah's working containers. `buildah run` runs a command in one, and knows no entry point.

    `folder` is where its temporary files go; empty leaves that to buildah.
    """

    def __init__(self, program: str, env: Mapping[str, str]) -> None:
        self._program = program
        self._env = env
        runtime = ["--runtime", "runc"] if shutil.which("runc", path=env.get("PATH")) else []
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        alone = ["unshare", "--net"] if root and shutil.which("unshare", path=env.get("PATH")) else []
        # Chroot isolation runs everywhere, but has the network of the machine unless it is taken away around it.
        self._ways = [
            [program, "run", "--isolation", "oci", *runtime, "--network", "none"],
            [*alone, program, "run", "--isolation", "chroot"],
        ]
        self._live = Live(self._remove)
        self.folder = ""

    def run(self, tag: str, command: Command, stdin: bytes, seconds: float) -> Ran:
        if command is None:
            command = self._own(tag)
        return first(lambda argv: self._attempt(tag, argv, stdin, seconds), command)

    def _own(self, tag: str) -> tuple[str, ...]:
        """The entry point and command of an image. EngineError when it has none."""
        code, text, why = answer([self._program, "inspect", "--type", "image", tag], self._env, _ASK)
        if code != 0:
            raise EngineError("buildah could not describe the image", tuple(why.splitlines()[-1:]))
        config = json.loads(text)["OCIv1"]["config"]
        own = (*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ()))
        if not own:
            raise EngineError("the image says no command to run")
        return own

    def _attempt(self, tag: str, argv: tuple[str, ...] | None, stdin: bytes, seconds: float) -> Ran:
        env = {**self._env, "TMPDIR": self.folder} if os.path.isdir(self.folder) else self._env
        with self._live.named(tag) as name:
            code, _, why = answer([self._program, "from", "--pull=never", "--name", name, tag], env, _ASK)
            if code != 0:
                raise EngineError("buildah could not start a container", tuple(why.splitlines()[-5:]))
            while True:
                ran = talk([*self._ways[0], name, "--", *(argv or ())], env, stdin, seconds, interrupt)
                if ran.timed_out:
                    return replace(ran, code=_TIMED_OUT, err=_NOISE.sub(b"", ran.err))
                reason = _unstarted(ran)
                if reason is None:
                    return _plain(ran)
                blamed = refused(reason, ran.seconds)
                if blamed is not None:
                    return blamed
                if len(self._ways) == 1:
                    raise EngineError("buildah could not start a container", tuple(reason.splitlines()[-5:]))
                del self._ways[0]

    def clear(self) -> None:
        self._live.clear()

    def sweep(self, tag: str) -> None:
        listing = [self._program, "containers", "--format", "{{.ContainerName}}"]
        for name in answer(listing, self._env, _ASK)[1].split():
            if name.startswith(beginning(tag)):
                inspect = [
                    self._program,
                    "inspect",
                    "--type",
                    "container",
                    "--format",
                    "{{.MountPoint}}",
                    name,
                ]
                end_inside(answer(inspect, self._env, _ASK)[1])
                self._remove(name)

    def _remove(self, name: str) -> None:
        answer([self._program, "rm", name], self._env, _ASK)


# What buildah itself says on standard error, below what the container said, when that ends with an error.
_NOISE = re.compile(
    rb"(?:container exited on (?P<signal>[a-z ]+)\n)?"
    rb"(?:subprocess exited (?:with status \d+|on (?P<other>[a-z ]+))\n)*"
    rb"Error: (?:while running runtime: )?exit status \d+\n\Z"
)
_UNSTARTED = re.compile(
    rb"error running container: from \S+ creating container for \[|process failed to start with error: "
)


def _unstarted(ran: Ran) -> str | None:
    """buildah's reason when no container was started; None when one was."""
    if ran.code == 0 or not _UNSTARTED.match(ran.err):
        return None
    return _NOISE.sub(b"", ran.err).decode("utf-8", "backslashreplace").strip()


def _plain(ran: Ran) -> Ran:
    """What the container gave, without buildah's own words."""
    noise = _NOISE.search(ran.err) if ran.code else None
    if noise is None:
        return ran
    said = noise["signal"] or noise["other"]
    number = _NUMBERS.get(said.decode()) if said else None
    return replace(ran, err=ran.err[: noise.start()], code=ran.code if number is None else 128 + number)


_NUMBERS = {(signal.strsignal(number) or "").lower(): number for number in signal.valid_signals()}


def end_inside(mount: str) -> None:
    """Kill the processes whose root is the file system that is, or was, mounted there by overlay."""
    layer = os.path.dirname(mount)
    for entry in glob("/proc/[0-9]*") if layer else ():
        with suppress(OSError), open(f"{entry}/mountinfo") as file:
            roots = [line for line in file if line.split()[4] == "/"]
            if any(f"={layer}/" in line for line in roots):
                os.kill(int(os.path.basename(entry)), signal.SIGKILL)


def forget_runtimes(folder: str, env: Mapping[str, str]) -> None:
    """Have runc forget the containers whose bundles are in a folder of ours."""
    if shutil.which("runc", path=env.get("PATH")):
        for one in json.loads(answer(["runc", "list", "-f", "json"], env)[1] or "null") or ():
            if one["bundle"].startswith(folder + os.sep):
                answer(["runc", "delete", "-f", one["id"]], env)
