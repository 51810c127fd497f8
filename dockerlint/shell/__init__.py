"""RUN text -> the commands it runs, with spans into the Dockerfile.

`scripts(run)` is what rules call; `script_of` does the same for any command line. Nothing
is loaded until a file has a command line to read.
"""

from __future__ import annotations

from dockerlint.shell.script import Command, Option, Redirect, Script, ShellWord, Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import CommandLine, Run

__all__ = [
    "Command", "Option", "Redirect", "Script", "ShellWord", "Statement", "script_of", "scripts", "scripts_of",
]  # fmt: skip


def scripts(run: Run) -> tuple[Script, ...]:
    """The scripts that a RUN runs: its text first; then the bodies of here-documents that
    are scripts for a shell, and the script of an exec form `["sh", "-c", "…"]`. A RUN whose
    whole command is one here-document has its body as the only script."""
    kept: tuple[tuple[str, ...] | None, tuple[Script, ...]] | None = getattr(run.command, "_script", None)
    if kept is not None and kept[0] == run.state.shell:
        return kept[1]
    return scripts_of(run.command, run.state.shell)


def script_of(command_line: CommandLine, shell: tuple[str, ...] | None) -> Script | None:
    """The first of `scripts_of`; None when the command line is empty."""
    found = scripts_of(command_line, shell)
    return found[0] if found else None


def scripts_of(command_line: CommandLine, shell: tuple[str, ...] | None) -> tuple[Script, ...]:
    """All scripts of a command line; `shell` are the words of the SHELL in force, None for
    the default `["/bin/sh", "-c"]`. They are read once and kept."""
    kept: tuple[tuple[str, ...] | None, tuple[Script, ...]] | None = getattr(command_line, "_script", None)
    if kept is None or kept[0] != shell:
        from dockerlint.shell.commandline import read

        kept = (shell, read(command_line, shell))
        object.__setattr__(command_line, "_script", kept)
    return kept[1]
