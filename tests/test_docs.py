"""docs/rules is what the rules say."""

from __future__ import annotations

from pathlib import Path

from dockerlint import docs
from dockerlint.config_files import _KEYS

ROOT = Path(__file__).resolve().parent.parent


def test_the_pages_of_the_rules_are_fresh() -> None:
    assert docs.stale(str(ROOT / "docs" / "rules")) == [], "run python -m dockerlint.docs"


def test_a_page_that_is_missing_changed_or_left_over_is_stale(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    assert docs.main([str(folder)]) == 0
    assert docs.stale(str(folder)) == []
    (folder / "gone-rule.md").write_text("x")
    (folder / "index.md").write_text("x")
    (folder / "apt-instead-of-apt-get.md").unlink()
    assert docs.stale(str(folder)) == ["apt-instead-of-apt-get.md", "gone-rule.md", "index.md"]
    assert docs.main(["--check", str(folder)]) == 1
    docs.main([str(folder)])
    assert docs.main(["--check", str(folder)]) == 0


def test_every_key_of_the_configuration_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [key for key in _KEYS if f"| `{key}` |" not in text] == []
