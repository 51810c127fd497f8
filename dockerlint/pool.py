"""`--jobs N`: files shared out among processes."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dockerlint.arguments import Options
    from dockerlint.lint import Result

    Work = Callable[[Sequence[str]], list[Result]]

_work: list[Work] = []


def run(
    make: Callable[[Options], Work], options: Options, paths: Sequence[str]
) -> Iterator[Sequence[Result]]:
    """The results of all files, in order, some at a time. `make` gives each process its work: a function of
    some paths."""
    from multiprocessing import Pool

    count = min(options.jobs or os.cpu_count() or 1, len(paths))
    with Pool(count, _prepare, (make, options)) as pool:
        size = max(1, len(paths) // (count * 8))
        parts = [paths[at : at + size] for at in range(0, len(paths), size)]
        yield from pool.imap(_some, parts)


def _prepare(make: Callable[[Options], Work], options: Options) -> None:
    _work[:] = [make(options)]


def _some(paths: Sequence[str]) -> list[Result]:
    return _work[0](paths)
