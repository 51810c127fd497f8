"""Which fixes build, keep what the image promises, and pay."""

from __future__ import annotations

from dockerlint.contract import Verdict
from dockerlint.fix import Applicability
from dockerlint.frozen import node, record
from dockerlint.optimize.attempt import OverBudget, total
from dockerlint.optimize.shares import ENOUGH, Saved, Unit, outside, shares, units_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dockerlint.contract import Promise
    from dockerlint.optimize.attempt import Attempt, Trials
    from dockerlint.settle import Applied, Choice, Settled


class Fate:
    """What became of a fix."""

    KEPT, NOTHING = "kept", "saves nothing"
    BREAKS, UNPROVEN, UNTRIED = "breaks it", "not proven", "not tried"


@record
class Fix:
    """The fixes of one rule on one line, and what became of them.

    `saved` is what they save, as far as it was looked at ("layers with" where time was short); `why` says what
    speaks against them.
    """

    rule: str
    line: int
    titles: tuple[str, ...]
    applicability: str
    fate: str
    why: str = ""
    saved: Saved = Saved(None, None, "")


@node
class Fixed:
    """The text that came of it, what became of that text, and of every fix. `over` tells that the time
    was over before everything was tried."""

    settled: Settled
    attempt: Attempt
    fixes: tuple[Fix, ...]
    over: bool


@node
class Rules:
    """What the search needs to know of fixes: how to put a choice of them in, what a set of rules promises,
    and which rules may go in unproven because the user said so."""

    settle: Callable[[Choice], Settled]
    promise: Callable[[Iterable[Applied]], Promise]
    accepted: frozenset[str] = frozenset()


def search(rules: Rules, trials: Trials, before: Attempt) -> Fixed:
    """Find the fixes that are proven and pay. `before` is what became of the file as it was.

    What is returned was built as it stands, unless no fix is in it.
    """
    return _Search(rules, trials, before).found()


class _Search:
    def __init__(self, rules: Rules, trials: Trials, before: Attempt) -> None:
        self.rules = rules
        self.trials = trials
        self.before = before
        self.plain = self.best = rules.settle(lambda found, line: False)
        self.attempt = before
        self.first = rules.settle(lambda found, line: True)
        self.known = units_of(self.first.applied)
        self.out: dict[Unit, tuple[str, str]] = {}
        # What only changes stages that are not part of the image needs no build to be told idle.
        idle = outside(self.known, before)
        if idle:
            self.out = dict.fromkeys(idle, (Fate.NOTHING, "its stage is not part of the image"))
            self.first = rules.settle(lambda found, line: Unit(found.name, line) not in idle)
            self.known = {**self.known, **units_of(self.first.applied)}
        self.candidates = list(units_of(self.first.applied))
        self.saved: dict[Unit, Saved] = {}
        self.over = False

    def found(self) -> Fixed:
        try:
            self._prove()
            self._pay()
        except OverBudget:
            self.over = True
        kept = units_of(self.best.applied)
        for unit, fixes in kept.items():
            self.known.setdefault(unit, fixes)
        return Fixed(
            self.best, self.attempt, tuple(self._fix(unit, unit in kept) for unit in self.known), self.over
        )

    def _fix(self, unit: Unit, kept: bool) -> Fix:
        fixes = self.known[unit]
        titles = tuple(dict.fromkeys(one.title for one in fixes))
        fate, why = Fate.KEPT, ""
        if not kept:
            fate, why = self.out.get(unit, (Fate.UNTRIED, "there was no time left"))
        saved = self.saved.get(unit, Saved(None, None, ""))
        return Fix(unit.rule, unit.line, titles, fixes[0].applicability, fate, why, saved)

    def _prove(self) -> None:
        """Find the largest set of fixes that is proven."""
        if not self.candidates:
            return
        if self._try(self.first, "with all fixes"):
            return
        self._add(sorted(self.candidates, key=self._risk))
        left = frozenset(self.out)
        # Without the guilty ones others may go in that had no place before.
        again = self.rules.settle(lambda found, line: Unit(found.name, line) not in left)
        new = {unit: fixes for unit, fixes in units_of(again.applied).items() if unit not in self.known}
        if new:
            self.known.update(new)
            if not self._try(again, "with every fix but those to blame"):
                self.out.update(dict.fromkeys(new, self._blame()))

    def _risk(self, unit: Unit) -> int:
        """How likely a fix is to blame: what was good before it need not be looked at again."""
        if unit.rule in self.rules.accepted:
            # What the user accepts unproven comes last, so that it hides nobody else's fault.
            return 3
        fixes = self.known[unit]
        if self.rules.promise(fixes).closure:
            return 2
        return int(fixes[0].applicability != Applicability.SAFE)

    def _add(self, order: list[Unit]) -> None:
        """Add fixes half by half; those with which it fails are to blame."""
        good: list[Unit] = []
        waiting = [order]
        # That all of them together fail is known.
        if len(order) > 1:
            plain = sum(self._risk(unit) < 2 for unit in order)
            middle = plain if 0 < plain < len(order) else len(order) // 2
            waiting = [order[middle:], order[:middle]]
        while waiting:
            batch = waiting.pop()
            chosen = frozenset((*good, *batch))
            settled = self._settled(chosen)
            missing = [unit for unit in batch if unit not in units_of(settled.applied)]
            if self._try(settled, f"with {_names(batch)}"):
                good += [unit for unit in batch if unit not in missing]
                for unit in missing:
                    self.out[unit] = (Fate.UNTRIED, "another fix that it needs is left out")
            elif len(batch) == 1:
                self.out[batch[0]] = self._blame()
            else:
                middle = len(batch) // 2
                waiting += [batch[middle:], batch[:middle]]

    def _settled(self, chosen: frozenset[Unit]) -> Settled:
        return self.rules.settle(lambda found, line: Unit(found.name, line) in chosen)

    def _try(self, settled: Settled, what: str) -> bool:
        """Whether a text is proven; then it is the best so far."""
        if settled.look.source.text == self.best.look.source.text:
            return True
        promise = self.rules.promise(settled.applied)
        self.last = attempt = self.trials.attempt(settled.look.dockerfile, promise, what)
        if not attempt.proven and not self._accepted(attempt, settled):
            return False
        self.best, self.attempt = settled, attempt
        return True

    def _accepted(self, attempt: Attempt, settled: Settled) -> bool:
        rules = {one.rule for one in settled.applied}
        return attempt.verdict == Verdict.UNPROVEN and bool(rules & self.rules.accepted)

    def _blame(self) -> tuple[str, str]:
        return (Fate.UNPROVEN if self.last.verdict == Verdict.UNPROVEN else Fate.BREAKS, self.last.why)

    def _pay(self) -> None:
        """Leave out what saves nothing."""
        if not self.best.applied:
            return
        full, attempt = self.best, self.attempt
        self.before = self.trials.timed(self.plain.look.dockerfile, self.before)
        attempt = self.trials.timed(full.look.dockerfile, attempt)
        self.saved, open_questions = shares(self.plain, full, self.before, attempt)
        for group in open_questions:
            for unit in group:
                self._without(unit, full, attempt)
        idle = [
            unit for unit, saved in self.saved.items() if saved.bytes is not None and saved.bytes < ENOUGH
        ]
        for unit in idle:
            self.out[unit] = (Fate.NOTHING, "")
        if not idle:
            return
        chosen = frozenset(unit for unit in units_of(full.applied) if unit not in idle)
        lean = self._settled(chosen)
        if not lean.applied:
            self.best, self.attempt = lean, self.before
        elif self._try(lean, "with the fixes that pay") and self.attempt.files >= attempt.files + ENOUGH:
            # One that saves nothing by itself was needed by one that does.
            self.best, self.attempt = full, attempt
        if self.best is full:
            for unit in idle:
                del self.out[unit]

    def _without(self, unit: Unit, full: Settled, attempt: Attempt) -> None:
        """Ask a build without a fix what it saves."""
        rest = frozenset(units_of(full.applied)) - {unit}
        settled = self._settled(rest)
        if settled.look.source.text == full.look.source.text:
            self.saved[unit] = Saved(0, None, "layers")
            return
        if not settled.applied:
            self.saved[unit] = self._between(self.before, attempt)
            return
        try:
            other = self.trials.attempt(
                settled.look.dockerfile, self.rules.promise(settled.applied), f"without {_names([unit])}"
            )
        except OverBudget:
            self.over = True
            return
        if other.files:
            self.saved[unit] = self._between(other, attempt)

    def _between(self, other: Attempt, attempt: Attempt) -> Saved:
        """What one attempt saves beside another."""
        seconds = total([other.cold, None if attempt.cold is None else -attempt.cold])
        return Saved(attempt.saved(other), seconds, "build")


def _names(units: list[Unit]) -> str:
    """Some fixes for people."""
    shown = [f"{unit.rule} on line {unit.line}" for unit in units[:2]]
    more = len(units) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
