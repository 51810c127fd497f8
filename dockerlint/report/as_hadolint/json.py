"""`json`: one array of objects with six keys."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files in one array."""
    from json import dumps

    rows = [
        {
            "code": found.code,
            "column": found.start.column,
            "file": result.path,
            "level": found.severity,
            "line": found.start.line,
            "message": found.message,
        }
        for result in results
        for found in result.found
    ]
    return dumps(rows, separators=(",", ":"))
