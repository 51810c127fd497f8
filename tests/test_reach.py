"""Which stages make the image, and who sees a layer."""

from __future__ import annotations

import pytest

from dockerlint.model import Dockerfile, Run
from dockerlint.reach import behind, shipped, shipped_runs
from dockerlint.resolve import parse
from dockerlint.source import Source


def read(text: str) -> Dockerfile:
    return parse(Source.of_text(text))


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("FROM a\n", {0}),
        ("FROM a AS b\nFROM c\nCOPY --from=b /x /y\n", {1}),
        ("FROM a AS b\nFROM b AS c\nFROM c\n", {0, 1, 2}),
        ("FROM a AS b\nFROM scratch\nCOPY --from=b / /\n", {0, 1}),
        ("FROM a AS b\nFROM scratch\nCOPY --from=0 / /\n", {0, 1}),
        ("FROM a AS b\nFROM scratch\nCOPY / /\n", {1}),
        ("ARG A\n", set()),
    ],
)
def test_the_stages_of_the_image_are_found(text: str, stages: set[int]) -> None:
    assert shipped(read(text)) == stages


def test_triggers_count_and_stages_that_are_only_copied_from_do_not() -> None:
    model = read("FROM a AS b\nRUN one\nFROM c\nRUN two\nONBUILD RUN three\n")
    assert [run.command.text.text for run in shipped_runs(model)] == ["two", "three"]


def test_what_sees_a_layer_stands_behind_it_or_builds_on_its_stage() -> None:
    model = read("FROM a AS b\nRUN one\nRUN two\nFROM c\nRUN three\nFROM b\nONBUILD RUN four\n")
    first = next(model.instructions(Run))
    seen = [i.command.text.text for i in behind(model, first) if isinstance(i, Run)]
    assert seen == ["two", "four"]
