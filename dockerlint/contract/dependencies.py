"""What programs of packages count on and no header tells of: the files of their package, and of those that it depends
on."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from dockerlint.closure.programs import starts_what_it_is_given
from dockerlint.contract.openers import offers
from dockerlint.frozen import node
from dockerlint.inspect import STARTS, Binary, Text
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


@node
class _Part:
    """What counts of a package `of`: `program` is of `package`, which is that or depends on it."""

    program: str
    package: Package
    of: Package
    files: tuple[str, ...]


class Dependencies:
    """Files of packages that programs of an image may count on. `before` is its closure, `old` are its packages."""

    def __init__(self, one: View, before: Closure, old: Catalog) -> None:
        self._one, self._before, self._old = one, before, old
        names = {posixpath.basename(path) for path in (*before.needs, *before.asked)}
        # Files that other programs read count where one of those runs.
        self._elsewhere = [g for row in dropins() if names.isdisjoint(row.readers) for g in row.folders]
        self._starts = any(map(self._starts_others, before.needs))

    def data(self) -> Iterator[str]:
        """The paths of those that are likely read, links followed: of the packages of the programs, and of packages of
        data that they depend on. What has programs of its own, which nobody starts, is left out."""
        for part in self._read():
            yield from (self._one.real(path) or path for path in part.files if not _is_program(path))

    def folders(self) -> Iterator[str]:
        """Empty folders of the same packages, where their programs make files."""
        for part in self._read():
            for file in part.of.files:
                real = self._one.real(file.lstrip("/"))
                if real and self._one.is_folder(real) and not self._one.inside(real):
                    yield real

    def _read(self) -> Iterator[_Part]:
        for part in self._parts():
            if part.of is part.package or not any(map(_is_program, part.of.files)):
                yield part

    def gone(self, two: View, new: Catalog) -> Iterator[str]:
        """What is not proven, in words, since a second image with the packages `new` has not got it."""
        for part in self._parts():
            if new.named(part.of.name, part.of.manager) is not None:
                continue
            gone = [path for path in part.files if not two.is_file(path)]
            if gone:
                through = "" if part.of is part.package else f", which depends on {part.of.name}"
                more = f" and {len(gone) - 1} more files" if len(gone) > 1 else ""
                be = "are" if more else "is"
                yield f"/{part.program} is of the package {part.package.name}{through}: /{gone[0]}{more} of that {be} gone"

    def _parts(self) -> Iterator[_Part]:
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
                yield _Part(program, package, one, self._files(one))

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
        return script and not self._starts and _is_program(path)

    def _files(self, package: Package) -> tuple[str, ...]:
        return tuple(
            path
            for path in (file.lstrip("/") for file in package.files)
            if not path.startswith(_DOCUMENTS)
            and self._one.is_file(path)
            and not isinstance(self._one.facts.get(self._one.real(path) or path), Binary)
            and not any(fnmatchcase(path, glob) for glob in self._elsewhere)
            and not self._unstarted(path)
        )


def _is_program(path: str) -> bool:
    return posixpath.dirname(path.lstrip("/")) in _PROGRAMS
