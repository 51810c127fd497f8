"""Lints Dockerfiles, fixes them, and proves with real builds what each fix saves.

The Python API: `parse`, `lint`, `fix`, and what they take and return. Command line:
`dockerlint.cli.main`.
"""

from __future__ import annotations

# Two modules bear the names of public functions: they are imported here first, so that the
# functions below keep the names.
from dockerlint.fix import Applicability, Edit, Fix
from dockerlint.lint import Found, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.api import Fixed
    from dockerlint.config import Config
    from dockerlint.resolve import parse as parse
    from dockerlint.source import Source

__version__ = "0.1.0"

__all__ = ["Applicability", "Edit", "Fix", "Found", "Result", "fix", "lint", "parse"]


def __getattr__(name: str) -> object:
    # Imported when it is first used: `import dockerlint` is cheap.
    if name == "parse":
        from dockerlint.resolve import parse

        return parse
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def lint(
    source: Source | bytes | str,
    *,
    path: str = "Dockerfile",
    config: Config | None = None,
    ignore_patterns: tuple[str, ...] | None = None,
) -> Result:
    """The findings in a Dockerfile, sorted by place.

    No file is read: `config` are the settings (the default ones when None), `path` labels the
    source, `ignore_patterns` are the lines of its ignore file. Raises `dockerlint.errors.UserError` when
    the configuration does not fit the rules.
    """
    from dockerlint import api

    return api.lint(source, path, config, ignore_patterns)


def fix(
    source: Source | bytes | str,
    *,
    path: str = "Dockerfile",
    unsafe: bool = False,
    config: Config | None = None,
    ignore_patterns: tuple[str, ...] | None = None,
) -> Fixed:
    """A Dockerfile with its safe fixes in it (`unsafe`: those too), checked; nothing is written.

    Arguments and errors are those of `lint`.
    """
    from dockerlint import api

    return api.fix(source, path, unsafe, config, ignore_patterns)
