"""hadolint's own formats, to the byte where it fixes one: for what reads its reports.

A finding has a line and nothing more, as there; a file that cannot be parsed has DL1000 and nothing
else. Shapes are from running hadolint 2.15.1.
"""

from __future__ import annotations

from dockerlint.job import UNREADABLE
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.lint import Found, Result

VERSION = "2.15.1"


def is_parse_error(found: Found) -> bool:
    """Whether a finding stands for a file that cannot be parsed."""
    return found.code == UNREADABLE


def in_full(result: Result, found: Found) -> str:
    """The message with the line it is about, as hadolint words a parse error."""
    source = result.source
    assert source is not None
    line = found.start.line
    gutter = " " * len(str(line))
    text = visible(source.slice(source.line_span(line)))
    place = f"{result.path}:{line}:{found.start.column}:"
    under = " " * (found.start.column - 1) + "^"
    return f"{place}\n{gutter} |\n{line} | {text}\n{gutter} | {under}\n{found.message}\n"
