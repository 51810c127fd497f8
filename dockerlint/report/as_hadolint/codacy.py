"""`codacy`: one object a finding, with nothing between them."""

from __future__ import annotations

from dockerlint.report.as_hadolint import in_full, is_parse_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files, object behind object."""
    from json import dumps

    parts: list[str] = []
    for result in results:
        for found in result.found:
            row = {
                "filename": result.path,
                "line": found.start.line,
                "message": in_full(result, found) if is_parse_error(found) else found.message,
                "patternId": found.code,
            }
            parts.append(dumps(row, separators=(",", ":")))
    return "".join(parts)
