"""`checkstyle`: Checkstyle's XML."""

from __future__ import annotations

from dockerlint.report.as_hadolint import in_full, is_parse_error
from dockerlint.report.xml import attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """A `file` for each file, an `error` for each finding."""
    files = []
    for result in results:
        name = attribute(view.label or result.path)
        errors = "".join(_error(result, one) for one in result.found)
        files.append(f'<file name="{name}">{errors}</file>' if errors else f'<file name="{name}"/>')
    head = '<?xml version="1.0" encoding="UTF-8"?><checkstyle version="4.3">'
    return f"{head}{''.join(files)}</checkstyle>"


def _error(result: Result, found: Found) -> str:
    broken = is_parse_error(found)
    message = in_full(result, found) if broken else found.message
    source = "" if broken else f' source="{found.code}"'
    place = f'column="{found.start.column}" line="{found.start.line}"'
    return f'<error {place} message="{attribute(message)}" severity="{found.severity}"{source}/>'
