"""Scripts that look for what lies beside them by where they really are, links followed."""

from __future__ import annotations

import re

from dockerlint.inspect import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.view import View

# Node resolves the links that lead to its main module, Python those to its script for sys.path[0]; programs in the
# others do so by habit (__dir__, RealBin, __DIR__). Sources: https://nodejs.org/api/cli.html#--preserve-symlinks-main,
# https://docs.python.org/3/library/sys.html#sys.path
_HEAD = re.compile(rb"#!.*\b(?:node|nodejs|bun|deno|python|pypy|ruby|perl|php)[0-9.]*\b")


def by_place(view: View, path: str) -> bool:
    """Whether what a path leads to is such a script."""
    real = view.real(path)
    fact = view.facts.get(real) if real is not None else None
    return isinstance(fact, Text) and _HEAD.match(fact.content[:200]) is not None
