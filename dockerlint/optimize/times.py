"""How long instructions take when no cache has them, out of the builds that had to run them."""

from __future__ import annotations

from dockerlint.optimize.state import digest
from dockerlint.target import sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockerlint.model import Dockerfile
    from dockerlint.steps import Step


class Times:
    """Remembers seconds by what an engine's cache goes by: an instruction and all that comes before it."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}

    def learn(self, dockerfile: Dockerfile, steps: Iterable[Step]) -> None:
        """Take in what a build that came to its end had to run."""
        names = _names(dockerfile)
        for step in steps:
            if step.line in names and step.seconds is not None:
                self._known[names[step.line]] = step.seconds

    def of(self, dockerfile: Dockerfile, steps: Iterable[Step]) -> tuple[tuple[int, float | None], ...]:
        """The seconds of every instruction that a build went through, by its first line; None of one that no build
        of this run had to run."""
        return self.filled(dockerfile, [(step.line, None) for step in steps if step.line is not None])

    def filled(
        self, dockerfile: Dockerfile, times: Iterable[tuple[int, float | None]]
    ) -> tuple[tuple[int, float | None], ...]:
        """The seconds of instructions by their first lines, those that were not known from what was learnt."""
        names = _names(dockerfile)
        return tuple(
            (line, self._known.get(names.get(line, "")) if seconds is None else seconds)
            for line, seconds in times
        )


def _names(dockerfile: Dockerfile) -> dict[int, str]:
    """A name for every instruction by its first line; the same in two files where a cache would be."""
    found: dict[int, str] = {}
    ends: list[str] = []
    for stage in dockerfile.stages:
        if stage.base is not None:
            last = ends[stage.base.index]
        else:
            platform = stage.start.flag("platform")
            last = digest("FROM", stage.image or "", (platform.value or "") if platform is not None else "")
        for instruction in stage.instructions:
            text = " ".join(dockerfile.source.slice(instruction.span).split())
            last = digest(last, text, *(ends[one.index] for one in sources(dockerfile, instruction)))
            found[instruction.first_line] = last
        ends.append(last)
    return found
