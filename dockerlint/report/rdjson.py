"""reviewdog's Diagnostic Format; fixes are suggestions. Columns there count bytes of UTF-8."""

from __future__ import annotations

from dockerlint.fix import splice
from dockerlint.report.escape import exchangeable, visible
from dockerlint.rule import Severity
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from dockerlint.lint import Found, Result
    from dockerlint.report import View
    from dockerlint.source import Source

_SEVERITIES = {
    Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO", Severity.STYLE: "INFO",
}  # fmt: skip
_HOME = "https://github.com/dockerlint/dockerlint"


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files as one DiagnosticResult."""
    from json import dumps

    rows = [_diagnostic(result, one, view) for result in results for one in result.found]
    return dumps({"source": {"name": "dockerlint", "url": _HOME}, "diagnostics": rows}, indent=1) + "\n"


def _diagnostic(result: Result, found: Found, view: View) -> dict[str, Any]:
    source = result.source
    assert source is not None
    about = view.rules.get(found.code)
    row: dict[str, Any] = {
        "message": visible(found.message),
        "location": {
            "path": exchangeable(view.label or view.place(result.path)),
            "range": _range(source, found.span),
        },
        "severity": _SEVERITIES[found.severity],
        "code": {"value": found.code, **({"url": about.url} if about else {})},
    }
    if found.fix is not None and found.fixable:
        edits = found.fix.edits
        whole = Span(min(e.span.start for e in edits), max(e.span.end for e in edits))
        # A suggestion is one range: that from the first edit to the last.
        after = splice(source.text[: whole.end], edits)[whole.start :]
        # A suggestion that cannot be written as it is would be another one.
        if exchangeable(after) == after:
            row["suggestions"] = [{"range": _range(source, whole), "text": after}]
    return row


def _range(source: Source, span: Span) -> dict[str, dict[str, int]]:
    return {"start": _position(source, span.start), "end": _position(source, span.end)}


def _position(source: Source, offset: int) -> dict[str, int]:
    position = source.position(offset)
    before = source.text[source.line_starts[position.line - 1] : offset]
    return {"line": position.line, "column": len(before.encode("utf-8", "surrogateescape")) + 1}
