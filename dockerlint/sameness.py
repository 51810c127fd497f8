"""Whether two builds made the same image, in one line."""

from __future__ import annotations

from dockerlint.contract import Promise, judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.image import Image


def difference(one: Image, two: Image, twice: Image | None = None) -> str:
    """The first thing that differs between two images, empty when nothing does. `twice` is a second build of the first:
    what differs between those two may differ."""
    found = judge(one, two, Promise(), twice=twice)
    if found.holds:
        return ""
    first = next((each for each in found.differences if not each.allowed), None)
    if first is None:
        return "; ".join(found.unproven) or "they differ"
    return f"{first.where}: {first.text}" if first.where else first.text


def unstable(one: Image, twice: Image) -> tuple[str, ...]:
    """The paths that differ between two builds of one file."""
    found = judge(one, twice, Promise())
    return tuple(each.where for each in found.differences if each.kind == "file" and not each.allowed)
