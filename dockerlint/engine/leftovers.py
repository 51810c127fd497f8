"""What a run that was killed left behind, found by the next one.

A session holds a lock on its folder for as long as its process lives, and notes there what it makes
before it is made. A folder whose lock can be had is of a process that is dead: what it notes is removed, and
nothing else is ever touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from glob import glob

from dockerlint.engine import NAMES, Engine, EngineError

_PREFIX = "dockerlint-"
_LOCK, _TAGS, _PLACE = "lock", "tags", "place"
_PATIENCE = 10.0
# What tells which images an engine sees: with another of these our tags would not be found.
_WHERE = (
    "DOCKER_HOST", "DOCKER_CONTEXT", "BUILDX_BUILDER", "BUILDKIT_HOST", "CONTAINER_HOST", "CONTAINERS_STORAGE_CONF",
    "STORAGE_DRIVER", "XDG_DATA_HOME", "HOME",
)  # fmt: skip


class Claim:
    """A temporary folder that is ours until `release`, or until our process is no more."""

    def __init__(self, engine: Engine) -> None:
        self.folder = tempfile.mkdtemp(prefix=_PREFIX, dir=_parent())
        try:
            with open(os.path.join(self.folder, _PLACE), "w") as file:
                file.write(_place(engine))
            # The lock gets its name once it is held, so that nobody finds it free.
            draft = os.path.join(self.folder, f"{_LOCK}.new")
            self._lock = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            erase(self.folder)
            raise
        if lock(self._lock):
            os.rename(draft, os.path.join(self.folder, _LOCK))

    def note(self, tag: str) -> None:
        """Note a tag before it is given to an image."""
        with open(os.path.join(self.folder, _TAGS), "a") as file:
            file.write(f"{tag}\n")

    def release(self) -> None:
        """Remove the folder."""
        erase(self.folder)
        os.close(self._lock)


def lock(handle: int) -> bool:
    """Whether an open file could be locked for this process; never where the system has no such locks."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sweep(engine: Engine) -> None:
    """Remove what dead runs of this user left: images and containers that this engine can see, and files."""
    parent = _parent() or tempfile.gettempdir()
    with suppress(OSError):
        for name in os.listdir(parent):
            if name.startswith(_PREFIX):
                with suppress(OSError, EngineError):
                    _bury(engine, os.path.join(parent, name))


def _bury(engine: Engine, folder: str) -> None:
    """Clean up behind a folder whose process is dead; nothing happens to any other."""
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode) or not hasattr(os, "geteuid") or status.st_uid != os.geteuid():
        return
    handle = os.open(os.path.join(folder, _LOCK), os.O_RDWR | os.O_NOFOLLOW)
    try:
        if not lock(handle):
            return
        tags = _lines(os.path.join(folder, _TAGS))
        if tags and "\n".join(_lines(os.path.join(folder, _PLACE))) != _place(engine):
            # Its images are for a run that sees them; its files, which may be large, are not waited for.
            for name in set(os.listdir(folder)) - {_LOCK, _TAGS, _PLACE}:
                erase(os.path.join(folder, name))
            return
        if tags:
            _end_engines(folder, tags)
            engine.sweep(tags, folder)
        erase(folder)
    finally:
        os.close(handle)


def _end_engines(folder: str, tags: tuple[str, ...]) -> None:
    """Wait for the engine's programs that a dead run started, and kill those that do not end: what they still make would
    be there after we have looked. They were told to end as the run died, but may have been past hearing it."""
    marks = [f"{folder}{os.sep}", *(tag.rpartition(":")[0].rpartition("/")[2] for tag in tags)]
    late = time.monotonic() + _PATIENCE
    while found := _engines(marks):
        if time.monotonic() > late + _PATIENCE:
            return  # not even a kill ended them
        if time.monotonic() > late:
            for process in found:
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
        time.sleep(0.05)


def _engines(marks: list[str]) -> list[int]:
    """The processes of engines that have one of the marks in their command lines; none where there is no /proc."""
    found = []
    for path in glob("/proc/[0-9]*/cmdline"):
        with suppress(OSError), open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
            program = os.path.basename(text.partition("\0")[0])
            if program.startswith(NAMES) and any(mark in text for mark in marks):
                found.append(int(path.split("/")[2]))
    return found


def erase(folder: str) -> None:
    """Remove a folder of ours, unless something is mounted in it that cannot be taken away: what is
    mounted is not ours."""
    for mount in _mounts(folder):
        with suppress(OSError):
            subprocess.run(["umount", "-l", mount], capture_output=True, check=False)
    if not _mounts(folder):
        shutil.rmtree(folder, ignore_errors=True)


def _mounts(folder: str) -> list[str]:
    """What is mounted below a folder, the deepest first."""
    try:
        with open("/proc/self/mounts") as file:
            paths = [line.split()[1] for line in file]
    except OSError:
        return []
    inside = os.path.realpath(folder) + os.sep
    return [path for path in reversed(paths) if path.startswith(inside)]


def _lines(path: str) -> tuple[str, ...]:
    try:
        with open(path) as file:
            return tuple(file.read().splitlines())
    except FileNotFoundError:
        return ()


def _parent() -> str | None:
    """Where the folders go. Images are large, and /tmp is often in memory."""
    return "/var/tmp" if "TMPDIR" not in os.environ and os.path.isdir("/var/tmp") else None


def _place(engine: Engine) -> str:
    return "\n".join((engine.name, *(os.environ.get(name, "").replace("\n", " ") for name in _WHERE)))
