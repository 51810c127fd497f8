"""The results of `optimize.py` as text."""

from __future__ import annotations

import statistics
from typing import Any

_TITLES = {"safe": "safe fixes", "unsafe": "all fixes", "optimize": "optimize"}


def saving(result: dict[str, Any], way: str) -> float | None:
    """The share of the bytes that is gone; None when the way was not measured or broke."""
    after = result.get(way, {}).get("bytes")
    if after is None or "bytes" not in result:
        return None
    return 1 - float(after) / float(result["bytes"])


def line(result: dict[str, Any]) -> str:
    """One case for a terminal."""
    if "problem" in result:
        return f"problem: {result['problem']}"
    parts = [f"{result['bytes'] / 1e6:.1f} MB"]
    for way, title in _TITLES.items():
        found = saving(result, way)
        if "broken" in result.get(way, {}):
            parts.append(f"{title} broken: {result[way]['broken']}")
        elif found is not None:
            parts.append(f"{title} {_signed(found)}")
    return ", ".join(parts)


def _signed(share: float) -> str:
    """A saving as what becomes of the bytes: -80.5 %."""
    return f"{-100 * share:+.1f} %" if abs(share) >= 0.0005 else "0 %"


def markdown(results: dict[str, dict[str, Any]]) -> str:
    """Sums, then a row for each case."""
    good = {case: found for case, found in results.items() if "problem" not in found}
    ways = [way for way in _TITLES if any(way in found for found in good.values())]
    lines = ["| | " + " | ".join(_TITLES[way] for way in ways) + " |", "|---" * (len(ways) + 1) + "|"]
    shares = {way: [s for found in good.values() if (s := saving(found, way)) is not None] for way in ways}

    def row(title: str, cells: list[str]) -> None:
        lines.append(f"| {title} | " + " | ".join(cells) + " |")

    row("mean saving", [f"{statistics.mean(shares[way]):.1%}" for way in ways])
    row("median saving", [f"{statistics.median(shares[way]):.1%}" for way in ways])
    row("saving of the sum of bytes", [f"{_sum(good, way):.1%}" for way in ways])
    tried = {way: [found[way] for found in good.values() if way in found] for way in ways}
    row("broken", [f"{sum('broken' in one for one in tried[way])} of {len(tried[way])}" for way in ways])
    row("files changed", [str(sum("text" in found.get(way, {}) for found in good.values())) for way in ways])
    row(
        "compile files in one stage that are split, build, and do the same",
        [_split(good, way) for way in ways],
    )
    lines += [
        "",
        "| case | MB | " + " | ".join(_TITLES[way] for way in ways) + " |",
        "|---|--:" + "|--:" * len(ways) + "|",
    ]
    for case, found in sorted(good.items()):
        row(case, [f"{found['bytes'] / 1e6:.1f}", *(_cell(found, way) for way in ways)])
    return "\n".join(lines)


def _sum(good: dict[str, dict[str, Any]], way: str) -> float:
    both = [found for found in good.values() if saving(found, way) is not None]
    return 1 - sum(float(found[way]["bytes"]) for found in both) / sum(
        float(found["bytes"]) for found in both
    )


def _split(good: dict[str, dict[str, Any]], way: str) -> str:
    compiled = [found for found in good.values() if found["compiles"] and way in found]
    split = [f for f in compiled if f[way].get("stages", 1) > f["stages"] and "broken" not in f[way]]
    return f"{len(split)} of {len(compiled)}"


def _cell(found: dict[str, Any], way: str) -> str:
    share = saving(found, way)
    if "broken" in found.get(way, {}):
        return "broken"
    return "" if share is None else f"{found[way]['bytes'] / 1e6:.1f} ({_signed(share)})"
