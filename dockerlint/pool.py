"""`--jobs N`: files shared out among processes."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockerlint.arguments import Options
    from dockerlint.lint import Result

    Work = Callable[[str], Result]

_work: list[Work] = []


def run(make: Callable[[Options], Work], options: Options, paths: Sequence[str]) -> list[Result]:
    """The results of all files, in order. `make` gives each process its work: a function of a path."""
    from multiprocessing import Pool

    count = min(options.jobs or os.cpu_count() or 1, len(paths))
    with Pool(count, _prepare, (make, options)) as pool:
        return pool.map(_one, paths, chunksize=max(1, len(paths) // (count * 8)))


def _prepare(make: Callable[[Options], Work], options: Options) -> None:
    _work[:] = [make(options)]


def _one(path: str) -> Result:
    return _work[0](path)
