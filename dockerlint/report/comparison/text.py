"""A comparison as tables for people."""

from __future__ import annotations

from dockerlint.report.comparison import (
    Comparison,
    exact,
    human,
    plural,
    share_of,
    short,
    signed,
    where,
)
from dockerlint.report.escape import visible, width
from dockerlint.waste import heaviest, waste

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.image import Size
    from dockerlint.measure import Measured, Origin, Path, Share
    from dockerlint.report.comparison import Number
    from dockerlint.steps import Step
    from dockerlint.waste import Copy, Waste

_LABELS = {"removed": "gone", "added": "new", "changed": "changed"}
_OUTSIDE = "not in the image"
# What bars are drawn with: what stays, what was saved, what came on top.
BLOCKS, ASCII = "█░▒", "#-+"
_BAR = 12
_LONG = 48


def text(
    comparison: Comparison,
    top: int,
    number: Number,
    broad: int = 0,
    marks: str = BLOCKS,
    layers: bool = False,
) -> str:
    """The tables for people. `number` writes bytes, `broad` is the columns there are (0: no limit),
    `marks` what bars are drawn with, `layers` whether the heaviest paths of each layer are shown."""
    lines = [_title(comparison), ""]
    if comparison.after is None:
        lines += _one(comparison, number, broad, marks)
    else:
        lines += _two(comparison, comparison.after, number, broad, marks)
        lines += _paths(comparison.paths, top, number)
    if layers:
        lines += _layers(comparison.after or comparison.before, comparison.file, top, number)
    lines += _waste(comparison, top, number)
    lines += _cache(comparison)
    lines += _times(comparison)
    lines += _notes(comparison)
    return "".join(f"{line}\n" for line in lines)


def _title(comparison: Comparison) -> str:
    name = visible(comparison.name)
    if comparison.engine is None:
        return f"{name}, an image as it is"
    if not comparison.seconds:
        return f"{name}, an image of {' '.join(comparison.engine)} as it is"
    title = f"{name}, built with {' '.join(comparison.engine)}"
    if comparison.after is None:
        return f"{title} in {comparison.seconds[0]:.0f} s: there is nothing to fix, so this is one image"
    count = sum(comparison.fixed.values())
    took = " and ".join(f"{s:.0f} s" for s in comparison.seconds)
    return f"{title} before and after {count} {'fix' if count == 1 else 'fixes'} (in {took})"


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
    return short(share.instruction.text.text, limit) if share is not None else ""


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


def _bar(before: int, after: int, most: int, marks: str) -> str:
    """What stays, then what was saved or came on top, to the scale of the greatest."""
    if not most:
        return ""
    full, long = (round(_BAR * count / most) for count in (min(before, after), max(before, after)))
    if long == 0 and (before or after):
        long, full = 1, 1 if before == after else 0
    return marks[0] * full + (marks[1] if before > after else marks[2]) * (long - full)


def _files(share: Share | None) -> int:
    return share.size.files if share is not None and share.size is not None else 0


def _two(comparison: Comparison, after: Measured, number: Number, broad: int, marks: str) -> list[str]:
    before = comparison.before
    table = comparison.rows
    name = visible(comparison.name.rpartition("/")[2])
    most = max((max(_files(row.before), _files(row.after)) for row in table), default=0)
    columns = [
        ("line", [_place(row.before, f"{name}:") for row in table]),
        ("fixed", [_place(row.after, "") for row in table]),
        ("before", [_bytes(row.before, number) for row in table]),
        ("after", [_bytes(row.after, number) for row in table]),
        ("difference", [signed(row.change.files, number) for row in table]),
        ("gzip", [signed(row.change.gzip, number) for row in table]),
        ("", [_bar(_files(row.before), _files(row.after), most, marks) for row in table]),
    ]
    room = _room(columns, broad)
    columns.insert(2, ("instruction", [_words(row.after or row.before, room) for row in table]))
    lines = _table(columns, frozenset((1, 3, 4, 5, 6)))
    lines += _stages(before, after, number)
    lines += ["", *_totals(before.total, after.total), *_base(before, after, number)]
    return lines


def _stages(before: Measured, after: Measured, number: Number) -> list[str]:
    """What each stage puts into the image; nothing for files of one stage."""
    if len(before.dockerfile.stages) < 2 and len(after.dockerfile.stages) < 2:
        return []
    columns: list[tuple[str, list[str]]] = [("stage", []), ("before", []), ("after", [])]
    sides = [
        {_stage(stage.index, stage.name): size for stage, size in side.stages()} for side in (before, after)
    ]
    for name in dict.fromkeys((*sides[0], *sides[1])):
        columns[0][1].append(name)
        for column, side in zip(columns[1:], sides):
            size = side.get(name)
            column[1].append("" if name not in side else _OUTSIDE if size is None else number(size.files))
    return ["", *_table(columns, frozenset((1, 2)))]


def _stage(index: int, name: str | None) -> str:
    return visible(name) if name else f"number {index}"


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
    if after is None and not before.base and not before.dockerfile.stages:
        return ["  which layers are those of a base image is not known; --base tells"]
    if after is None or before.image.diff_ids[: before.base] == after.image.diff_ids[: after.base]:
        both = " in both" if after is not None else ""
        return [f"  of it the base image: {number(one)}{both}"]
    return [f"  of it the base image: {number(one)} before, {number(after.base_size.files)} after"]


def _one(comparison: Comparison, number: Number, broad: int, marks: str) -> list[str]:
    before = comparison.before
    name = visible(comparison.file.rpartition("/")[2])
    places, texts, sizes = [], [], []
    for share in before.shares:
        places.append(_place(share, f"{name}:"))
        texts.append(share.instruction.text.text)
        sizes.append(share.size)
    if not before.shares:
        for origin, layer in zip(before.origins, before.image.layers):
            places.append(str(origin.layer + 1))
            texts.append(f"{'(base) ' if origin.base else ''}{origin.text}")
            sizes.append(layer.size)
    most = max((size.files for size in sizes if size is not None), default=0)
    columns = [
        ("line" if before.shares else "layer", places),
        ("files", [_OUTSIDE if size is None else number(size.files) for size in sizes]),
        ("gzip", [_OUTSIDE if size is None else number(size.gzip) for size in sizes]),
        ("", [_bar(s.files, s.files, most, marks) if s is not None else "" for s in sizes]),
    ]
    room = _room(columns, broad)
    columns.insert(1, ("instruction", [short(words, room) for words in texts]))
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
        lines += ["", f"  {label}: {signed(total, number)} in {plural(count, 'file')}"]
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
            lines.append(f"    {'-':>{broad}}  {plural(same, 'path')} of the same size")
    return lines


def _layers(measured: Measured, name: str, top: int, number: Number) -> list[str]:
    """The heaviest paths of each layer after the base."""
    by_layer: dict[int, list[Copy]] = {}
    for copy in waste(measured).copies:
        by_layer.setdefault(copy.layer, []).append(copy)
    lines: list[str] = []
    for origin in measured.origins:
        these = heaviest(by_layer.get(origin.layer, ()), top)
        if origin.base or not these:
            continue
        lines += ["", f"  layer of {_maker(origin, name)}"]
        sizes = [number(one.bytes) for one in these]
        broad = max(map(len, sizes))
        for one, size in zip(these, sizes):
            files = f"  ({one.files:,} files)" if one.path.endswith("/") and one.files > 1 else ""
            lines.append(f"    {size:>{broad}}  {visible(one.path)}{files}")
    return lines


def _maker(origin: Origin, name: str) -> str:
    return where(origin, name) if origin.base else f"{where(origin, name)} {short(origin.text, _LONG)}"


def _waste(comparison: Comparison, top: int, number: Number) -> list[str]:
    """What of the image before could go, and how much of it the fixes leave."""
    found = waste(comparison.before)
    left = waste(comparison.after) if comparison.after is not None else None
    lines: list[str] = []
    for title, count, items in (
        ("spoiled by a later layer", "spoiled_bytes", _blames(comparison, found)),
        ("in the image more than once", "duplicate_bytes", _duplicates(comparison, found)),
        ("left in caches", "cached_bytes", _caches(comparison, found)),
    ):
        size = getattr(found, count)
        if not size and (left is None or not getattr(left, count)):
            continue
        after = f" before, {number(getattr(left, count))} after" if left is not None else ""
        lines += ["", f"  {title}: {number(size)}{after}"]
        broad = max((len(number(item[0])) for item in items[:top]), default=0)
        for size, first, *more in items[:top]:
            lines.append(f"    {number(size):>{broad}}  {first}")
            lines += [f"    {'':{broad}}  {line}" for line in more]
        if len(items) > top:
            rest = sum(item[0] for item in items[top:])
            lines.append(f"    {number(rest):>{broad}}  {len(items) - top:,} more")
    return lines


def _blames(comparison: Comparison, found: Waste) -> list[tuple[int, str, str]]:
    origins, name = comparison.before.origins, comparison.file
    return [
        (
            blame.bytes,
            f"made by {_maker(origins[blame.made], name)}",
            f"{blame.how} by {_maker(origins[blame.spoiled], name)}: {_some(blame.copies)}",
        )
        for blame in found.spoiled
        if blame.spoiled >= found.base
    ]


def _some(copies: Sequence[Copy]) -> str:
    """The first of some files, and how many more there are."""
    more = f" and {plural(len(copies) - 1, 'other file')}" if len(copies) > 1 else ""
    return f"/{visible(copies[0].path)}{more}"


def _duplicates(comparison: Comparison, found: Waste) -> list[tuple[int, str, str]]:
    origins, name = comparison.before.origins, comparison.file
    items = []
    for one in found.duplicates:
        own = one.own(found.base)
        if own:
            last = one.copies[-1]
            more = f" and {plural(len(one.copies) - 2, 'other place')}" if len(one.copies) > 2 else ""
            items.append(
                (
                    own,
                    f"/{visible(last.path)} of {_maker(origins[last.layer], name)}",
                    f"is /{visible(one.copies[0].path)} of {where(origins[one.copies[0].layer], name)}{more}",
                )
            )
    return sorted(items, key=lambda item: -item[0])


def _caches(comparison: Comparison, found: Waste) -> list[tuple[int, str, str]]:
    origins, name = comparison.before.origins, comparison.file
    return [
        (
            one.bytes,
            f"/{visible(one.folder)}/ of {one.kind.name} ({plural(len(one.copies), 'file')})",
            f"left by {_maker(origins[one.layer], name)}"
            + (f"; rule {one.kind.rule}" if one.kind.rule else ""),
        )
        for one in found.cached
        if one.layer >= found.base
    ]


def _cache(comparison: Comparison) -> list[str]:
    """How much of the builds came from the cache."""
    if not any(comparison.steps):
        return []
    lines = [""]
    for what, steps in zip(("before", "after"), comparison.steps):
        label = f" {what}" if len(comparison.steps) > 1 else ""
        lines.append(f"  from the cache{label}: {_hits(steps)}")
    return lines


def _hits(steps: Sequence[Step]) -> str:
    hits = sum(step.cached for step in steps)
    first = next((step for step in steps if not step.cached), None)
    line = f", from line {first.line} on built anew" if first and hits and first.line is not None else ""
    return f"{hits} of {plural(len(steps), 'step')}{line}"


def _times(comparison: Comparison) -> list[str]:
    if not comparison.timings:
        return []
    count = len(comparison.timings[0].cold)
    lines = ["", f"  seconds, medians of {count}:" if count > 1 else "  seconds of one build:"]
    for what, timing in zip(("before", "after"), comparison.timings):
        label = f"{what}: " if len(comparison.timings) > 1 else ""
        lines.append(
            f"    {label}cold {timing.cold_median:.1f}, again {timing.rebuild_median:.1f} "
            f"(from the cache: {_hits(timing.steps)})"
        )
    return lines
