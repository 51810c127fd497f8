"""JUnit's XML: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from dockerlint.report.escape import visible
from dockerlint.report.xml import attribute, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files; a file without any is one case that passes, one that could not be linted a case
    with an error."""
    failures = sum(len(result.found) for result in results)
    tests = sum(max(1, len(result.found) + len(_errors(result))) for result in results)
    errors = sum(len(_errors(result)) for result in results)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="dockerlint" tests="{tests}" failures="{failures}" errors="{errors}">',
    ]
    for result in results:
        name = attribute(view.label or result.path)
        count, failed = len(result.found), _errors(result)
        total = max(1, count + len(failed))
        lines.append(f'  <testsuite name="{name}" tests="{total}" failures="{count}" errors="{len(failed)}">')
        for error in failed:
            lines.append(f'    <testcase name="lint" classname="{name}">')
            lines.append(f'      <error message="{attribute(error)}"/>')
            lines.append("    </testcase>")
        if not result.found and not failed:
            lines.append(f'    <testcase name="no findings" classname="{name}"/>')
        lines += [_case(result, one, name) for one in result.found]
        lines.append("  </testsuite>")
    return "\n".join((*lines, "</testsuites>")) + "\n"


def _errors(result: Result) -> list[str]:
    """What kept a file from being linted whole."""
    found = [visible(result.error)] if result.error else []
    return found + [
        visible(f"{crash.rule or 'dockerlint'} failed: {crash.error}") for crash in result.crashes
    ]


def _case(result: Result, found: Found, name: str) -> str:
    place = f"{result.path}:{found.start.line}:{found.start.column}"
    message = visible(found.message)
    title = attribute(f"{found.code} {found.name} at line {found.start.line}")
    return (
        f'    <testcase name="{title}" classname="{name}">\n'
        f'      <failure type="{found.severity}" message="{attribute(message)}">'
        f"{text(f'{visible(place)}: {message}')}</failure>\n    </testcase>"
    )
