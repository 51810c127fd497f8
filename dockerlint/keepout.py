"""Which files can be kept out of a build: tried by building, kept where the image stays the same."""

from __future__ import annotations

import hashlib
import os

from dockerlint.engine import BuildFailed, EngineError
from dockerlint.frozen import replace
from dockerlint.ignoring import with_patterns
from dockerlint.sameness import difference, unstable
from dockerlint.trial import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dockerlint.build_options import Task
    from dockerlint.context import Context, Take
    from dockerlint.engine.session import Session
    from dockerlint.ignoring import Proposal
    from dockerlint.image import Image

    Say = Callable[[str], Callable[[str], None]]

_BLOCK = 1 << 20


class Trials:
    """Builds of one file with different ignore files in a session. Use it in a `with`."""

    def __init__(self, task: Task, session: Session, say: Say, ignore: str) -> None:
        self.unstable: tuple[str, ...] = ()
        self._task = task
        self._say = say
        self._ignore = ignore
        self._bench = Bench(session, task.build, pack=False)
        self._before: Image | None = None
        self._twice: Image | None = None

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, *error: object) -> None:
        self._bench.__exit__(*error)

    def before(self) -> Image:
        """The image as the file makes it today. EngineError or ImageError when it cannot be had."""
        if self._before is None:
            say = self._say(f"building {self._task.path} as it is")
            self._before = self._bench.run(self._task.dockerfile, say).measured.image
        return self._before

    def change(self, chosen: Sequence[Proposal]) -> str:
        """What changes when some files are kept out; empty when the image stays the same."""
        patterns = [one.pattern for one in chosen]
        text = with_patterns(self._ignore, patterns)
        say = self._say(f"building {self._task.path} without {_named(patterns)}")
        try:
            ignore = text.encode("utf-8", "surrogateescape")
            after = self._bench.run(self._task.dockerfile, say, ignore=ignore).measured.image
        except BuildFailed as error:
            return f"the build fails: {error.tail[-1] if error.tail else error}"
        why = difference(self.before(), after, self._twice)
        if why and self._twice is None and self._build_twice():
            why = difference(self.before(), after, self._twice)
        return why

    def _build_twice(self) -> bool:
        """Build the file as it is once more; whether anything differs between the two."""
        say = self._say(f"building {self._task.path} as it is once more, to see what differs in every build")
        with Bench(self._bench.session, replace(self._task.build, no_cache=True), pack=False) as bench:
            try:
                again = bench.run(self._task.dockerfile, say).measured.image
            except EngineError:
                return False
        self._twice = again
        self.unstable = unstable(self.before(), again)
        return bool(self.unstable)


def _named(patterns: Sequence[str]) -> str:
    return patterns[0] if len(patterns) == 1 else f"{len(patterns)} patterns"


def keep_out(
    found: Sequence[Proposal], change: Callable[[Sequence[Proposal]], str]
) -> tuple[list[Proposal], list[tuple[Proposal, str]]]:
    """The proposals that together leave the image as it is, and the others, each with what it changes.

    All of them are tried first; where that changes something they go in half by half.
    """
    kept: list[Proposal] = []
    dropped: list[tuple[Proposal, str]] = []
    waiting = [list(found)] if found else []
    while waiting:
        batch = waiting.pop()
        why = change([*kept, *batch])
        if not why:
            kept += batch
        elif len(batch) == 1:
            dropped.append((batch[0], why))
        else:
            # What no instruction takes is sound for itself: it is not mixed with what has to be shown.
            plain = [one for one in batch if not one.taken]
            middle = len(plain) if 0 < len(plain) < len(batch) else len(batch) // 2
            waiting += [batch[middle:], batch[:middle]]
    return kept, dropped


def absent(folder: str, context: Context, takes: Iterable[Take], image: Image) -> tuple[str, ...]:
    """The files that an instruction takes and whose content is in no layer of the image."""
    inside = {entry.digest for layer in image.layers for entry in layer.entries if entry.digest}
    taken = {path for take in takes for path in take.paths or ()}
    found = []
    for path in sorted(taken):
        file = context.sent[path]
        if file.target is None and file.bytes and _digest(os.path.join(folder, path)) not in inside:
            found.append(path)
    return tuple(found)


def _digest(path: str) -> str:
    sum_ = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while data := file.read(_BLOCK):
                sum_.update(data)
    except OSError:  # it went meanwhile: nobody can tell
        return ""
    return sum_.hexdigest()
