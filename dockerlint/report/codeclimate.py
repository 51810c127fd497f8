"""Issues as the Code Climate specification has them, each ended by NUL."""

from __future__ import annotations

from dockerlint.fingerprint import fingerprints
from dockerlint.report.escape import exchangeable, visible
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dockerlint.lint import Result
    from dockerlint.report import View

SEVERITIES = {
    Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "minor", Severity.STYLE: "info",
}  # fmt: skip


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files, each with a NUL behind it."""
    from json import dumps

    return "".join(dumps(row) + "\0" for row in rows(results, view, columns=True))


def rows(results: Sequence[Result], view: View, columns: bool) -> Iterator[dict[str, Any]]:
    """One issue for each finding; its place in lines, or with columns."""
    from hashlib import sha256

    for result in results:
        path = view.label or view.place(result.path)
        for found, own in fingerprints(result):
            start, end = found.start, found.end
            place: dict[str, Any] = {"lines": {"begin": start.line, "end": end.line}}
            if columns:
                place = {
                    "positions": {
                        "begin": {"line": start.line, "column": start.column},
                        "end": {"line": end.line, "column": end.column},
                    }
                }
            issue: dict[str, Any] = {
                "type": "issue",
                "check_name": found.code,
                "description": visible(found.message),
                "categories": ["Bug Risk" if found.severity != Severity.STYLE else "Style"],
                "location": {"path": exchangeable(path), **place},
                "severity": SEVERITIES[found.severity],
                "fingerprint": sha256(f"{path}\0{own}".encode("utf-8", "surrogatepass")).hexdigest()[:32],
            }
            if columns and found.code in view.rules:
                issue["content"] = {"body": view.rules[found.code].why}
            yield issue
