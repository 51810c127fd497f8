"""The ShellCheck program: where it is, how it is asked, what it answers.

It is started without a shell, never with a path from a Dockerfile: one script goes to its
standard input, several to files in a folder of their own that nobody else can read. No
`.shellcheckrc` and no SHELLCHECK_OPTS counts, so that a report does not depend on who runs it.
"""

from __future__ import annotations

import os
import sys

from dockerlint.frozen import record
from dockerlint.values import replaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from subprocess import Popen
    from typing import IO, Any

# Files that it cannot follow (1090, 1091), and a shell that it takes for dash (2187): no faults.
EXCLUDED = (1090, 1091, 2187)
# Seconds that a process may take, and for each script on top; real scripts take some milliseconds.
_PATIENCE, _PATIENCE_EACH = 60.0, 0.5


@record
class Replacement:
    """One part of ShellCheck's own repair: offsets into the script; among insertions at one place
    the one with the higher `precedence` stands nearer to what it belongs to."""

    start: int
    end: int
    text: str
    precedence: int
    before: bool


@record
class Comment:
    """One thing that ShellCheck says. `start` and `end` are offsets into the script."""

    code: int
    level: str
    message: str
    start: int
    end: int
    replacements: tuple[Replacement, ...]


def find() -> str | None:
    """The path of the ShellCheck program: beside this Python, where the extra puts it, or on PATH
    (relative folders there do not count); None where there is none."""
    names = ("shellcheck.exe", "shellcheck") if os.name == "nt" else ("shellcheck",)
    folders = [
        os.path.dirname(sys.executable),
        os.path.join(sys.prefix, "Scripts" if os.name == "nt" else "bin"),
    ]
    folders += os.environ.get("PATH", "").split(os.pathsep)
    for folder in folders:
        if os.path.isabs(folder):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and os.access(path, os.X_OK):
                    return path
    return None


class Batch:
    """One process for some scripts, started at once. `faults` says what went wrong."""

    def __init__(self, program: str, texts: Sequence[str]) -> None:
        from tempfile import TemporaryDirectory, TemporaryFile

        self.faults: list[str] = []
        self._program = program
        self._texts = texts
        self._folder: TemporaryDirectory[str] | None = None
        given: IO[bytes] | None = None
        names = ["-"]
        if len(texts) == 1:
            given = TemporaryFile()  # noqa: SIM115
            given.write(_bytes(texts[0]))
            given.seek(0)
        else:
            self._folder = TemporaryDirectory(prefix="dockerlint-")
            names = [str(number) for number in range(len(texts))]
            for name, text in zip(names, texts):
                with open(os.path.join(self._folder.name, name), "wb") as file:
                    file.write(_bytes(text))
        self._output = TemporaryFile()  # noqa: SIM115
        self._errors = TemporaryFile()  # noqa: SIM115
        self._process = self._started(names, given)
        if given is not None:
            given.close()

    def _started(self, names: list[str], given: IO[bytes] | None) -> Popen[bytes] | None:
        from subprocess import DEVNULL, Popen

        leave_out = ",".join(f"SC{code}" for code in EXCLUDED)
        options = ["--norc", "--format=json1", "--severity=style", "--color=never", f"--exclude={leave_out}"]
        environment = {name: value for name, value in os.environ.items() if name != "SHELLCHECK_OPTS"}
        try:
            return Popen(
                [self._program, *options, "--", *names],
                stdin=DEVNULL if given is None else given,
                stdout=self._output,
                stderr=self._errors,
                cwd=None if self._folder is None else self._folder.name,
                env=environment,
            )
        except OSError as error:
            self.faults.append(f"{self._program} cannot be started: {error.strerror or error}")
            return None

    def answers(self) -> dict[str, tuple[Comment, ...]]:
        """What ShellCheck says of each script, in its order. Where the process fails, its scripts are
        given to smaller ones, until the one to blame is alone; that has no comments, and a fault."""
        from subprocess import TimeoutExpired

        if self._process is None:
            self.stop()
            return dict.fromkeys(self._texts, ())
        try:
            code = self._process.wait(_PATIENCE + _PATIENCE_EACH * len(self._texts))
            why = f"ended with exit code {code}"
        except TimeoutExpired:
            code, why = -1, "took too long"
        said = self._said() if code in (0, 1) else None
        if said is None:
            self._errors.seek(0)
            why = " ".join((why, *self._errors.read(300).decode("utf-8", "replace").split()))
        self.stop()
        if said is not None:
            return said
        if len(self._texts) == 1:
            self.faults.append(f"{self._program} gave no answer: {why}")
            return {self._texts[0]: ()}
        middle = len(self._texts) // 2
        found: dict[str, tuple[Comment, ...]] = {}
        for part in (self._texts[:middle], self._texts[middle:]):
            smaller = Batch(self._program, part)
            found.update(smaller.answers())
            self.faults += smaller.faults
        return found

    def stop(self) -> None:
        """End the process if it still runs, and remove what was made for it."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._output.close()
        self._errors.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _said(self) -> dict[str, tuple[Comment, ...]] | None:
        """The comments of every script; None where the output is not what ShellCheck writes."""
        from json import loads

        self._output.seek(0)
        try:
            rows = loads(self._output.read().decode("utf-8", "replace"))["comments"]
            found: list[list[Comment]] = [[] for _ in self._texts]
            lines: dict[int, list[int]] = {}
            for row in rows:
                number = 0 if len(self._texts) == 1 else int(row["file"])
                if number not in lines:
                    lines[number] = _line_starts(self._texts[number])
                found[number].append(_comment(row, lines[number]))
        except (ValueError, KeyError, TypeError, IndexError):
            return None
        return {text: tuple(some) for text, some in zip(self._texts, found)}


def _bytes(text: str) -> bytes:
    # A byte that is no character becomes one, so that the columns stay.
    return replaced(text).encode()


def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _comment(row: dict[str, Any], starts: list[int]) -> Comment:
    start = _offset(row, "line", "column", starts)
    end = max(start, _offset(row, "endLine", "endColumn", starts))
    parts = (row.get("fix") or {}).get("replacements", ())
    return Comment(
        int(row["code"]),
        row["level"],
        row["message"],
        start,
        end,
        tuple(_replacement(p, starts) for p in parts),
    )


def _replacement(part: dict[str, Any], starts: list[int]) -> Replacement:
    return Replacement(
        _offset(part, "line", "column", starts),
        _offset(part, "endLine", "endColumn", starts),
        part["replacement"],
        part["precedence"],
        part["insertionPoint"] == "beforeStart",
    )


def _offset(row: dict[str, Any], line: str, column: str, starts: list[int]) -> int:
    return int(starts[row[line] - 1] + row[column] - 1)
