"""What a change to a file of the context makes a build run again.

A layer is taken from the cache when all below it is, and when what it copies is the same. So a file costs
the instruction that takes it first, all behind that in its stage, and the stages that build on it.
A COPY --from of such a stage runs again when what it copies has changed, which only a build can tell.
"""

from __future__ import annotations

from dockerlint.frozen import node
from dockerlint.model import Add, Copy, Run, Workdir
from dockerlint.target import needed, sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dockerlint.context import Take
    from dockerlint.model import Dockerfile, Instruction


@node
class Rerun:
    """Files that cost the same. `first` are the instructions that take them, one for each stage that does;
    `again` all that surely run again, in file order, those among them; `maybe` those that do when what a
    stage hands on has changed."""

    paths: tuple[str, ...]
    first: tuple[Instruction, ...]
    again: tuple[Instruction, ...]
    maybe: tuple[Instruction, ...]


def reruns(dockerfile: Dockerfile, taken: Sequence[Take], target: str | None = None) -> tuple[Rerun, ...]:
    """What each file that an instruction takes costs, files that cost the same together, the dearest first.
    Only the stages that a build of the target needs count."""
    stages = _stages(dockerfile, target)
    groups: dict[tuple[int, ...], list[str]] = {}
    places: dict[str, dict[int, int]] = {}
    for take in taken:
        stage = take.instruction.stage
        if stage is None or stage not in stages:
            continue
        for path in take.paths or ():
            places.setdefault(path, {}).setdefault(stage, take.instruction.span.start)
    for path, firsts in places.items():
        groups.setdefault(tuple(sorted(firsts.values())), []).append(path)
    by_start = {instruction.span.start: instruction for instruction in dockerfile.body}
    found = []
    for starts, paths in groups.items():
        first = tuple(by_start[start] for start in starts)
        again, maybe = _cost(dockerfile, first, stages)
        found.append(Rerun(tuple(sorted(paths)), first, again, maybe))
    return tuple(sorted(found, key=lambda one: (-len(one.again) - len(one.maybe), one.first[0].span.start)))


def _stages(dockerfile: Dockerfile, target: str | None) -> frozenset[int]:
    if not dockerfile.stages:
        return frozenset()
    return needed(dockerfile, target or str(dockerfile.stages[-1].index))


def _cost(
    dockerfile: Dockerfile, first: Iterable[Instruction], stages: frozenset[int]
) -> tuple[tuple[Instruction, ...], tuple[Instruction, ...]]:
    starts = {instruction.stage: instruction.span.start for instruction in first}
    # Of each stage: from which offset on its instructions run again, surely or maybe.
    sure: dict[int, int] = {}
    maybe: dict[int, int] = {}
    for stage in dockerfile.stages:
        if stage.index not in stages:
            continue
        below = stage.base.index if stage.base is not None else None
        if below in sure:
            sure[stage.index] = stage.span.start
        elif stage.index in starts:
            sure[stage.index] = starts[stage.index]
        handed = [
            instruction.span.start
            for instruction in stage.instructions
            if any(
                source.index in sure or source.index in maybe for source in sources(dockerfile, instruction)
            )
        ]
        if below in maybe and below not in sure:
            handed.insert(0, stage.span.start)
        if handed:
            maybe[stage.index] = handed[0]
    return _from(dockerfile, sure, {}), _from(dockerfile, maybe, sure)


def _from(
    dockerfile: Dockerfile, since: Mapping[int, int], but: Mapping[int, int]
) -> tuple[Instruction, ...]:
    """The instructions that make layers from an offset of their stage on, but for those of `but`."""
    return tuple(
        instruction
        for stage in dockerfile.stages
        if stage.index in since
        for instruction in stage.instructions
        if isinstance(instruction, Run | Copy | Add | Workdir)
        and instruction.span.start >= since[stage.index]
        and instruction.span.start < but.get(stage.index, stage.span.end + 1)
    )
