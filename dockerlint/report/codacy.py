"""One JSON object a line, as tools for Codacy write them."""

from __future__ import annotations

from dockerlint.report.escape import exchangeable, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files, one a line."""
    from json import dumps

    return "".join(
        dumps(
            {
                "filename": exchangeable(view.label or view.place(result.path)),
                "message": visible(one.message),
                "patternId": one.code,
                "line": one.start.line,
            }
        )
        + "\n"
        for result in results
        for one in result.found
    )
