"""Two images side by side, or one alone, in several forms: text, JSON, Markdown and a page."""

from __future__ import annotations

from dockerlint.frozen import node
from dockerlint.measure import paths, rows
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockerlint.measure import Measured, Origin, Path, Row
    from dockerlint.steps import Step
    from dockerlint.timing import Timing

    Number = Callable[[int], str]

_UNITS = ("B", "kB", "MB", "GB", "TB")


@node
class Comparison:
    """An image measured: before, and after the fixes of its file (None when they change nothing, and
    for an image that was there already).

    `engine` is its name and version, None where nothing was built. `file` is the path of the
    Dockerfile, "" where none is known. `fixed` counts fixes by rule, `left` the ones that were not
    allowed, `refused` says which were left out and why. `seconds` are those of the first builds,
    `steps` what these took from the cache, `timings` what repeated builds took: one each for before
    and after. `kept` are the tags of images that stay.
    """

    name: str
    engine: tuple[str, str] | None
    before: Measured
    after: Measured | None
    fixed: Mapping[str, int]
    left: int
    refused: tuple[str, ...]
    seconds: tuple[float, ...]
    kept: tuple[str, ...] = ()
    file: str = ""
    steps: tuple[tuple[Step, ...], ...] = ()
    timings: tuple[Timing, ...] = ()

    @property
    def rows(self) -> list[Row]:
        """The instructions of both files side by side; of one alone, each by itself."""
        return rows(self.before.shares, self.after.shares if self.after is not None else ())

    @property
    def paths(self) -> list[Path]:
        """What differs between the images."""
        return paths(self.before.image, self.after.image) if self.after is not None else []


def human(count: int) -> str:
    """Bytes with a decimal unit and three or four figures, as docker shows them."""
    value = float(count)
    for unit in _UNITS:
        if abs(value) < 999.95 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"


def exact(count: int) -> str:
    """Bytes to the last one."""
    return f"{count:,}"


def signed(count: int, number: Number) -> str:
    """A difference with its sign; nothing for none."""
    return f"{'+' if count > 0 else ''}{number(count)}" if count else "-"


def share_of(part: int, whole: int) -> str:
    """A change in percent of the whole."""
    return f"{100 * part / whole:+.1f} %" if whole else "-"


def plural(count: int, one: str) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else one + 's'}"


def short(text: str, limit: int) -> str:
    """A text on one line, harmless, cut to so many characters."""
    words = " ".join(visible(text).split())
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def where(origin: Origin, name: str) -> str:
    """The place of a layer: the line of a file, the base, or its number."""
    if origin.base:
        return "the base image"
    if origin.line is not None:
        return f"{visible(name.rpartition('/')[2])}:{origin.line}"
    return f"layer {origin.layer + 1}"
