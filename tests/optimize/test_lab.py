"""Builds that are judged: what fails, what fails once, what was tried before, what a smoke command says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import dockerlint
import saved
from dockerlint.contract import Difference, Promise, Verdict
from dockerlint.engine import BuildFailed, Ran
from dockerlint.image import read
from dockerlint.measure import measure
from dockerlint.model import Dockerfile
from dockerlint.optimize.attempt import OverBudget
from dockerlint.optimize.lab import STARTS, Clock, Lab, Unfit, grouped
from dockerlint.optimize.state import State
from dockerlint.steps import Step
from dockerlint.trial import Outcome

PLAIN = "FROM scratch\nCOPY a /\n"
OTHER = "FROM scratch\nCOPY b /\n"


class Engine:
    name = "fake"

    def __init__(self) -> None:
        self.ran: list[tuple[str, object]] = []
        self.answer: Callable[[str], Ran] = lambda tag: Ran(0, b"hello\n", b"", 0.1)

    def run(self, tag: str, command: object, stdin: bytes = b"", seconds: float = 60.0) -> Ran:
        self.ran.append((tag, command))
        return self.answer(tag)


class Session:
    def __init__(self) -> None:
        self.engine = Engine()


class Bench:
    """Makes images of one layer, which hold what `files` says; `failures` is how often a text fails first."""

    def __init__(self, folder: Path) -> None:
        self.session = Session()
        self.folder = folder
        self.files = {PLAIN: b"content", OTHER: b"content", OTHER + "#": b"content"}
        self.failures: dict[str, int] = {}
        self.built: list[str] = []
        # What a second build of the file as it is has in it.
        self.second = self.files[PLAIN]

    def again(self) -> Bench:
        return self

    def gzip(self, tag: str) -> int:
        return len(tag)

    def run(self, dockerfile: Dockerfile, progress: object = None) -> Outcome:
        text = dockerfile.source.text
        if text == PLAIN and text in self.built:
            self.files[text] = self.second
        self.built.append(text)
        if self.failures.get(text, 0) > 0:
            self.failures[text] -= 1
            raise BuildFailed("fake could not build it", ("step 2", "no such mirror"))
        layer = saved.layer(("file", self.files[text]))
        image = read(saved.as_folder(saved.plain_dir([layer]), self.folder / str(len(self.built))))
        cached = self.built.count(text) > 1
        step = Step(2, text.splitlines()[1], cached, None if cached else 1.5)
        return Outcome(measure(dockerfile, image, ()), 2.0, text, (step,))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "images")


def lab(bench: Bench, state: State | None = None, minutes: float | None = None, *smoke: str) -> Lab:
    return Lab(bench, state or State("", ""), Clock(minutes), smoke)  # type: ignore[arg-type]


def attempt(made: Lab, text: str = OTHER) -> tuple[str, str]:
    found = made.attempt(dockerlint.parse(text), Promise(), "otherwise")
    return found.verdict, found.why


def test_an_equal_image_is_proven_and_another_one_is_not(bench: Bench) -> None:
    made = lab(bench)
    made.begin(dockerlint.parse(PLAIN))
    assert attempt(made) == (Verdict.PROVEN, "")
    bench.files[OTHER + "#"] = b"changed"
    assert attempt(made, OTHER + "#")[0] == Verdict.DIFFERS


def test_what_differs_between_two_builds_of_the_file_as_it_is_is_no_fault_of_a_fix(bench: Bench) -> None:
    bench.files[OTHER] = b"built at noon"
    bench.second = b"built at one"
    made = lab(bench)
    made.begin(dockerlint.parse(PLAIN))
    found = made.attempt(dockerlint.parse(OTHER), Promise(), "otherwise")
    assert found.verdict == Verdict.LISTED
    assert any("two builds of the file as it is differ here, too" in line for line in found.listed)
    assert bench.built == [PLAIN, OTHER, PLAIN]


def test_the_file_as_it_is_is_built_a_second_time_at_most(bench: Bench) -> None:
    bench.files[OTHER] = bench.files[OTHER + "#"] = b"other"
    made = lab(bench)
    made.begin(dockerlint.parse(PLAIN))
    assert attempt(made)[0] == attempt(made, OTHER + "#")[0] == Verdict.DIFFERS
    assert bench.built == [PLAIN, OTHER, PLAIN, OTHER + "#"]


def test_seconds_are_those_of_the_build_that_ran_a_step(bench: Bench) -> None:
    made = lab(bench)
    before = made.begin(dockerlint.parse(PLAIN))
    assert before.times == ((2, 1.5),)
    assert before.cold == 1.5
    # Another run of ours finds all in the cache of the engine.
    cold = lab(bench).begin(dockerlint.parse(PLAIN))
    assert cold.times == ((2, None),)
    assert cold.cold is None
    assert made.timed(dockerlint.parse(PLAIN), cold).times == ((2, 1.5),)


def test_an_image_is_compressed_when_it_is_asked_for(bench: Bench, tmp_path: Path) -> None:
    made = lab(bench, State(str(tmp_path), "key"))
    plain = dockerlint.parse(PLAIN)
    before = made.begin(plain)
    assert before.gzip is None
    assert made.packed(plain, before).gzip == len(PLAIN)
    again = lab(bench, State(str(tmp_path), "key"))
    assert again.packed(plain, again.begin(plain)).gzip == len(PLAIN)
    assert bench.built == [PLAIN, PLAIN]
    late = lab(bench, State(str(tmp_path), "key"), 1e-9)
    assert late.packed(plain, late.begin(plain)).gzip is None


def test_a_file_that_does_not_build_as_it_is_is_the_measure_of_nothing(bench: Bench) -> None:
    bench.failures[PLAIN] = 9
    with pytest.raises(Unfit, match="cannot be built as it is") as raised:
        lab(bench).begin(dockerlint.parse(PLAIN))
    assert raised.value.tail == ("step 2", "no such mirror")


def test_a_build_that_fails_once_is_tried_again_and_told(bench: Bench) -> None:
    bench.failures[OTHER] = 1
    made = lab(bench)
    made.begin(dockerlint.parse(PLAIN))
    assert attempt(made)[0] == Verdict.PROVEN
    assert made.notes == [
        "the build otherwise failed once and worked when it was tried again: no such mirror"
    ]


def test_a_build_that_fails_twice_is_told_with_the_last_words_of_the_engine(bench: Bench) -> None:
    bench.failures[OTHER] = 2
    made = lab(bench)
    made.begin(dockerlint.parse(PLAIN))
    assert attempt(made) == (Verdict.UNBUILT, "no such mirror")


def test_what_was_tried_before_is_not_built_again(bench: Bench, tmp_path: Path) -> None:
    made = lab(bench, State(str(tmp_path), "key"))
    made.begin(dockerlint.parse(PLAIN))
    attempt(made)
    built = len(bench.built)
    again = lab(bench, State(str(tmp_path), "key"), 1e-9)
    again.begin(dockerlint.parse(PLAIN))
    assert attempt(again)[0] == Verdict.PROVEN
    assert len(bench.built) == built


def test_a_run_that_was_ended_builds_only_what_is_missing(bench: Bench, tmp_path: Path) -> None:
    first = lab(bench, State(str(tmp_path), "key"))
    first.begin(dockerlint.parse(PLAIN))
    attempt(first)
    bench.files[OTHER + "#"] = b"content"
    bench.built.clear()
    again = lab(bench, State(str(tmp_path), "key"))
    again.begin(dockerlint.parse(PLAIN))
    attempt(again)
    attempt(again, OTHER + "#")
    # The file as it is has to be there for a new one to be held against.
    assert bench.built == [PLAIN, OTHER + "#"]


def test_when_the_time_is_over_nothing_new_is_built(bench: Bench) -> None:
    made = lab(bench, None, 1e-9)
    made.begin(dockerlint.parse(PLAIN))
    with pytest.raises(OverBudget):
        attempt(made)
    assert bench.built == [PLAIN]


def test_a_smoke_command_runs_in_both_and_must_say_the_same(bench: Bench) -> None:
    made = lab(bench, None, None, "./hello", STARTS)
    made.begin(dockerlint.parse(PLAIN))
    engine = bench.session.engine
    assert engine.ran == [(PLAIN, "./hello"), (PLAIN, None)]
    engine.answer = lambda tag: Ran(0, b"hello\n" if tag == PLAIN else b"goodbye\n", b"", 0.1)
    verdict, why = attempt(made)
    assert verdict == Verdict.DIFFERS
    assert "./hello" in why
    assert "output differs" in why


def test_of_a_smoke_command_that_never_says_the_same_only_the_exit_code_counts(bench: Bench) -> None:
    made = lab(bench, None, None, "date")
    said = iter(range(100))
    bench.session.engine.answer = lambda tag: Ran(0, b"%d\n" % next(said), b"", 0.1)
    made.begin(dockerlint.parse(PLAIN))
    assert attempt(made) == (Verdict.PROVEN, "")
    assert len(made.notes) == 1
    assert made.notes[0].startswith("date says something else each time")
    bench.session.engine.answer = lambda tag: Ran(0 if tag == PLAIN else 1, b"%d\n" % next(said), b"", 0.1)
    assert attempt(made, OTHER + "#")[0] == Verdict.DIFFERS


@pytest.mark.parametrize(
    ("ran", "words"),
    [(Ran(127, b"", b"not found", 0.1), "ends with 127"), (Ran(124, b"", b"", 60, True), "does not end")],
)
def test_a_smoke_command_that_fails_in_the_file_as_it_is_proves_nothing(
    bench: Bench, ran: Ran, words: str
) -> None:
    bench.session.engine.answer = lambda tag: ran
    with pytest.raises(Unfit, match=words):
        lab(bench, None, None, "./hello").begin(dockerlint.parse(PLAIN))


def test_differences_with_one_reason_are_one_line() -> None:
    some = [Difference("file", f"/{n}", "is gone", "nobody needs it") for n in range(5)]
    other = Difference("config", "Cmd", "a -> b", "a rule says so")
    assert grouped([*some, other]) == (
        "/0, /1, /2 and 2 more: nobody needs it",
        "Cmd: a -> b (a rule says so)",
    )
