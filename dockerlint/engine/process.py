"""Running an engine's program: clean environment, its lines as they come, an end on interrupt."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from threading import Thread

from dockerlint.engine import EngineError, Ran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

# What an engine may need to know of its surroundings. Anything else could change what is built.
_KEPT = (
    "PATH", "HOME", "USER", "TMPDIR", "LANG", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA",
    "PROGRAMFILES", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "FTP_PROXY", "ALL_PROXY", "SSL_CERT_FILE",
    "SSL_CERT_DIR", "SSH_AUTH_SOCK",
)  # fmt: skip
_KEPT_PREFIXES = (
    "XDG_",
    "DOCKER_",
    "BUILDX_",
    "BUILDKIT_HOST",
    "BUILDAH_",
    "CONTAINERS_",
    "CONTAINER_",
    "STORAGE_",
    "REGISTRY_",
)

_TAIL = 40
_LINE = 4096
_GRACE = 20.0
_LISTENED = 64 << 20
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that an engine is started with: those it needs, of the given ones or our own."""
    source = os.environ if given is None else given
    return {
        name: value
        for name, value in source.items()
        if name.upper() in _KEPT or name.upper().startswith(_KEPT_PREFIXES)
    }


def plain(text: str) -> str:
    """The text on one line without escape sequences, and with nothing that steers a terminal.

    Tabs become a space; other control and format characters (bidi overrides too) and bytes that are
    not UTF-8 are shown as their escape, `\\x1b` for one.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", text).replace("\t", " ")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def run(
    command: Sequence[str],
    env: Mapping[str, str],
    on_line: Callable[[str], None] | None = None,
) -> tuple[int, tuple[str, ...]]:
    """The exit code of a command and its last lines (output and errors together, made plain).

    The command has a process group of its own, so that an interrupt at the terminal reaches us
    alone: we pass it on, wait until the engine has cleaned up behind itself, and raise it again.
    OSError when the command cannot be started.
    """
    tail: deque[str] = deque(maxlen=_TAIL)
    process = subprocess.Popen(
        [*_mortal(), *command],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    out = process.stdout
    assert out is not None
    try:
        # A line without an end is cut, so that memory stays bounded.
        for data in iter(lambda: out.readline(_LINE), b""):
            text = data.decode("utf-8", "backslashreplace").rstrip("\r\n")
            line = plain(text.rsplit("\r", 1)[-1]).rstrip()
            if line:
                tail.append(line)
                if on_line is not None:
                    on_line(line)
        code = process.wait()
    except BaseException:
        _end(process)
        raise
    finally:
        out.close()
    return code, tuple(tail)


def _mortal() -> list[str]:
    """What makes a program end, and clean up, when we are killed and cannot tell it to."""
    import shutil

    path = shutil.which("setpriv") if sys.platform == "linux" else None
    return [path, "--pdeathsig", "TERM", "--"] if path else []


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to stop as Ctrl-C would; kill what is left of its group after the grace.

    What it still says is read: an engine that cannot write dies before it has cleaned up.
    """
    interrupt(process)
    try:
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_GRACE)
    finally:  # a second interrupt ends the waiting
        _kill(process)


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to stop as Ctrl-C would. Behind a shell's `&` interrupts are ignored, by us and so by
    what we start."""
    deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    process.send_signal(signal.SIGTERM if deaf or os.name != "posix" else signal.SIGINT)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group, if there is anything left of them."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):  # the whole group has ended already
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def talk(
    command: Sequence[str],
    env: Mapping[str, str],
    stdin: bytes,
    seconds: float,
    stop: Callable[[subprocess.Popen[bytes]], None],
) -> Ran:
    """A command run with an input, its output and errors kept apart and exact.

    `stop` ends it after its time, and when we are interrupted; what it does not end is killed.
    EngineError when it says more than 64 MiB on either side, or cannot be started.
    """
    try:
        process = subprocess.Popen(
            [*_mortal(), *command],
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(f"{command[0]} could not be started: {error.strerror}") from error
    heard: tuple[bytearray, bytearray] = (bytearray(), bytearray())
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    threads = [
        Thread(target=_feed, args=(process.stdin, stdin), daemon=True),
        *(
            Thread(target=_listen, args=(pipe, into, process), daemon=True)
            for pipe, into in zip((process.stdout, process.stderr), heard)
        ),
    ]
    start, timed_out = time.monotonic(), False
    try:
        for thread in threads:
            thread.start()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        timed_out = process.poll() is None
        took = time.monotonic() - start
    finally:
        try:
            if process.poll() is None:
                stop(process)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_GRACE)
        finally:
            _kill(process)
            for thread in threads:
                thread.join(_GRACE)
    if max(map(len, heard)) > _LISTENED:
        raise EngineError(f"the container said more than {_LISTENED >> 20} MiB")
    return Ran(process.returncode, bytes(heard[0]), bytes(heard[1]), took, timed_out)


def _feed(pipe: IO[bytes], data: bytes) -> None:
    with suppress(OSError), pipe:  # who does not read all of it need not
        pipe.write(data)


def _listen(pipe: IO[bytes], into: bytearray, process: subprocess.Popen[bytes]) -> None:
    with pipe:
        while data := os.read(pipe.fileno(), 1 << 16):
            if len(into) <= _LISTENED:
                into += data
            else:
                process.kill()


def answer(command: Sequence[str], env: Mapping[str, str], seconds: float = 15.0) -> tuple[int, str, str]:
    """Exit code, output and errors of a short question to an engine; (-1, "", why) when it cannot be asked."""
    try:
        done = subprocess.run(
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except OSError as error:
        return -1, "", error.strerror or str(error)
    except subprocess.TimeoutExpired:
        return -1, "", f"no answer within {seconds:.0f} seconds"
    out, err = (data.decode("utf-8", "backslashreplace").strip() for data in (done.stdout, done.stderr))
    return done.returncode, out, err


def programs(name: str, env: Mapping[str, str]) -> list[str]:
    """Every program of that name on the PATH, in order, links to one program once."""
    import shutil

    found: dict[str, str] = {}
    for folder in env.get("PATH", os.defpath).split(os.pathsep):
        path = shutil.which(name, path=folder) if folder else None
        if path:
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())
