"""`gnu`: as the GNU coding standards have error messages."""

from __future__ import annotations

from dockerlint.report.as_hadolint import is_parse_error
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """`hadolint:FILE:LINE: CODE LEVEL: MESSAGE`; a parse error has its column and no code."""
    lines: list[str] = []
    for result in results:
        for found in result.found:
            place = f"hadolint:{visible(result.path)}:{found.start.line}"
            message = visible(found.message)
            if is_parse_error(found):
                lines.append(f"{place}:{found.start.column}: {message} \n")
            else:
                lines.append(f"{place}: {found.code} {found.severity}: {message}\n")
    return "".join(lines)
