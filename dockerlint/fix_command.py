"""`--fix` and `--diff` for one file."""

from __future__ import annotations

import sys

from dockerlint.api import settled_source
from dockerlint.diff import unified
from dockerlint.discover import STDIN
from dockerlint.frozen import replace
from dockerlint.job import lint_source, shown
from dockerlint.lint import Result
from dockerlint.source import encode
from dockerlint.write import WriteError, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.arguments import Options
    from dockerlint.cli import Guard
    from dockerlint.job import Setup
    from dockerlint.source import Source
    from dockerlint.versions import Versions


def fix_file(
    path: str,
    source: Source,
    setup: Setup,
    guard: Guard,
    options: Options,
    patterns: tuple[str, ...] | None,
    versions: Versions | None = None,
) -> Result:
    """Fix a source that was read from a path, and write it, or make the diff.

    For standard input the fixed text goes to standard output, and the report to standard error.
    """
    settled = settled_source(source, setup, guard, options.unsafe, patterns, None, versions)
    now = settled.look.source
    after = encode(now.text, now.bom)
    result = Result(
        source.path,
        now,
        shown(settled.look.found, setup.config),
        fixed=settled.fixed,
        refused=settled.refused,
    )
    if options.diff:
        before = lint_source(source, setup, guard, patterns, versions)
        diff = unified(source.path, source.text, now.text)
        return replace(before, fixed=settled.fixed, refused=settled.refused, diff=diff)
    if path == STDIN:
        sys.stdout.flush()
        sys.stdout.buffer.write(after)
        sys.stdout.buffer.flush()
    elif after != source.data:
        try:
            write(path, source.data, after)
        except WriteError as error:
            return replace(lint_source(source, setup, guard, patterns, versions), error=str(error))
    return result
