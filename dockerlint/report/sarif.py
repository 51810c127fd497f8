"""SARIF 2.1.0, within what GitHub code scanning takes."""

from __future__ import annotations

from dockerlint.fingerprint import fingerprints
from dockerlint.report.escape import exchangeable, visible
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from dockerlint.fix import Fix
    from dockerlint.lint import Found, Result
    from dockerlint.report import View
    from dockerlint.source import Source, Span

    Row = tuple[Result, Found, str]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME = "https://github.com/dockerlint/dockerlint"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    Severity.STYLE: "note",
}
# GitHub takes no more results, shows no longer texts, and takes no larger files (bytes, with gzip).
MOST, LONGEST, LARGEST = 25_000, 1024, 10_000_000


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files as one log. Of more than GitHub takes the worst are kept, and a notification
    says how many are not there."""
    found = [(result, one, mark) for result in results for one, mark in fingerprints(result)]
    whole = not any(result.error or result.crashes for result in results)
    most = MOST
    text = _log(found, most, view, whole, fixes=True)
    if _too_large(text):
        text = _log(found, most, view, whole, fixes=False)
    while _too_large(text) and most > 1:
        most //= 2
        text = _log(found, most, view, whole, fixes=False)
    return text


def _too_large(text: str) -> bool:
    if len(text) <= LARGEST:
        return False
    from zlib import compress

    return len(compress(text.encode("ascii"), 6)) > LARGEST


def _log(found: Sequence[Row], most: int, view: View, whole: bool, fixes: bool) -> str:
    from json import dumps

    from dockerlint import __version__

    left = len(found) - most
    if left > 0:
        found = sorted(found, key=lambda row: Severity.ORDER.index(row[1].severity))[:most]
    codes = list(dict.fromkeys(one.code for _, one, _ in found))
    first = {one.code: one for _, one, _ in reversed(found)}
    invocation: dict[str, Any] = {"executionSuccessful": whole}
    if left > 0:
        note = {
            "level": "warning",
            "message": {"text": f"{left} more findings are left out; the worst are here"},
        }
        invocation["toolExecutionNotifications"] = [note]
    index = {code: number for number, code in enumerate(codes)}
    driver = {
        "name": "dockerlint",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": [_rule(first[code], view) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(result, one, mark, index[one.code], view, fixes) for result, one, mark in found],
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _rule(found: Found, view: View) -> dict[str, Any]:
    about = view.rules.get(found.code)
    summary = about.summary if about else found.name
    why = about.why if about else summary
    rule: dict[str, Any] = {
        "id": found.code,
        "name": about.name if about else found.name,
        "shortDescription": {"text": _cut(summary)},
        "fullDescription": {"text": _cut(why)},
        "help": {"text": _cut(why), "markdown": _cut(why)},
        "defaultConfiguration": {"level": _LEVELS[about.severity if about else found.severity]},
    }
    if about:
        rule["helpUri"] = about.url
    return rule


def _result(result: Result, found: Found, mark: str, index: int, view: View, fixes: bool) -> dict[str, Any]:
    start, end = found.start, found.end
    where = {"uri": _uri(view.label or view.place(result.path))}
    region = {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
    row: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": _LEVELS[found.severity],
        "message": {"text": _cut(visible(found.message))},
        "locations": [{"physicalLocation": {"artifactLocation": where, "region": region}}],
        "partialFingerprints": {"primaryLocationLineHash": mark},
    }
    fix = found.fix
    # A fix that cannot be written as it is would be another one.
    if fixes and fix is not None and found.fixable and all(exchangeable(e.text) == e.text for e in fix.edits):
        assert result.source is not None
        row["fixes"] = [_fix(fix, result.source, where)]
    return row


def _fix(fix: Fix, source: Source, where: dict[str, str]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.text}}
        for edit in sorted(fix.edits, key=lambda edit: edit.span.start)
    ]
    change = {"artifactLocation": where, "replacements": replacements}
    return {"description": {"text": _cut(visible(fix.title))}, "artifactChanges": [change]}


def _region(source: Source, span: Span) -> dict[str, int]:
    start, end = source.position(span.start), source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # A name on Windows may hold any surrogate.
        data = path.encode("utf-8", "surrogatepass")
    address = quote(data, safe="/-._~")
    if path.startswith("/"):
        # Outside the repository: a reference that begins with a slash would be no place anywhere.
        return f"file://{address}"
    return f"file:///{path[:2]}{address[4:]}" if path[1:3] == ":/" else address
