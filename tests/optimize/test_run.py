"""Which of two ways wins: the fixes on lighter ground, or the fixes alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

import dockerlint
from dockerlint.contract import Promise, Verdict
from dockerlint.frozen import replace
from dockerlint.optimize import run
from dockerlint.optimize.attempt import Attempt
from dockerlint.optimize.fixes import Fixed
from dockerlint.optimize.lab import Lab
from dockerlint.optimize.ladder import HEAVIER, SCRATCH, SLIM, TAKEN, Rung, Tried
from dockerlint.settle import Look, Settled

FILE = dockerlint.parse("FROM debian\nRUN make\n")
LIGHTER = dockerlint.parse("FROM debian AS build\nRUN make\nFROM debian:12-slim\n")
BEFORE = Attempt(Verdict.PROVEN, files=1_000_000, weights=((1, 600_000), (2, 400_000)))


def outcome(
    monkeypatch: pytest.MonkeyPatch, kind: str, ground: int, alone: int
) -> tuple[run.Optimized, list[str]]:
    """What comes of a file whose ground makes an image of some bytes, and whose fixes alone one of others."""
    there = Attempt(Verdict.PROVEN, files=ground)
    tried = (Tried(Rung(kind, f"a {kind}", LIGHTER.source), TAKEN, "", there),)
    climbed = run._Climbed(LIGHTER, there, Promise(closure=True), tried, False)
    asked: list[str] = []

    def fixed(way: Any, lab: object, how: object) -> Fixed:
        asked.append("ground" if way.dockerfile is LIGHTER else "alone")
        attempt = there if way.dockerfile is LIGHTER else Attempt(Verdict.PROVEN, files=alone)
        return Fixed(Settled(Look(way.dockerfile, ()), {}, ()), attempt, (), False)

    monkeypatch.setattr(run, "_climb", lambda *_: climbed)
    monkeypatch.setattr(run, "_fixed", fixed)
    lab = cast(
        "Lab",
        SimpleNamespace(
            begin=lambda _: BEFORE,
            timed=lambda _, attempt: attempt,
            packed=lambda _, attempt: replace(attempt, gzip=attempt.files // 2),
            notes=[],
            builds=0,
            seconds=0.0,
        ),
    )
    way = cast("run.Way", SimpleNamespace(accepted=frozenset()))
    return run.optimize(FILE, lab, way, (), ("buildah", "1")), asked


def test_fixes_that_make_it_lighter_than_the_ground_win(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = outcome(monkeypatch, SLIM, ground=700_000, alone=100_000)
    assert (found.before.gzip, found.after.files, found.after.gzip) == (500_000, 100_000, 50_000)
    assert found.source is FILE.source
    assert [(one.fate, one.why) for one in found.rungs] == [
        (HEAVIER, "the fixes alone make it as light or lighter")
    ]


@pytest.mark.parametrize("alone", [201_000, 300_000])
def test_the_ground_stays_where_it_is_lighter_than_the_fixes_alone(
    monkeypatch: pytest.MonkeyPatch, alone: int
) -> None:
    found, asked = outcome(monkeypatch, SLIM, ground=200_000, alone=alone)
    assert found.after.files == 200_000
    assert [one.fate for one in found.rungs] == [TAKEN]
    assert asked == ["ground", "alone"]


def test_a_stage_more_for_some_bytes_is_not_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = outcome(monkeypatch, SLIM, ground=200_000, alone=200_999)
    assert found.after.files == 200_999
    assert [one.fate for one in found.rungs] == [HEAVIER]


@pytest.mark.parametrize(("ground", "asked"), [(119_999, ["ground"]), (120_000, ["ground", "alone"])])
def test_a_ground_far_below_the_base_is_held_against_nothing(
    monkeypatch: pytest.MonkeyPatch, ground: int, asked: list[str]
) -> None:
    assert outcome(monkeypatch, SCRATCH, ground, alone=999_999)[1] == asked
