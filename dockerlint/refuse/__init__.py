"""What BuildKit refuses, with its own words, before a single step of the build runs.

`Dockerfile.problems` holds what its line reader refuses (phase B); here are the other
phases: A the file's configuration, C each instruction by itself, D the stages together,
E what can be told of running the instructions.
"""

from __future__ import annotations

from dockerlint.model import Problem
from dockerlint.refuse.configuration import configuration_problems
from dockerlint.refuse.dispatch import dispatch_problems
from dockerlint.refuse.instructions import NO_STAGE, instruction_problems
from dockerlint.refuse.stages import stage_problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile

__all__ = ["first_error", "first_problem", "problems", "said"]


def problems(dockerfile: Dockerfile, target: str | None = None) -> tuple[Problem, ...]:
    """All that BuildKit would refuse in phases A, C, D and E, one problem an instruction
    and phase, in the order of the phases. All stages count as reached, as for `--check`;
    `target` is the stage that was asked for, if one was."""
    found = [*configuration_problems(dockerfile), *instruction_problems(dockerfile)]
    found += stage_problems(dockerfile, target)
    lines = {problem.line for problem in (*dockerfile.problems, *found)}
    found += [problem for problem in dispatch_problems(dockerfile) if problem.line not in lines]
    return tuple(found)


def first_problem(dockerfile: Dockerfile, phases: str = "ABC") -> Problem | None:
    """The problem that BuildKit stops at, looking at some phases only; None without one.

    The default are the phases before stages are put together: they hold whatever the build
    arguments, the target and the base images are.
    """
    for problem in sorted((*dockerfile.problems, *problems(dockerfile)), key=lambda found: found.phase):
        if problem.phase in phases:
            return problem
    return None


def first_error(dockerfile: Dockerfile, phases: str = "ABC") -> str | None:
    """What BuildKit prints for `first_problem`."""
    problem = first_problem(dockerfile, phases)
    return None if problem is None else said(problem)


def said(problem: Problem) -> str:
    """The problem as BuildKit prints it."""
    if problem.phase == "C" and problem.message != NO_STAGE:
        return f"dockerfile parse error on line {problem.line}: {problem.message}"
    return problem.message
