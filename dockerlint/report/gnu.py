"""One line a finding as the GNU coding standards have it, for editors."""

from __future__ import annotations

from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """`dockerlint:FILE:LINE:COLUMN: LEVEL: MESSAGE (CODE)`."""
    return "".join(
        f"dockerlint:{visible(result.path)}:{one.start.line}:{one.start.column}: {one.severity}: "
        f"{visible(one.message)} ({one.code})\n"
        for result in results
        for one in result.found
    )
