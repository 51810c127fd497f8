"""The files of an image as a tree that is small enough for a page: small paths are folded together."""

from __future__ import annotations

from heapq import heappop, heappush

from dockerlint.report.comparison import plural, short, where
from dockerlint.report.escape import visible
from dockerlint.waste import Branch, waste

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from dockerlint.measure import Measured
    from dockerlint.waste import Copy

# What a leaf is, beside being there.
SPOILED, DUPLICATE, CACHED = 1, 2, 3
# Of the children of a directory those below this part of the image are one leaf together.
_SMALL = 1 / 20000
_NAME = 200
# Nobody looks deeper, and what writes JSON calls itself.
_DEEP = 100


class _Leaf:
    """What is known of a file: its layer, whether it is waste, and a note on that."""

    __slots__ = ("kind", "layer", "note")

    def __init__(self, layer: int, kind: int = 0, note: str = "") -> None:
        self.layer = layer
        self.kind = kind
        self.note = note


def by_layer(measured: Measured, name: str, nodes: int) -> dict[str, Any]:
    """All that the layers hold, layer by layer, in at most about so many nodes."""
    known = _leaves(measured, name)
    inside: dict[int, list[Copy]] = {}
    for copy in waste(measured).copies:
        inside.setdefault(copy.layer, []).append(copy)
    total = measured.total.files
    children = []
    for origin, layer in zip(measured.origins, measured.image.layers):
        if not layer.size.files:
            continue
        budget = max(20, nodes * layer.size.files // max(1, total))
        told = _folded(inside[origin.layer], known, total, budget)
        text = "" if origin.base else f" {short(origin.text, 120)}"
        told["n"] = f"{where(origin, name)}{text}"
        told["l"] = origin.layer
        children.append(told)
    return {"n": "image", "s": total, "f": sum(child["f"] for child in children), "c": children}


def by_path(measured: Measured, name: str, nodes: int) -> dict[str, Any]:
    """What a container sees, by path."""
    found = waste(measured)
    live = [copy for copy in found.copies if copy.spoiler is None]
    told = _folded(live, _leaves(measured, name), measured.total.files, nodes)
    told["n"] = "/"
    return told


def _leaves(measured: Measured, name: str) -> dict[int, _Leaf]:
    """What is known of each copy, by its identity."""
    found, origins = waste(measured), measured.origins
    known = {id(copy): _Leaf(copy.layer) for copy in found.copies}
    for one in found.duplicates:
        first = one.copies[0]
        for copy in one.copies[1:]:
            note = f"the same as /{short(first.path, 80)} of {where(origins[first.layer], name)}"
            known[id(copy)] = _Leaf(copy.layer, DUPLICATE, note)
    for cache in found.cached:
        for copy in cache.copies:
            rule = f" (rule {cache.kind.rule})" if cache.kind.rule else ""
            known[id(copy)] = _Leaf(copy.layer, CACHED, f"cache of {cache.kind.name}{rule}")
    for blame in found.spoiled:
        for copy in blame.copies:
            note = f"{blame.how} by {where(origins[blame.spoiled], name)}"
            known[id(copy)] = _Leaf(copy.layer, SPOILED, note)
    return known


class _Twig(Branch):
    """A branch that knows what its file is, or what most of its bytes are."""

    __slots__ = ("kinds", "leaf")

    def __init__(self) -> None:
        super().__init__()
        self.leaf: _Leaf | None = None
        self.kinds: dict[tuple[int, str], int] = {}


def _folded(found: Iterable[Copy], known: dict[int, _Leaf], total: int, nodes: int) -> dict[str, Any]:
    """The tree of some files: the largest directories are opened first, until there are enough nodes."""
    root = _Twig()
    for copy in found:
        leaf = known[id(copy)]
        at = root
        _add(at, copy.size, leaf)
        for part in copy.path.split("/"):
            child = at.children.setdefault(part, _Twig())
            assert isinstance(child, _Twig)
            at = child
            _add(at, copy.size, leaf)
        at.leaf = leaf
    told = _told("", root)
    waiting: list[tuple[int, int, int, _Twig, dict[str, Any]]] = [(-root.bytes, 0, 0, root, told)]
    count = 1
    while waiting and count < nodes:
        _, _, depth, twig, node = heappop(waiting)
        children = sorted(twig.children.items(), key=lambda item: (-item[1].bytes, item[0]))
        shown = [item for item in children if item[1].bytes > total * _SMALL][: nodes - count]
        node["c"] = []
        for part, child in shown:
            assert isinstance(child, _Twig)
            part, child = _joined(part, child)
            inner = _told(part, child)
            node["c"].append(inner)
            count += 1
            if child.children and depth < _DEEP:
                heappush(waiting, (-child.bytes, count, depth + 1, child, inner))
        rest = children[len(shown) :]
        if rest and sum(child.bytes for _, child in rest):
            files = sum(child.files for _, child in rest)
            node["c"].append(
                {"n": plural(files, "smaller file"), "s": sum(child.bytes for _, child in rest), "f": files}
            )
            count += 1
        if not node["c"]:
            del node["c"]
    return told


def _joined(part: str, twig: _Twig) -> tuple[str, _Twig]:
    """A directory with one thing in it is one node with that."""
    while len(twig.children) == 1:
        ((name, only),) = twig.children.items()
        assert isinstance(only, _Twig)
        part, twig = f"{part}/{name}", only
    return part, twig


def _add(twig: _Twig, size: int, leaf: _Leaf) -> None:
    twig.bytes += size
    twig.files += 1
    if leaf.kind:
        key = (leaf.kind, leaf.note)
        twig.kinds[key] = twig.kinds.get(key, 0) + size


def _told(part: str, twig: _Twig) -> dict[str, Any]:
    """A node: name, bytes, files, and where they are so: kind, layer, note."""
    told: dict[str, Any] = {"n": _name(part), "s": twig.bytes, "f": twig.files}
    if twig.leaf is not None and not twig.children:
        told["l"] = twig.leaf.layer
    if twig.kinds:
        (kind, note), size = max(twig.kinds.items(), key=lambda item: item[1])
        if size >= 0.9 * twig.bytes:
            told["k"], told["t"] = kind, note
    return told


def _name(part: str) -> str:
    text = visible(part)
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}…"
