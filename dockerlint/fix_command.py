"""`--fix` and `--diff` for one file."""

from __future__ import annotations

import sys

from dockerlint.diff import unified
from dockerlint.discover import STDIN
from dockerlint.frozen import replace
from dockerlint.job import findings, model, shown
from dockerlint.lint import Result
from dockerlint.settle import Look, settle
from dockerlint.source import Source, encode
from dockerlint.write import WriteError, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.arguments import Options
    from dockerlint.cli import Guard
    from dockerlint.job import Setup
    from dockerlint.settle import Settled


def fixed(
    source: Source, setup: Setup, guard: Guard, unsafe: bool, patterns: tuple[str, ...] | None
) -> Settled:
    """Where a source comes to rest under the rules of a setup."""

    def look(at: Source) -> Look:
        dockerfile = model(at, setup, patterns)
        return Look(dockerfile, findings(dockerfile, setup, guard)[0])

    return settle(source, look, unsafe)


def fix_file(
    path: str,
    name: str,
    data: bytes,
    setup: Setup,
    guard: Guard,
    options: Options,
    patterns: tuple[str, ...] | None,
) -> Result:
    """Fix some bytes that were read from a path, and write them, or make the diff.

    For standard input the fixed text goes to standard output, and the report to standard error.
    """
    source = Source.of(data, name)
    settled = fixed(source, setup, guard, options.unsafe, patterns)
    now = settled.look.source
    after = encode(now.text, now.bom)
    found = shown(settled.look.found, setup.config.least)
    result = Result(name, now, found, 0, tuple(guard.crashes), "", settled.fixed, settled.refused)
    if options.diff:
        before = shown(findings(model(source, setup, patterns), setup, guard)[0], setup.config.least)
        return replace(result, source=source, found=before, diff=unified(name, source.text, now.text))
    if path == STDIN:
        sys.stdout.flush()
        sys.stdout.buffer.write(after)
        sys.stdout.buffer.flush()
    elif after != data:
        try:
            write(path, data, after)
        except WriteError as error:
            return replace(result, error=str(error), fixed={}, refused=())
    return result
