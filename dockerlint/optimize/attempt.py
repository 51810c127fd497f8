"""What became of a text that was built: small, and fit to be kept in a file."""

from __future__ import annotations

from dockerlint.contract import Verdict
from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Protocol

    from dockerlint.contract import Promise
    from dockerlint.model import Dockerfile

    class Trials(Protocol):
        """Builds texts and holds them against the file as it was."""

        def attempt(self, dockerfile: Dockerfile, promise: Promise, what: str) -> Attempt:
            """What becomes of a text; `what` names it to people. OverBudget when there is no time left
            to build it; a text that was tried before costs none."""

        def timed(self, dockerfile: Dockerfile, attempt: Attempt) -> Attempt:
            """An attempt at a text with all seconds that are known by now."""


class OverBudget(Exception):
    """There is no time left for another build."""


@record
class Attempt:
    """One text and what came of it.

    `verdict` is one of `contract.Verdict`; `why` says what speaks against it, empty when nothing does.
    `files`, `tar` and `gzip` are the bytes of the image as `image.Size` has them, `gzip` None where it was
    not asked for; `seconds` is how long the build took, with what the engine had in its cache. `weights` are
    the bytes of regular files by the first line of each instruction, None for one whose stage is not part of
    the image; `times` the seconds of every instruction that was built when no cache has it, None where that is
    not known. `listed` are
    differences that are allowed, `checked` is what the proof rests on, `unproven` what could not be told.
    """

    verdict: str
    why: str = ""
    files: int = 0
    tar: int = 0
    gzip: int | None = None
    seconds: float = 0.0
    weights: tuple[tuple[int, int | None], ...] = ()
    times: tuple[tuple[int, float | None], ...] = ()
    listed: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether the image does what the first one does."""
        return self.verdict in Verdict.GOOD

    @property
    def cold(self) -> float | None:
        """The seconds of all instructions when no cache has any, None where that is not known."""
        return total([seconds for _, seconds in self.times]) if self.times else None

    def saved(self, before: Attempt) -> int:
        """How many bytes of regular files it has less than another."""
        return before.files - self.files


def total(seconds: Iterable[float | None]) -> float | None:
    """The sum; None when one of them is not known."""
    found = 0.0
    for one in seconds:
        if one is None:
            return None
        found += one
    return found


def document(attempt: Attempt) -> dict[str, Any]:
    """An attempt as JSON has it."""
    return {name: getattr(attempt, name) for name in attempt._fields}  # type: ignore[attr-defined]


def of_document(said: object) -> Attempt | None:
    """An attempt out of JSON; None when that is something else."""
    try:
        assert isinstance(said, dict)
        listed, checked, unproven = (
            tuple(str(line) for line in said[name]) for name in ("listed", "checked", "unproven")
        )
        files, tar = int(said["files"]), int(said["tar"])
        gzip = None if said["gzip"] is None else int(said["gzip"])
        weights = tuple((int(line), None if n is None else int(n)) for line, n in said["weights"])
        times = tuple((int(line), None if n is None else float(n)) for line, n in said["times"])
        verdict, why, seconds = str(said["verdict"]), str(said["why"]), float(said["seconds"])
        return Attempt(verdict, why, files, tar, gzip, seconds, weights, times, listed, checked, unproven)
    except (AssertionError, KeyError, TypeError, ValueError):
        return None
