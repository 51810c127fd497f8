"""What people read: one line a finding, or with the source under it on a terminal."""

from __future__ import annotations

from dockerlint.fix import Applicability
from dockerlint.report import counts
from dockerlint.report.escape import visible, width
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.lint import Found, Result
    from dockerlint.report import View
    from dockerlint.source import Source

_COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;34", Severity.STYLE: "1;36"}
# A line of a Dockerfile can be 64 kB long: what is shown of it.
_WIDEST = 200
TAB = 4


def render(results: Sequence[Result], view: View) -> str:
    """All findings by file, and a summary."""
    lines: list[str] = []
    if view.statistics:
        lines += _statistics(results)
    else:
        for result in results:
            for found in result.found:
                lines += _full(result, found, view) if view.full else [_compact(result, found)]
    if not view.quiet:
        lines += _summary(results, view)
    return "".join(line + "\n" for line in lines)


def paint(text: str, color: str, on: bool) -> str:
    """The text in a colour (SGR parameters)."""
    return f"\x1b[{color}m{text}\x1b[0m" if on else text


def _compact(result: Result, found: Found) -> str:
    mark = {Applicability.SAFE: " [fixable]", Applicability.UNSAFE: " [fixable, unsafe]"}.get(
        found.applicability, ""
    )
    place = f"{visible(result.path)}:{found.start.line}:{found.start.column}"
    return f"{place}: {found.severity}: {visible(found.message)} ({found.code} {found.name}){mark}"


def _full(result: Result, found: Found, view: View) -> list[str]:
    color = _COLORS.get(found.severity, "1")
    head = paint(f"{found.severity}[{found.code}]", color, view.color)
    lines = [f"{head}{paint(': ' + visible(found.message), '1', view.color)}"]
    source = result.source
    assert source is not None
    first, last = source.line_of(found.span.start), source.line_of(max(found.span.start, found.span.end - 1))
    gutter = " " * len(str(last))
    bar = paint("|", "1;34", view.color)
    arrow = paint("-->", "1;34", view.color)
    lines.append(f"{gutter}{arrow} {visible(result.path)}:{found.start.line}:{found.start.column}")
    lines.append(f"{gutter} {bar}")
    shown = range(first, last + 1) if last - first < 6 else (first, first + 1, 0, last - 1, last)
    for number in shown:
        if not number:
            lines.append(paint("...", "1;34", view.color))
            continue
        text, before, under = _excerpt(source, found, number)
        label = paint(str(number).rjust(len(gutter)), "1;34", view.color)
        lines.append(f"{label} {bar} {text}".rstrip())
        if under:
            lines.append(f"{gutter} {bar} {' ' * before}{paint('^' * under, color, view.color)}")
    note = paint("=", "1;34", view.color)
    lines.append(f"{gutter} {note} {found.name}; `dockerlint explain {found.name}` says why")
    if found.fix is not None:
        how = {
            Applicability.SAFE: "--fix does this",
            Applicability.UNSAFE: f"--fix --unsafe does this: {found.reason}",
            Applicability.DISPLAY: "only you can do this" + (f": {found.reason}" if found.reason else ""),
        }[found.applicability]
        lines.append(f"{gutter} {note} fix: {visible(found.fix.title)} ({visible(how)})")
    return [*lines, ""]


def _excerpt(source: Source, found: Found, number: int) -> tuple[str, int, int]:
    """A line of the file as shown, the columns before the marked part, and its columns."""
    span = source.line_span(number)
    start = min(max(found.span.start, span.start), span.end)
    end = max(min(found.span.end, span.end), start)
    if number > source.line_of(found.span.start):
        while start < end and source.text[start] in " \t":
            start += 1
    head, marked, rest = (
        source.text[span.start : start],
        source.text[start:end],
        source.text[end : span.end],
    )
    before, shown_head = _expanded(head, 0)
    after, shown_marked = _expanded(marked, before)
    _, shown_rest = _expanded(rest, after)
    if before > _WIDEST // 2:
        cut = shown_head[-_WIDEST // 4 :]
        shown_head, after, before = "..." + cut, after - before + 3 + width(cut), 3 + width(cut)
    shown = shown_head + shown_marked + shown_rest
    under = after - before
    if len(shown) > _WIDEST:
        shown, under = shown[:_WIDEST] + "...", min(under, _WIDEST + 3 - before)
    one_line = source.line_of(found.span.start) == number
    return shown, before, max(under, 1 if one_line else 0)


def _expanded(text: str, column: int) -> tuple[int, str]:
    """The column behind a text that begins at a column, and the text with tabs as spaces and
    nothing in it that a terminal would obey."""
    parts: list[str] = []
    for piece in text.split("\t"):
        if parts:
            blank = TAB - column % TAB
            parts.append(" " * blank)
            column += blank
        piece = visible(piece)
        parts.append(piece)
        column += width(piece)
    return column, "".join(parts)


def _statistics(results: Sequence[Result]) -> list[str]:
    tally: dict[tuple[str, str, str], int] = {}
    for result in results:
        for found in result.found:
            key = (found.code, found.name, "fixable" if found.fixable else "")
            tally[key] = tally.get(key, 0) + 1
    rows = sorted(tally.items(), key=lambda item: (-item[1], item[0]))
    broad = max((len(str(count)) for _, count in rows), default=0)
    return [
        f"{count:>{broad}}  {code:<10} {name}{' (fixable)' if mark else ''}"
        for (code, name, mark), count in rows
    ]


def _summary(results: Sequence[Result], view: View) -> list[str]:
    lines: list[str] = []
    for result in results:
        done = sum(result.fixed.values())
        if done:
            rules = ", ".join(f"{name} ({count})" for name, count in sorted(result.fixed.items()))
            lines.append(
                f"{visible(result.path)}: {_many(done, 'fix', 'fixes')} {'shown' if result.diff else 'written'}: {rules}"
            )
        lines += [f"{visible(result.path)}: {visible(line)}" for line in result.refused]
    total = sum(len(result.found) for result in results)
    files = [result for result in results if not result.error]
    took = f" in {view.seconds:.2f} s" if view.seconds >= 0 else ""
    if not total:
        good = paint("no findings", "1;32", view.color)
        return [*lines, f"{good} in {_many(len(files), 'file')}{took}"] if files else lines
    by = ", ".join(
        _many(count, level) if level in ("error", "warning") else f"{count} {level}"
        for level, count in counts(results).items()
        if count
    )
    lines.append(f"{_many(total, 'finding')} in {_many(len(files), 'file')}{took}: {by}")
    safe = sum(f.fixable and f.applicability == Applicability.SAFE for r in results for f in r.found)
    unsafe = sum(f.fixable and f.applicability == Applicability.UNSAFE for r in results for f in r.found)
    if safe or unsafe:
        parts = [f"{safe} can be fixed with --fix"] if safe else []
        parts += [f"{unsafe}{' more' if safe else ' can be fixed'} with --fix --unsafe"] if unsafe else []
        lines.append(", ".join(parts))
    return lines


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"
