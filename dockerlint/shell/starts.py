"""What a container of a stage starts, and all commands that run on a stage's files."""

from __future__ import annotations

from dockerlint.model import Cmd, Entrypoint, Healthcheck, Onbuild, Run
from dockerlint.shell import scripts, scripts_of
from dockerlint.shell.paths import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.model import CommandLine, Dockerfile, Instruction, Stage
    from dockerlint.shell.script import Command, Script

_SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh", "fish", "ksh", "csh", "tcsh", "tmux", "screen"))
_WAITS = (("sleep", "infinity"), ("tail", "-f"), ("tail", "-F"))


def root_of(stage: Stage) -> Stage:
    """The stage with the FROM of a real image that a stage builds on, itself maybe."""
    return stage.lineage[-1]


def standing_on(dockerfile: Dockerfile, root: Stage) -> tuple[Stage, ...]:
    """The stages that build on a stage, with it."""
    return tuple(stage for stage in dockerfile.stages if root in stage.lineage)


def run_scripts(stages: Sequence[Stage]) -> Iterator[tuple[Run, Script]]:
    """The scripts of all RUNs of some stages, ONBUILD triggers included."""
    for stage in stages:
        for instruction in stage.instructions:
            inner: Instruction = instruction.inner if isinstance(instruction, Onbuild) else instruction
            if isinstance(inner, Run):
                for script in scripts(inner):
                    yield inner, script


def start_scripts(stage: Stage) -> Iterator[Script]:
    """The scripts of the ENTRYPOINT, CMD and HEALTHCHECK that a container of a stage has from
    this file; nothing when it has only those of the base image."""
    lines: dict[str, tuple[CommandLine, tuple[str, ...] | None]] = {}
    for each in reversed(stage.lineage):
        for instruction in each.instructions:
            if not isinstance(instruction, (Cmd, Entrypoint, Healthcheck)):
                continue
            name = instruction.keyword.name
            if instruction.command is None:
                lines.pop(name, None)
            else:
                lines[name] = (instruction.command, instruction.state.shell)
    for command_line, shell in lines.values():
        yield from scripts_of(command_line, shell)


def starts(stage: Stage) -> tuple[Command, ...]:
    """The commands that a container of a stage starts (health check included)."""
    return tuple(command for script in start_scripts(stage) for command in script.commands)


def has_start(stage: Stage) -> bool:
    """Whether the file says what a container of the stage runs: it has a CMD or ENTRYPOINT."""
    return any(isinstance(i, (Cmd, Entrypoint)) for each in stage.lineage for i in each.instructions)


def is_workbench(stage: Stage) -> bool:
    """Whether the stage is a place to work in rather than one program: a container of it is
    given a shell, or just waits, and nothing else is started."""
    own = [i for each in stage.lineage for i in each.instructions if isinstance(i, (Cmd, Entrypoint))]
    if not own:
        return True
    commands = [c for line in own for s in scripts_of(line.command, line.state.shell) for c in s.commands]
    return bool(commands) and all(_waits(command) for command in commands)


def _waits(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    if command.name in _SHELLS:
        return all((w.startswith(("-", "+")) and "c" not in w.lstrip("-")) or w == "--login" for w in words)
    return any(command.name == name and first in words for name, first in _WAITS)
