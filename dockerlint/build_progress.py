"""What a command that builds tells on standard error: what the engine is at, and why it could not."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager

from dockerlint.engine import EngineError
from dockerlint.engine.explanation import failing_lines
from dockerlint.engine.session import Session
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dockerlint.build_options import Task
    from dockerlint.engine import Engine, NoEngine
    from dockerlint.image import ImageError

    Say = Callable[[str], Callable[[str], None]]


def complain(message: str, hint: str = "") -> None:
    """One line on standard error, and one for the hint."""
    sys.stderr.write(f"dockerlint: {visible(message)}\n")
    if hint:
        sys.stderr.write(f"  {visible(hint)}\n")


def large_contexts(tasks: Iterable[Task]) -> None:
    """Tell, before it is built, where a build takes very much of its context; once for a file."""
    from dockerlint.context import large
    from dockerlint.report.comparison import human

    told: set[tuple[str, str]] = set()
    for task in tasks:
        folder = task.build.context
        if (task.path, folder) in told:
            continue
        told.add((task.path, folder))
        groups = large(task.dockerfile, folder, task.patterns)
        if groups is None:
            continue
        files, size = sum(one.files for one in groups), sum(one.bytes for one in groups)
        most = ", ".join(f"{one.path} ({human(one.bytes)})" for one in groups[:3])
        complain(
            f"{task.path}: the build takes {files:,} files, {human(size)}, of its context {folder}: {most}",
            f"`dockerlint context {task.path}` shows what takes them, and what an ignore file can keep out",
        )


def failed(path: str, what: str, error: EngineError | ImageError) -> None:
    """Tell that a build or its reading failed, with the engine's last lines. `what` names the variant."""
    tail, hint = (error.tail, error.hint) if isinstance(error, EngineError) else ((), "")
    if isinstance(error, EngineError) and error.line is not None:
        path = f"{path}:{error.line}"
    complain(f"{path} {what}: {error}" if what else f"{path}: {error}")
    lines = tuple(failing_lines(tail))[-15:]
    sys.stderr.write("".join(f"  | {visible(line)}\n" for line in lines))
    if hint:
        sys.stderr.write(f"  {visible(hint)}\n")


def no_engine(error: NoEngine, so: str) -> None:
    """Tell that there is no engine, what that means, what was looked at and how to get one."""
    complain(f"{error}, so {so}")
    sys.stderr.write("".join(f"  {visible(line)}\n" for line in error.found))
    if error.hint:
        sys.stderr.write(f"  install one: {error.hint}\n")
    else:
        sys.stderr.write("  install Docker, podman or buildah\n")


@contextmanager
def building(engine: Engine, keep: bool = False) -> Iterator[tuple[Session, Say]]:
    """A session of builds, and its progress: a function from the title of a build to the receiver of its lines. What
    could not be removed is told at the end, whatever that is."""
    session = Session(engine, keep)
    try:
        with session, Progress() as say:
            yield session, say
    finally:
        for tag in session.left:
            complain(f"{tag} could not be removed", f"remove it with {engine.name} rmi {tag}")


class Progress:
    """Shows on standard error what the engine is at: a line that changes on a terminal, one line a
    build elsewhere. Gives a function from the title of a build to the receiver of its lines."""

    def __enter__(self) -> Say:
        self._status = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("")
            self._status.start()
        return self._begin

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def _begin(self, title: str) -> Callable[[str], None]:
        if self._status is None:
            sys.stderr.write(f"dockerlint: {visible(title)}\n")
            sys.stderr.flush()
            return lambda line: None
        from rich.text import Text

        status = self._status

        def show(text: str) -> None:
            room = status.console.width - 4
            status.update(Text(text if len(text) <= room else f"{text[: room - 1]}…"))

        def line(text: str) -> None:
            step = STEP.search(text)
            if step is not None:
                show(f"{visible(title)}: {visible(step[0])}")

        show(visible(title))
        return line


# `STEP 2/6: RUN x` is buildah's, `#5 [2/4] RUN x` or `#5 [name 2/4] RUN x` BuildKit's.
STEP = re.compile(r"(?:STEP \d+/\d+: .*|(?<=\] )[A-Z]+ .*)$")
