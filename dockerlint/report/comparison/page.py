"""A comparison as one page for browsers that needs nothing else: no network, no other file.

It works under `default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'`, and says so
itself. All figures are in tables; the map above them is drawn by the script from the same data.
"""

from __future__ import annotations

import json
import pkgutil
from html import escape

from dockerlint import __version__
from dockerlint.report.comparison import exact, human, plural, share_of, short, signed, where
from dockerlint.report.comparison.tree import by_layer, by_path
from dockerlint.report.escape import visible
from dockerlint.waste import heaviest, waste

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockerlint.measure import Measured, Origin, Row, Share
    from dockerlint.report.comparison import Comparison
    from dockerlint.waste import Copy

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
# Nodes of all maps of a page together; one takes some 60 bytes.
_NODES = 16_000
_TEXT = 2000
_CHANGES = 200


def page(found: Sequence[Comparison], top: int) -> str:
    """The page about all files; `top` bounds the lists of paths."""
    maps = sum(2 if one.after is not None else 1 for one in found) * 2
    nodes = min(4000, _NODES // max(1, maps))
    names = ", ".join(visible(one.name) for one in found)
    body = "".join(_section(one, index, top, len(found) > 1) for index, one in enumerate(found))
    data = [_data(one, nodes) for one in found]
    # "<" is the only character that could end the element.
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_e(short(names, 80))} - dockerlint measure</title>\n<style>{_part('page.css')}</style>\n"
        f"</head>\n<body>\n<main>\n{body}</main>\n"
        f"<footer>dockerlint {_e(__version__)}. Bytes are those of regular files unless it says otherwise.</footer>\n"
        f'<script type="application/json" id="data">{text}</script>\n'
        f"<script>{_part('page.js')}</script>\n</body>\n</html>\n"
    )


def _part(name: str) -> str:
    data = pkgutil.get_data(__package__ or "", name)
    return "\n" + (data or b"").decode()


def _e(text: str) -> str:
    """A text as HTML, without anything that steers a terminal, a browser or the direction of writing."""
    return escape(visible(text))


def _data(comparison: Comparison, nodes: int) -> dict[str, object]:
    """What the script draws."""
    sides = [comparison.before] + ([comparison.after] if comparison.after is not None else [])
    return {
        "sides": [
            {
                "layers": by_layer(side, comparison.file, nodes),
                "paths": by_path(side, comparison.file, nodes),
                "names": [
                    f"{where(origin, comparison.file)} {'' if origin.base else short(origin.text, 120)}".strip()
                    for origin in side.origins
                ],
                "base": side.base,
            }
            for side in sides
        ]
    }


def _section(comparison: Comparison, index: int, top: int, many: bool) -> str:
    level = 2 if many else 1
    parts = [
        f'<header><h{level} id="f{index}">{_e(comparison.name)}</h{level}><p>{_e(_how(comparison))}</p></header>',
        _cards(comparison),
        _map(comparison, index),
        _lines(comparison),
        _stages(comparison),
        _waste(comparison, top),
        _layers(comparison, top),
        _changes(comparison),
        _steps(comparison),
        _notes(comparison),
    ]
    return f'<article aria-labelledby="f{index}">\n{"".join(parts)}</article>\n'


def _how(comparison: Comparison) -> str:
    if comparison.engine is None:
        return "An image as it is"
    if not comparison.seconds:
        return f"An image of {' '.join(comparison.engine)} as it is"
    built = f"Built with {' '.join(comparison.engine)}"
    if comparison.after is None:
        return f"{built} in {comparison.seconds[0]:.0f} s; there is nothing to fix"
    took = " and ".join(f"{s:.0f} s" for s in comparison.seconds)
    count = sum(comparison.fixed.values())
    return f"{built} before and after {count} {'fix' if count == 1 else 'fixes'}, in {took}"


def _cards(comparison: Comparison) -> str:
    before, after = comparison.before, comparison.after
    cards = []
    one, two = before.total, after.total if after is not None else None
    for title, kind in (("files", "files"), ("as an archive", "tar"), ("gzip", "gzip")):
        cards.append(_card(title, getattr(one, kind), getattr(two, kind) if two is not None else None))
    cards.append(
        _card("base image", before.base_size.files, after.base_size.files if after is not None else None)
    )
    found, left = waste(before), waste(after) if after is not None else None
    for title, name in (
        ("spoiled later", "spoiled_bytes"),
        ("more than once", "duplicate_bytes"),
        ("in caches", "cached_bytes"),
    ):
        cards.append(_card(title, getattr(found, name), getattr(left, name) if left is not None else None))
    return f'<dl class="cards">{"".join(cards)}</dl>\n'


def _card(title: str, before: int, after: int | None) -> str:
    if after is None:
        return f'<div><dt>{title}</dt><dd title="{exact(before)} bytes">{human(before)}</dd></div>'
    change = after - before
    kind = "less" if change < 0 else "more" if change > 0 else "same"
    note = f'<span class="{kind}">{share_of(change, before) if before else "new"}</span>' if change else ""
    was = f"{human(before)} before, {note}" if change else "no change"
    return (
        f'<div><dt>{title}</dt><dd title="{exact(before)} bytes before, {exact(after)} after">'
        f"{human(after)} <small>{was}</small></dd></div>"
    )


def _map(comparison: Comparison, index: int) -> str:
    """The place where the script draws; without one it stays hidden."""
    return (
        f'<section class="map" data-index="{index}" hidden aria-label="Map of the bytes">'
        '<div class="bar"><div class="choices"></div><nav class="crumbs" aria-label="Where the map is"></nav></div>'
        '<div class="tiles" role="group"></div><p class="told" aria-live="polite"></p>'
        '<p class="key"><span><i class="k1"></i>spoiled by a later layer</span><span><i class="k2"></i>there already</span>'
        '<span><i class="k3"></i>in a cache</span><span class="hint">Arrow keys move, Enter opens, Escape goes back'
        "</span></p></section>\n"
    )


def _table(caption: str, titles: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int]) -> str:
    """A table of cells that are HTML already; the columns named in `right` hold numbers."""
    lines = [
        "".join(f"<td{' class=n' if at in right else ''}>{cell}</td>" for at, cell in enumerate(row))
        for row in rows
    ]
    if not lines:
        return ""
    head = "".join(
        f"<th scope=col{' class=n' if at in right else ''}>{title}</th>" for at, title in enumerate(titles)
    )
    body = "".join(f"<tr>{line}</tr>\n" for line in lines)
    return (
        f'<div class="wide"><table><caption>{caption}</caption><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>\n"
    )


def _bytes(share: Share | None) -> str:
    if share is None:
        return ""
    if share.size is None:
        return '<span class="out">not in the image</span>'
    return _number(share.size.files)


def _number(count: int) -> str:
    return f'<span title="{exact(count)}">{human(count)}</span>'


def _change(count: int) -> str:
    kind = "less" if count < 0 else "more" if count > 0 else "same"
    return f'<span class="{kind}" title="{exact(count)}">{signed(count, human)}</span>'


def _bar(before: int, after: int, most: int) -> str:
    """What stays, what is saved, what comes on top, to the scale of the greatest."""
    if not most:
        return ""
    stays, more = min(before, after), abs(before - after)
    kind = "saved" if before > after else "added"
    return (
        f'<span class="b" aria-hidden="true"><i style="width:{100 * stays / most:.2f}%"></i>'
        f'<i class="{kind}" style="width:{100 * more / most:.2f}%"></i></span>'
    )


def _files(share: Share | None) -> int:
    return share.size.files if share is not None and share.size is not None else 0


def _place(share: Share | None) -> str:
    return str(share.instruction.first_line) if share is not None else ""


def _words(row: Row) -> str:
    share = row.after or row.before
    return f"<code>{_e(short(share.instruction.text.text, _TEXT))}</code>" if share is not None else ""


def _lines(comparison: Comparison) -> str:
    rows = comparison.rows
    if not rows:
        return ""
    most = max(max(_files(row.before), _files(row.after)) for row in rows)
    if comparison.after is None:
        cells = [
            (_place(row.before), _words(row), _bytes(row.before), _bar(_files(row.before), _files(row.before), most))
            for row in rows
        ]  # fmt: skip
        return _table("Bytes by line", ("line", "instruction", "files", ""), cells, (0, 2))
    changed = [
        (
            _place(row.before), _place(row.after), _words(row), _bytes(row.before), _bytes(row.after),
            _change(row.change.files), _change(row.change.gzip), _bar(_files(row.before), _files(row.after), most),
        )
        for row in rows
    ]  # fmt: skip
    titles = ("line", "fixed", "instruction", "before", "after", "difference", "gzip", "")
    return _table("Bytes by line", titles, changed, (0, 1, 3, 4, 5, 6))


def _stages(comparison: Comparison) -> str:
    sides = [comparison.before] + ([comparison.after] if comparison.after is not None else [])
    if all(len(side.dockerfile.stages) < 2 for side in sides):
        return ""
    known = [{stage.name or f"number {stage.index}": size for stage, size in side.stages()} for side in sides]
    rows = []
    for name in dict.fromkeys(name for side in known for name in side):
        cells = []
        for side in known:
            size = side.get(name)
            none = '<span class="out">not in the image</span>' if name in side else ""
            cells.append(none if size is None else _number(size.files))
        rows.append((_e(name), *cells))
    titles = ("stage", "before", "after") if len(sides) > 1 else ("stage", "files")
    return _table("Bytes by stage", titles, rows, (1, 2))


def _maker(origin: Origin, name: str) -> str:
    place = _e(where(origin, name))
    return place if origin.base else f"{place} <code>{_e(short(origin.text, 160))}</code>"


def _path(path: str) -> str:
    return f"<code>{_e(path if len(path) <= _TEXT else path[:_TEXT] + '…')}</code>"


def _waste(comparison: Comparison, top: int) -> str:
    parts = [_wasted(comparison, comparison.before, top, " before" if comparison.after is not None else "")]
    if comparison.after is not None:
        after = _wasted(comparison, comparison.after, top, " after")
        parts.append(f"<details><summary>What the fixes leave</summary>{after}</details>" if after else "")
    return "".join(parts)


def _wasted(comparison: Comparison, side: Measured, top: int, when: str) -> str:
    found, origins, name = waste(side), side.origins, comparison.file
    limit = max(top, 1) * 2
    blames = [
        (
            _maker(origins[blame.made], name),
            f"{blame.how} by {_maker(origins[blame.spoiled], name)}",
            _some(blame.copies, top),
            _number(blame.bytes),
        )
        for blame in found.spoiled
        if blame.spoiled >= found.base
    ]
    same = [
        (
            _path(f"/{one.copies[-1].path}"),
            f"{_path(f'/{one.copies[0].path}')} of {_maker(origins[one.copies[0].layer], name)}",
            f"{len(one.copies):,}",
            _number(one.own(found.base)),
        )
        for one in sorted(found.duplicates, key=lambda one: -one.own(found.base))
        if one.own(found.base)
    ]
    caches = [
        (
            _path(f"/{one.folder}/"),
            _e(one.kind.name),
            _maker(origins[one.layer], name),
            f"<code>{_e(one.kind.rule)}</code>" if one.kind.rule else "",
            _number(one.bytes),
        )
        for one in found.cached
        if one.layer >= found.base
    ]
    return (
        _table(
            f"Spoiled by a later layer{when}: {human(found.spoiled_bytes)}{_first(blames, limit)}",
            ("made by", "what happened", "files", "bytes"), blames[:limit], (3,),
        )
        + _table(
            f"In the image more than once{when}: {human(found.duplicate_bytes)}{_first(same, limit)}",
            ("path", "the same as", "copies", "bytes"), same[:limit], (2, 3),
        )
        + _table(
            f"Left in caches{when}: {human(found.cached_bytes)}{_first(caches, limit)}",
            ("path", "cache of", "left by", "rule that finds it", "bytes"), caches[:limit], (4,),
        )
    )  # fmt: skip


def _first(rows: Sequence[object], limit: int) -> str:
    return f" (the {limit} largest of {len(rows):,})" if len(rows) > limit else ""


def _some(copies: Sequence[Copy], top: int) -> str:
    shown = "".join(
        f"<div>{_path(f'/{copy.path}')} {human(copy.size)}</div>" for copy in copies[: max(top, 1)]
    )
    rest = len(copies) - max(top, 1)
    return shown + (f"<div>{plural(rest, 'more file')}</div>" if rest > 0 else "")


def _layers(comparison: Comparison, top: int) -> str:
    """The heaviest paths of each layer, folded away."""
    text = ""
    sides = [("" if comparison.after is None else " before", comparison.before)]
    if comparison.after is not None:
        sides.append((" after", comparison.after))
    for when, side in sides:
        inside: dict[int, list[Copy]] = {}
        for copy in waste(side).copies:
            inside.setdefault(copy.layer, []).append(copy)
        rows = []
        for origin, layer in zip(side.origins, side.image.layers):
            paths = "".join(
                f"<div>{_path(one.path)} {human(one.bytes)}"
                f"{f' in {one.files:,} files' if one.path.endswith('/') and one.files > 1 else ''}</div>"
                for one in heaviest(inside.get(origin.layer, ()), top)
            )
            rows.append(
                (str(origin.layer + 1), _maker(origin, comparison.file), paths, _number(layer.size.files))
            )
        table = _table(
            f"Layers{when}",
            ("layer", "made by", "heaviest paths, which do not overlap", "files"),
            rows,
            (0, 3),
        )
        text += f"<details><summary>Layers{when}: {len(rows):,}</summary>{table}</details>\n" if table else ""
    return text


def _changes(comparison: Comparison) -> str:
    found = comparison.paths
    rows = [
        (_path(f"/{path.path}"), path.kind, f"{path.files:,}", _change(path.bytes))
        for path in found[:_CHANGES]
    ]
    if not rows:
        return ""
    table = _table(
        f"Paths that differ{_first(found, _CHANGES)}", ("path", "", "files", "difference"), rows, (2, 3)
    )
    return f"<details open><summary>Paths that differ: {len(found):,}</summary>{table}</details>\n"


def _steps(comparison: Comparison) -> str:
    rows = []
    names = ("before", "after") if comparison.after is not None else ("",)
    for at, name in enumerate(names):
        steps = comparison.steps[at] if at < len(comparison.steps) else ()
        timing = comparison.timings[at] if at < len(comparison.timings) else None
        if at < len(comparison.seconds):
            rows.append(
                (
                    name or "build",
                    f"{comparison.seconds[at]:.1f}",
                    f"{timing.cold_median:.1f} of {len(timing.cold)}" if timing else "not measured",
                    f"{timing.rebuild_median:.1f} of {len(timing.rebuilds)}" if timing else "not measured",
                    f"{sum(step.cached for step in steps)} of {len(steps)}",
                )
            )
    titles = ("", "first build, seconds", "cold, median", "again, median", "steps from the cache")
    return _table("Builds", titles, rows, (1, 2, 3, 4))


def _notes(comparison: Comparison) -> str:
    lines = [_e(line) for line in comparison.refused]
    if comparison.left:
        lines.append(f"{comparison.left} unsafe {'fix' if comparison.left == 1 else 'fixes'} left out")
    rules = ", ".join(f"{_e(rule)} ({count})" for rule, count in comparison.fixed.items())
    lines += [f"Fixes by rule: {rules}"] if rules else []
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>\n" if lines else ""
