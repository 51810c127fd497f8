"""Builds texts of one file and holds what they make against what the file makes as it is."""

from __future__ import annotations

import time

from dockerlint import contract
from dockerlint.contract import Smoke, Verdict
from dockerlint.engine import BuildFailed, EngineError
from dockerlint.frozen import replace
from dockerlint.image import ImageError
from dockerlint.optimize.attempt import Attempt, OverBudget
from dockerlint.optimize.contents import installed
from dockerlint.optimize.times import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockerlint.contract import Difference, Judgement, Promise
    from dockerlint.engine import Progress, Ran
    from dockerlint.image import Image
    from dockerlint.measure import Measured
    from dockerlint.model import Dockerfile
    from dockerlint.optimize.state import State
    from dockerlint.trial import Bench, Outcome


# In place of a smoke command: what the image starts. No command line looks like it.
STARTS = "(what the image starts)"


class Unfit(Exception):
    """The file as it is cannot be the measure of anything; the text says why, `tail` is the engine's."""

    def __init__(self, message: str, tail: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.tail = tail


class Clock:
    """How long new builds may be started. `minutes` None is for ever."""

    def __init__(self, minutes: float | None, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._end = None if minutes is None else now() + minutes * 60

    def over(self) -> bool:
        """Whether the time is over."""
        return self._end is not None and self._now() >= self._end


class Lab:
    """`smoke` are command lines that must do the same in both images, each within `seconds`; STARTS stands
    for what the image starts by itself. `notes` says what was odd; `builds` counts what was built,
    `seconds` is how long that took."""

    def __init__(
        self,
        bench: Bench,
        state: State,
        clock: Clock,
        smoke: Sequence[str] = (),
        seconds: float = 60.0,
        say: Callable[[str], Progress] | None = None,
    ) -> None:
        self._bench = bench
        self._state = state
        self._clock = clock
        self._smoke = tuple(smoke)
        self._seconds = seconds
        self._say = say
        self._plain: Dockerfile | None = None
        self._first: Outcome | None = None
        self._again: Image | None = None
        self._asked_again = False
        self._ran: dict[str, Ran] = {}
        self._unsteady: set[str] = set()
        self._tags: dict[str, str] = {}
        self._times = Times()
        self._grounds: dict[str, Image | str] = {}
        self.notes: list[str] = []
        self.builds = 0
        self.seconds = 0.0

    def begin(self, dockerfile: Dockerfile) -> Attempt:
        """Take a file as the one that others are held against. Unfit when it cannot be built, or when a
        smoke command fails in it."""
        self._plain = dockerfile
        known = self._state.get(dockerfile.source.text, "plain")
        if known is not None:
            return known
        attempt = self._weighed(dockerfile, self._original())
        self._state.put(dockerfile.source.text, "plain", attempt)
        return attempt

    def timed(self, dockerfile: Dockerfile, attempt: Attempt) -> Attempt:
        """An attempt with all seconds that are known by now; `dockerfile` is the text that it is of."""
        return replace(attempt, times=self._times.filled(dockerfile, attempt.times))

    def packed(self, dockerfile: Dockerfile, attempt: Attempt) -> Attempt:
        """An attempt with its bytes compressed too, which is not worth the time before all is tried; without them
        when the time is over."""
        text = dockerfile.source.text
        if attempt.gzip is not None or self._clock.over():
            return attempt
        self._progress("compressing, for its size")
        if text not in self._tags:
            # Known from a run before: the engine has it in its cache.
            self._once(dockerfile, "building what was found once more")
        return replace(attempt, gzip=self._bench.gzip(self._tags[text]))

    @property
    def original(self) -> Measured:
        """The image of the file as it was; built when it is not there any more."""
        return self._original().measured

    @property
    def commands(self) -> tuple[str, ...]:
        """The smoke commands but for what the image starts by itself."""
        return tuple(line for line in self._smoke if line != STARTS)

    def attempt(self, dockerfile: Dockerfile, promise: Promise, what: str) -> Attempt:
        """What becomes of a text; see `attempt.Trials`."""
        text, key = dockerfile.source.text, repr(promise)
        known = self._state.get(text, key)
        if known is not None:
            return known
        if self._clock.over():
            raise OverBudget
        before = self._original()
        try:
            after = self._build(dockerfile, what)
        except BuildFailed as error:
            attempt = Attempt(Verdict.UNBUILT, _last_words(error))
        except ImageError as error:
            attempt = Attempt(Verdict.UNBUILT, f"the image cannot be read: {error}")
        else:
            attempt = self._judged(dockerfile, before, after, promise)
        self._state.put(text, key, attempt)
        return attempt

    def ground(self, dockerfile: Dockerfile) -> Image | str:
        """The image that a file of one FROM makes, or why it cannot be had."""
        text = dockerfile.source.text
        if text not in self._grounds:
            if self._clock.over():
                raise OverBudget
            try:
                title = f"looking for {dockerfile.stages[0].image}"
                outcome = self._bench.run(dockerfile, self._progress(title))
                self._grounds[text] = outcome.measured.image
            except (EngineError, ImageError) as error:
                self._grounds[text] = _last_words(error)
        return self._grounds[text]

    def _original(self) -> Outcome:
        if self._first is None:
            assert self._plain is not None
            try:
                self._first = self._build(self._plain, "as it is")
            except BuildFailed as error:
                raise Unfit("it cannot be built as it is", error.tail) from error
            for command in self._smoke:
                ran = self._run(self._first, command)
                if ran.timed_out or ran.code != 0:
                    end = "does not end" if ran.timed_out else f"ends with {ran.code}"
                    tail = ran.err.decode("utf-8", "replace").splitlines()[-5:]
                    raise Unfit(f"the smoke command {command} {end} in the image as it is", tuple(tail))
                self._ran[command] = ran
        return self._first

    def _build(self, dockerfile: Dockerfile, what: str) -> Outcome:
        """Build and read; what fails is tried again, since networks and mirrors fail too."""
        try:
            return self._once(dockerfile, f"building {what}")
        except BuildFailed as error:
            first = error
        outcome = self._once(dockerfile, f"building {what} once more")
        self.notes.append(
            f"the build {what} failed once and worked when it was tried again: {_last_words(first)}"
        )
        return outcome

    def _once(self, dockerfile: Dockerfile, title: str) -> Outcome:
        self.builds += 1
        start = time.monotonic()
        try:
            outcome = self._bench.run(dockerfile, self._progress(title))
        finally:
            self.seconds += time.monotonic() - start
        self._tags[dockerfile.source.text] = outcome.tag
        self._times.learn(dockerfile, outcome.steps)
        return outcome

    def _progress(self, title: str) -> Progress | None:
        return self._say(title) if self._say is not None else None

    def _run(self, outcome: Outcome, command: str) -> Ran:
        given = None if command == STARTS else command
        return self._bench.session.engine.run(outcome.tag, given, seconds=self._seconds)

    def _judged(self, dockerfile: Dockerfile, before: Outcome, after: Outcome, promise: Promise) -> Attempt:
        ran = {}
        for command in self._smoke:
            self._progress(f"running {command}")
            ran[command] = self._run(after, command)
        found = self._judgement(before, after, promise, ran)
        if not found.holds and self._doubted(before, found):
            found = self._judgement(before, after, promise, ran)
        loose = [one for one in found.differences if not one.allowed]
        why = ""
        if found.verdict == Verdict.UNPROVEN:
            why = "; ".join(found.unproven[:3])
        elif loose:
            more = f" and {len(loose) - 1} more" if len(loose) > 1 else ""
            why = f"{loose[0].where}: {loose[0].text}{more}" if loose[0].where else f"{loose[0].text}{more}"
        return replace(
            self._weighed(dockerfile, after),
            verdict=found.verdict,
            why=why,
            listed=grouped([one for one in found.differences if one.allowed]),
            checked=found.checked,
            unproven=found.unproven,
        )

    def _judgement(
        self, before: Outcome, after: Outcome, promise: Promise, ran: Mapping[str, Ran]
    ) -> Judgement:
        measured = before.measured
        smoke = [Smoke(line, self._ran[line], said, line in self._unsteady) for line, said in ran.items()]
        return contract.judge(
            measured.image,
            after.measured.image,
            promise,
            smoke,
            measured.base,
            self._again,
            installed=installed(measured),
        )

    def _doubted(self, before: Outcome, found: Judgement) -> bool:
        """Whether the file as it is does not keep the contract with itself: two builds of it may differ, and so may two
        runs of a smoke command. Each is looked at once, when it matters first."""
        learnt = False
        if found.rewritten and not self._asked_again and not self._clock.over():
            self._asked_again = learnt = True
            self._build_again()
        for one in found.differences:
            if one.kind == "smoke" and not one.allowed and one.where in self._ran:
                learnt = self._unsteadies(before, one.where) or learnt
        return learnt

    def _build_again(self) -> None:
        assert self._plain is not None
        progress = self._progress("building as it is once more, to see what differs in every build")
        start = time.monotonic()
        self.builds += 1
        try:
            outcome = self._bench.again().run(self._plain, progress)
        except (EngineError, ImageError) as error:
            self.notes.append(f"the file as it is could not be built a second time: {_last_words(error)}")
        else:
            self._again = outcome.measured.image
            self._times.learn(self._plain, outcome.steps)
        finally:
            self.seconds += time.monotonic() - start

    def _unsteadies(self, before: Outcome, command: str) -> bool:
        """Whether a smoke command does something else from run to run, which was not known before."""
        first = self._ran[command]
        if command in self._unsteady or first.timed_out:
            return False
        second = self._run(before, command)
        if (first.out, first.err) == (second.out, second.err):
            return False
        self._unsteady.add(command)
        self.notes.append(
            f"{command} says something else each time it is run in one and the same image: only its exit code is compared"
        )
        return True

    def _weighed(self, dockerfile: Dockerfile, outcome: Outcome) -> Attempt:
        measured = outcome.measured
        size = measured.total
        weights = tuple(
            (share.instruction.first_line, None if share.size is None else share.size.files)
            for share in measured.shares
        )
        times = self._times.of(dockerfile, outcome.steps)
        return Attempt(Verdict.PROVEN, "", size.files, size.tar, None, outcome.seconds, weights, times)


def _last_words(error: EngineError | ImageError) -> str:
    """The engine's own last line, or what we say of it."""
    tail = [line.strip() for line in getattr(error, "tail", ()) if line.strip()]
    return tail[-1] if tail else str(error)


_NAMED = 3


def grouped(differences: Sequence[Difference]) -> tuple[str, ...]:
    """Differences that are allowed, those with one reason in one line."""
    groups: dict[str, list[Difference]] = {}
    for one in differences:
        groups.setdefault(one.allowed, []).append(one)
    lines = []
    for reason, some in groups.items():
        if len(some) == 1:
            one = some[0]
            lines.append(f"{one.where}: {one.text} ({reason})" if one.where else f"{one.text} ({reason})")
            continue
        names = [one.where or one.text for one in some]
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        lines.append(f"{', '.join(names[:_NAMED])}{more}: {reason}")
    return tuple(lines)
