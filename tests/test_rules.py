"""Every example of every built-in rule, and the wording of each."""

from __future__ import annotations

import pytest

from dockerlint.loader import load
from dockerlint.rule import Rule
from dockerlint.testing import faults

RULES = load(cache=False).all


def test_there_are_rules() -> None:
    assert RULES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_the_examples_of_the_rule_hold(rule: Rule) -> None:
    assert "\n".join(faults(rule)) == ""
