"""What containers of a case must do: `images/CASE.toml`, beside the folder of the case and not in its context.

`[[run]]` tables hold `command` (a list of words, or a text for the container's shell; without one the image's own),
`stdin`, and what must come: `out` (standard output), `err`, where they are given, and `code` (default 0).
`compiles = true` marks a case that compiles in its only stage.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple

import tomllib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 60
# A container that needs neither control groups nor a network of its own.
_RUN = (
    "podman", "run", "--rm", "-i", "--pull=never", "--network", "none", "--cgroup-manager", "cgroupfs",
    "--runtime", "runc", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096",
)  # fmt: skip


class Run(NamedTuple):
    """One container."""

    command: list[str] | str | None
    stdin: str
    out: str | None
    err: str | None
    code: int


class Checks(NamedTuple):
    """What a case says of itself."""

    runs: list[Run]
    compiles: bool


def read(path: Path) -> Checks:
    """The checks of a case; KeyError or ValueError when the file is not as it should be."""
    said = tomllib.loads(path.read_text())
    runs = [
        Run(run.get("command"), run.get("stdin", ""), run.get("out"), run.get("err"), run.get("code", 0))
        for run in said["run"]
    ]
    return Checks(runs, said.get("compiles", False))


def lines(checks: Checks, tag: str, env: Mapping[str, str]) -> list[str]:
    """The runs that need no input and end well as command lines, those of the image itself too."""
    found = []
    for run in checks.runs:
        if run.code or run.stdin:
            continue
        words = run.command
        if words is None:
            asked = ["podman", "image", "inspect", "--format", "{{json .Config}}", tag]
            done = subprocess.run(asked, env=dict(env), capture_output=True, text=True, check=True)
            config = json.loads(done.stdout)
            words = [*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())]
        found.append(words if isinstance(words, str) else shlex.join(words))
    return found


def differs(run: Run, tag: str, env: Mapping[str, str]) -> str:
    """What a container of an image did that it should not; empty when all is well."""
    command: list[str] = [*_RUN]
    if isinstance(run.command, str):
        command += ["--entrypoint", '["/bin/sh", "-c"]', tag, run.command]
    elif run.command is not None:
        command += ["--entrypoint", "", tag, *run.command]
    else:
        command += [tag]
    try:
        done = subprocess.run(
            command,
            input=run.stdin.encode(),
            capture_output=True,
            env=dict(env),
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{run.command} did not end in {_SECONDS} seconds"
    out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    if done.returncode != run.code:
        return f"{run.command} ended with {done.returncode}, not {run.code}: {out[-500:]}{err[-1500:]}"
    if run.out is not None and out != run.out:
        return f"{run.command} printed {out!r}, not {run.out!r}"
    if run.err is not None and err != run.err:
        return f"{run.command} complained {err!r}, not {run.err!r}"
    return ""
