"""Bytes of an image that nobody needs: what later lines spoil, what is there twice, what only caches explain.

Every regular file that a layer holds is a `Copy`. It is live when the container sees it under one
of its names; else the layer that took the last of them away spoiled it. The live copy is no waste.
"""

from __future__ import annotations

import re
from heapq import heappop, heappush

from dockerlint.frozen import node, record, remember
from dockerlint.knowledge.caches import managers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockerlint.image import Entry, Layer
    from dockerlint.measure import Measured, Origin

_NO_WORD = re.compile(r"[^\w.-]+")
# How a copy was spoiled.
REMOVED, MOVED, OVERWRITTEN, REPLACED = "removed", "moved", "overwritten", "replaced"
MODE, OWNER, MODE_AND_OWNER = "mode changed", "owner changed", "mode and owner changed"
ATTRIBUTES, AGAIN = "attributes changed", "written again"


class Copy:
    """The content of one regular file as a layer (by index) holds it.

    `names` are the paths that the container sees it under: several for hard links, none when
    layer `spoiler` has taken the last one away, `how` tells in which way.
    """

    __slots__ = ("entry", "how", "layer", "names", "spoiler")

    def __init__(self, layer: int, entry: Entry) -> None:
        self.layer = layer
        self.entry = entry
        self.names = {entry.path}
        self.spoiler: int | None = None
        self.how = ""

    @property
    def path(self) -> str:
        return self.entry.path

    @property
    def size(self) -> int:
        return self.entry.size


def copies(layers: Sequence[Layer]) -> list[Copy]:
    """Every copy of a file in the layers, in their order, with what became of it."""
    found = _Pile()
    for index, layer in enumerate(layers):
        found.put(index, layer)
    arrived: dict[int, set[str | None]] = {}
    for copy in found.copies:
        arrived.setdefault(copy.layer, set()).add(copy.entry.digest)
    for copy in found.copies:
        if copy.how == REMOVED and copy.size and copy.entry.digest in arrived.get(copy.spoiler or 0, ()):
            copy.how = MOVED
    return found.copies


class _Pile:
    """Layers on top of each other: what each path is, and the paths below each directory."""

    def __init__(self) -> None:
        self.copies: list[Copy] = []
        self._seen: dict[str, Copy | None] = {}
        self._children: dict[str, set[str]] = {}

    def put(self, index: int, layer: Layer) -> None:
        # Markers speak of lower layers only, wherever in the archive they stand.
        for entry in layer.entries:
            if entry.kind == "whiteout":
                self._drop(entry.path, index, REMOVED)
            elif entry.kind == "opaque":
                self._clear(entry.path, index, REMOVED)
        for entry in layer.entries:
            if entry.kind in ("whiteout", "opaque"):
                continue
            if entry.kind == "directory":
                if self._seen.get(entry.path) is not None:
                    self._drop(entry.path, index, REPLACED)
                self._name(entry.path, None)
                continue
            self._clear(entry.path, index, REPLACED)
            if entry.kind == "file":
                copy = Copy(index, entry)
                self.copies.append(copy)
                self._put(entry.path, copy, index)
            else:
                linked = self._seen.get(entry.target) if entry.kind == "hardlink" else None
                self._put(entry.path, linked, index)

    def _put(self, path: str, copy: Copy | None, index: int) -> None:
        """Give a path to a copy, or to what holds no bytes."""
        old = self._seen.get(path)
        if old is not None and old is not copy:
            self._lose(path, old, index, _change(old.entry, copy.entry) if copy is not None else REPLACED)
        self._name(path, copy)
        if copy is not None:
            copy.names.add(path)

    def _name(self, path: str, copy: Copy | None) -> None:
        self._seen[path] = copy
        # A layer need not have entries for the directories above a file.
        while path:
            folder = path.rpartition("/")[0]
            below = self._children.setdefault(folder, set())
            if path in below:
                break
            below.add(path)
            path = folder

    def _lose(self, path: str, copy: Copy, index: int, how: str) -> None:
        copy.names.discard(path)
        if not copy.names:
            copy.spoiler, copy.how = index, how

    def _drop(self, path: str, index: int, how: str) -> None:
        """A path and all below it go."""
        self._clear(path, index, how)
        copy = self._seen.pop(path, None)
        if copy is not None:
            self._lose(path, copy, index, how)
        self._children.get(path.rpartition("/")[0], set()).discard(path)

    def _clear(self, path: str, index: int, how: str) -> None:
        """All below a path goes; nothing is lost where nothing was."""
        pending = list(self._children.pop(path, ()))
        while pending:
            child = pending.pop()
            copy = self._seen.pop(child, None)
            if copy is not None:
                self._lose(child, copy, index, how)
            pending.extend(self._children.pop(child, ()))


def _change(old: Entry, new: Entry) -> str:
    """What a layer did to a file that it holds another copy of."""
    if (old.size, old.digest) != (new.size, new.digest):
        return OVERWRITTEN
    mode, owner = old.mode != new.mode, (old.uid, old.gid) != (new.uid, new.gid)
    if mode and owner:
        return MODE_AND_OWNER
    if mode or owner:
        return MODE if mode else OWNER
    return ATTRIBUTES if old.attributes != new.attributes else AGAIN


@node
class Blame:
    """Bytes that one layer made and another spoiled, in one way; `copies` largest first."""

    made: int
    spoiled: int
    how: str
    copies: tuple[Copy, ...]

    @property
    def bytes(self) -> int:
        return sum(copy.size for copy in self.copies)


def spoiled(found: Iterable[Copy]) -> list[Blame]:
    """The copies that no container sees, by who is to blame, the most bytes first."""
    groups: dict[tuple[int, int, str], list[Copy]] = {}
    for copy in found:
        if copy.spoiler is not None and copy.size:
            groups.setdefault((copy.layer, copy.spoiler, copy.how), []).append(copy)
    blames = [Blame(*key, tuple(sorted(these, key=_heaviest))) for key, these in groups.items()]
    return sorted(blames, key=lambda blame: (-blame.bytes, blame.made, blame.spoiled, blame.how))


def _heaviest(copy: Copy) -> tuple[int, str]:
    return -copy.size, copy.path


@node
class Duplicate:
    """One content that the container sees in several files, which are no hard links of each other.
    `copies` come in the order of the layers."""

    size: int
    copies: tuple[Copy, ...]

    @property
    def bytes(self) -> int:
        """What one copy in place of all would save."""
        return self.size * (len(self.copies) - 1)

    def own(self, base: int) -> int:
        """The part of it that layers after the first `base` are to blame for."""
        inside = sum(1 for copy in self.copies if copy.layer < base)
        return self.size * (len(self.copies) - max(1, inside))


def duplicates(found: Iterable[Copy]) -> list[Duplicate]:
    """Contents that are there more than once, the most bytes first."""
    groups: dict[tuple[int, str | None], list[Copy]] = {}
    for copy in found:
        if copy.spoiler is None and copy.size:
            groups.setdefault((copy.size, copy.entry.digest), []).append(copy)
    same = [Duplicate(size, tuple(these)) for (size, _), these in groups.items() if len(these) > 1]
    return sorted(same, key=lambda one: (-one.bytes, one.copies[0].path))


@record
class Kind:
    """A cache that a tool leaves: `name` is the tool's, `rule` the rule that finds it in a file, "" for
    none, `tools` what commands are called that leave it."""

    name: str
    rule: str
    tools: tuple[str, ...]


@node
class Cached:
    """Files that a layer left in a cache, the largest first."""

    kind: Kind
    folder: str
    layer: int
    copies: tuple[Copy, ...]

    @property
    def bytes(self) -> int:
        return sum(copy.size for copy in self.copies)


def cached(found: Iterable[Copy], origins: Sequence[Origin]) -> list[Cached]:
    """The files that containers see only because a tool left its cache, the most bytes first.

    Where tools share a folder, the one that the instruction names is the one meant.
    """
    known = _Folders()
    groups: dict[tuple[str, int], list[Copy]] = {}
    kinds: dict[str, tuple[Kind, ...]] = {}
    for copy in found:
        if copy.spoiler is None and copy.size:
            place = known.of(copy.path.rpartition("/")[0])
            if place is not None:
                groups.setdefault((place[0], copy.layer), []).append(copy)
                kinds[place[0]] = place[1]
    made = []
    for (folder, layer), these in groups.items():
        words = set(_NO_WORD.split(origins[layer].text))
        named = [kind for kind in kinds[folder] if not words.isdisjoint(kind.tools)]
        made.append(Cached((named or kinds[folder])[0], folder, layer, tuple(sorted(these, key=_heaviest))))
    return sorted(made, key=lambda one: (-one.bytes, one.folder, one.layer))


class _Folders:
    """Tells which cache a directory lies in."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[str, tuple[Kind, ...]] | None] = {"": None}
        self._patterns: list[tuple[tuple[str, ...], Kind]] = []
        for manager in managers():
            for folders, rule in ((manager.lists, manager.lists_rule), (manager.caches, manager.rule)):
                kind = Kind(manager.name, rule, manager.tools)
                for folder in folders:
                    homes = ("/root", "/home/*") if folder.startswith("~") else ("",)
                    self._patterns += [
                        (tuple(f"{home}{folder.lstrip('~')}".split("/")), kind) for home in homes
                    ]

    def of(self, folder: str) -> tuple[str, tuple[Kind, ...]] | None:
        """The directory of the cache and the tools that may have made it; None when it is none."""
        if folder not in self._answers:
            above = self.of(folder.rpartition("/")[0])
            parts = folder.split("/")
            kinds: list[Kind] = []
            for pattern, kind in self._patterns:
                if _matches(pattern, parts) and kind not in kinds:
                    kinds.append(kind)
            self._answers[folder] = above or ((folder, tuple(kinds)) if kinds else None)
        return self._answers[folder]


def _matches(pattern: tuple[str, ...], parts: list[str]) -> bool:
    """Whether a pattern is this directory; one that does not begin at the root may begin anywhere."""
    if not pattern[0]:
        pattern = pattern[1:]
        if len(parts) != len(pattern):
            return False
    elif len(parts) < len(pattern):
        return False
    return all(one in ("*", part) for one, part in zip(pattern, parts[-len(pattern) :]))


@node
class Waste:
    """What of an image could go. `base` is how many layers the base brought: what it wastes itself is
    not counted in the sums."""

    base: int
    copies: tuple[Copy, ...]
    spoiled: tuple[Blame, ...]
    duplicates: tuple[Duplicate, ...]
    cached: tuple[Cached, ...]

    @property
    def spoiled_bytes(self) -> int:
        """What layers after the base spoiled."""
        return sum(blame.bytes for blame in self.spoiled if blame.spoiled >= self.base)

    @property
    def duplicate_bytes(self) -> int:
        return sum(one.own(self.base) for one in self.duplicates)

    @property
    def cached_bytes(self) -> int:
        return sum(one.bytes for one in self.cached if one.layer >= self.base)


def waste(measured: Measured) -> Waste:
    """All that is wasted in an image; made once for each `Measured`."""
    return remember(measured, "_waste", lambda: _waste(measured))


def _waste(measured: Measured) -> Waste:
    found = copies(measured.image.layers)
    return Waste(
        measured.base,
        tuple(found),
        tuple(spoiled(found)),
        tuple(duplicates(found)),
        tuple(cached(found, measured.origins)),
    )


@record
class Weight:
    """A path and its bytes; one that ends with a slash is a directory of `files` files."""

    path: str
    bytes: int
    files: int


# A directory is named as a whole when none of what is in it has this part of its bytes.
_SPLIT = 0.25


def heaviest(found: Iterable[Copy], count: int) -> list[Weight]:
    """Where the bytes of some files are: at most so many paths that do not overlap, the heaviest first.

    A directory stands for its files when none of them, and no directory in it, stands out.
    """
    if count <= 0:
        return []
    tree = grown(found)
    waiting = [(-tree.bytes, "", tree)]
    shown: list[Weight] = []
    while waiting and len(shown) < count:
        size, path, branch = heappop(waiting)
        largest = max((child.bytes for child in branch.children.values()), default=0)
        if branch.children and (path.count("/") < 2 or largest >= _SPLIT * branch.bytes):
            for name, child in branch.children.items():
                heappush(waiting, (-child.bytes, f"{path}/{name}", child))
        elif size:
            shown.append(Weight(f"{path}/" if branch.children else path, branch.bytes, branch.files))
    return shown


class Branch:
    """A path and the bytes of all files below it; without children it is a file."""

    __slots__ = ("bytes", "children", "files")

    def __init__(self) -> None:
        self.bytes = 0
        self.files = 0
        self.children: dict[str, Branch] = {}


def grown(found: Iterable[Copy]) -> Branch:
    """The files as a tree; the root has the empty name."""
    root = Branch()
    for copy in found:
        at = root
        at.bytes += copy.size
        at.files += 1
        for part in copy.path.split("/"):
            at = at.children.setdefault(part, Branch())
            at.bytes += copy.size
            at.files += 1
    return root
