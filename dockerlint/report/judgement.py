"""A judgement on two images: as text, as JSON, and as Markdown for a comment."""

from __future__ import annotations

from dockerlint.contract import Verdict
from dockerlint.frozen import record
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockerlint.contract import Difference, Judgement

# So many differences of one kind are shown for people; JSON has all.
_SHOWN = 40
# From so many on, paths of one folder share a row.
_ALIKE = 4


@record
class About:
    """What was judged: the two names, the engine's name and version (None without one), what the unsafe fixes
    that went in say, and fixes by rule."""

    names: tuple[str, str]
    engine: tuple[str, str] | None
    reasons: tuple[str, ...]
    fixed: Mapping[str, int]


def text(judgement: Judgement, about: About) -> str:
    """For people."""
    lines = [f"{_names(about)}: {judgement.verdict}"]
    if about.engine is not None:
        lines[0] += f" ({' '.join(about.engine)})"
    refused = [d for d in judgement.differences if not d.allowed]
    sections = [("differs", _rows(refused)), ("not proven", list(judgement.unproven))]
    if judgement.verdict == Verdict.UNBUILT:
        sections = [("could not build", list(judgement.unproven))]
    sections += [(f"may differ: {why}", _brief(some)) for why, some in _by_reason(judgement.differences)]
    sections.append(("unsafe fixes say", list(about.reasons)))
    sections.append(("looked at", list(judgement.checked)))
    for title, rows in sections:
        if rows:
            lines += ["", f"  {title}", *(f"    {visible(row)}" for row in rows[:_SHOWN])]
            if len(rows) > _SHOWN:
                lines.append(f"    and {len(rows) - _SHOWN:,} more")
    return "".join(f"{line}\n" for line in lines)


def _names(about: About) -> str:
    return f"{visible(about.names[0])} and {visible(about.names[1])}"


def _rows(differences: Sequence[Difference]) -> list[str]:
    return [
        f"`{d.where}`: {d.text}" if d.kind == "smoke" else f"{d.where} {d.text}".strip() for d in differences
    ]


def _brief(differences: Sequence[Difference]) -> list[str]:
    """As `_rows`, with what is gone or new of one folder in one row."""
    folders: dict[tuple[str, str], list[Difference]] = {}
    for difference in differences:
        state = difference.text.partition(" (")[0]
        alike = difference.kind == "file" and state in ("is gone", "is new")
        key = (difference.where.rpartition("/")[0], state) if alike else (difference.where, difference.text)
        folders.setdefault(key, []).append(difference)
    rows = []
    for (place, state), some in folders.items():
        if len(some) < _ALIKE:
            rows += _rows(some)
        else:
            names = ", ".join(d.where.rpartition("/")[2] for d in some[:2])
            rows.append(f"{place}/ {len(some):,} paths in it are {state.split()[1]} ({names}, ...)")
    return rows


def _by_reason(differences: Sequence[Difference]) -> list[tuple[str, list[Difference]]]:
    groups: dict[str, list[Difference]] = {}
    for difference in differences:
        if difference.allowed:
            groups.setdefault(difference.allowed, []).append(difference)
    return list(groups.items())


def json(judgement: Judgement, about: About) -> str:
    """For programs."""
    from json import dumps

    document = {
        "before": about.names[0],
        "after": about.names[1],
        "engine": {"name": about.engine[0], "version": about.engine[1]} if about.engine is not None else None,
        "verdict": judgement.verdict,
        "holds": judgement.holds,
        "fixed": dict(about.fixed),
        "reasons": list(about.reasons),
        "differences": [
            {"kind": d.kind, "where": d.where, "text": d.text, "allowed": d.allowed or None}
            for d in judgement.differences
        ],
        "unproven": list(judgement.unproven),
        "checked": list(judgement.checked),
    }
    return dumps(document, indent=2, ensure_ascii=True) + "\n"


def markdown(judgement: Judgement, about: About) -> str:
    """For a comment on a change."""
    mark = "✅" if judgement.holds else "❌"
    lines = [f"### {mark} {_cell(_names(about))}: {judgement.verdict}", ""]
    refused = [d for d in judgement.differences if not d.allowed]
    for title, rows in (("Differs", _rows(refused)), ("Not proven", list(judgement.unproven))):
        if rows:
            lines += [f"**{title}**", "", *(f"- {_cell(row)}" for row in rows[:_SHOWN])]
            lines += [f"- and {len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
            lines.append("")
    groups = _by_reason(judgement.differences)
    if groups:
        lines += ["| may differ | why |", "|---|---|"]
        for why, some in groups:
            rows = _brief(some)
            more = f"<br>and {len(rows) - 5:,} more" if len(rows) > 5 else ""
            lines.append(f"| {'<br>'.join(_cell(row) for row in rows[:5])}{more} | {_cell(why)} |")
        lines.append("")
    lines += [f"- unsafe: {_cell(reason)}" for reason in about.reasons]
    lines += [f"- looked at {_cell(what)}" for what in judgement.checked]
    return "\n".join(lines).rstrip() + "\n"


_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>|#@!~"})


def _cell(text: str) -> str:
    """Text without any meaning in Markdown."""
    return visible(text).replace("\n", " ").translate(_SPECIAL)
