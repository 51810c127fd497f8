"""What programs of packages count on and no header tells of: the files of their package, and of those that it depends
on."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from dockerlint.closure.programs import STARTS, starts_what_it_is_given
from dockerlint.contract.openers import offers
from dockerlint.inspect import Binary, Text
from dockerlint.knowledge.running import dropins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.closure import Closure
    from dockerlint.inspect import Catalog, Package
    from dockerlint.view import View

_MANAGERS = ("apt", "apk", "rpm")
# rpm_execcon(3) starts what its caller names, and nothing else in it starts anything.
_GIVEN = "libselinux.so.*"
_PROGRAMS = ("bin", "sbin", "usr/bin", "usr/sbin")
_DOCUMENTS = (
    "usr/share/doc/",
    "usr/share/man/",
    "usr/share/info/",
    "usr/share/locale/",
    "usr/share/lintian/",
    "usr/share/bash-completion/",
)


class Dependencies:
    """Looks for files of packages that are gone, though programs of the first image may count on them. `before` is the
    closure of that, `old` and `new` are the packages of both."""

    def __init__(self, one: View, two: View, before: Closure, old: Catalog, new: Catalog) -> None:
        self._one, self._two, self._before = one, two, before
        self._old, self._new = old, new
        names = {posixpath.basename(path) for path in (*before.needs, *before.asked)}
        # Files that other programs read count where one of those runs.
        self._elsewhere = [g for row in dropins() if names.isdisjoint(row.readers) for g in row.folders]
        self._starts = any(map(self._starts_others, before.needs))

    def gone(self) -> Iterator[str]:
        """What is not proven by that, in words."""
        seen: set[str] = set()
        for program in self._before.programs:
            package = self._old.owner(program)
            if package is None or package.manager not in _MANAGERS:
                continue
            pending: list[Package | None] = [package]
            while pending:
                one = pending.pop()
                if one is None or one.name in seen:
                    continue
                seen.add(one.name)
                if one is not package and self._idle(one):
                    continue
                pending += [self._old.named(name, one.manager) for name in one.needs]
                if self._new.named(one.name, one.manager) is None:
                    yield from self._part_of(program, package, one)

    def _idle(self, package: Package) -> bool:
        """Whether nothing of a package runs, so that nothing reads what it brings for its own programs and libraries:
        it has such, none of them is needed, and nothing that runs starts others by names that it makes up."""
        if self._starts:
            return False
        paths = [self._one.real(file.lstrip("/")) or "" for file in package.files]
        code = any(isinstance(self._one.facts.get(path), Binary) for path in paths)
        return code and not any(path in self._before.needs for path in paths)

    def _starts_others(self, path: str) -> bool:
        """Whether a program or library may start programs that its command line and scripts do not tell."""
        fact = self._one.facts.get(path)
        if not isinstance(fact, Binary) or STARTS.isdisjoint(fact.imports) or offers(path):
            return False
        name = posixpath.basename(path)
        return not starts_what_it_is_given(name) and not fnmatchcase(name, _GIVEN)

    def _unstarted(self, path: str) -> bool:
        """Whether it is a script among the programs of the system, and nothing that runs starts others by names that it
        makes up."""
        fact = self._one.facts.get(self._one.real(path) or path)
        script = isinstance(fact, Text) and fact.content.startswith(b"#!")
        return script and not self._starts and posixpath.dirname(path) in _PROGRAMS

    def _part_of(self, program: str, package: Package, one: Package) -> Iterator[str]:
        gone = [
            path
            for path in (file.lstrip("/") for file in one.files)
            if not path.startswith(_DOCUMENTS)
            and self._one.is_file(path)
            and not self._two.is_file(path)
            and not isinstance(self._one.facts.get(self._one.real(path) or path), Binary)
            and not any(fnmatchcase(path, glob) for glob in self._elsewhere)
            and not self._unstarted(path)
        ]
        if gone:
            through = "" if one is package else f", which depends on {one.name}"
            more = f" and {len(gone) - 1} more files" if len(gone) > 1 else ""
            be = "are" if more else "is"
            yield f"/{program} is of the package {package.name}{through}: /{gone[0]}{more} of that {be} gone"
