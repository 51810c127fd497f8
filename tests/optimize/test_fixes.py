"""The search among fixes, with a bench that is told what each text comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dockerlint.api import settled_source
from dockerlint.config import Config
from dockerlint.contract import Promise
from dockerlint.frozen import replace
from dockerlint.job import Setup
from dockerlint.lint import run_rule
from dockerlint.loader import Origin, gather
from dockerlint.model import Dockerfile
from dockerlint.optimize.attempt import Attempt, OverBudget
from dockerlint.optimize.fixes import Fate, Fixed, Rules, search
from dockerlint.optimize.shares import Saved
from dockerlint.rule import Edit, Finding, Fix, Rule, Span, rule, unsafe
from dockerlint.settle import Applied, Settled
from dockerlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.settle import Choice

FILE = "FROM busybox\n" + "".join(f"RUN step {letter}\n" for letter in "abcdefgh")


def shrinking(letter: str) -> Rule:
    """A rule that makes `step x` a `slim x`."""

    def check(dockerfile: Dockerfile) -> Iterator[Finding]:
        at = dockerfile.source.text.find(f"step {letter}")
        if at >= 0:
            span = Span(at, at + 4)
            yield Finding(span, "m", Fix(f"make {letter} slim", (Edit(span, "slim"),)))

    check.__name__ = f"slim_{letter}"
    make = rule(
        code=f"X{ord(letter)}", summary="s", why="w", severity="warning", bad=[], good=[], fix=unsafe("x")
    )
    return make(check)


class Bench:
    """Weighs 50,000 bytes a step, 10,000 a slim one; refuses what `fault` finds a fault with."""

    def __init__(self, fault: Callable[[str], str] = lambda text: "", builds: int = 1000) -> None:
        self.fault = fault
        self.left = builds
        self.built: list[str] = []
        self.verdict = "differs"
        self.idle = ""

    def weigh(self, dockerfile: Dockerfile) -> Attempt:
        weights = []
        for instruction in dockerfile.body:
            text = dockerfile.source.slice(instruction.span)
            light = "slim" in text and text[-1] not in self.idle
            weights.append((instruction.first_line, 10_000 if light else 50_000))
        return Attempt("proven", files=sum(w for _, w in weights), weights=tuple(weights))

    def attempt(self, dockerfile: Dockerfile, promise: object, what: str) -> Attempt:
        if not self.left:
            raise OverBudget
        self.left -= 1
        text = dockerfile.source.text
        self.built.append(text)
        why = self.fault(text)
        return Attempt(self.verdict, why) if why else self.weigh(dockerfile)

    def timed(self, dockerfile: Dockerfile, attempt: Attempt) -> Attempt:
        """10 seconds for a step, 4 for a slim one."""
        lines = dockerfile.source.text.splitlines()
        times = ((at + 1, self.clock(line)) for at, line in enumerate(lines) if line.startswith("RUN"))
        return replace(attempt, times=tuple(times))

    def clock(self, line: str) -> float | None:
        return 4.0 if "slim" in line else 10.0


def run(
    bench: Bench,
    rules: Iterable[Rule] = (),
    text: str = FILE,
    accepted: Iterable[str] = (),
    closing: Iterable[str] = (),
) -> Fixed:
    setup = Setup.of(
        Config(), gather((one, Origin("here", "")) for one in rules or [shrinking(x) for x in "abcdefgh"])
    )

    def settle(choose: Choice) -> Settled:
        return settled_source(Source.of_text(text), setup, run_rule, True, None, choose)

    def promise(applied: Iterable[Applied]) -> Promise:
        return Promise(closure=any(one.rule in closing for one in applied))

    before = bench.weigh(settle(lambda found, line: False).look.dockerfile)
    return search(Rules(settle, promise, frozenset(accepted)), bench, before)  # type: ignore[arg-type]


def fates(fixed: Fixed) -> dict[str, str]:
    return {fix.rule[-1]: fix.fate for fix in fixed.fixes}


def without(*letters: str) -> str:
    return "FROM busybox\n" + "".join(f"RUN {'step' if x in letters else 'slim'} {x}\n" for x in "abcdefgh")


def test_when_all_fixes_are_proven_one_build_tells_everything() -> None:
    bench = Bench()
    fixed = run(bench)
    assert len(bench.built) == 1
    assert fixed.settled.look.source.text == without()
    assert {(fix.fate, fix.saved) for fix in fixed.fixes} == {(Fate.KEPT, Saved(40_000, 6.0, "layers"))}
    assert not fixed.over


def test_seconds_are_not_told_where_one_of_the_steps_was_in_the_cache() -> None:
    class Cached(Bench):
        def clock(self, line: str) -> float | None:
            return None if line == "RUN step c" else super().clock(line)

    seconds = {fix.rule: fix.saved.seconds for fix in run(Cached()).fixes}
    assert seconds == {f"slim-{x}": None if x == "c" else 6.0 for x in "abcdefgh"}


def test_a_fix_that_takes_longer_saves_less_than_no_seconds() -> None:
    class Slower(Bench):
        def clock(self, line: str) -> float | None:
            return 25.5 if "slim" in line else 10.0

    assert {fix.saved.seconds for fix in run(Slower()).fixes} == {-15.5}


def test_a_guilty_split_costs_one_build_more() -> None:
    bench = Bench(lambda text: "b is missed" if "slim b" in text else "")
    fixed = run(bench, closing=["slim-b"])
    assert fixed.settled.look.source.text == without("b")
    assert fates(fixed)["b"] == Fate.BREAKS
    # All of them, all but the split, and all of them once more, which the state knows.
    assert bench.built == [without(), without("b"), without()]


def test_one_guilty_fix_is_found_and_the_rest_is_kept() -> None:
    bench = Bench(lambda text: "c is missed" if "slim c" in text else "")
    fixed = run(bench)
    assert fixed.settled.look.source.text == without("c")
    assert fates(fixed) == {**dict.fromkeys("abdefgh", Fate.KEPT), "c": Fate.BREAKS}
    assert [fix.why for fix in fixed.fixes if fix.why] == ["c is missed"]
    assert fixed.attempt.files == FILE.count("\n") * 50_000 - 7 * 40_000
    assert len(bench.built) <= 8


def test_of_two_fixes_that_fail_only_together_one_is_kept() -> None:
    bench = Bench(lambda text: "both are missed" if "slim b" in text and "slim g" in text else "")
    fixed = run(bench)
    assert fixed.settled.look.source.text == without("g")
    assert fates(fixed)["g"] == Fate.BREAKS


def test_when_every_fix_is_guilty_the_file_stays_as_it_is() -> None:
    fixed = run(Bench(lambda text: "no"))
    assert fixed.settled.look.source.text == FILE
    assert not fixed.settled.applied
    assert set(fates(fixed).values()) == {Fate.BREAKS}


def test_fixes_that_save_nothing_are_left_out_and_the_rest_is_built_as_it_stands() -> None:
    bench = Bench()
    bench.idle = "ad"
    fixed = run(bench)
    assert fixed.settled.look.source.text == without("a", "d") == bench.built[-1]
    assert {x for x, fate in fates(fixed).items() if fate == Fate.NOTHING} == {"a", "d"}
    assert len(bench.built) == 2


def test_a_fix_that_saves_nothing_but_that_another_one_needs_is_kept() -> None:
    def fault(text: str) -> str:
        return "a is needed" if "step a" in text and "slim b" in text else ""

    bench = Bench(fault)
    bench.idle = "a"
    fixed = run(bench)
    assert fixed.settled.look.source.text == without()
    assert set(fates(fixed).values()) == {Fate.KEPT}


def test_fixes_of_one_instruction_are_told_apart_by_builds_without_each() -> None:
    class Halves(Bench):
        def weigh(self, dockerfile: Dockerfile) -> Attempt:
            text = dockerfile.source.text
            weight = 100_000 - 30_000 * ("slim a" in text) - 5_000 * ("slim b" in text)
            return Attempt("proven", files=weight, weights=((1, 0), (2, weight)))

    bench = Halves()
    fixed = run(bench, [shrinking(x) for x in "abc"], "FROM busybox\nRUN step a; step b; step c\n")
    assert {fix.rule: (fix.saved.bytes, fix.saved.by) for fix in fixed.fixes} == {
        "slim-a": (30_000, "build"), "slim-b": (5_000, "build"), "slim-c": (0, "build"),
    }  # fmt: skip
    assert fixed.settled.look.source.text == "FROM busybox\nRUN slim a; slim b; step c\n"


def test_when_the_time_is_over_the_best_that_is_proven_stays() -> None:
    bench = Bench(lambda text: "h is missed" if "slim h" in text else "", builds=2)
    fixed = run(bench)
    assert fixed.over
    assert fixed.settled.look.source.text == without(*"efgh")
    assert fates(fixed) == {**dict.fromkeys("abcd", Fate.KEPT), **dict.fromkeys("efgh", Fate.UNTRIED)}


def test_when_there_is_no_time_at_all_nothing_is_kept() -> None:
    fixed = run(Bench(builds=0))
    assert fixed.over
    assert fixed.settled.look.source.text == FILE
    assert set(fates(fixed).values()) == {Fate.UNTRIED}


def test_what_is_not_proven_is_left_out_and_called_so() -> None:
    bench = Bench(lambda text: "what b loads is not known" if "slim b" in text else "")
    bench.verdict = "not proven"
    fixed = run(bench)
    assert fixed.settled.look.source.text == without("b")
    assert fates(fixed)["b"] == Fate.UNPROVEN


def test_a_rule_that_the_user_names_goes_in_unproven() -> None:
    bench = Bench(lambda text: "what b loads is not known" if "slim b" in text else "")
    bench.verdict = "not proven"
    fixed = run(bench, accepted=["slim-b"])
    assert "slim b" in fixed.settled.look.source.text
    assert not fixed.attempt.proven


def test_a_file_without_fixes_is_not_built_again() -> None:
    bench = Bench()
    fixed = run(bench, text="FROM busybox\n")
    assert not bench.built
    assert not fixed.fixes
