"""One array of objects: hadolint's keys, and ours beside them."""

from __future__ import annotations

from dockerlint.fix import Applicability
from dockerlint.report import counts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View
    from dockerlint.source import Source


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files as one JSON array; everything but ASCII is escaped, so it is
    safe to show."""
    from json import dumps

    if view.statistics:
        return dumps(_statistics(results, view), separators=(",", ":")) + "\n"
    rows = [_row(result, one) for result in results for one in result.found]
    return dumps(rows, separators=(",", ":")) + "\n"


def _statistics(results: Sequence[Result], view: View) -> dict[str, object]:
    """What `--stats` counts: files, findings, seconds, findings by severity, and by rule, most first."""
    rules: dict[str, dict[str, object]] = {}
    tally: dict[str, int] = {}
    fixable = dict.fromkeys((Applicability.SAFE, Applicability.UNSAFE), 0)
    for found in (one for result in results for one in result.found):
        rules.setdefault(found.code, {"code": found.code, "name": found.name, "severity": found.severity})
        tally[found.code] = tally.get(found.code, 0) + 1
        if found.fixable:
            fixable[found.applicability] += 1
    return {
        "files": sum(not result.error for result in results),
        "findings": sum(tally.values()),
        "hidden": sum(result.hidden for result in results),
        "seconds": round(max(view.seconds, 0.0), 3),
        "severities": counts(results),
        "fixable": fixable,
        "rules": [
            {**rules[code], "count": tally[code]}
            for code in sorted(tally, key=lambda code: (-tally[code], code))
        ],
    }


def _row(result: Result, found: Found) -> dict[str, object]:
    row: dict[str, object] = {
        "code": found.code,
        "column": found.start.column,
        "endColumn": found.end.column,
        "endLine": found.end.line,
        "file": result.path,
        "level": found.severity,
        "line": found.start.line,
        "message": found.message,
        "name": found.name,
    }
    if found.fix is not None and result.source is not None:
        source = result.source
        row["fix"] = {
            "title": found.fix.title,
            "applicability": found.applicability,
            "reason": found.reason,
            "edits": [_edit(source, e.span.start, e.span.end, e.text) for e in found.fix.edits],
        }
    return row


def _edit(source: Source, start: int, end: int, text: str) -> dict[str, object]:
    first, last = source.position(start), source.position(end)
    return {
        "line": first.line,
        "column": first.column,
        "endLine": last.line,
        "endColumn": last.column,
        "text": text,
    }
