"""What each fix saves, as far as the layers of the lines that it changed can tell, and the time that they took."""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.optimize.attempt import total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockerlint.optimize.attempt import Attempt
    from dockerlint.settle import Applied, Settled

# Logs and caches that a build makes anew differ by some bytes; fewer than these are no saving.
ENOUGH = 1000


@record
class Unit:
    """The fixes of a rule on one line of the file as it was: they go in together or not at all."""

    rule: str
    line: int


@record
class Saved:
    """What some fixes save: `bytes` of regular files and `seconds` of a build that no cache helps (below zero when
    it takes longer), None where that is not known. It was told by `by`: "layers", a "build" without them, or
    "layers with" others that changed the same lines."""

    bytes: int | None
    seconds: float | None
    by: str


def units_of(applied: Iterable[Applied]) -> dict[Unit, list[Applied]]:
    """The fixes by what they belong to, in the order they went in."""
    found: dict[Unit, list[Applied]] = {}
    for one in applied:
        found.setdefault(Unit(one.rule, one.line), []).append(one)
    return found


def outside(units: Mapping[Unit, list[Applied]], before: Attempt) -> frozenset[Unit]:
    """The fixes that touch no instruction of a stage that is part of the image."""
    weights = dict(before.weights)

    def is_outside(line: int) -> bool:
        start = max((start for start in weights if start <= line), default=None)
        return start is not None and weights[start] is None

    return frozenset(
        unit
        for unit, fixes in units.items()
        if all(is_outside(line) for one in fixes for line in (one.line, *one.lines))
    )


def shares(
    plain: Settled, settled: Settled, before: Attempt, after: Attempt
) -> tuple[dict[Unit, Saved], list[list[Unit]]]:
    """What each fix saves; and the groups of fixes of which only their sum is known, since they changed the same
    instructions. `plain` is the file without fixes."""
    weighed = _Weighed(plain, settled, before, after)
    saved: dict[Unit, Saved] = {}
    groups: list[list[Unit]] = []
    for units, places in weighed.groups():
        size, seconds = weighed.bytes_of(places), weighed.seconds_of(places)
        # What no longer reaches the image saves nothing there, whatever was done to it.
        rest = [unit for unit in units if not weighed.idle(unit)]
        saved.update((unit, Saved(0, None, "layers")) for unit in units if unit not in rest)
        if len(units) == 1 and rest:
            saved[rest[0]] = Saved(size, seconds, "layers")
        elif len(rest) == 1:
            saved[rest[0]] = Saved(size, None, "layers")
        elif size < ENOUGH:
            saved.update((unit, Saved(0, None, "layers")) for unit in rest)
        else:
            saved.update((unit, Saved(size, seconds, "layers with")) for unit in rest)
            groups.append(rest)
    return saved, groups


class _Weighed:
    """The instructions of a file as it was, each by its first line, with what they weigh before and after.

    What an instruction brought weighs nothing any more when its stage is left out of the image; that is
    the doing of the fixes that made another stage.
    """

    def __init__(self, plain: Settled, settled: Settled, before: Attempt, after: Attempt) -> None:
        self._units = units_of(settled.applied)
        self._starts = sorted(line for line, _ in before.weights)
        self._saved = {line: weight or 0 for line, weight in before.weights}
        inside: set[int] = set()
        for line, weight in after.weights:
            start = self._instruction(settled.lines[line - 1])
            self._saved[start] = self._saved.get(start, 0) - (weight or 0)
            if weight is not None:
                inside.add(start)
        self._times: dict[int, list[tuple[int, float | None]]] = {}
        for line, seconds in before.times:
            self._times.setdefault(line, []).append((1, seconds))
        for line, seconds in after.times:
            self._times.setdefault(self._instruction(settled.lines[line - 1]), []).append((-1, seconds))
        self._gone = {line for line, weight in before.weights if weight is not None} - inside
        old = {stage.start.first_line for stage in plain.look.dockerfile.stages}
        begun = [stage.start.first_line for stage in settled.look.dockerfile.stages]
        places = {self._instruction(settled.lines[line - 1]) for line in begun} - old
        self._makers = [unit for unit in self._units if self._places(unit) & places] if self._gone else []

    def _instruction(self, line: int) -> int:
        """The first line of the instruction that a line belongs to."""
        return max((start for start in self._starts if start <= line), default=line)

    def _places(self, unit: Unit) -> set[int]:
        return {self._instruction(line) for one in self._units[unit] for line in (one.line, *one.lines)}

    def idle(self, unit: Unit) -> bool:
        """Whether a fix only changes what another one took out of the image."""
        return bool(self._makers) and unit not in self._makers and self._places(unit) <= self._gone

    def bytes_of(self, places: set[int]) -> int:
        """What some instructions weigh less than before."""
        return sum(self._saved.get(place, 0) for place in places)

    def seconds_of(self, places: set[int]) -> float | None:
        """How much faster some instructions are than before, None where that is not known."""
        told = [(sign, seconds) for place in places for sign, seconds in self._times.get(place, ())]
        return total(None if seconds is None else sign * seconds for sign, seconds in told) if told else None

    def groups(self) -> list[tuple[list[Unit], set[int]]]:
        """The fixes that share an instruction, directly or by others, and the instructions."""
        found: list[tuple[list[Unit], set[int]]] = []
        for unit in self._units:
            units, places = [unit], self._places(unit)
            if unit in self._makers:
                places |= self._gone
            rest = []
            for group in found:
                if group[1] & places:
                    units, places = [*group[0], *units], group[1] | places
                else:
                    rest.append(group)
            found = [*rest, (units, places)]
        return found
