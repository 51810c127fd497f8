"""The cases of the benchmark of whole images: complete, buildable here, and as many as are promised."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import dockerlint

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import smoke  # noqa: E402
import stand_ins  # noqa: E402
import tables  # noqa: E402

CASES = sorted(path.parent for path in (BENCHMARKS / "images").glob("*/Dockerfile"))


def test_there_are_as_many_cases_as_are_promised() -> None:
    compiling = [case for case in CASES if smoke.read(case.with_suffix(".toml")).compiles]
    assert len(CASES) >= 40
    assert len(compiling) >= 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_each_case_says_what_must_happen_and_stands_on_images_that_can_be_made(case: Path) -> None:
    checks = smoke.read(case.with_suffix(".toml"))
    assert any(run.out is not None for run in checks.runs)
    file = dockerlint.parse((case / "Dockerfile").read_bytes().decode())
    assert not file.problems
    kinds = stand_ins.kinds()
    for stage in file.stages:
        if stage.base is None and stage.image != "scratch":
            name = stage.image if ":" in (stage.image or "") else f"{stage.image}:latest"
            assert name in kinds
    if checks.compiles:
        assert len(file.stages) == 1


def test_a_recipe_says_what_it_is_and_only_needs_others_that_there_are() -> None:
    folders = {path.parent.name: path.read_text() for path in stand_ins.RECIPES.glob("*/Dockerfile")}
    for text in folders.values():
        assert text.startswith("# ")
        for line in text.splitlines():
            for word in line.split():
                name = word.removeprefix("--from=")
                if name.startswith("stand-in/"):
                    assert name.removeprefix("stand-in/") in folders


def test_the_table_counts_savings_splits_and_what_broke() -> None:
    results = {
        "a": {"bytes": 100, "compiles": True, "stages": 1, "safe": {"bytes": 90, "stages": 1, "text": "x"}},
        "b": {
            "bytes": 100,
            "compiles": False,
            "stages": 1,
            "safe": {"broken": "no", "stages": 1, "text": "x"},
        },
        "c": {"bytes": 300, "compiles": True, "stages": 1, "safe": {"bytes": 60, "stages": 2, "text": "x"}},
        "d": {"problem": "no base"},
    }
    text = tables.markdown(results)
    assert "| mean saving | 45.0% |" in text
    assert "| median saving | 45.0% |" in text
    assert "| saving of the sum of bytes | 62.5% |" in text
    assert "| broken | 1 of 3 |" in text
    assert "split, build, and do the same | 1 of 2 |" in text
    assert "| b | 0.0 | broken |" in text
