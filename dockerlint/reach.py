"""Where the bytes of a layer end up: which stages make the image, what runs on top of them."""

from __future__ import annotations

from bisect import bisect_left

from dockerlint.frozen import kept, node
from dockerlint.model import Copy, Onbuild, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Protocol, TypeVar

    from typing_extensions import Self

    from dockerlint.model import Dockerfile, Instruction, Stage

    Test = Callable[[Instruction], bool]
    State = TypeVar("State", bound="Copied")

    class Copied(Protocol):
        """What `in_turn` can hand on to more than one stage."""

        def copy(self) -> Self: ...


def shipped(dockerfile: Dockerfile) -> frozenset[int]:
    """The indexes of the stages whose layers end up in the image that a build without a target
    makes: the last stage, the stages it builds on, and those whose whole root it copies."""
    return kept(dockerfile, "shipped", lambda: _shipped(dockerfile))


def _shipped(dockerfile: Dockerfile) -> frozenset[int]:
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
    return named_before(dockerfile, name, stage.index)


def named_before(dockerfile: Dockerfile, name: str, index: int) -> Stage | None:
    """The last stage of a name, in any case, before the one at an index."""
    named = kept(dockerfile, "stages by name", lambda: _by_name(dockerfile)).get(name.lower(), [])
    at = bisect_left(named, index)
    return dockerfile.stages[named[at - 1]] if at else None


def _by_name(dockerfile: Dockerfile) -> dict[str | None, list[int]]:
    named: dict[str | None, list[int]] = {}
    for stage in dockerfile.stages:
        named.setdefault(stage.name, []).append(stage.index)
    return named


def shipped_runs(dockerfile: Dockerfile) -> tuple[Run, ...]:
    """The RUN instructions whose layers end up in the image, ONBUILD triggers included."""

    def find() -> tuple[Run, ...]:
        stages = shipped(dockerfile)
        return tuple(run for run in dockerfile.instructions(Run, onbuild=True) if run.stage in stages)

    return kept(dockerfile, "shipped_runs", find)


def in_turn(dockerfile: Dockerfile, start: Callable[[], State]) -> Iterator[tuple[Stage, State]]:
    """Each stage whose layers end up in the image, from the first on, with a state that a caller makes,
    changes as it goes through the stage, and has again for the stages that build on it."""
    stages = [dockerfile.stages[index] for index in sorted(shipped(dockerfile))]
    waiting: dict[int, int] = {}
    for stage in stages:
        if stage.base is not None:
            waiting[stage.base.index] = waiting.get(stage.base.index, 0) + 1
    states: dict[int, State] = {}
    for stage in stages:
        if stage.base is None:
            state = start()
        else:
            below = stage.base.index
            waiting[below] -= 1
            state = states[below].copy() if waiting[below] else states.pop(below)
        yield stage, state
        states[stage.index] = state


def within(stage: Stage, start: int, end: int) -> Iterator[Instruction]:
    """The instructions of a stage that lie between two offsets, in order."""
    instructions = stage.instructions
    at = bisect_left(instructions, start, key=lambda instruction: instruction.span.start)
    while at < len(instructions) and instructions[at].span.end <= end:
        yield instructions[at]
        at += 1


def behind(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Instruction]:
    """The instructions that see the files of an instruction: those behind it in its stage, then
    those of the stages that build on that one. For ONBUILD the trigger is what is given."""
    if instruction.stage is None:
        return
    own = dockerfile.stages[instruction.stage]
    for other in own.instructions:
        if other.span.start >= instruction.span.end:
            yield _opened(other)
    standing = {own.index}
    for stage in dockerfile.stages[own.index + 1 :]:
        if stage.base is not None and stage.base.index in standing:
            standing.add(stage.index)
            for other in stage.instructions:
                yield _opened(other)


def first_behind(dockerfile: Dockerfile, instruction: Instruction, test: Test) -> Instruction | None:
    """The first of `behind` that a test holds for. The test looks at nothing but what it is given and
    is the same function each time: its answers are kept for the file."""
    if instruction.stage is None:
        return None
    marked = kept(dockerfile, ("behind", test), lambda: _mark(dockerfile, test))
    starts, found = marked.own.get(instruction.stage, ((), ()))
    at = bisect_left(starts, instruction.span.end)
    if at < len(starts):
        return found[at]
    stage = marked.above.get(instruction.stage)
    return None if stage is None else marked.own[stage][1][0]


@node
class _Marked:
    """Where a test holds: by stage the starts of the instructions in it and what they are; and for a
    stage the first of those that build on it in which there is one."""

    own: Mapping[int, tuple[Sequence[int], Sequence[Instruction]]]
    above: Mapping[int, int]


def _mark(dockerfile: Dockerfile, test: Test) -> _Marked:
    own: dict[int, tuple[Sequence[int], Sequence[Instruction]]] = {}
    above: dict[int, int] = {}
    for stage in reversed(dockerfile.stages):
        found = [(i.span.start, _opened(i)) for i in stage.instructions if test(_opened(i))]
        if found:
            own[stage.index] = tuple(start for start, _ in found), tuple(one for _, one in found)
        if stage.base is not None:
            first = stage.index if found else above.get(stage.index)
            below = stage.base.index
            if first is not None and first < above.get(below, len(dockerfile.stages)):
                above[below] = first
    return _Marked(own, above)


def _opened(instruction: Instruction) -> Instruction:
    return instruction.inner if isinstance(instruction, Onbuild) else instruction
