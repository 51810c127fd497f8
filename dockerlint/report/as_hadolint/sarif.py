"""`sarif`: SARIF 2.1.0 as hadolint writes it, without its rules."""

from __future__ import annotations

from dockerlint.report.as_hadolint import VERSION
from dockerlint.report.as_hadolint.codeclimate import compact
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    Severity.STYLE: "note",
}
_DRIVER = {
    "name": "Hadolint",
    "fullName": "Haskell Dockerfile Linter",
    "downloadUri": "https://github.com/hadolint/hadolint",
    "shortDescription": {"text": "Dockerfile linter, validate inline bash, written in Haskell"},
    "version": VERSION,
}


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files as one log."""
    found = [_result(result.path, one) for result in results for one in result.found]
    return compact(
        {
            "version": "2.1.0",
            "$schema": "http://json.schemastore.org/sarif-2.1.0",
            "runs": [{"tool": {"driver": _DRIVER}, "results": found, "defaultSourceLanguage": "dockerfile"}],
        }
    )


def _result(path: str, found: Found) -> dict[str, object]:
    line, column = found.start.line, found.start.column
    region = {
        "startLine": line,
        "endLine": line,
        "startColumn": column,
        "endColumn": column,
        "sourceLanguage": "sh" if found.code.startswith("SC") else "dockerfile",
    }
    place = {"artifactLocation": {"uri": path}, "region": region}
    return {
        "ruleId": found.code,
        "level": _LEVELS[found.severity],
        "message": {"text": found.message},
        "locations": [{"physicalLocation": place}],
    }
