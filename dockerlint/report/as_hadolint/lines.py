"""`tty`: one line a finding, with hadolint's colours."""

from __future__ import annotations

from dockerlint.report.as_hadolint import is_parse_error
from dockerlint.report.escape import visible
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View

_COLORS = {
    Severity.ERROR: "\x1b[1m\x1b[91m", Severity.WARNING: "\x1b[1m\x1b[93m", Severity.INFO: "\x1b[92m",
    Severity.STYLE: "\x1b[96m",
}  # fmt: skip


def render(results: Sequence[Result], view: View) -> str:
    """`FILE:LINE CODE LEVEL: MESSAGE`; a parse error has its column and no code."""
    lines: list[str] = []
    for result in results:
        for found in result.found:
            path, message = visible(result.path), visible(found.message)
            if is_parse_error(found):
                lines.append(f"{path}:{found.start.line}:{found.start.column} {message} \n")
                continue
            level = f"{_COLORS[found.severity]}{found.severity}\x1b[0m" if view.color else found.severity
            lines.append(f"{path}:{found.start.line} {found.code} {level}: {message}\n")
    return "".join(lines)
