"""GitLab's Code Quality report: an array of Code Climate issues with stable fingerprints."""

from __future__ import annotations

from dockerlint.report.codeclimate import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """The findings of all files in one array."""
    from json import dumps

    return dumps(list(rows(results, view, columns=False)), indent=1) + "\n"
