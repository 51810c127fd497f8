"""The source under every finding, also where the output is no terminal."""

from __future__ import annotations

from dockerlint.frozen import replace
from dockerlint.report import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Result
    from dockerlint.report import View


def render(results: Sequence[Result], view: View) -> str:
    """As `text` on a terminal; colours as the view says."""
    return text.render(results, replace(view, full=True))
