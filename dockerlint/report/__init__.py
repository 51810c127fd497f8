"""Findings to text in one format each: `render(results, view) -> str`, no I/O."""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result


@record
class View:
    """How to show results: with colours, with excerpts of the source (`full`) or one line a
    finding; `seconds` is how long it took, negative when nobody wants to know; `statistics`
    asks for counts by rule in place of the findings."""

    color: bool = False
    full: bool = False
    seconds: float = -1.0
    statistics: bool = False
    quiet: bool = False


def counts(results: Sequence[Result]) -> dict[str, int]:
    """The number of findings of each severity, worst first; none left out."""
    found = dict.fromkeys(Severity.ORDER, 0)
    for result in results:
        for one in result.found:
            found[one.severity] = found.get(one.severity, 0) + 1
    return found
