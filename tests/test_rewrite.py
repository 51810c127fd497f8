from __future__ import annotations

import pytest

import dockerlint
from dockerlint.fix import splice
from dockerlint.model import Copy, From, Instruction, Run, Stage, User
from dockerlint.rewrite import KEEP, REMOVE, Mark, Outcome, Rewriter


def rewritten(rewriter: Rewriter, text: str) -> str:
    return splice(text, rewriter.edits(dockerlint.parse(text)))


class Users(Rewriter):
    """Gives the same answer for every USER."""

    def __init__(self, answer: Outcome) -> None:
        self.answer = answer

    def leave_user(self, user: User) -> Outcome:
        return self.answer


def test_what_no_method_names_is_kept() -> None:
    assert Rewriter().edits(dockerlint.parse("FROM a\nRUN b\n")) == ()
    assert Users(REMOVE).edits(dockerlint.parse("FROM a\nRUN b\n")) == ()
    assert Users(KEEP).edits(dockerlint.parse("FROM a\nUSER b\n")) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\n  USER b\nRUN c\n", "FROM a\nRUN c\n"),
        ("FROM a\r\nUSER b\r\nRUN c", "FROM a\r\nRUN c"),
        ("FROM a\nUSER b", "FROM a\n"),
        ("FROM a\n# doc\nUSER \\\n # inside\n b\nRUN c\n", "FROM a\n# doc\n # inside\nRUN c\n"),
        ("FROM a\nUSER b\nUSER c\nRUN d", "FROM a\nRUN d"),
    ],
)
def test_removal_takes_whole_lines_and_leaves_comments(text: str, expected: str) -> None:
    assert rewritten(Users(REMOVE), text) == expected


def test_a_new_text_takes_the_place_of_the_old_one() -> None:
    assert rewritten(Users("USER app"), "FROM a\n  user b  \nRUN c") == "FROM a\n  USER app\nRUN c"


def test_an_edit_is_as_small_as_it_can_be() -> None:
    (edit,) = Users("USER app").edits(dockerlint.parse("FROM a\nUSER alp\n"))
    assert (edit.span.start, edit.span.end, edit.text) == (13, 14, "p")
    assert Users("USER app").edits(dockerlint.parse("FROM a\nUSER app\n")) == ()


def test_comments_that_a_new_text_leaves_out_go_above_it() -> None:
    text = "FROM a\nUSER \\\n  # why\n  b\n"
    assert rewritten(Users("USER b"), text) == "FROM a\n# why\nUSER b\n"
    assert rewritten(Users("USER \\\n# why\n c"), text) == "FROM a\nUSER \\\n# why\n c\n"


def test_a_list_writes_several_instructions_and_keep_stands_for_the_old_one() -> None:
    text = "FROM a\r\nUSER b\r\n"
    assert rewritten(Users(["USER c", "RUN d"]), text) == "FROM a\r\nUSER c\r\nRUN d\r\n"
    assert rewritten(Users(["RUN c", KEEP, "RUN d \\\n e"]), text) == (
        "FROM a\r\nRUN c\r\nUSER b\r\nRUN d \\\r\n e\r\n"
    )
    assert rewritten(Users("USER a \\\r\n b"), text) == "FROM a\r\nUSER a \\\r\n b\r\n"
    assert rewritten(Users([KEEP]), text) == text
    assert rewritten(Users([]), text) == "FROM a\r\n"


def test_marks_say_what_they_are() -> None:
    assert repr([KEEP, REMOVE]) == "[KEEP, REMOVE]"
    assert isinstance(KEEP, Mark)


class Merge(Rewriter):
    """Makes one RUN of every row of them."""

    def leave_stage(self, stage: Stage, outcomes: dict[Instruction, Outcome]) -> None:
        row: list[Run] = []
        for instruction in (*stage.instructions, stage.start):
            if isinstance(instruction, Run):
                row.append(instruction)
                continue
            if len(row) > 1:
                outcomes[row[0]] = "RUN " + " \\\n && ".join(run.command.text.text for run in row)
                outcomes.update(dict.fromkeys(row[1:], REMOVE))
            row = []


def test_instructions_of_a_stage_can_be_merged() -> None:
    text = "FROM a\nRUN b\n# why\nRUN c\n\nRUN d\nCOPY e f\nRUN g\nFROM h\nRUN i\nRUN j"
    assert rewritten(Merge(), text) == (
        "FROM a\nRUN b \\\n && c \\\n && d\n# why\n\nCOPY e f\nRUN g\nFROM h\nRUN i \\\n && j\n"
    )


class Split(Rewriter):
    """Builds in a stage of its own what the first stage copies in, and copies the result."""

    def leave_from(self, start: From) -> Outcome:
        return f"{start.text.text} AS build" if start.stage == 0 else KEEP

    def leave_copy(self, copy: Copy) -> Outcome:
        return [KEEP, "", "FROM scratch", "COPY --from=build /x /x"]


def test_a_stage_can_be_split() -> None:
    text = "FROM a\nCOPY b /x\nCMD c\n"
    assert rewritten(Split(), text) == (
        "FROM a AS build\nCOPY b /x\n\nFROM scratch\nCOPY --from=build /x /x\nCMD c\n"
    )


class Everything(Rewriter):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def leave_arg(self, arg: Instruction) -> Outcome:
        self.seen.append(arg.text.text)
        return KEEP

    leave_invalid = leave_onbuild = leave_from = leave_arg

    def leave_run(self, run: Run) -> Outcome:
        raise AssertionError("a RUN inside ONBUILD is part of it")


def test_instructions_outside_of_stages_and_malformed_ones_are_visited_too() -> None:
    rewriter = Everything()
    assert rewriter.edits(dockerlint.parse("ARG a\nFROM b\nNOPE c\nONBUILD RUN d")) == ()
    assert rewriter.seen == ["ARG a", "FROM b", "NOPE c", "ONBUILD RUN d"]


def test_heredocs_go_with_their_instruction() -> None:
    class Runs(Rewriter):
        def leave_run(self, run: Run) -> Outcome:
            return REMOVE

    assert rewritten(Runs(), "FROM a\nRUN <<E\nx\nE\nCMD b\n") == "FROM a\nCMD b\n"
