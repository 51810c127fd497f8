from __future__ import annotations

import re

from dockerlint.model import Cmd, Copy, Dockerfile, Entrypoint, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Stage

# Stages that are there to be built with `--target`.
_TARGETS = (
    "test|lint|dev|debug|check|fmt|format|doc|export|artifact|binar|release|prod|ci|cross|validate|vendor|update|"
    "local|run|final|image|app|server|watch|audit|coverage|shell|base|dist|output|publish|slim|full|gen"
)


@rule(
    code="DK508",
    summary="A stage that the image does not need",
    why="""
        Nothing copies from this stage or builds on it, and a build skips it: nobody notices when it no longer works. Often
        a `COPY --from` was meant to name it. A stage with a name may be there to be built with `--target`:
        those that start a program or are named like a target (test, dev, release) are left alone.
    """,
    severity=Severity.INFO,
    source="https://docs.docker.com/build/building/multi-stage/#stop-at-a-specific-build-stage",
    bad=[
        Bad("FROM «golang:1.24» AS builder\nRUN go build\nFROM busybox\nCOPY a /a\n"),
        Bad("FROM «node:22»\nRUN npm ci\nFROM busybox\nCMD ls\n"),
    ],
    good=[
        Good("FROM golang:1.24 AS builder\nRUN go build\nFROM busybox\nCOPY --from=builder /a /a\n"),
        Good("FROM golang:1.24\nRUN go build\nFROM busybox\nCOPY --from=0 /a /a\n"),
        Good("FROM busybox AS one\nFROM one\n"),
        Good("FROM busybox AS unit-tests\nRUN ls\nFROM busybox\n"),
        Good("FROM busybox AS other\nCMD ls\nFROM busybox\n"),
        Good("FROM busybox AS tools\nFROM busybox\nRUN --mount=from=tools,target=/x ls\n"),
        Good("FROM busybox AS a\nFROM busybox\nARG S=a\nCOPY --from=$S /a /a\n"),
        Good("ARG S=tools\nFROM busybox AS tools\nFROM $S\n"),
    ],
)
def unused_stage(dockerfile: Dockerfile) -> Iterator[Finding]:
    if len(dockerfile.stages) < 2:
        return
    used = _used(dockerfile)
    for stage in dockerfile.stages[:-1]:
        if str(stage.index) in used or (stage.name is not None and (stage.name in used or _is_target(stage))):
            continue
        called = f"stage {stage.name}" if stage.name is not None else "this stage"
        yield Finding(
            stage.start.image.span,
            f"nothing copies from {called} or builds on it; remove it, or name it where it is needed",
        )


def _used(dockerfile: Dockerfile) -> set[str]:
    """Names and numbers that stages are asked for by, in lower case; all of them where a variable
    decides."""
    used: set[str] = set()
    for stage in dockerfile.stages:
        if stage.base is not None:
            used.add(str(stage.base.index))
        words = [stage.start.image.raw]
        words += [flag.value for one in stage.of(Copy) for flag in [one.flag("from")] if flag and flag.value]
        words += [mount.options.get("from", "") for run in stage.of(Run) for mount in run.mounts]
        used.update(word.lower() for word in words)
        if any("$" in word for word in words):
            used.update(str(number) for number in range(len(dockerfile.stages)))
    return used


def _is_target(stage: Stage) -> bool:
    starts = next(stage.of(Cmd), None) or next(stage.of(Entrypoint), None)
    return starts is not None or re.search(_TARGETS, stage.name or "") is not None
