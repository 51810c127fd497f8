"""What commands leave behind in a layer, and fixes that take it away in the same RUN."""

from __future__ import annotations

from functools import partial

from dockerlint.fix import Fix
from dockerlint.frozen import kept, node
from dockerlint.reach import first_behind, shipped_runs
from dockerlint.shell import scripts
from dockerlint.shell.edits import append, insert_behind
from dockerlint.shell.paths import mounted, removed
from dockerlint.shell.quoting import shown
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.model import Dockerfile, Instruction, Run
    from dockerlint.shell.script import Command, Script

    Test = Callable[[Command], bool]

# Wrappers under which a second command may run without them.
_HARMLESS = frozenset(("env", "time", "nice", "ionice", "command", "timeout", "stdbuf", "eatmydata", "xargs"))
_MANAGERS = frozenset((
    "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "tdnf", "zypper", "pacman", "dpkg", "rpm",
))  # fmt: skip
_REMOVE = frozenset(("remove", "purge", "autoremove", "autopurge", "del", "erase", "rm"))
# Variables by which one command may keep its caches elsewhere than the next one.
_PLACES = ("HOME", "CACHE", "PREFIX", "XDG_", "STORE")


# Constructs in which a command runs just where the list around them does.
_SAME = frozenset(("pipeline", "negation", "group"))


@node
class Left:
    """Commands of one script that leave something behind which no later command of it removes."""

    run: Run
    script: Script
    made: tuple[Command, ...]


def left(dockerfile: Dockerfile, makes: Test, paths: tuple[str, ...], cleans: Test) -> Iterator[Left]:
    """The RUN scripts whose layers end up in the image with what `makes` tells leaves in `paths`:
    no cache or tmpfs mount is over it, no later command removes it or is one that `cleans`."""
    for run in shipped_runs(dockerfile):
        for script in scripts(run):
            made = tuple(c for c in script.commands if makes(c))
            if not made or mounted(run, paths):
                continue
            since = made[-1].end
            if any(c.start >= since and cleans(c) for c in script.commands):
                continue
            if not removed(script, run.state.workdir, paths, since):
                yield Left(run, script, made)


def verb(command: Command) -> str:
    """The subcommand of a program, or its first operand where the tables do not know it."""
    if command.subcommand is not None:
        return command.subcommand
    return shown(command.operands[0]) if command.operands else ""


def calls(command: Command, tools: tuple[str, ...], verbs: tuple[str, ...]) -> bool:
    """Whether a command is one of some subcommands of some tools."""
    return (command.tool in tools or command.name in tools) and verb(command) in verbs


def head(command: Command) -> Span:
    """The span of program and subcommand: `apt-get -q update` of `apt-get -q update -y`."""
    last = command.subcommand_word
    if last is None and command.operands and command.tool is None:
        last = command.operands[0]
    if last is None or last.start < command.name_word.start:
        last = command.name_word
    return Span(command.name_word.span.start, last.span.end)


def prefix(dockerfile: Dockerfile, command: Command) -> str | None:
    """What a second command needs in front to run as this one does: "", or `sudo ` where this
    one has it; None when it runs in another place or as another user."""
    if any(w not in _HARMLESS and w != "sudo" for w in command.wrappers):
        return None
    for word in command.assignments:
        name = word.raw.partition("=")[0].upper()
        if any(part in name for part in _PLACES):
            return None
    if "sudo" not in command.wrappers or command.wrapper_span is None:
        return ""
    words = dockerfile.source.slice(command.wrapper_span).split()
    if not all(w in ("sudo", "-E", "-H", "-n") or "=" in w for w in words):
        return None
    return "sudo "


def cleaned(
    dockerfile: Dockerfile, found: Left, command: str, title: str, tool: str = "", stays: bool = False
) -> Fix | None:
    """A fix that runs a command at the end of the script, or right behind the last of those
    that left something where the script may remove `tool`, which the command needs, later on.
    None when neither is exact. `stays`: the tool is the system's own and nothing removes it.
    """
    last = found.made[-1]
    before = prefix(dockerfile, last)
    if before is None or "shell-c" in last.within:
        return None
    if tool and (any(w not in _SAME for w in last.within) or "||" in (last.before, last.after)):
        return None
    later = [c for c in found.script.commands if c.start >= last.end]
    edit = None
    if not tool or stays or not any(removes_tool(c, tool) for c in later):
        edit = append(dockerfile, found.run, found.script, before + command)
    if edit is None:
        edit = insert_behind(dockerfile, found.run, found.script, last, before + command)
    return None if edit is None else Fix(title, (edit,))


def removes_tool(command: Command, tool: str) -> bool:
    """Whether a command may take a tool away."""
    if command.name in _MANAGERS:
        return verb(command) in _REMOVE or command.has("--remove", "--purge", "-e", "-r", "-R", "-P")
    if command.name == "rm":
        paths = [shown(w).rstrip("/*") for w in command.arguments]
        names = (tool, f".{tool}", "node_modules", "bin")
        return any(p.rpartition("/")[2] in names or p.startswith(("/opt", "/usr/")) for p in paths)
    return verb(command) == "uninstall" and any(tool in shown(w) for w in command.operands)


def first_user(dockerfile: Dockerfile, run: Run, uses: Test) -> Instruction | None:
    """The first RUN on top of a RUN's layer with a command that `uses` tells needs what it left
    behind; None without one. `uses` is the same function each time."""
    asks = kept(dockerfile, ("runs", uses), lambda: partial(_runs, uses))
    return first_behind(dockerfile, run, asks)


def _runs(test: Test, instruction: Instruction) -> bool:
    from dockerlint.model import Run as RunKind

    return isinstance(instruction, RunKind) and any(
        test(command) for script in scripts(instruction) for command in script.commands
    )


def program(command: Command) -> str | None:
    """The word that names a command's program, to call it once more; None where that is not one
    plain word."""
    raw = command.name_word.raw
    return raw if raw and not any(c in raw for c in " \t\n`()") else None


def starts(dockerfile: Dockerfile, names: tuple[str, ...]) -> bool:
    """Whether the image's CMD or ENTRYPOINT runs one of some programs."""
    return not kept(dockerfile, "started", lambda: frozenset(_started(dockerfile))).isdisjoint(names)


def _started(dockerfile: Dockerfile) -> Iterator[str]:
    from dockerlint.model import Cmd, Entrypoint
    from dockerlint.shell import scripts_of

    stage = dockerfile.final_stage
    for one in stage.lineage if stage is not None else ():
        started: Iterator[Cmd | Entrypoint] = one.of(Cmd, Entrypoint)
        for instruction in started:
            line = instruction.command
            yield from (word.raw.strip("\"'") for word in line.words or ())
            for script in scripts_of(line, instruction.state.shell):
                for command in script.commands:
                    yield from (name for name in (command.name, command.tool) if name is not None)
