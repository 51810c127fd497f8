"""Which proposals for an ignore file are kept."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dockerlint.ignoring import Proposal
from dockerlint.keepout import keep_out


def proposal(name: str, taken: bool = True) -> Proposal:
    return Proposal(name, "caches", 1, 1, taken)


class Build:
    """Changes the image when one of some patterns is kept out, or all of some together."""

    def __init__(self, guilty: Sequence[frozenset[str]]) -> None:
        self.guilty = guilty
        self.asked: list[list[str]] = []

    def __call__(self, chosen: Sequence[Proposal]) -> str:
        names = [one.pattern for one in chosen]
        self.asked.append(names)
        return "it differs" if any(group <= set(names) for group in self.guilty) else ""


def test_what_changes_nothing_is_kept_with_one_build() -> None:
    build = Build([])
    kept, dropped = keep_out([proposal("a"), proposal("b", False)], build)
    assert [one.pattern for one in kept] == ["a", "b"]
    assert not dropped
    assert len(build.asked) == 1


def test_nothing_to_try_is_not_built() -> None:
    build = Build([])
    assert keep_out([], build) == ([], [])
    assert build.asked == []


def test_what_no_instruction_takes_is_not_lost_to_its_neighbours() -> None:
    build = Build([frozenset("b"), frozenset("c")])
    kept, dropped = keep_out([proposal("a", False), proposal("b"), proposal("c")], build)
    assert [one.pattern for one in kept] == ["a"]
    assert [(one.pattern, why) for one, why in dropped] == [("b", "it differs"), ("c", "it differs")]
    assert build.asked[1] == ["a"]


@given(st.sets(st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=2), max_size=4))
def test_what_is_kept_changes_nothing_and_what_is_dropped_would(guilty: set[frozenset[str]]) -> None:
    build = Build(list(guilty))
    kept, dropped = keep_out([proposal(name) for name in "abcdefgh"], build)
    assert build(kept) == ""
    for one, _ in dropped:
        assert build([*kept, one]) != ""
