"""JUnit's XML: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from dockerlint.report.xml import attribute, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files; a file without any is one case that passes."""
    failures = sum(len(result.found) for result in results)
    tests = sum(max(1, len(result.found)) for result in results)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="dockerlint" tests="{tests}" failures="{failures}">',
    ]
    for result in results:
        name = attribute(view.label or result.path)
        count = len(result.found)
        lines.append(f'  <testsuite name="{name}" tests="{max(1, count)}" failures="{count}" errors="0">')
        if not result.found:
            lines.append(f'    <testcase name="no findings" classname="{name}"/>')
        lines += [_case(result, one, name) for one in result.found]
        lines.append("  </testsuite>")
    return "\n".join((*lines, "</testsuites>")) + "\n"


def _case(result: Result, found: Found, name: str) -> str:
    place = f"{result.path}:{found.start.line}:{found.start.column}"
    title = attribute(f"{found.code} {found.name} at line {found.start.line}")
    return (
        f'    <testcase name="{title}" classname="{name}">\n'
        f'      <failure type="{found.severity}" message="{attribute(found.message)}">'
        f"{text(f'{place}: {found.message}')}</failure>\n    </testcase>"
    )
