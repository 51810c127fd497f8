"""What an engine takes from its cache and how long the rest takes, read from the lines that it writes as it builds.

buildah and podman write `STEP 2/3: RUN x` (`[1/2] STEP 2/3: RUN x` where there are stages), then
`--> Using cache 0123` or the image that the step made; BuildKit `#5 [build 2/3] RUN x`, then `#5
CACHED` or `#5 DONE 1.2s`. buildah counts all instructions of a stage, BuildKit those that make layers
and the FROM of a real image. BuildKit says how many seconds a step took; for the others the clock tells, from one
step's line to the next.
"""

from __future__ import annotations

import re
import time

from dockerlint.frozen import record
from dockerlint.model import Add, Copy, Run, Workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dockerlint.model import Dockerfile, Instruction, Stage

_STEP = re.compile(r"(?:\[(\d+)/\d+\] )?STEP (\d+)/\d+: (\S+)(.*)")
_VERTEX = re.compile(r"#(\d+) \[(?:(\S+) +)?(\d+)/\d+\] ([A-Z]+)(.*)")
_STATE = re.compile(r"#(\d+) (CACHED|DONE|ERROR|CANCELED)\b(?: (\d+(?:\.\d+)?)s)?.*")
_LAYERED = (Run, Copy, Add, Workdir)


@record
class Step:
    """One instruction of a build. `line` is its first line in the file, None where it cannot be told;
    `cached` whether the engine took its layer from the cache; `seconds` how long it took otherwise, None
    when it was cached or did not end."""

    line: int | None
    text: str
    cached: bool
    seconds: float | None = None


class Watch:
    """Hears the lines of one build as they come; `steps` tells what came of it."""

    def __init__(self, dockerfile: Dockerfile, now: Callable[[], float] = time.monotonic) -> None:
        self._dockerfile = dockerfile
        self._now = now
        self._began = 0.0
        self._seconds: dict[str, float] = {}
        self._found: dict[str, tuple[str | None, int, str, str]] = {}
        self._cached: set[str] = set()
        self._last = ""

    def hear(self, line: str) -> None:
        """One line of the engine."""
        if line.startswith("#"):
            state = _STATE.fullmatch(line)
            if state is not None:
                if state[2] == "CACHED":
                    self._cached.add(state[1])
                elif state[2] == "DONE" and state[3] is not None:
                    self._seconds[state[1]] = float(state[3])
                return
            vertex = _VERTEX.fullmatch(line)
            if vertex is not None and vertex[4] != "FROM":
                self._found[vertex[1]] = (vertex[2], int(vertex[3]), vertex[4], vertex[5])
        elif line.startswith("--> Using cache"):
            self._cached.add(self._last)
        else:
            step = _STEP.fullmatch(line)
            if self._last:
                # The layer is written behind the step's own lines: the last line of all ends it.
                self._seconds[self._last] = self._now() - self._began
            if step is not None:
                self._last, self._began = "", self._now()
                if step[3].upper() != "FROM":
                    self._last = f"{step[1]} {step[2]}"
                    self._found[self._last] = (f"#{step[1] or 1}", int(step[2]), step[3].upper(), step[4])

    def steps(self) -> tuple[Step, ...]:
        """The instructions that the engine went through, in the order in which it began them."""
        return tuple(
            Step(
                self._line(*what[:3]),
                f"{what[2]}{what[3]}",
                key in self._cached,
                None if key in self._cached else self._seconds.get(key),
            )
            for key, what in self._found.items()
        )

    def _line(self, name: str | None, number: int, keyword: str) -> int | None:
        stage = self._stage(name)
        if stage is None:
            return None
        made: list[Instruction] = list(stage.instructions)
        if name is None or not name.startswith("#"):
            made = [instruction for instruction in made if isinstance(instruction, _LAYERED)]
            # Neither scratch nor another stage is a step.
            if stage.base is None and stage.image != "scratch":
                number -= 1
        else:
            number -= 1
        found = made[number - 1] if 0 < number <= len(made) else None
        return found.first_line if found is not None and found.keyword.name == keyword else None

    def _stage(self, name: str | None) -> Stage | None:
        """The stage that an engine means: by its number (buildah), its name, or the only one."""
        stages = self._dockerfile.stages
        if name is None:
            return stages[0] if len(stages) == 1 else self._dockerfile.final_stage
        if name.startswith("#"):
            index = int(name[1:]) - 1
        else:
            named = self._dockerfile.stage_named(name)
            if named is not None:
                return named
            index = int(name[6:]) if re.fullmatch(r"stage-\d+", name) else -1
        return stages[index] if 0 <= index < len(stages) else None
