"""A comparison for programs: all sizes are bytes, lines and layers count from 1."""

from __future__ import annotations

from dockerlint.waste import heaviest, waste

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from dockerlint.image import Size
    from dockerlint.measure import Measured, Origin, Share
    from dockerlint.report.comparison import Comparison
    from dockerlint.steps import Step
    from dockerlint.timing import Timing
    from dockerlint.waste import Copy


def document(comparison: Comparison, top: int) -> dict[str, Any]:
    """The comparison as what JSON knows; `top` bounds lists of paths."""
    after = comparison.after
    sides = [comparison.before] if after is None else [comparison.before, after]
    told = [_side(comparison, at, side, top) for at, side in enumerate(sides)]
    return {
        "file": comparison.name,
        "engine": _engine(comparison.engine),
        "fixed": dict(comparison.fixed),
        "unsafeLeftOut": comparison.left,
        "refused": list(comparison.refused),
        "before": told[0],
        "after": told[1] if after is not None else None,
        "instructions": [
            {"before": _share(row.before), "after": _share(row.after), "difference": size(row.change)}
            if after is not None
            else {"before": _share(row.before)}
            for row in comparison.rows
        ],
        "paths": [
            {"path": f"/{p.path}", "change": p.kind, "bytes": p.bytes, "files": p.files}
            for p in comparison.paths[:top]
        ],
        "kept": list(comparison.kept),
    }


def _engine(engine: tuple[str, str] | None) -> dict[str, str] | None:
    return {"name": engine[0], "version": engine[1]} if engine is not None else None


def _side(comparison: Comparison, at: int, measured: Measured, top: int) -> dict[str, Any]:
    seconds: dict[str, Any] = {}
    if at < len(comparison.seconds):
        seconds["build"] = comparison.seconds[at]
    if at < len(comparison.timings):
        seconds.update(_timing(comparison.timings[at]))
    return {
        "size": size(measured.total),
        "base": size(measured.base_size),
        "layers": len(measured.image.layers),
        "byStage": [
            {
                "stage": stage.index,
                "name": stage.name,
                "line": stage.start.first_line,
                "size": size(own) if own is not None else None,
            }
            for stage, own in measured.stages()
        ],
        "byLayer": _layers(measured, top),
        "waste": _waste(measured, top),
        "seconds": seconds,
        "steps": _steps(comparison.steps[at]) if at < len(comparison.steps) else [],
    }


def _timing(timing: Timing) -> dict[str, Any]:
    return {
        "cold": list(timing.cold),
        "rebuild": list(timing.rebuilds),
        "coldMedian": timing.cold_median,
        "rebuildMedian": timing.rebuild_median,
        "rebuildSteps": _steps(timing.steps),
    }


def _steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"line": step.line, "instruction": step.text, "cached": step.cached} for step in steps]


def size(of: Size) -> dict[str, int]:
    """A size as its three counts."""
    return {"files": of.files, "tar": of.tar, "gzip": of.gzip}


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {
        "line": share.instruction.first_line,
        "instruction": share.instruction.text.text,
        "size": size(share.size) if share.size is not None else None,
    }


def _origin(origin: Origin) -> dict[str, Any]:
    return {"layer": origin.layer + 1, "line": origin.line, "instruction": origin.text, "base": origin.base}


def _layers(measured: Measured, top: int) -> list[dict[str, Any]]:
    inside: dict[int, list[Copy]] = {}
    for copy in waste(measured).copies:
        inside.setdefault(copy.layer, []).append(copy)
    return [
        {
            **_origin(origin),
            "diffId": layer.diff_id,
            "size": size(layer.size),
            "paths": [
                {"path": one.path, "bytes": one.bytes, "files": one.files}
                for one in heaviest(inside.get(origin.layer, ()), top)
            ],
        }
        for origin, layer in zip(measured.origins, measured.image.layers)
    ]


def _waste(measured: Measured, top: int) -> dict[str, Any]:
    found, origins = waste(measured), measured.origins
    return {
        "spoiledBytes": found.spoiled_bytes,
        "duplicateBytes": found.duplicate_bytes,
        "cacheBytes": found.cached_bytes,
        "spoiled": [
            {
                "bytes": blame.bytes,
                "files": len(blame.copies),
                "how": blame.how,
                "made": _origin(origins[blame.made]),
                "spoiled": _origin(origins[blame.spoiled]),
                "paths": _files(blame.copies, top),
            }
            for blame in found.spoiled
        ],
        "duplicates": [
            {
                "bytes": one.bytes,
                "ownBytes": one.own(found.base),
                "size": one.size,
                "sha256": one.copies[0].entry.digest,
                "copies": [
                    {"path": f"/{copy.path}", **_origin(origins[copy.layer])} for copy in one.copies[:top]
                ],
                "count": len(one.copies),
            }
            for one in found.duplicates[:top]
        ],
        "caches": [
            {
                "bytes": one.bytes,
                "files": len(one.copies),
                "path": f"/{one.folder}/",
                "tool": one.kind.name,
                "rule": one.kind.rule or None,
                "made": _origin(origins[one.layer]),
            }
            for one in found.cached
        ],
    }


def _files(copies: Sequence[Copy], top: int) -> list[dict[str, Any]]:
    return [{"path": f"/{copy.path}", "bytes": copy.size} for copy in copies[:top]]
