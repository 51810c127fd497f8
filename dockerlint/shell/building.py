"""Packages for building that stay in the image, and what builds with them."""

from __future__ import annotations

from dockerlint.frozen import node
from dockerlint.knowledge.bases import base_image_of
from dockerlint.knowledge.development import (
    compiles_for_others,
    compiling_modules,
    compiling_programs,
    compiling_scripts,
    is_build_tool,
    is_compiler,
    is_development,
    is_headers,
    is_place_to_build,
    never_compiles,
)
from dockerlint.model import Onbuild
from dockerlint.reach import shipped
from dockerlint.shell.installs import installs, uninstalls
from dockerlint.shell.quoting import shown
from dockerlint.shell.starts import has_start, is_workbench, root_of, run_scripts, starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.model import Dockerfile, Run, Stage
    from dockerlint.shell.installs import Install, Package
    from dockerlint.shell.script import Command, Script


@node
class Left:
    """The packages for building that one call installs and no later command of its script
    removes. `removed_by` is a later RUN that removes some of them, when the bytes are in the
    layer already, and `removed` are those."""

    run: Run
    script: Script
    install: Install
    compilers: tuple[Package, ...]
    tools: tuple[Package, ...]
    headers: tuple[Package, ...]
    removed_by: Run | None
    removed: tuple[Package, ...]


def left_in_image(dockerfile: Dockerfile) -> tuple[Left, ...]:
    """What stays in the image that a build without a target makes. Nothing where the image is
    meant for building, or starts what builds, or has its compilers from the base image."""
    stages = _running(dockerfile)
    found: list[Left] = []
    every = list(run_scripts(stages))
    for at, (run, script) in enumerate(every):
        for install in installs(script):
            if _removes_all(script, install):
                continue
            gone = _removed(script, install)
            stay = [p for p in install.packages if p.name is not None and p.name not in gone]
            by, removed = _removed_behind(every[at + 1 :], install, stay)
            compilers = tuple(p for p in stay if is_compiler(p.name or ""))
            tools = tuple(p for p in stay if is_build_tool(p.name or "") and p not in compilers)
            headers = tuple(p for p in stay if is_headers(p.name or "") and p not in (*compilers, *tools))
            found.append(Left(run, script, install, compilers, tools, headers, by, removed))
    return tuple(found)


def built_here(left: Left) -> bool:
    """Whether the script builds something behind the call that installed the packages."""
    return any(c.start > left.install.command.start and builds(c) for c in left.script.commands)


def work_behind(dockerfile: Dockerfile, left: Left) -> tuple[Command | None, Command | None]:
    """The first command in the RUNs behind a layer that builds, and the first that may: a
    script of the project, or a program that is not known to compile nothing."""
    sure: Command | None = None
    maybe: Command | None = None
    for run, script in run_scripts(_running(dockerfile)):
        if run.span.start <= left.run.span.start:
            continue
        for command in script.commands:
            if builds(command):
                sure = sure or command
            elif not never_compiles(command.name or ""):
                maybe = maybe or command
    return sure, maybe


def builds(command: Command) -> bool:
    """Whether a command compiles, or installs from source what may have to be compiled."""
    name = command.name or ""
    if name in compiling_programs():
        return True
    words = [shown(w) for w in command.arguments]
    if name.startswith(("python", "perl", "pypy")):
        module = words[1:2] if words[:1] == ["-m"] else []
        if module and module[0] in compiling_modules():
            return True
        return any(w.rpartition("/")[2] in compiling_scripts() for w in words)
    return False


def _starts_builds(command: Command) -> bool:
    """Whether what a container starts is a compiler, or a script that says it builds or tests."""
    names = [command.name or "", *(shown(w).rpartition("/")[2] for w in command.operands[:1])]
    if compiles_for_others(names[0]):
        return True
    return is_place_to_build(names[0]) or (
        command.tool == "sh" and any(is_place_to_build(n) for n in names[1:])
    )


def _running(dockerfile: Dockerfile) -> tuple[Stage, ...]:
    """The stages whose layers make the image, when it is one that runs a program."""
    final = dockerfile.final_stage
    if final is None or not has_start(final) or is_workbench(final):
        return ()
    indexes = shipped(dockerfile)
    stages = tuple(s for s in dockerfile.stages if s.index in indexes)
    root = root_of(final)
    names = [s.name or "" for s in stages] + [dockerfile.source.path.rpartition("/")[2]]
    if root.image is None or any(is_place_to_build(name) for name in (*names, root.image)):
        return ()
    base = base_image_of(root.image)
    if base is not None and (base.purpose != "run" or "compilers" in base.provides):
        return ()
    if any(_starts_builds(c) for c in starts(final)):
        return ()
    if any(True for s in stages for _ in s.of(Onbuild)):
        return ()
    return stages


def _removed(script: Script, install: Install) -> frozenset[str]:
    """The names that later commands of the script remove."""
    names: set[str] = set()
    for gone in uninstalls(script):
        if gone.command.start > install.command.start:
            names |= gone.names
    return frozenset(names)


def _removes_all(script: Script, install: Install) -> bool:
    """Whether later commands of the script remove all that was installed, or what a variable
    names: a virtual package, `apt-mark auto` with a purge, `yum history undo`."""
    later = [c for c in script.commands if c.start > install.command.start]
    for gone in uninstalls(script):
        if gone.command.start <= install.command.start:
            continue
        if install.virtual and any(shown(p.word) == install.virtual for p in gone.packages):
            return True
        if any(p.word.value is None for p in gone.packages):
            return True
    marks = any(c.name == "apt-mark" and "auto" in [shown(w) for w in c.arguments] for c in script.commands)
    purges = any(c.tool in ("apt-get", "apt") or c.name in ("apt-get", "apt") for c in later)
    undone = any(
        c.name in ("yum", "dnf", "microdnf") and "history" in [shown(w) for w in c.arguments] for c in later
    )
    return undone or (marks and purges and any(_auto(c) for c in later))


def _auto(command: Command) -> bool:
    words = {shown(w) for w in command.arguments}
    return bool(words & {"purge", "autoremove", "autopurge", "--auto-remove", "--autoremove"})


def _removed_behind(
    later: Sequence[tuple[Run, Script]], install: Install, stay: Sequence[Package]
) -> tuple[Run | None, tuple[Package, ...]]:
    """The first RUN behind that removes packages for building, and which ones."""
    for run, script in later:
        names = {shown(p.word) for gone in uninstalls(script) for p in gone.packages}
        names.update(n for gone in uninstalls(script) for n in gone.names)
        every = bool(install.virtual) and install.virtual in names
        found = tuple(p for p in stay if is_development(p.name or "") and (every or p.name in names))
        if found:
            return run, found
    return None, ()


def named(packages: Sequence[Package], most: int = 3) -> str:
    """Package names for a message: `gcc, g++ and 4 more`."""
    names = [p.name or "" for p in packages]
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
