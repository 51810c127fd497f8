"""One file from beginning to end: as it is, on lighter ground, with the fixes that pay."""

from __future__ import annotations

from dockerlint.contract import Promise, Verdict
from dockerlint.frozen import node, replace
from dockerlint.optimize.attempt import OverBudget
from dockerlint.optimize.contents import Contents
from dockerlint.optimize.fixes import Rules, search
from dockerlint.optimize.ladder import HEAVIER, NONE, TAKEN, Ladder, Tried
from dockerlint.optimize.shares import ENOUGH
from dockerlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dockerlint.model import Dockerfile
    from dockerlint.optimize.attempt import Attempt
    from dockerlint.optimize.fixes import Fix, Fixed
    from dockerlint.optimize.lab import Lab
    from dockerlint.settle import Applied, Choice, Settled

# No slim relative of a base is that much lighter than it.
_LIGHTER = 0.2


@node
class Way:
    """How a file is read and fixed: `read` gives its model, `settle` the file with some fixes in, `promise`
    what rules promise. `accepted` names rules and grounds that may go in unproven; `lightest` is the
    lightest ground to try."""

    read: Callable[[Source], Dockerfile]
    settle: Callable[[Source, Choice], Settled]
    promise: Callable[[Iterable[Applied]], Promise]
    accepted: frozenset[str]
    lightest: str


@node
class Optimized:
    """What came of a file. `after` is `before` itself where nothing was found that is proven and pays;
    `unproven` names what is in it only because the user accepted it so. `over` tells that the time was
    over before everything was tried."""

    path: str
    engine: tuple[str, str]
    before: Attempt
    after: Attempt
    source: Source
    rungs: tuple[Tried, ...]
    fixes: tuple[Fix, ...]
    refused: tuple[str, ...]
    unproven: tuple[str, ...]
    smoke: tuple[str, ...]
    notes: tuple[str, ...]
    over: bool
    builds: int
    seconds: float

    @property
    def changed(self) -> bool:
        """Whether something was found."""
        return self.after is not self.before


@node
class _Climbed:
    """Where the ladder ended: the best file so far and what it promises."""

    dockerfile: Dockerfile
    attempt: Attempt
    promise: Promise
    tried: tuple[Tried, ...]
    over: bool
    accepted: str = ""


def optimize(
    dockerfile: Dockerfile, lab: Lab, way: Way, smoke: tuple[str, ...], engine: tuple[str, str]
) -> Optimized:
    """Try everything on a file. Raises `lab.Unfit` when the file as it is does not build."""
    before = lab.begin(dockerfile)
    climbed = _climb(dockerfile, before, lab, way)
    fixed = _fixed(climbed, lab, way)
    over = climbed.over or fixed.over
    last = climbed.tried[-1] if climbed.tried else None
    if last is not None and last.fate == TAKEN and not _surely_lighter(climbed.attempt, before, dockerfile):
        # A ground with packages on it, or with a file under several names, may be heavier than what fixes make.
        plain = _Climbed(dockerfile, before, Promise(), climbed.tried, False)
        alone = _fixed(plain, lab, way)
        over = over or alone.over
        # A stage more has to be worth it.
        if alone.attempt.saved(before) > fixed.attempt.saved(before) - ENOUGH:
            heavier = Tried(last.rung, HEAVIER, "the fixes alone make it as light or lighter", last.attempt)
            climbed = replace(plain, tried=(*climbed.tried[:-1], heavier))
            fixed = alone
    unproven = tuple(
        dict.fromkeys(
            [climbed.accepted] * bool(climbed.accepted)
            + [
                one.rule
                for one in fixed.settled.applied
                if one.rule in way.accepted and not fixed.attempt.proven
            ]
        )
    )
    after = fixed.attempt
    if after is not before:
        new = fixed.settled.look.dockerfile
        before = lab.packed(dockerfile, lab.timed(dockerfile, before))
        after = lab.packed(new, lab.timed(new, after))
    return Optimized(
        dockerfile.source.path,
        engine,
        before,
        after,
        fixed.settled.look.source,
        climbed.tried,
        fixed.fixes,
        fixed.settled.refused,
        unproven,
        smoke,
        tuple(lab.notes),
        over,
        lab.builds,
        lab.seconds,
    )


def _surely_lighter(ground: Attempt, before: Attempt, dockerfile: Dockerfile) -> bool:
    """Whether an image is lighter than fixes alone could make it: by far lighter than the base that they leave in it,
    or put a slim relative in the place of."""
    stage = dockerfile.final_stage
    line = stage.root.start.first_line if stage is not None else 0
    return ground.files < (dict(before.weights).get(line) or 0) * _LIGHTER


def _fixed(climbed: _Climbed, lab: Lab, way: Way) -> Fixed:
    """The fixes that pay, on the ground that was climbed to."""

    def settle(choose: Choice) -> Settled:
        return way.settle(climbed.dockerfile.source, choose)

    def promise(applied: Iterable[Applied]) -> Promise:
        return joined(climbed.promise, way.promise(applied))

    return search(Rules(settle, promise, way.accepted), lab, climbed.attempt)


def _climb(dockerfile: Dockerfile, before: Attempt, lab: Lab, way: Way) -> _Climbed:
    """The lightest ground that is proven; the file as it is where none is."""
    tried: list[Tried] = []
    nothing = _Climbed(dockerfile, before, Promise(), (), False)
    if way.lightest == NONE or not dockerfile.stages:
        return nothing
    promise = Promise(closure=True)
    try:
        ladder = Ladder(
            dockerfile,
            Contents(lab.original, lab.commands),
            lambda text: lab.ground(way.read(Source.of_text(text))),
            way.lightest,
        )
        for rung in ladder.rungs():
            if rung.source is None:
                tried.append(Tried(rung, "not tried", rung.why))
                continue
            new = way.read(rung.source)
            attempt = lab.attempt(new, promise, f"on {rung.name}")
            accepted = attempt.verdict == Verdict.UNPROVEN and rung.kind in way.accepted
            if not attempt.proven and not accepted:
                fate = "not proven" if attempt.verdict == Verdict.UNPROVEN else "breaks it"
                tried.append(Tried(rung, fate, attempt.why, attempt))
            elif attempt.saved(before) < ENOUGH:
                tried.append(Tried(rung, "saves nothing", "", attempt))
            else:
                tried.append(Tried(rung, TAKEN, "", attempt))
                return _Climbed(new, attempt, promise, tuple(tried), False, rung.kind if accepted else "")
    except OverBudget:
        return _Climbed(dockerfile, before, Promise(), tuple(tried), True)
    return _Climbed(dockerfile, before, Promise(), tuple(tried), False)


def joined(one: Promise, two: Promise) -> Promise:
    """What both promise together."""
    return Promise(
        (*one.paths, *two.paths),
        (*one.reasons, *two.reasons),
        one.closure or two.closure,
        (*one.config, *two.config),
    )
