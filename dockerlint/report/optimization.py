"""What `optimize` found: for people, as JSON, and for a pull request."""

from __future__ import annotations

from dockerlint.report.comparison import human, signed
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from dockerlint.optimize.attempt import Attempt
    from dockerlint.optimize.fixes import Fix
    from dockerlint.optimize.run import Optimized

    Number = Callable[[int], str]

_SHOWN = 12


def diff(found: Optimized, before: str) -> str:
    """What would be written, as a unified diff; empty when nothing would."""
    from dockerlint.diff import unified

    return unified(found.path, before, found.source.text)


def headline(found: Optimized, number: Number = human) -> str:
    """The result in one line."""
    before, after = found.before, found.after
    if not found.changed:
        return f"{found.path}: {number(before.files)}, and nothing that was tried is proven and pays"
    share = f"{(after.files - before.files) / before.files:+.1%}" if before.files else "0 %"
    return f"{found.path}: {number(before.files)} -> {number(after.files)} ({share}), {after.verdict}"


def text(found: Optimized, before: str, number: Number = human) -> str:
    """Everything, for a terminal: the result, what was tried, what the proof rests on, the diff."""
    lines = [headline(found, number), ""]
    if found.changed:
        lines += _table(found, number)
    lines += _section("ground of the runtime stage", _grounds(found, number))
    lines += _section("fixes", _fixes(found, number))
    lines += _section("the proof rests on", _proof(found))
    lines += _section("differences that are allowed", _short(found.after.listed if found.changed else ()))
    if found.unproven:
        names = ", ".join(found.unproven)
        lines += _section(
            "NOT PROVEN, and in it because --accept-unproven names it", [names, *found.after.unproven]
        )
    lines += _section("noted", [*found.notes, *found.refused, *_over(found)])
    lines.append(_cost(found))
    shown = "\n".join(visible(line) for line in lines) + "\n"
    change = diff(found, before)
    return shown + ("\n" + change if change else "")


def _table(found: Optimized, number: Number) -> list[str]:
    rows = [("image", "before", "after", "difference")]
    for name, one, two in _sizes(found.before, found.after):
        rows.append((name, number(one), number(two), signed(two - one, number)))
    cold, new = found.before.cold, found.after.cold
    rows.append(("build", _seconds(cold), _seconds(new), _slower(cold, new)))
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    lines = [
        f"  {row[0]:<{widths[0]}}  " + "  ".join(f"{row[n]:>{widths[n]}}" for n in (1, 2, 3)).rstrip()
        for row in rows
    ]
    unknown = (
        "; what is not known was in the engine's cache, --no-cache measures it" if None in (cold, new) else ""
    )
    return [
        *lines,
        f"  (files: bytes of regular files; build: the seconds of its steps without a cache{unknown})",
        "",
    ]


def _seconds(seconds: float | None) -> str:
    return "not known" if seconds is None else f"{seconds:.1f} s"


def _slower(before: float | None, after: float | None) -> str:
    """How much longer a build takes, as far as that is known."""
    return f"{after - before:+.1f} s" if before is not None and after is not None else ""


def _sizes(before: Attempt, after: Attempt) -> Iterator[tuple[str, int, int]]:
    yield "files", before.files, after.files
    yield "tar", before.tar, after.tar
    if before.gzip is not None and after.gzip is not None:
        yield "gzip", before.gzip, after.gzip


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"  {title}", *(f"    {line}" for line in lines), ""] if lines else []


def _grounds(found: Optimized, number: Number) -> list[str]:
    lines = []
    for one in found.rungs:
        size = f", {number(one.attempt.files)}" if one.attempt is not None and one.attempt.files else ""
        lines.append(f"{one.rung.name}: {one.fate}{size}{f' ({one.why})' if one.why else ''}")
    return lines


def _fixes(found: Optimized, number: Number) -> list[str]:
    return [
        f"{_place(found, fix)}: {fix.fate}{_saved(fix, number)}{f' ({fix.why})' if fix.why else ''}"
        for fix in found.fixes
    ]


def _place(found: Optimized, fix: Fix) -> str:
    return f"line {fix.line}: {fix.rule} ({fix.applicability})"


def _saved(fix: Fix, number: Number) -> str:
    saved = fix.saved
    if saved.bytes is None or fix.fate != "kept":
        return ""
    together = ", together with others on the same lines" if saved.by == "layers with" else ""
    time = f", build {-saved.seconds:+.1f} s" if saved.seconds is not None else ""
    return f", {signed(-saved.bytes, number)}{time}{together}"


def _proof(found: Optimized) -> list[str]:
    return [*found.after.checked] if found.changed else []


def _short(lines: tuple[str, ...]) -> list[str]:
    more = [f"and {len(lines) - _SHOWN} more (--format json has them all)"] if len(lines) > _SHOWN else []
    return [*lines[:_SHOWN], *more]


def _over(found: Optimized) -> list[str]:
    return (
        ["the time of --budget was over before everything was tried; run it again to go on"]
        if found.over
        else []
    )


def _cost(found: Optimized) -> str:
    engine = " ".join(found.engine)
    if not found.builds:
        return f"no builds: every result was known from a run before, with {engine}"
    return f"{found.builds} build{'s' if found.builds > 1 else ''} in {found.seconds:.0f} s with {engine}"


def document(found: Optimized, before: str) -> dict[str, Any]:
    """Everything as JSON has it."""
    return {
        "file": found.path,
        "engine": {"name": found.engine[0], "version": found.engine[1]},
        "changed": found.changed,
        "before": _attempt(found.before),
        "after": _attempt(found.after),
        "grounds": [
            {
                "kind": one.rung.kind,
                "name": one.rung.name,
                "fate": one.fate,
                "why": one.why,
                "result": _attempt(one.attempt) if one.attempt is not None else None,
            }
            for one in found.rungs
        ],
        "fixes": [
            {
                "rule": fix.rule,
                "line": fix.line,
                "titles": list(fix.titles),
                "applicability": fix.applicability,
                "fate": fix.fate,
                "why": fix.why,
                "bytes": fix.saved.bytes,
                "seconds": None if fix.saved.seconds is None else round(fix.saved.seconds, 3),
                "by": fix.saved.by,
            }
            for fix in found.fixes
        ],
        "refused": list(found.refused),
        "acceptedUnproven": list(found.unproven),
        "smoke": list(found.smoke),
        "notes": list(found.notes),
        "over": found.over,
        "builds": found.builds,
        "seconds": round(found.seconds, 3),
        "diff": diff(found, before),
        "text": found.source.text,
    }


def _attempt(one: Attempt) -> dict[str, Any]:
    return {
        "verdict": one.verdict,
        "why": one.why,
        "size": {"files": one.files, "tar": one.tar, "gzip": one.gzip},
        "seconds": round(one.seconds, 3),
        "coldSeconds": None if one.cold is None else round(one.cold, 3),
        "differences": list(one.listed),
        "checked": list(one.checked),
        "unproven": list(one.unproven),
    }


def markdown(found: Optimized, before: str, number: Number = human) -> str:
    """For a comment on a pull request."""
    lines = [f"### {visible(headline(found, number))}", ""]
    if found.changed:
        lines += ["| image | before | after | difference |", "|---|---:|---:|---:|"]
        lines += [
            f"| {name} | {number(one)} | {number(two)} | {signed(two - one, number)} |"
            for name, one, two in _sizes(found.before, found.after)
        ]
        cold, new = found.before.cold, found.after.cold
        lines += [f"| build | {_seconds(cold)} | {_seconds(new)} | {_slower(cold, new)} |", ""]
    tried = [*_grounds(found, number), *_fixes(found, number), *found.notes, *_over(found)]
    if tried:
        lines += [
            "<details><summary>What was tried</summary>",
            "",
            *(f"- {_safe(one)}" for one in tried),
            "",
            "</details>",
            "",
        ]
    if found.unproven:
        lines += [f"**Not proven**, accepted by name: {', '.join(map(_safe, found.unproven))}", ""]
    proof = [*_proof(found), *(found.after.listed if found.changed else ())]
    if proof:
        lines += [
            "<details><summary>What the proof rests on</summary>",
            "",
            *(f"- {_safe(one)}" for one in proof),
            "",
            "</details>",
            "",
        ]
    change = diff(found, before)
    if change:
        fence = "````" if "```" in change else "```"
        lines += [f"{fence}diff", *(visible(line) for line in change.rstrip("\n").split("\n")), fence, ""]
    return "\n".join(lines)


def _safe(line: str) -> str:
    """A line that Markdown shows as it stands."""
    line = visible(line).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{c}" if c in "\\`*_[]|" else c for c in line)
