"""The rules that editors treat in a way of their own."""

from __future__ import annotations

from dockerlint.fix import Applicability
from dockerlint.loader import load
from dockerlint.lsp.marks import LAYOUT, MARKS


def test_every_rule_that_is_marked_exists() -> None:
    assert set(MARKS) <= {rule.name for rule in load().all}


def test_layout_is_what_safe_fixes_change() -> None:
    rules = {rule.name: rule for rule in load().all}
    for name in LAYOUT:
        fix = rules[name].fix
        assert fix is not None
        assert fix.applicability == Applicability.SAFE
        assert fix.paths == ()
