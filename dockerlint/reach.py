"""Where the bytes of a layer end up: which stages make the image, what runs on top of them."""

from __future__ import annotations

from dockerlint.model import Copy, Onbuild, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Instruction, Stage


def shipped(dockerfile: Dockerfile) -> frozenset[int]:
    """The indexes of the stages whose layers end up in the image that a build without a target
    makes: the last stage, the stages it builds on, and those whose whole root it copies."""
    found: set[int] = set()
    waiting = [dockerfile.final_stage]
    while waiting:
        stage = waiting.pop()
        if stage is None or stage.index in found:
            continue
        found.add(stage.index)
        waiting.append(stage.base)
        for copy in stage.of(Copy):
            if any(_is_root(word.value) for word in copy.sources):
                waiting.append(_source(dockerfile, copy, stage))
    return frozenset(found)


def _is_root(path: str | None) -> bool:
    return path is not None and path.startswith("/") and not path.strip("/.*")


def _source(dockerfile: Dockerfile, copy: Copy, stage: Stage) -> Stage | None:
    flag = copy.flag("from")
    name = flag.value if flag is not None else None
    if name is None:
        return None
    if name.isdigit():
        index = int(name)
        return dockerfile.stages[index] if index < stage.index else None
    named = [s for s in dockerfile.stages[: stage.index] if s.name == name.lower()]
    return named[-1] if named else None


def shipped_runs(dockerfile: Dockerfile) -> Iterator[Run]:
    """The RUN instructions whose layers end up in the image, ONBUILD triggers included."""
    stages = shipped(dockerfile)
    for run in dockerfile.instructions(Run, onbuild=True):
        if run.stage in stages:
            yield run


def behind(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Instruction]:
    """The instructions that see the files of an instruction: those behind it in its stage, then
    those of the stages that build on that one. For ONBUILD the trigger is what is given."""
    if instruction.stage is None:
        return
    own = dockerfile.stages[instruction.stage]
    for other in own.instructions:
        if other.span.start >= instruction.span.end:
            yield _opened(other)
    for stage in dockerfile.stages[own.index + 1 :]:
        if own in stage.lineage:
            for other in stage.instructions:
                yield _opened(other)


def _opened(instruction: Instruction) -> Instruction:
    return instruction.inner if isinstance(instruction, Onbuild) else instruction
