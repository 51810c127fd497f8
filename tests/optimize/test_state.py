"""What was tried is remembered, whatever ended the run, and believed only where it may be."""

from __future__ import annotations

import json
from pathlib import Path

from dockerlint.optimize.attempt import Attempt
from dockerlint.optimize.state import State, context_digest, digest

TRIED = Attempt(
    "proven", "", 10, 20, 5, 1.5, ((1, 7), (2, None)), ((1, 0.5), (2, None)), ("one",), ("two",), ()
)


def test_an_attempt_comes_back_in_another_run(tmp_path: Path) -> None:
    State(str(tmp_path), "key").put("FROM a\n", "promise", TRIED)
    again = State(str(tmp_path), "key")
    assert again.get("FROM a\n", "promise") == TRIED
    assert again.get("FROM a\n", "another promise") is None
    assert again.get("FROM b\n", "promise") is None
    assert State(str(tmp_path), "other").get("FROM a\n", "promise") is None
    assert State(str(tmp_path), "key", fresh=True).get("FROM a\n", "promise") is None


def test_what_is_older_than_a_day_or_from_the_future_is_not_believed(tmp_path: Path) -> None:
    State(str(tmp_path), "key", lambda: 1000.0).put("FROM a\n", "", TRIED)
    assert State(str(tmp_path), "key", lambda: 1000.0 + 86_000).get("FROM a\n", "") == TRIED
    assert State(str(tmp_path), "key", lambda: 1000.0 + 87_000).get("FROM a\n", "") is None
    assert State(str(tmp_path), "key", lambda: 900.0).get("FROM a\n", "") is None


def test_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    for text in (
        "",
        "{",
        "[]",
        '{"form": 1, "begun": 1, "tried": []}',
        '{"form": 99}',
        '{"form": 1, "begun": "x", "tried": {}}',
    ):
        (tmp_path / "key.json").write_text(text)
        state = State(str(tmp_path), "key")
        assert state.get("FROM a\n", "") is None
        state.put("FROM a\n", "", TRIED)
        assert State(str(tmp_path), "key").get("FROM a\n", "") == TRIED


def test_one_damaged_attempt_does_not_spoil_the_others(tmp_path: Path) -> None:
    state = State(str(tmp_path), "key")
    state.put("FROM a\n", "", TRIED)
    state.put("FROM b\n", "", TRIED)
    said = json.loads((tmp_path / "key.json").read_text())
    said["tried"][digest("FROM a\n", "")]["files"] = "many"
    (tmp_path / "key.json").write_text(json.dumps(said))
    again = State(str(tmp_path), "key")
    assert again.get("FROM a\n", "") is None
    assert again.get("FROM b\n", "") == TRIED


def test_without_a_folder_it_is_kept_for_the_run_alone() -> None:
    state = State("", "key")
    state.put("FROM a\n", "", TRIED)
    assert state.get("FROM a\n", "") == TRIED


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    state = State(str(tmp_path / "file" / "deeper"), "key")
    state.put("FROM a\n", "", TRIED)
    assert state.get("FROM a\n", "") == TRIED


def test_parts_of_a_key_do_not_run_together() -> None:
    assert digest("ab", "c") != digest("a", "bc")


def test_a_context_is_known_by_names_contents_modes_and_links(tmp_path: Path) -> None:
    def look() -> str:
        return context_digest(str(tmp_path))

    seen = {look()}
    (tmp_path / "a").write_text("1")
    seen.add(look())
    (tmp_path / "a").write_text("2")
    seen.add(look())
    (tmp_path / "a").chmod(0o755)
    seen.add(look())
    (tmp_path / "a").rename(tmp_path / "b")
    seen.add(look())
    (tmp_path / "folder").mkdir()
    seen.add(look())
    (tmp_path / "link").symlink_to("b")
    seen.add(look())
    assert len(seen) == 7
    assert look() == look()
