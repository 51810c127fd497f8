from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.reach import within
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable, remove_instruction
from dockerlint.shell.leftover import head, prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction, Stage
    from dockerlint.shell import Command, Script

TOOLS = ("apt-get", "apt", "aptitude")


@rule(
    code="DK111",
    summary="`apt-get update` runs in another layer than the install that needs it",
    why="""
        Layers are cached one by one. When the install line changes, the old `apt-get update` layer is
        still taken from the cache: its lists name package versions that the mirror has long replaced, and
        the build fails with 404, or takes in old versions without a word. Both in one `RUN` are fresh
        together, and the lists can be removed in the layer that made them.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the lists are fetched where the install runs, so it may get newer package versions"),
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update\nWORKDIR /app\nRUN «apt-get install» -y curl\n",
            fixed="FROM debian:12\nWORKDIR /app\nRUN apt-get update && apt-get install -y curl\n",
        ),
        Bad(
            "FROM debian:12 AS base\nRUN apt-get update && apt-get install -y curl\nFROM base\n"
            "RUN mkdir /x \\\n && «apt-get install» -y \\\n    git\n",
            fixed="FROM debian:12 AS base\nRUN apt-get update && apt-get install -y curl\nFROM base\n"
            "RUN mkdir /x \\\n && apt-get update && apt-get install -y \\\n    git\n",
        ),
        Bad(
            "FROM debian:12\nRUN apt-get update\nENV A=1\nRUN if test -e /x; then «apt-get install» -y curl; fi\n"
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl && apt-get install -y git\n"),
        Good("FROM mine/with-lists\nRUN apt-get install -y curl\n"),
        Good(
            "FROM debian:12\nRUN apt-get update\nCOPY tool.deb /\nRUN apt-get install -y ./tool.deb --no-download\n"
        ),
        Good(
            "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n"
            "ENV A=1\nRUN --mount=type=cache,target=/var/lib/apt apt-get install -y curl\n"
        ),
        Good("FROM debian:12\nRUN apt-get update\nCOPY a.sh /\nRUN /a.sh && echo apt-get install\n"),
    ],
)
def apt_update_apart_from_install(dockerfile: Dockerfile) -> Iterator[Finding]:
    last: dict[int, Run] = {}
    for stage in dockerfile.stages:
        updated = last.get(stage.base.index) if stage.base is not None else None
        for run in stage.of(Run):
            fresh = False
            for script in scripts(run):
                for command in script.commands:
                    if command.name not in TOOLS:
                        continue
                    if command.subcommand == "update":
                        fresh = True
                    elif not fresh and updated and _installs(command) and not _lists_mounted(run):
                        fresh = True
                        yield Finding(
                            head(command),
                            f"`{command.name} install` relies on lists from the layer of line"
                            f" {updated.first_line}; run `{command.name} update` in the same RUN",
                            _fix(dockerfile, stage, updated, run, script, command),
                        )
            if any(_updates(run)):
                updated = run
        if updated is not None:
            last[stage.index] = updated


def _updates(run: Run) -> Iterator[Command]:
    for script in scripts(run):
        for command in script.commands:
            if command.name in TOOLS and command.subcommand == "update":
                yield command


def _installs(command: Command) -> bool:
    return command.subcommand == "install" and not command.has("--no-download") and bool(command.operands)


def _lists_mounted(run: Run) -> bool:
    return any(mount.target.startswith("/var/lib/apt") for mount in run.mounts)


def _fix(
    dockerfile: Dockerfile, stage: Stage, update: Run, run: Run, script: Script, command: Command
) -> Fix | None:
    """Update right before the install; the RUN that did nothing but update goes."""
    before = prefix(dockerfile, command)
    if before is None or not editable(script) or not command.at_top or command.before not in (None, "&&"):
        return None
    start = Span(command.span.start, command.span.start)
    edits = [Edit(start, f"{before}{command.name} update && ")]
    between = within(stage, update.span.end, run.span.start)
    if update.stage == run.stage and _only_updates(update) and not any(map(_uses_apt, between)):
        gone = remove_instruction(dockerfile, update)
        if gone is not None:
            edits.append(gone)
    return Fix("update and install in one RUN", tuple(edits))


def _only_updates(run: Run) -> bool:
    found = scripts(run)
    if len(found) != 1 or len(found[0].statements) != 1 or run.flags or not editable(found[0]):
        return False
    commands = found[0].commands
    return len(commands) == 1 and commands[0].subcommand == "update" and not commands[0].redirects


def _uses_apt(run: Instruction) -> bool:
    return isinstance(run, Run) and any(
        c.name is None or "apt" in c.name for s in scripts(run) for c in s.commands
    )
