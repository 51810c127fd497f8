"""The last measurement of a file, kept for editors."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dockerlint import measured_store
from dockerlint.measured_store import Bytes, Kept, matched, recall, remember
from dockerlint.resolve import parse
from dockerlint.source import Source

TEXT = "FROM debian\nRUN a\nRUN b\nCOPY c /\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def measured(path: Path, text: str = TEXT) -> Kept:
    """What is recalled once each instruction was measured with a hundred times its number in bytes."""
    dockerfile = parse(text)
    assert remember(str(path), dockerfile, [(i, n * 100) for n, i in enumerate(dockerfile.body)], 5.0)
    kept = recall(str(path))
    assert kept is not None
    return kept


def sizes(kept: Kept, text: str) -> dict[str, Bytes]:
    return {i.text.text: size for i, size in matched(kept, parse(text)).items()}


def test_what_was_measured_is_found_again(tmp_path: Path) -> None:
    kept = measured(tmp_path / "Dockerfile")
    assert kept.moment == 5.0
    assert sizes(kept, TEXT) == {
        "FROM debian": Bytes(0, False),
        "RUN a": Bytes(100, False),
        "RUN b": Bytes(200, False),
        "COPY c /": Bytes(300, False),
    }


def test_lines_that_only_moved_are_not_stale(tmp_path: Path) -> None:
    kept = measured(tmp_path / "Dockerfile")
    found = sizes(kept, "# why\n" + TEXT.replace("RUN b", "# why\nRUN b"))
    assert found["COPY c /"] == Bytes(300, False)


def test_what_comes_behind_a_change_is_stale_and_what_stands_before_it_is_not(tmp_path: Path) -> None:
    kept = measured(tmp_path / "Dockerfile")
    found = sizes(kept, TEXT.replace("RUN b", "RUN other"))
    assert found == {
        "FROM debian": Bytes(0, False),
        "RUN a": Bytes(100, False),
        "RUN other": Bytes(200, True),
        "COPY c /": Bytes(300, True),
    }


def test_a_new_instruction_has_no_bytes_and_a_lost_one_makes_the_rest_stale(tmp_path: Path) -> None:
    kept = measured(tmp_path / "Dockerfile")
    found = sizes(kept, "FROM debian\nRUN a\nRUN new\nRUN b\nCOPY c /\n")
    assert "RUN new" not in found
    assert found["RUN b"] == Bytes(200, True)
    assert sizes(kept, "FROM debian\nRUN a\nCOPY c /\n")["COPY c /"] == Bytes(300, True)


@pytest.mark.parametrize("keyword", ["RUN", "COPY"])
def test_a_change_in_a_here_document_is_one(tmp_path: Path, keyword: str) -> None:
    text = f"FROM a\n{keyword} <<EOF /x\none\nEOF\n"
    kept = measured(tmp_path / "Dockerfile", text)
    assert list(matched(kept, parse(text)).values())[1] == Bytes(100, False)
    assert list(matched(kept, parse(text.replace("one", "two"))).values())[1] == Bytes(100, True)


def test_what_is_not_part_of_the_image_has_no_bytes(tmp_path: Path) -> None:
    dockerfile = parse(TEXT)
    remember(str(tmp_path / "x"), dockerfile, [(i, None) for i in dockerfile.body], 0.0)
    kept = recall(str(tmp_path / "x"))
    assert kept is not None
    assert sizes(kept, TEXT) == {}


def test_it_is_in_the_cache_folder_under_the_real_path(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "Dockerfile").write_text(TEXT)
    (tmp_path / "link").symlink_to("Dockerfile")
    measured(tmp_path / "Dockerfile")
    (file,) = (cache / "dockerlint" / "measured").iterdir()
    assert file.stat().st_mode & 0o777 <= 0o644
    assert recall(str(tmp_path / "link")) is not None
    assert recall(str(tmp_path / "other")) is None


def test_a_folder_that_others_may_write_to_does_not_count(tmp_path: Path, cache: Path) -> None:
    measured(tmp_path / "Dockerfile")
    (cache / "dockerlint" / "measured").chmod(0o777)
    assert recall(str(tmp_path / "Dockerfile")) is None
    assert remember(str(tmp_path / "Dockerfile"), parse(TEXT), [], 0.0) is False


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"format": 1}', '{"format": 2, "rows": []}'])
def test_a_damaged_file_is_as_none(tmp_path: Path, cache: Path, damage: str) -> None:
    measured(tmp_path / "Dockerfile")
    (file,) = (cache / "dockerlint" / "measured").iterdir()
    file.write_text(damage)
    assert recall(str(tmp_path / "Dockerfile")) is None


def test_rows_that_are_no_rows_are_as_none(tmp_path: Path, cache: Path) -> None:
    measured(tmp_path / "Dockerfile")
    (file,) = (cache / "dockerlint" / "measured").iterdir()
    made = json.loads(file.read_text())
    file.write_text(json.dumps({**made, "rows": [["RUN a", "many"]]}))
    assert recall(str(tmp_path / "Dockerfile")) is None


def test_where_nothing_can_be_written_nothing_is_kept_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert remember(str(tmp_path / "Dockerfile"), parse(TEXT), [], 0.0) is False


def test_bytes_that_are_no_utf_8_are_kept(tmp_path: Path) -> None:
    dockerfile = parse(Source.of(b"FROM a\nRUN echo \xff\n"))
    assert remember(str(tmp_path / "x"), dockerfile, [(i, 7) for i in dockerfile.body], 0.0)
    kept = recall(str(tmp_path / "x"))
    assert kept is not None
    assert list(matched(kept, dockerfile).values()) == [Bytes(7, False)] * 2


def test_of_very_many_the_oldest_go(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured_store, "MOST", 2)
    for number, name in enumerate(("a", "b", "c")):
        measured(tmp_path / name)
        newest = max((cache / "dockerlint" / "measured").iterdir(), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (number, number))
    measured(tmp_path / "d")
    assert [recall(str(tmp_path / name)) is not None for name in "abcd"] == [False, False, True, True]
