"""A comparison as Markdown for the comment on a pull request: bounded, and harmless whatever paths are called."""

from __future__ import annotations

from dockerlint.report.comparison import plural, share_of, short, signed, where
from dockerlint.report.escape import visible
from dockerlint.waste import waste

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.measure import Origin, Row, Share
    from dockerlint.report.comparison import Comparison, Number
    from dockerlint.waste import Waste

# GitHub takes 65,536 characters, GitLab and others more.
LIMIT = 60_000
_ROWS = 60
_TEXT = 100
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /,-=;")


def markdown(found: Sequence[Comparison], top: int, number: Number) -> str:
    """The report on all files; parts that would make it too long are left out, and that is said."""
    text = ""
    for index, comparison in enumerate(found):
        for part in _parts(comparison, top, number):
            if len(text) + len(part) > LIMIT:
                left = plural(len(found) - index - 1, "more file") if index + 1 < len(found) else "the rest"
                return f"{text}\n*Too long for a comment: {left} is left out.*\n"
            text += part
    return text


def code(text: str, limit: int = _TEXT) -> str:
    """A text as code that is only a text: no link, no mention, no end of a cell, in any renderer."""
    return f"<code>{escaped(short(text, limit))}</code>" if text else ""


def escaped(text: str) -> str:
    """Every character that Markdown or HTML could take for something else as a number."""
    return "".join(c if c in _SAFE or ord(c) > 0x7F else f"&#{ord(c)};" for c in visible(text))


def _parts(comparison: Comparison, top: int, number: Number) -> list[str]:
    parts = [_head(comparison, number)]
    parts.append(_instructions(comparison, number))
    parts.append(_waste(comparison, top, number))
    parts.append(_paths(comparison, top, number))
    parts.append(_foot(comparison))
    return [part for part in parts if part]


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: int) -> str:
    """A table; the last `right` columns end flush."""
    marks = ["---"] * (len(titles) - right) + ["---:"] * right
    lines = [titles, marks, *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _details(title: str, body: str) -> str:
    return f"\n<details><summary>{title}</summary>\n\n{body}\n</details>\n"


def _head(comparison: Comparison, number: Number) -> str:
    before, after = comparison.before.total, comparison.after.total if comparison.after else None
    name = code(comparison.name)
    if after is None:
        what = "nothing to fix" if comparison.seconds else "as it is"
        head = f"### {name}: {number(before.files)}, {what}\n\n"
        return head + _table(
            ("", "bytes"), [("files", f"{before.files:,}"), ("archive", f"{before.tar:,}"), ("gzip", f"{before.gzip:,}")], 1
        )  # fmt: skip
    change = after.files - before.files
    head = (
        f"### {name}: {number(before.files)} → {number(after.files)} ({share_of(change, before.files)})\n\n"
    )
    rows = [
        (kind, f"{a:,}", f"{b:,}", signed(b - a, number), share_of(b - a, a))
        for kind, a, b in (
            ("files", before.files, after.files),
            ("archive", before.tar, after.tar),
            ("gzip", before.gzip, after.gzip),
        )
    ]
    return head + _table(("", "before", "after", "difference", ""), rows, 4)


def _size(share: Share | None, number: Number) -> str:
    if share is None:
        return ""
    return "not in the image" if share.size is None else number(share.size.files)


def _line(share: Share | None) -> str:
    return str(share.instruction.first_line) if share is not None else ""


def _instructions(comparison: Comparison, number: Number) -> str:
    rows = comparison.rows
    if comparison.after is None:
        if rows:
            cells = [
                (_line(row.before), code(_text(row)), _size(row.before, number)) for row in _largest(rows)
            ]
            return _details("bytes by line", _table(("line", "instruction", "files"), cells, 1))
        pairs = list(zip(comparison.before.origins, comparison.before.image.layers))
        layers = [
            (str(origin.layer + 1), code(origin.text), number(layer.size.files))
            for origin, layer in pairs[:_ROWS]
        ]
        return _details("bytes by layer", _table(("layer", "instruction", "files"), layers, 1))
    changed = [
        (
            _line(row.before),
            _line(row.after),
            code(_text(row)),
            _size(row.before, number),
            _size(row.after, number),
            signed(row.change.files, number),
        )
        for row in _largest(rows)
    ]
    title = f"bytes by line{f', the {_ROWS} largest of {len(rows)}' if len(rows) > _ROWS else ''}"
    return _details(
        title, _table(("line", "fixed", "instruction", "before", "after", "difference"), changed, 3)
    )


def _text(row: Row) -> str:
    share = row.after or row.before
    return share.instruction.text.text if share is not None else ""


def _largest(rows: Sequence[Row]) -> list[Row]:
    """All rows, or those with the most bytes, in the order of the file."""
    if len(rows) <= _ROWS:
        return list(rows)

    def weight(row: Row) -> int:
        return max(_files(row.before), _files(row.after))

    keep = sorted(range(len(rows)), key=lambda at: -weight(rows[at]))[:_ROWS]
    return [rows[at] for at in sorted(keep)]


def _files(share: Share | None) -> int:
    return share.size.files if share is not None and share.size is not None else 0


def _waste(comparison: Comparison, top: int, number: Number) -> str:
    found = waste(comparison.before)
    left = waste(comparison.after) if comparison.after is not None else None
    sums = []
    for title, name in (
        ("spoiled by a later layer", "spoiled_bytes"),
        ("in the image more than once", "duplicate_bytes"),
        ("left in caches", "cached_bytes"),
    ):
        size = getattr(found, name)
        after = (number(getattr(left, name)),) if left is not None else ()
        if size or (left is not None and getattr(left, name)):
            sums.append((title, number(size), *after))
    if not sums:
        return ""
    titles = ("waste", "before", "after") if left is not None else ("waste", "bytes")
    text = f"\n{_table(titles, sums, len(titles) - 1)}"
    rows = _blames(comparison, found, number)[:top]
    if rows:
        text += _details(
            "who is to blame", _table(("made by", "what happened", "largest file", "bytes"), rows, 1)
        )
    return text


def _maker(origin: Origin, name: str) -> str:
    place = code(where(origin, name)) if not origin.base else "the base image"
    return f"{place} {code(origin.text, 60)}" if not origin.base else place


def _blames(comparison: Comparison, found: Waste, number: Number) -> list[tuple[str, str, str, str]]:
    origins, name = comparison.before.origins, comparison.file
    rows: list[tuple[int, str, str, str]] = []
    for blame in found.spoiled:
        if blame.spoiled >= found.base:
            what = f"{blame.how} by {_maker(origins[blame.spoiled], name)}"
            rows.append(
                (blame.bytes, _maker(origins[blame.made], name), what, code(f"/{blame.copies[0].path}"))
            )
    for one in found.duplicates:
        if one.own(found.base):
            last, first = one.copies[-1], one.copies[0]
            what = f"the same as {code(f'/{first.path}')} of {_maker(origins[first.layer], name)}"
            rows.append((one.own(found.base), _maker(origins[last.layer], name), what, code(f"/{last.path}")))
    for cache in found.cached:
        if cache.layer >= found.base:
            rule = f", rule {code(cache.kind.rule)}" if cache.kind.rule else ""
            what = f"cache of {code(cache.kind.name)}{rule}"
            rows.append((cache.bytes, _maker(origins[cache.layer], name), what, code(f"/{cache.folder}/")))
    rows.sort(key=lambda row: -row[0])
    return [(made, what, path, number(size)) for size, made, what, path in rows]


def _paths(comparison: Comparison, top: int, number: Number) -> str:
    rows = [
        (code(f"/{path.path}"), path.kind, f"{path.files:,}", signed(path.bytes, number))
        for path in comparison.paths[:top]
        if path.bytes
    ]
    return _details("paths that differ most", _table(("path", "", "files", "bytes"), rows, 2)) if rows else ""


def _foot(comparison: Comparison) -> str:
    lines = []
    if comparison.engine is not None and comparison.seconds:
        took = " and ".join(f"{s:.0f} s" for s in comparison.seconds)
        lines.append(f"built with {escaped(' '.join(comparison.engine))} in {took}")
    for what, timing in zip(("before", "after"), comparison.timings):
        lines.append(
            f"{what}: cold {timing.cold_median:.1f} s, again {timing.rebuild_median:.1f} s "
            f"(medians of {len(timing.cold)})"
        )
    if comparison.left:
        lines.append(f"{plural(comparison.left, 'unsafe fix').replace('fixs', 'fixes')} left out")
    lines += [escaped(short(line, 300)) for line in comparison.refused[:10]]
    return "".join(f"\n<sub>{line}</sub>\n" for line in lines)
