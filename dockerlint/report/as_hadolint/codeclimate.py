"""`codeclimate`: one object a finding, each ended by NUL."""

from __future__ import annotations

from dockerlint.report.as_hadolint import in_full, is_parse_error
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dockerlint.lint import Result
    from dockerlint.report import View

SEVERITIES = {
    Severity.ERROR: "blocker", Severity.WARNING: "major", Severity.INFO: "info", Severity.STYLE: "minor",
}  # fmt: skip


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files, each with a NUL behind it."""
    return "".join(compact(row) + "\0" for row in rows(results, view))


def compact(row: dict[str, Any]) -> str:
    """An object as hadolint writes it: sorted, nothing between, characters as they are."""
    from json import dumps

    return dumps(row, separators=(",", ":"), sort_keys=True, ensure_ascii=True)


def rows(results: Sequence[Result], view: View) -> Iterator[dict[str, Any]]:
    """One object for each finding."""
    for result in results:
        path = view.label or result.path
        for found in result.found:
            line = found.start.line
            broken = is_parse_error(found)
            place = {"column": found.start.column, "line": line}
            where: dict[str, Any] = (
                {"positions": {"begin": place, "end": place}}
                if broken
                else {"lines": {"begin": line, "end": line}}
            )
            yield {
                "type": "issue",
                "check_name": found.code,
                "description": in_full(result, found) if broken else found.message,
                "categories": ["Bug Risk"],
                "location": {"path": path, **where},
                "severity": SEVERITIES[found.severity],
            }
