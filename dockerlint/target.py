"""Which stages a build of one target needs."""

from __future__ import annotations

from dockerlint.errors import UserError, nearest
from dockerlint.model import Copy, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Instruction, Stage


def needed(dockerfile: Dockerfile, target: str) -> frozenset[int]:
    """The indexes of the target stage and of every stage it builds on or copies from.

    A target is a stage name in any case, or an index. Raises UserError when there is none such.
    """
    stage = _stage(dockerfile, target, len(dockerfile.stages))
    if stage is None:
        names = [s.name for s in dockerfile.stages if s.name]
        raise UserError(
            f"{dockerfile.source.path} has no stage {target}",
            nearest(target, names) or f"its stages are {', '.join(names) or 'unnamed'}",
        )
    found: set[int] = set()
    waiting = [stage]
    while waiting:
        stage = waiting.pop()
        if stage.index in found:
            continue
        found.add(stage.index)
        waiting += [s for s in _asked(dockerfile, stage) if s is not None]
    return frozenset(found)


def _asked(dockerfile: Dockerfile, stage: Stage) -> Iterator[Stage | None]:
    yield stage.base
    for instruction in stage.of(Copy, Run):
        yield from sources(dockerfile, instruction)


def sources(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Stage]:
    """The stages that an instruction copies or mounts from."""
    words: list[str | None] = []
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        words = [flag.value] if flag is not None else []
    elif isinstance(instruction, Run):
        words = [mount.options.get("from") for mount in instruction.mounts]
    for word in words:
        stage = _stage(dockerfile, word, instruction.stage or 0) if word else None
        if stage is not None:
            yield stage


def _stage(dockerfile: Dockerfile, word: str, below: int) -> Stage | None:
    for stage in reversed(dockerfile.stages[:below]):
        if stage.name == word.lower():
            return stage
    return dockerfile.stages[int(word)] if word.isdecimal() and int(word) < below else None
