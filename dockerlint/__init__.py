"""Lints Dockerfiles, fixes them, and proves with real builds what each fix saves."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.resolve import parse as parse

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # The public functions are imported when they are first used: `import dockerlint` is cheap.
    if name == "parse":
        from dockerlint.resolve import parse

        return parse
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
