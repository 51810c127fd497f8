"""Files may go as long as all that the container runs is whole: what is gone or changed, held against the
closures of both images."""

from __future__ import annotations

import posixpath

from dockerlint.closure import closure_of
from dockerlint.contract.dependencies import Dependencies
from dockerlint.contract.files import Change, summed
from dockerlint.contract.java import Javas
from dockerlint.contract.mentions import Mentions
from dockerlint.contract.openers import opened_by
from dockerlint.contract.placed import by_place
from dockerlint.contract.record import Difference
from dockerlint.contract.tools import Tools
from dockerlint.contract.users import USERS, users_stay
from dockerlint.inspect import Binary, Catalog
from dockerlint.inspect.cache import PATH as CACHE
from dockerlint.knowledge.running import TEMPORARY, data_endings, is_leftover
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.closure import Lack
    from dockerlint.inspect import Package
    from dockerlint.view import View

_SHOWN = 3
_SAME_USERS = "who the container runs as, and every user that was added, is there with the same number"
_UNUSED_PACKAGE = "of packages that nothing that the container runs needs"
_OTHER_VERSION = "of packages that are there in another build or version"


class Keeper:
    """Judges what differs between two images under a promise that the closure stays whole. `base` is how many
    layers of the first its base brought; `installed` are paths that nothing but installing packages made."""

    def __init__(self, one: View, two: View, base: int = 0, installed: frozenset[str] = frozenset()) -> None:
        self.one, self.two = one, two
        self.before, self.after = closure_of(one), closure_of(two)
        self.needed_names = frozenset(posixpath.basename(path) for path in self.after.needs)
        self.old, self.new = Catalog(one), Catalog(two)
        # What came with the base, as far as no later layer changed it.
        own = {entry.path for layer in one.image.layers[base:] for entry in layer.entries}
        self.base = frozenset(one.entries.keys() - own) if base else frozenset()
        self.installed = installed
        self.javas = Javas(one, two, self.before, self.after)
        self.tools = Tools(one, self.before.needs, self.old.owner)
        self.mentions = Mentions(one, self.before, self.old)
        self.unproven: dict[str, None] = {}
        self._contents: frozenset[str] | None = None
        self._asked: dict[str | None, list[str]] | None = None
        self._gone_of: dict[tuple[str, str], int] = {}
        self._changed_of: dict[tuple[str, str], int] = {}

    @property
    def checked(self) -> str:
        """What was looked at, in words."""
        return (
            f"what the container runs: {len(self.before.programs):,} programs and scripts, "
            f"{len(self.before.needs):,} paths that they need"
        )

    def judge(self, left: Sequence[Change]) -> tuple[list[Difference], tuple[str, ...]]:
        """The changes as differences, and what is not proven."""
        found = list(self._lacks())
        excused: list[tuple[Change, str]] = []
        for change in left:
            why = self._change(change)
            if isinstance(why, Difference):
                found.append(why)
            elif why:
                excused.append((change, why))
        self._opened()
        counted = Dependencies(self.one, self.before, self.old)
        self.unproven.update(dict.fromkeys(counted.gone(self.two, self.new)))
        if any(change.kind != "new" for change in left):
            self.unproven.update(dict.fromkeys(self.before.gaps))
        self.unproven.update(dict.fromkeys(gap for gap in self.after.gaps if gap not in self.before.gaps))
        return [*found, *self._by_package(), *summed(excused, self.one, self.two)], tuple(self.unproven)

    def _by_package(self) -> Iterator[Difference]:
        """What is gone or another version of packages, by package."""
        for (name, manager), count in self._gone_of.items():
            be = " is" if count == 1 else "s are"
            yield Difference("file", f"{name} ({manager})", f"{count:,} path{be} gone", _UNUSED_PACKAGE)
        for (name, manager), count in self._changed_of.items():
            one, two = self.old.named(name, manager), self.new.named(name, manager)
            be = " is" if count == 1 else "s are"
            versions = (
                f" ({one.version} -> {two.version})" if one and two and one.version != two.version else ""
            )
            yield Difference(
                "file", f"{name} ({manager})", f"{count:,} path{be} other ones{versions}", _OTHER_VERSION
            )

    def _lacks(self) -> Iterator[Difference]:
        """What the second image's programs ask for and do not find, and the first's found."""
        known = {(lack.what, lack.by) for lack in self.before.lacks}
        for lack in self.after.lacks:
            if (lack.what, lack.by) in known:
                continue
            text = f"{lack.what} is not there{f'; {lack.hint}' if lack.hint else ''}{self._brought(lack)}"
            if lack.sure:
                yield Difference("need", lack.by, text)
            else:
                self.unproven[f"{lack.by} may ask for {lack.what}, which is not in the second image"] = None

    def _brought(self, lack: Lack) -> str:
        """Which package brings what is lacking, by the first image."""
        name = lack.what.rpartition(" of ")[2].strip("/")
        for path in self.before.needs:
            if path == name or posixpath.basename(path) == name:
                for place in (self.one.real(path) or path, path):
                    package = self.old.owner(place)
                    if package is not None:
                        return f"; the package {package.name} ({package.manager}) brings it"
        return ""

    def _change(self, change: Change) -> str | Difference:
        """Why a change is allowed, or the difference that it is; empty when it was noted as not proven."""
        if change.kind == "new":
            return "what is new takes nothing away"
        if change.path == CACHE:
            return "whatever is loaded is looked for with the loader's cache as it is in each"
        java = self.javas.reason(change.path)
        if java and (change.path in self.before.needs or self.old.owner(change.path) is None):
            return java
        if change.path in self.before.needs:
            return self._needed(change)
        if self._stands_in(change.path):
            return "what the link led to is there in its place"
        if change.kind == "changed":
            return self._changed(change)
        return self._gone(change)

    def _workdir(self, change: Change) -> bool:
        """Whether it is the working directory, and as every engine makes it where it is not there."""
        settings = self.one.image.config.get("config")
        place = str(settings.get("WorkingDir") or "") if isinstance(settings, dict) else ""
        entry = self.one.entries[change.path]
        plain = entry.kind == "directory" and (entry.mode & 0o7777, entry.uid, entry.gid) == (0o755, 0, 0)
        return change.kind == "gone" and plain and absolute(place, "/") == change.path

    def _needed(self, change: Change) -> str | Difference:
        path, by = change.path, self.before.needs[change.path]
        if self._workdir(change):
            return "the working directory, which engines make when they start a container"
        where, sure = f"/{path}", path not in self.before.unsure
        if self._stands_in(path):
            return "what the link led to is there in its place"
        if change.kind == "gone":
            if self._moved(path):
                return "it is there under another path or version, and what needs it finds it"
            text = f"is gone, and {by} needs it{self._of(path)}"
        else:
            why = self._same_use(change)
            if why:
                return why
            text = f"is needed by {by}, and is another one: {change.text}"
        if sure:
            return Difference("need", where, text)
        self.unproven[f"{where} {text.replace(' needs it', ' may need it')}"] = None
        return ""

    def _stands_in(self, path: str) -> bool:
        """Whether a link is gone or no link any more, and who went by it finds what it led to."""
        entry = self.one.entries.get(path)
        real = self.one.real(path)
        if entry is None or entry.kind != "symlink" or real is None:
            return False
        if by_place(self.one, real) and self.two.real(path) != real:
            return False
        if self.one.is_folder(real):
            # What was reached by way of a folder is needed, too: that it is found tells it all.
            return not self._newly_lacking()
        old, new = self.one.entry(path), self.two.entry(path)
        return old is not None and new is not None and (old.kind, old.digest) == (new.kind, new.digest)

    def _newly_lacking(self) -> bool:
        """Whether something is surely asked for and not found that was found before."""
        known = {(lack.what, lack.by) for lack in self.before.lacks}
        return any(lack.sure and (lack.what, lack.by) not in known for lack in self.after.lacks)

    def _needed_contents(self) -> frozenset[str]:
        """The digests of all files that the second image needs."""
        if self._contents is None:
            found = (self._content(path) for path in self.after.needs)
            self._contents = frozenset(digest for digest in found if digest is not None)
        return self._contents

    def _of(self, path: str) -> str:
        package = self.old.owner(path)
        return f"; the package {package.name} ({package.manager}) brings it" if package is not None else ""

    def _moved(self, path: str) -> bool:
        """Whether a path that is gone can be had in another way: the same file by another name of its folder, a
        library that the loader comes upon, a program that PATH leads to."""
        if by_place(self.one, path) and self.two.real(path) != self.one.real(path):
            return False
        old = self.one.entry(path)
        new = self.two.entry(path)
        if old is not None and new is not None and (old.kind, old.digest) == (new.kind, new.digest):
            return True
        if old is not None and old.digest in self._needed_contents() and not self._newly_lacking():
            # What is asked for is there, and one of it is this very file. A name that stands somewhere as it is, and
            # not one that was searched for, has to lead to it.
            return all(
                posixpath.basename(name) in self.needed_names or self._content_of_second(name) == old.digest
                for name in self._names().get(path, ())
            )
        real = self.one.real(path)
        fact = self.one.facts.get(real) if real is not None else None
        lacking = {lack.what.rpartition(" of ")[2] for lack in self.after.lacks}
        if isinstance(fact, Binary) and fact.soname and not fact.interpreter:
            names = {fact.soname, posixpath.basename(path)}
            return bool(names & self.needed_names) and not names & lacking
        entry = self.one.entries.get(path)
        if entry is not None and entry.kind == "symlink":
            # What it leads to is needed, too, and is looked at by itself.
            return real is None or path in self.after.needs or posixpath.basename(path) in self.needed_names
        return False

    def _content_of_second(self, name: str) -> str | None:
        entry = self.two.entry(name)
        return entry.digest if entry is not None else None

    def _names(self) -> dict[str | None, list[str]]:
        """By the path that they lead to in the first image, the names that are asked for."""
        if self._asked is None:
            self._asked = {}
            for name in self.before.asked:
                self._asked.setdefault(self.one.real(name), []).append(name)
        return self._asked

    def _same_use(self, change: Change) -> str:
        """Why a needed file that changed still serves; empty when that cannot be said."""
        path = change.path
        old, new = self.one.facts.get(path), self.two.facts.get(path)
        if change.type == "symlink" or not change.only_content:
            return (
                ""
                if change.type != "symlink" or change.fields != ("target",)
                else "what it leads to is looked at by itself"
            )
        one, two = self.old.owner(path), self.new.owner(path)
        if isinstance(old, Binary) and isinstance(new, Binary) and old.soname and old.soname == new.soname:
            if old.machine == new.machine and (new.defines or one is not None):
                return f"another build of {old.soname}, which has every symbol version that is asked for"
            return ""
        if one is not None and two is not None and one.name == two.name and one.manager == two.manager:
            return f"of another version of {one.name} ({one.version} -> {two.version})"
        if path in USERS and users_stay(self.one, self.two, path):
            return _SAME_USERS
        return ""

    def _changed(self, change: Change) -> str | Difference:
        """A file that nothing was seen to need, and that is another one."""
        path = change.path
        if path in USERS and users_stay(self.one, self.two, path):
            return _SAME_USERS
        one, two = self.old.owner(path), self.new.owner(path)
        if one is not None and two is not None and one.name == two.name:
            return self._count(self._changed_of, one)
        if (
            path in self.base
            or path in self.installed
            or is_leftover(path, change.type == "directory")
            or path.startswith("etc/alternatives/")
        ):
            return "nothing that the container runs needs it"
        if change.type == "directory":
            self.unproven[f"the folder /{path} is another one: {change.text}"] = None
            return ""
        return Difference("file", f"/{path}", change.text)

    def _again_elsewhere(self, path: str) -> bool:
        """Whether the same file is needed under the same name in another folder: a library where it was built."""
        name, digest = posixpath.basename(path), self.one.entries[path].digest
        places = (p for p in self.after.needs if posixpath.basename(p) == name)
        return digest is not None and any(self._content(p) == digest for p in places)

    def _content(self, path: str) -> str | None:
        entry = self.two.entry(path)
        return entry.digest if entry is not None else None

    def _gone(self, change: Change) -> str:
        path = change.path
        package = self.old.owner(path)
        if package is not None and package.manager not in ("pip", "npm", "gem"):
            return self._count(self._gone_of, package)
        if self.tools.has(path):
            return self._count(self._gone_of, package) if package is not None else _UNUSED_PACKAGE
        if path in TEMPORARY:
            self.unproven[f"/{path} is gone, where programs make their files"] = None
            return ""
        named = self.mentions.of(path, change.type)
        if named and not self._again_elsewhere(path):
            self.unproven[f"/{path} is gone, and {named} names it"] = None
            return ""
        if is_leftover(path, change.type == "directory"):
            return "what builds work on; nothing that the container runs names it"
        if package is not None:
            return self._count(self._gone_of, package)
        if change.type == "symlink":
            return "a link that nothing that the container runs names"
        if path in self.base:
            return "it came with the base image, and nothing that the container runs names it"
        if path in self.installed:
            return "made when packages were installed, and nothing that the container runs names it"
        fact = self.one.facts.get(path)
        if isinstance(fact, Binary) or posixpath.splitext(path)[1].lstrip(".") in data_endings():
            starter = self.mentions.starter
            if isinstance(fact, Binary) and fact.interpreter and starter:
                self.unproven[f"the program /{path} is gone, and {starter} starts programs by name"] = None
                return ""
            return "nothing that the container runs names it"
        if change.type == "directory" and (_is_system(path) or list(self.one.below(path))):
            return "nothing that the container runs needs it"
        self.unproven[f"/{path} is gone, and what it is for is not told by files"] = None
        return ""

    def _count(self, counts: dict[tuple[str, str], int], package: Package) -> str:
        """Count a path of a package, which is told by package; so there is nothing to say of it here."""
        key = (package.name, package.manager)
        counts[key] = counts.get(key, 0) + 1
        return ""

    def _opened(self) -> None:
        """What programs open by name without anything that says so."""
        for who, row, paths in opened_by(self.one, self.before.needs):
            gone = [path for path in paths if self._lost(path)]
            if gone:
                more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
                shown = ", ".join(f"/{p}" for p in gone[:_SHOWN])
                be = "is" if len(gone) == 1 else "are"
                self.unproven[f"/{who} {row.why}, and {shown}{more} {be} gone{self._of(gone[0])}"] = None

    def _lost(self, path: str) -> bool:
        entry = self.one.entries[path]
        if entry.kind == "directory" or self.two.real(path) is not None:
            return False
        # A library may be there in another folder.
        name = posixpath.basename(path)
        return not (".so" in name and any(posixpath.basename(p) == name for p in self.after.needs))


def _is_system(path: str) -> bool:
    """Whether a folder is one that distributions make, in which programs expect nothing when it is empty."""
    return path.startswith(("usr/", "etc/", "lib/")) and not path.startswith("usr/src/")
