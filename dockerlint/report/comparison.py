"""Two images side by side, or one alone: as a table, and as JSON."""

from __future__ import annotations

from dockerlint.frozen import node
from dockerlint.image import Size
from dockerlint.measure import Measured, Row, paths, rows
from dockerlint.report.escape import visible, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from dockerlint.measure import Path, Share

    Number = Callable[[int], str]

_UNITS = ("B", "kB", "MB", "GB", "TB")
_LABELS = {"removed": "gone", "added": "new", "changed": "changed"}
_OUTSIDE = "not in the image"


@node
class Comparison:
    """A file measured: before, and after its fixes (None when they change nothing).

    `fixed` counts fixes by rule, `left` the ones that were not allowed, `refused` says which were
    left out and why. `engine` is its name and version, `kept` the tags of images that stay.
    """

    name: str
    engine: tuple[str, str]
    before: Measured
    after: Measured | None
    fixed: Mapping[str, int]
    left: int
    refused: tuple[str, ...]
    seconds: tuple[float, ...]
    kept: tuple[str, ...] = ()


def human(count: int) -> str:
    """Bytes with a decimal unit and three or four figures, as docker shows them."""
    value = float(count)
    for unit in _UNITS:
        if abs(value) < 999.95 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"


def exact(count: int) -> str:
    """Bytes to the last one."""
    return f"{count:,}"


def signed(count: int, number: Number) -> str:
    """A difference with its sign; nothing for none."""
    return f"{'+' if count > 0 else ''}{number(count)}" if count else "-"


def share_of(part: int, whole: int) -> str:
    """A change in percent of the whole."""
    return f"{100 * part / whole:+.1f} %" if whole else "-"


def text(comparison: Comparison, top: int, number: Number, broad: int = 0) -> str:
    """The tables for people. `number` writes bytes, `broad` is the columns there are (0: no limit)."""
    name = visible(comparison.name)
    engine = " ".join(comparison.engine)
    lines = [f"{name}, built with {engine}"]
    if comparison.after is None:
        lines[0] += f" in {comparison.seconds[0]:.0f} s: there is nothing to fix, so this is one image"
        lines += ["", *_one(comparison, number, broad)]
    else:
        count = sum(comparison.fixed.values())
        took = " and ".join(f"{s:.0f} s" for s in comparison.seconds)
        lines[0] += f" before and after {count} {'fix' if count == 1 else 'fixes'} (in {took})"
        lines += ["", *_two(comparison, comparison.after, number, broad)]
        lines += _paths(paths(comparison.before.image, comparison.after.image), top, number)
    lines += _notes(comparison)
    return "".join(f"{line}\n" for line in lines)


def _notes(comparison: Comparison) -> list[str]:
    lines = [f"  {visible(line)}" for line in comparison.refused]
    if comparison.left:
        these = "1 fix is" if comparison.left == 1 else f"{comparison.left} fixes are"
        lines.append(f"  {these} unsafe and left out; --unsafe measures with them too")
    lines += [f"  kept: {tag}" for tag in comparison.kept]
    return ["", *lines] if lines else []


def _place(share: Share | None, name: str) -> str:
    return f"{name}{share.instruction.first_line}" if share is not None else ""


def _bytes(share: Share | None, number: Number, kind: str = "files") -> str:
    if share is None:
        return ""
    return _OUTSIDE if share.size is None else number(getattr(share.size, kind))


def _words(share: Share | None, limit: int) -> str:
    words = " ".join(visible(share.instruction.text.text).split()) if share is not None else ""
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def _room(others: Sequence[tuple[str, list[str]]], broad: int) -> int:
    """The columns that the others leave for the instruction."""
    used = sum(max(map(width, (title, *cells))) + 2 for title, cells in others)
    return max(24, min(72, broad - used - 2)) if broad else 56


def _table(columns: list[tuple[str, list[str]]], right: frozenset[int]) -> list[str]:
    """Columns as lines, under their titles; those named in `right` end flush."""
    sizes = [max(map(width, (title, *cells))) for title, cells in columns]
    lines = []
    for row in zip(*((title, *cells) for title, cells in columns)):
        parts = []
        for at, (cell, size) in enumerate(zip(row, sizes)):
            pad = " " * (size - width(cell))
            parts.append(pad + cell if at in right else cell + pad)
        lines.append(f"  {'  '.join(parts)}".rstrip())
    return lines


def _two(comparison: Comparison, after: Measured, number: Number, broad: int) -> list[str]:
    before = comparison.before
    table = rows(before.shares, after.shares)
    name = visible(comparison.name.rpartition("/")[2])
    columns = [
        ("line", [_place(row.before, f"{name}:") for row in table]),
        ("fixed", [_place(row.after, "") for row in table]),
        ("before", [_bytes(row.before, number) for row in table]),
        ("after", [_bytes(row.after, number) for row in table]),
        ("difference", [signed(row.change.files, number) for row in table]),
        ("gzip", [signed(row.change.gzip, number) for row in table]),
    ]
    room = _room(columns, broad)
    columns.insert(2, ("instruction", [_words(row.after or row.before, room) for row in table]))
    lines = _table(columns, frozenset((1, 3, 4, 5, 6)))
    one, two = before.total, after.total
    lines += ["", *_totals(one, two), *_base(before, after, number)]
    return lines


def _totals(one: Size, two: Size) -> list[str]:
    names = ("files", "archive", "gzip")
    kinds = ("files", "tar", "gzip")
    pairs = [(getattr(one, kind), getattr(two, kind)) for kind in kinds]
    return _table(
        [
            ("image", list(names)),
            ("bytes before", [exact(a) for a, _ in pairs]),
            ("bytes after", [exact(b) for _, b in pairs]),
            ("difference", [signed(b - a, exact) for a, b in pairs]),
            ("", [human(b - a) if b - a else "" for a, b in pairs]),
            (" ", [share_of(b - a, a) for a, b in pairs]),
        ],
        frozenset((1, 2, 3, 4, 5)),
    )


def _base(before: Measured, after: Measured | None, number: Number) -> list[str]:
    one = before.base_size.files
    if after is None or before.image.diff_ids[: before.base] == after.image.diff_ids[: after.base]:
        both = " in both" if after is not None else ""
        return [f"  of it the base image: {number(one)}{both}"]
    return [f"  of it the base image: {number(one)} before, {number(after.base_size.files)} after"]


def _one(comparison: Comparison, number: Number, broad: int) -> list[str]:
    before = comparison.before
    name = visible(comparison.name.rpartition("/")[2])
    columns = [
        ("line", [_place(share, f"{name}:") for share in before.shares]),
        ("files", [_bytes(share, number) for share in before.shares]),
        ("gzip", [_bytes(share, number, "gzip") for share in before.shares]),
    ]
    room = _room(columns, broad)
    columns.insert(1, ("instruction", [_words(share, room) for share in before.shares]))
    total = before.total
    lines = _table(columns, frozenset((2, 3)))
    lines += [
        "",
        f"  image: {exact(total.files)} bytes of files, {exact(total.tar)} as an archive, {exact(total.gzip)} gzip",
    ]
    return [*lines, *_base(before, None, number)]


def _paths(found: Sequence[Path], top: int, number: Number) -> list[str]:
    lines: list[str] = []
    for kind, label in _LABELS.items():
        these = [path for path in found if path.kind == kind]
        if not these or not top:
            continue
        total = sum(path.bytes for path in these)
        count = sum(path.files for path in these)
        lines += ["", f"  {label}: {signed(total, number)} in {count:,} {'file' if count == 1 else 'files'}"]
        same = sum(1 for path in these if not path.bytes)
        these = [path for path in these if path.bytes]
        shown = these[:top]
        sizes = [signed(path.bytes, number) for path in shown]
        broad = max(map(len, sizes), default=1)
        for path, size in zip(shown, sizes):
            files = f"  ({path.files:,} files)" if path.path.endswith("/") and path.files > 1 else ""
            lines.append(f"    {size:>{broad}}  /{visible(path.path)}{files}")
        if len(these) > top:
            rest = sum(path.bytes for path in these[top:])
            lines.append(f"    {signed(rest, number):>{broad}}  {len(these) - top:,} more")
        if same:
            lines.append(f"    {'-':>{broad}}  {same:,} {'path' if same == 1 else 'paths'} of the same size")
    return lines


def document(comparison: Comparison, top: int) -> dict[str, Any]:
    """The same for programs: all numbers are bytes, lines count from 1."""
    after = comparison.after
    found = paths(comparison.before.image, after.image) if after is not None else []
    table = (
        rows(comparison.before.shares, after.shares)
        if after is not None
        else [Row(share, None) for share in comparison.before.shares]
    )
    return {
        "file": comparison.name,
        "engine": {"name": comparison.engine[0], "version": comparison.engine[1]},
        "fixed": dict(comparison.fixed),
        "unsafeLeftOut": comparison.left,
        "refused": list(comparison.refused),
        "before": _side(comparison.before),
        "after": _side(after) if after is not None else None,
        "instructions": [
            {"before": _share(row.before), "after": _share(row.after), "difference": _size(row.change)}
            if after is not None
            else {"before": _share(row.before)}
            for row in table
        ],
        "paths": [
            {"path": f"/{p.path}", "change": p.kind, "bytes": p.bytes, "files": p.files} for p in found[:top]
        ],
        "kept": list(comparison.kept),
    }


def _side(measured: Measured) -> dict[str, Any]:
    return {
        "size": _size(measured.total),
        "base": _size(measured.base_size),
        "layers": len(measured.image.layers),
    }


def _size(size: Size) -> dict[str, int]:
    return {"files": size.files, "tar": size.tar, "gzip": size.gzip}


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {
        "line": share.instruction.first_line,
        "instruction": share.instruction.text.text,
        "size": _size(share.size) if share.size is not None else None,
    }
