from __future__ import annotations

from dockerlint.model import Copy, Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DK121",
    summary="Files are taken from a stage that comes later",
    why="""
        A stage sees the stages above it only. A name that is given further down is taken for an image of that name in
        the registry: the build fails, or takes in files of a stranger's image. Move the stage above this one.
    """,
    severity=Severity.ERROR,
    source="https://docs.docker.com/reference/dockerfile/#copy---from",
    bad=[
        Bad("FROM busybox\nCOPY --from=«build» /a /a\nFROM golang:1.24 AS build\nRUN go build\n"),
        Bad(
            "FROM busybox\nRUN --mount=type=bind,from=«tools»,target=/t ls\nFROM debian:12 AS Tools\nRUN ls\n"
        ),
    ],
    good=[
        Good("FROM golang:1.24 AS build\nRUN go build\nFROM busybox\nCOPY --from=build /a /a\n"),
        Good("FROM busybox\nCOPY --from=nginx:1.29 /a /a\nRUN --mount=type=cache,target=/x ls\n"),
        Good("FROM busybox AS a\nFROM busybox\nCOPY --from=a /a /a\nFROM busybox AS a\nRUN ls\n"),
    ],
)
def later_stage_copied(dockerfile: Dockerfile) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for stage in dockerfile.stages:
        if stage.name is not None:
            first.setdefault(stage.name, stage.index)
    found: Iterator[Copy | Run] = dockerfile.instructions(Copy, Run) if first else iter(())
    for instruction in found:
        for name, span in _sources(dockerfile, instruction):
            later = first.get(name.lower(), -1)
            if instruction.stage is not None and later > instruction.stage:
                line = dockerfile.stages[later].start.first_line
                yield Finding(span, f"stage {name} comes later, on line {line}; move it above this one")


def _sources(dockerfile: Dockerfile, instruction: Copy | Run) -> Iterator[tuple[str, Span]]:
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        if flag is not None and flag.value:
            yield flag.value, flag.value_span
        return
    for mount in instruction.mounts:
        name = mount.options.get("from")
        if name:
            start = mount.flag.value_span.start
            at = dockerfile.source.text.find(f"from={name}", start, mount.flag.value_span.end)
            begin = at + len("from=")
            yield name, Span(begin, begin + len(name)) if at >= 0 else mount.flag.value_span
