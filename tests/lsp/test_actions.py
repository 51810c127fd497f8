"""What is offered to do about findings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.fix import Edit, splice
from dockerlint.lsp.actions import difference
from dockerlint.lsp.document import Document
from dockerlint.lsp.positions import UTF16, Place, Range
from dockerlint.lsp.session import Session
from dockerlint.source import Span


def session() -> Session:
    def report(what: str, error: Exception) -> None:
        raise AssertionError(what) from error

    return Session(pytest.fail, report)


def document(text: str) -> Document:
    return Document("untitled:x", None, 1, text, UTF16)


def ignored(text: str, name: str) -> str:
    """The text after the action that ignores a rule at its first finding."""
    snapshot = document(text).snapshot
    here = session()
    span = next(one.span for one in here.found(snapshot) if name in (one.name, one.code))
    (action,) = [a for a in here.actions(snapshot, span) if a.title == f"ignore {name} here"]
    new = splice(text, action.edits)
    assert name not in {one.name for one in here.found(document(new).snapshot)}
    return new


def test_a_comment_goes_above_the_instruction_with_its_indentation() -> None:
    new = ignored("FROM debian:12\n  ADD a \\\n  b\n", "add-for-local-path")
    assert new == "FROM debian:12\n  # dockerlint ignore=add-for-local-path\n  ADD a \\\n  b\n"


def test_a_comment_of_ours_that_is_there_takes_one_name_more() -> None:
    new = ignored("FROM debian:12\n# dockerlint ignore=DL3025 -- so\nADD a b\n", "add-for-local-path")
    assert new == "FROM debian:12\n# dockerlint ignore=DL3025,add-for-local-path -- so\nADD a b\n"


def test_a_finding_outside_instructions_is_ignored_in_the_whole_file() -> None:
    new = ignored("# dockerlint ignore=no-such-rule\nFROM debian:12\n", "ignore-of-unknown-rule")
    assert "# dockerlint file-ignore=ignore-of-unknown-rule\n" in new


def test_a_fix_that_the_checks_refuse_is_not_offered() -> None:
    # The comment would be lost with the instruction that goes.
    text = "FROM debian:12\nCMD one \\\n# keep me\n  two\nCMD three\n"
    snapshot = document(text).snapshot
    for action in session().actions(snapshot, Span(15, 18)):
        assert "# keep me" in splice(text, action.edits)


def test_a_byte_order_mark_moves_no_edit() -> None:
    text = "\ufefffrom debian:12\nRUN true\nWORKDIR /x\n"
    snapshot = document(text).snapshot
    edits = session().fix_all(snapshot)
    ranges = [snapshot.range(edit.span) for edit in edits]
    assert ranges[0] == Range(Place(0, 1), Place(1, 0))
    assert edits[0].text == "FROM debian:12\n"


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "d"]), max_size=12).map("".join)


@settings(deadline=None)
@given(LINES, LINES)
def test_the_difference_makes_the_new_text_of_the_old(old: str, new: str) -> None:
    assert splice(old, difference(old, new)) == new


def test_the_difference_leaves_alone_what_is_the_same() -> None:
    assert difference("a\nb\nc\n", "a\nX\nc\n") == (Edit(Span(2, 4), "X\n"),)


def test_very_much_that_changed_is_replaced_as_a_whole() -> None:
    old = "".join(f"{n}\nsame\n" for n in range(1100))
    new = "".join(f"x{n}\nsame\n" for n in range(1100))
    (edit,) = difference(f"head\n{old}tail\n", f"head\n{new}tail\n")
    assert edit.span.start == len("head\n")
    assert splice(f"head\n{old}tail\n", [edit]) == f"head\n{new}tail\n"
