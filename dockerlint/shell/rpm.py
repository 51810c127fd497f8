"""Packages of RPM as yum and dnf name them, and what these programs ask."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Run
    from dockerlint.shell.as_hadolint import Call
    from dockerlint.shell.script import Command, Script

_VERSION = "[A-Za-z0-9.~^_+:]*"
_KNOWN = r"\$\{(\w+)\}"
# Subcommands that change what is installed, and so ask first.
ASKING = frozenset((
    "install", "localinstall", "groupinstall", "group install", "reinstall", "upgrade", "remove", "groupremove",
    "groupupdate", "autoremove", "downgrade", "distro-sync", "swap", "builddep", "module install",
))  # fmt: skip


def asks(command: Command) -> bool:
    """Whether a call of yum or dnf stops to ask, with nobody to answer."""
    if command.subcommand not in ASKING:
        return False
    if command.has("-y", "--assumeyes", "--assumeno", "--downloadonly", "-h", "--help", "--version"):
        return False
    if any("assumeyes" in (option.value or "") for option in command.options):
        return False
    return not ("pipeline" in command.within and command.before == "|")


def asking(dockerfile: Dockerfile, programs: tuple[str, ...]) -> Iterator[tuple[Script, Command]]:
    """The calls of the programs that stop to ask, each with its script; none where the file writes
    the setting `assumeyes` itself, or gives it with --setopt."""
    from dockerlint.model import Run as RunKind
    from dockerlint.shell import scripts

    if "assumeyes=" in dockerfile.source.text:
        return
    for run in dockerfile.instructions(RunKind, onbuild=True):
        for script in scripts(run):
            for command in script.commands:
                if command.name in programs and asks(command):
                    yield script, command


def pinned(package: str) -> bool:
    """Whether a package is given with its version, or where no version can be: a file, a group, a
    path that it provides."""
    if package.startswith(("/", "./", "../", "@")) or package.endswith(".rpm") or "://" in package:
        return True
    return re.search(r"-\d|[<>=]", package) is not None


def unpinned_as_hadolint(
    dockerfile: Dockerfile, names: tuple[str, ...], groups: bool
) -> Iterator[tuple[Run, Call]]:
    """The calls of yum or dnf in which hadolint finds a package without a version; `groups` tells
    whether `group install` is one of them.

    A variable stands for a version when it is an ARG of the file or an ENV of the stage, before the
    call. Triggers see triggers only.
    """
    from dockerlint.model import Arg, Env, From, Onbuild
    from dockerlint.model import Run as RunKind
    from dockerlint.shell.as_hadolint import view

    if not any(name in dockerfile.source.text for name in names):
        return
    arguments: tuple[set[str], set[str]] = (set(), set())
    variables: tuple[set[str], set[str]] = (set(), set())
    for instruction in dockerfile.body:
        trigger = isinstance(instruction, Onbuild)
        inner = instruction.inner if isinstance(instruction, Onbuild) else instruction
        if isinstance(inner, From):
            variables[0].clear()
        elif isinstance(inner, (Arg, Env)):
            kept = arguments if isinstance(inner, Arg) else variables
            kept[trigger].update(pair.name.raw for pair in inner.pairs)
        elif isinstance(inner, RunKind):
            known = arguments[trigger] | variables[trigger]
            for call in view(inner).named(*names):
                if _unpinned(call, known, groups):
                    yield inner, call


def _unpinned(call: Call, known: set[str], groups: bool) -> bool:
    if not call.has_argument("install") or (call.has_argument("group") and not groups):
        return False
    packages = [word for word in call.plain() if word != "install"]
    if call.has_argument("module"):
        return not all(":" in word for word in packages if word != "module")
    return not all(_has_version(word, known) for word in packages)


def _has_version(package: str, known: set[str]) -> bool:
    parts = package.split("-")[1:]
    if not parts:
        return False
    if package.endswith(".rpm") or any(match[1] in known for match in re.finditer(_KNOWN, package)):
        return True
    return all(re.fullmatch(_VERSION, part) for part in parts) and any(part[:1].isdigit() for part in parts)
