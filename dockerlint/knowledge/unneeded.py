"""Files that builds seldom need: the accessor of `unneeded.toml`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def unneeded() -> Iterator[tuple[str, str]]:
    """Patterns of an ignore file, each with what the files are."""
    from dockerlint.knowledge.tables import UNNEEDED

    for what, patterns in UNNEEDED.items():
        for pattern in patterns:
            yield pattern, what
