"""Phase D: the stages together: base names, platforms, COPY --from, cycles."""

from __future__ import annotations

from dockerlint import imageref, platforms
from dockerlint.expand import ExpansionError, expand, expand_reporting
from dockerlint.go import quote
from dockerlint.imageref import InvalidReference
from dockerlint.model import Arg, Copy, Problem, Run
from dockerlint.names import did_you_mean
from dockerlint.platforms import InvalidPlatform
from dockerlint.refuse.words import pair_problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Flag, From, Instruction, Stage

NO_EXPANSION = (
    "variable expansion is not supported for --from, "
    "define a new stage with FROM using ARG from global scope as a workaround"
)


def stage_problems(dockerfile: Dockerfile, target: str | None = None) -> list[Problem]:
    """What BuildKit refuses of the stages, in the order in which it looks."""
    if not dockerfile.stages:
        if not dockerfile.body or not all(isinstance(found, Arg) for found in dockerfile.body):
            return []
        last = dockerfile.body[-1]
        return [Problem(last.span, last.first_line, "D", "dockerfile contains no stages to build")]
    found: list[Problem] = []
    for instruction in dockerfile.head:
        if isinstance(instruction, Arg):
            found += pair_problems(dockerfile, instruction, "D")
    for stage in dockerfile.stages:
        start = stage.start
        message = _base_fault(dockerfile, start) or _platform_fault(dockerfile, start)
        if message:
            found.append(_problem(start, message))
    if target and dockerfile.stage_named(target) is None:
        names = [stage.name or f"stage-{stage.index}" for stage in dockerfile.stages]
        message = f"target stage {quote(target)} could not be found{did_you_mean(target, names)}"
        found.append(_problem(dockerfile.stages[-1].start, message))
    graph = _Graph(dockerfile)
    found += graph.problems
    found += graph.cycles()
    bad = {problem.line for problem in found}
    for stage in dockerfile.stages:
        if stage.image is not None and stage.base is None and stage.start.first_line not in bad:
            found += _image_problem(stage.start, stage.image)
    for instruction, image in graph.images:
        found += _image_problem(instruction, image)
    return found


def _problem(instruction: Instruction, message: str) -> Problem:
    return Problem(instruction.span, instruction.first_line, "D", message)


def _base_fault(dockerfile: Dockerfile, start: From) -> str | None:
    raw = start.image.raw
    try:
        value, _ = expand_reporting(raw, start.state.variables, dockerfile.escape)
    except ExpansionError as error:
        return f"failed to process {quote(raw)}: {error}"
    return f"base name ({raw}) should not be blank" if value == "" else None


def _platform_fault(dockerfile: Dockerfile, start: From) -> str | None:
    flag = start.flag("platform")
    if flag is None or not flag.value:
        return None
    known = start.state.variables
    try:
        value, unset = expand_reporting(flag.value, known, dockerfile.escape)
    except ExpansionError as error:
        return f"failed to process arguments for platform : failed to process {quote(flag.value)}: {error}"
    meant = next(filter(None, (did_you_mean(name, known) for name in unset)), "")
    if value == "":
        return f"empty platform value from expression {flag.value}{meant}"
    if value is not None:
        try:
            platforms.parse(value)
        except InvalidPlatform as error:
            return f"failed to parse platform {flag.value}: {error}{meant}"
    return None


def _image_problem(instruction: Instruction, image: str) -> list[Problem]:
    if image in ("", "scratch"):
        return []
    try:
        imageref.parse(image)
    except InvalidReference as error:
        return [_problem(instruction, f"failed to parse stage name {quote(image)}: {error}")]
    return []


class _Graph:
    """Which stage copies from which. `images` are the images that are named instead of a
    stage, with the instruction that does; `problems` the names that lead nowhere."""

    def __init__(self, dockerfile: Dockerfile) -> None:
        self.dockerfile = dockerfile
        self.problems: list[Problem] = []
        self.images: list[tuple[Instruction, str]] = []
        self.uses: list[list[tuple[int, Instruction]]] = []
        for stage in dockerfile.stages:
            self.uses.append([])
            for instruction in stage.instructions:
                if isinstance(instruction, Copy):
                    flag = instruction.flag("from")
                    if flag is not None and flag.value:
                        self._copy(stage, instruction, flag)
                elif isinstance(instruction, Run):
                    for mount in instruction.mounts:
                        name = mount.options.get("from")
                        if name and mount.type != "tmpfs":
                            self._named(stage, instruction, name)

    def _copy(self, stage: Stage, instruction: Copy, flag: Flag) -> None:
        name = flag.value or ""
        message = from_fault(name, self.dockerfile.escape)
        if message:
            self.problems.append(_problem(instruction, message))
            return
        index = stage_index(name)
        if index is None:
            self._named(stage, instruction, name)
        elif 0 <= index < len(self.dockerfile.stages):
            self.uses[stage.index].append((index, instruction))
        elif not 0 <= index < len(self.dockerfile.stages) + len(self.images):
            # Images named before have an index too, behind the stages.
            self.problems.append(_problem(instruction, f"invalid stage index {index}"))

    def _named(self, stage: Stage, instruction: Instruction, name: str) -> None:
        other = self.dockerfile.stage_named(name)
        if other is not None:
            self.uses[stage.index].append((other.index, instruction))
        else:
            self.images.append((instruction, name))

    def cycles(self) -> Iterator[Problem]:
        """The first cycle, blamed as BuildKit does on the stage where its search began."""
        stages = self.dockerfile.stages
        done: set[int] = set()
        for first in range(len(self.uses)):
            if first in done:
                continue
            done.add(first)
            path = [first]
            waiting = [iter(self.uses[first])]
            on_path = {first}
            while waiting:
                step = next(waiting[-1], None)
                if step is None:
                    waiting.pop()
                    on_path.discard(path.pop())
                    continue
                index, instruction = step
                if index in on_path:
                    name = stages[first].name or f"stage-{first}"
                    yield _problem(instruction, f"circular dependency detected on stage: {name}")
                    return
                if index not in done:
                    done.add(index)
                    on_path.add(index)
                    path.append(index)
                    waiting.append(iter(self.uses[index]))


def from_fault(value: str, escape: str) -> str | None:
    """What BuildKit says of a `--from` that would change when expanded."""
    try:
        return None if expand(value, {}, escape) == value else NO_EXPANSION
    except ExpansionError as error:
        return f"failed to process {quote(value)}: {error}"


def stage_index(value: str) -> int | None:
    """The stage number that a `--from` gives; None when it is a name."""
    digits = value[1:] if value[:1] in ("+", "-") else value
    if not digits or digits.strip("0123456789") or len(digits) > 18:
        return None
    return int(value)
