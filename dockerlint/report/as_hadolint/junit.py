"""`junit`: a suite for each file, a case for each finding."""

from __future__ import annotations

from dockerlint.report.as_hadolint import VERSION, in_full, is_parse_error
from dockerlint.report.xml import attribute, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View

# hadolint measures nothing here.
_TIME = 'time="0.001"'


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files as JUnit's XML."""
    from time import gmtime, strftime

    moment = gmtime(view.moment)
    stamp, day = strftime("%Y%m%d_%H%M%S", moment), strftime("%Y-%m-%d %H:%M:%S", moment)
    suites = "".join(_suite(result, view) for result in results)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><testsuites id="{stamp}" name="Hadolint run at {day}" {_TIME}>'
        f"{suites}</testsuites>"
    )


def _suite(result: Result, view: View) -> str:
    errors = sum(map(is_parse_error, result.found))
    head = (
        f'<testsuite errors="{errors}" failures="{len(result.found)}" id="hadolint"'
        f' name="Hadolint {VERSION}" {_TIME}'
    )
    cases = "".join(_case(result, one, view.label or result.path) for one in result.found)
    return f"{head}>{cases}</testsuite>" if cases else f"{head}/>"


def _case(result: Result, found: Found, path: str) -> str:
    line = found.start.line
    if is_parse_error(found):
        column = found.start.column
        where = f"Parse Error in {path}\nLine: {line}\nColumn: {column}\n"
        inner = text(f"{where}Parse Error: {in_full(result, found)}\n")
        return (
            f'<testcase id="hadolint.error" name="{found.code}" {_TIME}>'
            f'<failure message="parse error at line {line}, column {column}" type="error">{inner}</failure></testcase>'
        )
    inner = text(
        f"File: {path}\nLine: {line}\nCategory: Hadolint - Dockerfile Static Analysis\n"
        f"{found.severity}: {found.message}\n"
    )
    return (
        f'<testcase id="hadolint.rule.{found.code}" {_TIME}>'
        f'<failure id="{found.code}" message="{attribute(found.message)}" type="{found.severity}">{inner}</failure>'
        "</testcase>"
    )
