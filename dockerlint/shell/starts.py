"""What a container of a stage starts, and all commands that run on a stage's files."""

from __future__ import annotations

from dockerlint.model import Cmd, Entrypoint, Healthcheck, Onbuild, Run
from dockerlint.shell import scripts, scripts_of
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.model import CommandLine, Dockerfile, Instruction, Stage
    from dockerlint.shell.script import Command, Script

_SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh", "fish", "ksh", "csh", "tcsh", "tmux", "screen"))
_WAITS = (("sleep", "infinity"), ("tail", "-f"), ("tail", "-F"))


def root_of(stage: Stage) -> Stage:
    """The stage with the FROM of a real image that a stage builds on, itself maybe."""
    return stage.root


def standing_on(dockerfile: Dockerfile, root: Stage) -> tuple[Stage, ...]:
    """The stages that build on a stage, with it."""
    return tuple(stage for stage in dockerfile.stages if stage.root is root)


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
    lines: dict[str, list[str] | None] = {}
    for each in reversed(stage.lineage):
        for instruction in each.instructions:
            if isinstance(instruction, (Cmd, Entrypoint)):
                lines[instruction.keyword.name] = _words(instruction.command, instruction.state.shell)
    if not lines:
        return True
    program, given = lines.get("ENTRYPOINT"), lines.get("CMD")
    if program is not None and given is not None and _waits([*program, *given]):
        return True
    return _waits(given if given is not None else program or [])


def _words(line: CommandLine, shell: tuple[str, ...] | None) -> list[str] | None:
    """The words of an exec form, or of a shell form that is one command."""
    if line.words is not None:
        return [word.value or word.raw for word in line.words]
    commands = [c for script in scripts_of(line, shell) for c in script.commands]
    if len(commands) != 1:
        return None
    return [commands[0].name or "", *(shown(w) for w in commands[0].arguments)]


def _waits(words: Sequence[str]) -> bool:
    if not words:
        return False
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name in _SHELLS:
        return all((w.startswith(("-", "+")) and "c" not in w.lstrip("-")) or w == "--login" for w in rest)
    return any(name == program and first in rest for program, first in _WAITS)
