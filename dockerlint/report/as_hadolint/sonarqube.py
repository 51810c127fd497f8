"""`sonarqube`: SonarQube's generic issue data."""

from __future__ import annotations

from dockerlint.report.as_hadolint import is_parse_error
from dockerlint.report.as_hadolint.codeclimate import compact
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View

_SEVERITIES = {
    Severity.ERROR: "CRITICAL", Severity.WARNING: "MAJOR", Severity.INFO: "MINOR", Severity.STYLE: "INFO",
}  # fmt: skip


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files as one object."""
    issues = [_issue(view.label or result.path, one) for result in results for one in result.found]
    return compact({"issues": issues})


def _issue(path: str, found: Found) -> dict[str, object]:
    broken = is_parse_error(found)
    line, column = found.start.line, found.start.column
    return {
        "engineId": "Hadolint",
        "ruleId": found.code,
        "severity": "BLOCKER" if broken else _SEVERITIES[found.severity],
        "type": "BUG" if broken or found.severity == Severity.ERROR else "CODE_SMELL",
        "primaryLocation": {
            "filePath": path,
            "message": found.message,
            # Its columns end where they begin for a parse error, and begin at 0 for the others.
            "textRange": {
                "startLine": line,
                "endLine": line,
                "startColumn": column if broken else column - 1,
                "endColumn": column,
            },
        },
    }
