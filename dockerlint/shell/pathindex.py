"""Paths in order, to find those at and below a folder without a look at all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LAST = "\U0010ffff"


class PathIndex:
    """Paths, each with a number that says whose it is."""

    __slots__ = ("_sorted",)

    def __init__(self, paths: Iterable[tuple[str, int]]) -> None:
        self._sorted = sorted(paths)

    def at(self, path: str) -> list[int]:
        """The numbers of a path itself, in rising order."""
        return self._between((path, -1), (path + "\0", -1))

    def below(self, path: str) -> list[int]:
        """The numbers of what lies below a path, in no order."""
        return self._between((path + "/", -1), (path + "/" + _LAST, -1))

    def _between(self, first: tuple[str, int], last: tuple[str, int]) -> list[int]:
        start, stop = bisect_left(self._sorted, first), bisect_right(self._sorted, last)
        return [number for _, number in self._sorted[start:stop]]
