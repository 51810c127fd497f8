from __future__ import annotations

import re
from pathlib import Path

import pytest

from dockerlint_grammar import generate
from dockerlint_grammar.tables import TABLES


def test_the_tables_are_what_the_grammars_say() -> None:
    assert generate.main(["--check"]) == 0


def test_stale_tables_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in generate.FOLDER.glob("*.lark"):
        (tmp_path / file.name).write_text(file.read_text())
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    words = tmp_path / "words.lark"
    words.write_text(words.read_text().replace("volume: WORD", "volume: BLANK? WORD"))
    assert generate.main(["--check"]) == 1


def test_every_grammar_file_is_used_by_the_tables() -> None:
    files = {file.stem for file in generate.FOLDER.glob("*.lark")}
    assert files == {*TABLES, "common"}


@pytest.mark.parametrize("name", TABLES)
def test_no_terminal_matches_nothing(name: str) -> None:
    for pattern in TABLES[name][0].values():
        assert re.compile(pattern).match("") is None
