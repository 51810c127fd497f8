"""Whether two builds made the same image, in one line."""

from __future__ import annotations

from dockerlint.contract import Promise, Verdict, judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.image import Image


def difference(one: Image, two: Image, unstable: Sequence[str] = ()) -> str:
    """The first thing that differs between two images, empty when nothing does. `unstable` are paths that differ from
    build to build, and may."""
    found = judge(one, two, Promise(paths=tuple(unstable)))
    if found.verdict in (Verdict.PROVEN, Verdict.LISTED):
        return ""
    first = next((one for one in found.differences if not one.allowed), None)
    if first is None:
        return "; ".join(found.unproven) or "they differ"
    return f"{first.where}: {first.text}" if first.where else first.text


def unstable(one: Image, again: Image) -> tuple[str, ...]:
    """The paths of files that differ between two builds of one file, as globs that name no other."""
    found = judge(one, again, Promise())
    return tuple(_literal(d.where) for d in found.differences if d.kind == "file" and not d.allowed)


def _literal(path: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)
