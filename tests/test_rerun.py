"""What a change to a file makes a build run again."""

from __future__ import annotations

import dockerlint
from dockerlint.context import Context, File, takes
from dockerlint.rerun import reruns


def told(text: str, *paths: str, target: str | None = None) -> list[tuple[str, list[int], list[int]]]:
    """Of each group of files: its paths, the lines that surely run again, and those that may."""
    dockerfile = dockerlint.parse(text)
    context = Context({path: File(path, 1) for path in paths}, {}, ())
    return [
        (" ".join(one.paths), [i.first_line for i in one.again], [i.first_line for i in one.maybe])
        for one in reruns(dockerfile, takes(dockerfile, context), target)
    ]


def test_all_behind_the_first_instruction_that_takes_a_file_runs_again() -> None:
    text = "FROM a\nRUN one\nCOPY p.json .\nRUN two\nENV A=1\nCOPY . .\nRUN three\n"
    assert told(text, "p.json", "x", "y") == [("p.json", [3, 4, 6, 7], []), ("x y", [6, 7], [])]


def test_a_stage_on_top_of_another_runs_again_with_it() -> None:
    text = "FROM a AS one\nCOPY x .\nFROM one\nWORKDIR /w\nRUN two\n"
    assert told(text, "x") == [("x", [2, 4, 5], [])]


def test_what_a_stage_hands_on_may_have_changed() -> None:
    text = (
        "FROM a AS build\nCOPY x .\nRUN make\nFROM b\nCOPY y /\nRUN two\nCOPY --from=build /x /x\nRUN three\n"
        "FROM b AS other\nRUN four\n"
    )
    assert told(text, "x", "y", target="1") == [("x", [2, 3], [7, 8]), ("y", [5, 6, 7, 8], [])]


def test_what_a_mount_hands_on_counts_too() -> None:
    text = "FROM a AS build\nCOPY x .\nFROM b\nRUN --mount=from=0,target=/m cp /m/x /\nFROM b\nCOPY --from=1 /x /\n"
    assert told(text, "x") == [("x", [2], [4, 6])]


def test_stages_that_the_target_does_not_need_cost_nothing() -> None:
    text = "FROM a AS one\nCOPY x .\nRUN two\nFROM b\nCOPY x .\n"
    assert told(text, "x") == [("x", [5], [])]
    assert told(text, "x", target="one") == [("x", [2, 3], [])]


def test_a_file_that_two_stages_take_costs_both() -> None:
    text = "FROM a AS one\nCOPY x .\nFROM b\nCOPY --from=one /x /\nCOPY x .\nRUN two\n"
    assert told(text, "x") == [("x", [2, 5, 6], [4])]
