"""All rules, one a line, or as JSON."""

from __future__ import annotations

import sys

from dockerlint.config import PROFILES, annotations_of
from dockerlint.explain import fix_in_short, loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from dockerlint.rule import Rule


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser("dockerlint rules", description="All rules.")
    made.add_argument("--format", choices=("text", "json"), default="text")
    made.add_argument("--profile", choices=PROFILES, help="only the rules of this profile")
    return made


def main(argv: Sequence[str]) -> int:
    """`dockerlint rules`: a table of all rules."""
    options = parser().parse_args(argv)
    rules = [r for r in loaded().all if options.profile is None or options.profile in r.profiles]
    if options.format == "json":
        from json import dumps

        sys.stdout.write(dumps([_row(rule) for rule in rules], indent=1) + "\n")
        return 0
    broad = max((len(rule.name) for rule in rules), default=0)
    far = max((len(rule.code) for rule in rules), default=0)
    for rule in rules:
        sys.stdout.write(
            f"{rule.code:<{far}}  {rule.name:<{broad}}  {rule.severity:<7}  {fix_in_short(rule):<10}  {rule.summary}\n"
        )
    return 0


def _row(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "group": rule.group,
        "severity": rule.severity,
        "summary": rule.summary,
        "fix": fix_in_short(rule),
        "aliases": list(rule.aliases),
        "profiles": sorted(rule.profiles),
        "options": sorted(annotations_of(rule.options)) if rule.options else [],
    }
