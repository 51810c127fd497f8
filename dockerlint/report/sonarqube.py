"""SonarQube's generic issue import, as it is since 10.3: rules, and issues."""

from __future__ import annotations

from dockerlint.report.escape import exchangeable, visible
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View
    from dockerlint.source import Position, Source

_ENGINE = "dockerlint"
_IMPACTS = {
    Severity.ERROR: "HIGH", Severity.WARNING: "MEDIUM", Severity.INFO: "LOW", Severity.STYLE: "LOW",
}  # fmt: skip


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files, and the rules they are of."""
    from json import dumps

    first: dict[str, Found] = {}
    issues = []
    for result in results:
        for found in result.found:
            first.setdefault(found.code, found)
            issues.append(_issue(exchangeable(view.label or view.place(result.path)), result.source, found))
    return (
        dumps({"rules": [_rule(found, view) for found in first.values()], "issues": issues}, indent=1) + "\n"
    )


def _rule(found: Found, view: View) -> dict[str, object]:
    about = view.rules.get(found.code)
    return {
        "id": found.code,
        "name": about.summary if about else found.name,
        "description": about.why if about else found.name,
        "engineId": _ENGINE,
        "cleanCodeAttribute": "CONVENTIONAL",
        "impacts": [{"softwareQuality": "MAINTAINABILITY", "severity": _IMPACTS[found.severity]}],
    }


def _issue(path: str, source: Source | None, found: Found) -> dict[str, object]:
    start, end = found.start, found.end
    place: dict[str, int] = {"startLine": start.line, "endLine": end.line}
    if (start.line, start.column) < (end.line, end.column):
        # A range without length is refused.
        place |= {"startColumn": _column(source, start), "endColumn": _column(source, end)}
    return {
        "ruleId": found.code,
        "primaryLocation": {"message": visible(found.message), "filePath": path, "textRange": place},
    }


def _column(source: Source | None, position: Position) -> int:
    """A column as Java counts it: UTF-16 units, from 0."""
    if source is None or source.text.isascii():
        return position.column - 1
    start = source.line_starts[position.line - 1]
    before = source.text[start : start + position.column - 1]
    return len(before) + sum(c > "\uffff" for c in before)
