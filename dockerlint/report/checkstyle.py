"""Checkstyle's XML."""

from __future__ import annotations

from dockerlint.report.escape import visible
from dockerlint.report.xml import attribute
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """A `file` for each file, an `error` for each finding."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">']
    for result in results:
        lines.append(f'  <file name="{attribute(view.label or result.path)}">')
        lines += [_error(one) for one in result.found]
        lines.append("  </file>")
    return "\n".join((*lines, "</checkstyle>")) + "\n"


def _error(found: Found) -> str:
    # Checkstyle knows no `style`.
    severity = Severity.INFO if found.severity == Severity.STYLE else found.severity
    return (
        f'    <error line="{found.start.line}" column="{found.start.column}" severity="{severity}" '
        f'message="{attribute(visible(found.message))}" source="dockerlint.{attribute(found.code)}"/>'
    )
