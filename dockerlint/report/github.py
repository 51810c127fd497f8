"""Annotations for GitHub Actions (workflow commands), worst first.

GitHub shows ten of each kind a step and fifty a job; the others are only in the log.
"""

from __future__ import annotations

from dockerlint.report.escape import visible
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View

_KINDS = {
    Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice", Severity.STYLE: "notice",
}  # fmt: skip


def render(results: Sequence[Result], view: View) -> str:
    """One command a line. What a file holds is escaped, so that it cannot begin a command of its own."""
    rows = [(view.label or view.place(result.path), one) for result in results for one in result.found]
    rows.sort(key=lambda row: Severity.ORDER.index(row[1].severity))
    return "".join(_command(path, one) + "\n" for path, one in rows)


def _command(path: str, found: Found) -> str:
    place = {"file": path, "line": str(found.start.line), "endLine": str(found.end.line)}
    if found.start.line == found.end.line:
        # GitHub takes columns within one line only.
        place |= {"col": str(found.start.column), "endColumn": str(found.end.column)}
    place["title"] = f"{found.code} {found.name}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{_KINDS[found.severity]} {properties}::{_data(found.message)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
