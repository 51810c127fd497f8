"""Interpreters of which only the surface is followed: Ruby, Perl, PHP and others. Java has a module of its own.

Their own package and the files that the command line names are needed; what else they load is a gap.
"""

from __future__ import annotations

import posixpath
import re

from dockerlint.closure import java
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.closure.walk import Walk

_KNOWN = re.compile(
    r"(java|ruby|perl|php|php-fpm|php-cgi|lua|luajit|tclsh|wish|R|Rscript|guile|erl|beam\.smp|elixir|dotnet|mono|pypy|julia|ocamlrun|racket|bun|deno)"
    r"[0-9.]*"
)


def run(walk: Walk, path: str, real: str, name: str, arguments: tuple[str, ...]) -> bool:
    """Need what an interpreter of the table needs; whether the program is one."""
    from dockerlint.closure.programs import paths_in

    match = _KNOWN.fullmatch(name)
    if match is None:
        return False
    if match[1] == "java":
        java.run(walk, path, real, arguments)
        return True
    walk.gap(f"what {name} loads besides the files that are named to it is not told by files")
    paths_in(walk, arguments, f"/{path}")
    script = next((word for word in arguments if not word.startswith("-")), "")
    target = absolute(script, walk.workdir)
    if script and walk.view.is_file(target):
        _neighbours(walk, posixpath.dirname(walk.view.real(target) or target), f"/{path}")
    return True


def _neighbours(walk: Walk, folder: str, by: str) -> None:
    """The files beside a script are of its program; what is gone of them is told."""
    if folder.count("/") == 0 and folder in ("", "usr", "bin", "etc", "lib", "root"):
        return
    for path in walk.view.below(folder):
        walk.take(path, by, sure=False)
