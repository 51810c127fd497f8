"""What a container needs to run what its image starts, as far as files tell.

From the entry point on: programs on PATH, interpreters of scripts, what the loader loads, modules that
Python and Node import, files that command lines name. What files do not tell is a gap, with its reason.
"""

from __future__ import annotations

from dockerlint.closure import programs
from dockerlint.closure.walk import Closure, Lack, Walk
from dockerlint.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockerlint.image import Image

__all__ = ["Closure", "Lack", "closure", "closure_of"]


def closure(
    image: Image, facts: Mapping[str, object] | None = None, roots: Iterable[str | tuple[str, ...]] = ()
) -> Closure:
    """The closure of an image that was read with an `Inspector`; `roots` are command lines (for a POSIX
    shell, or split into words) that are run in it besides its own, `facts` what is known of its files when it
    is at hand."""
    return closure_of(View(image, facts), roots)


def closure_of(view: View, roots: Iterable[str | tuple[str, ...]] = ()) -> Closure:
    """As `closure`, for who has a view of the image."""
    walk = Walk(view)
    programs.start(walk)
    for line in roots:
        words = ("/bin/sh", "-c", line) if isinstance(line, str) else line
        walk.command(words, "a smoke command")
    return walk.closure()
