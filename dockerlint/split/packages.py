"""Packages of the distribution: which of them only builds need, and what those leave behind."""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.split.effects import Effect, Kind, Walker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from dockerlint.shell.script import Command, ShellWord

MANAGERS = {
    "apt-get": "apt", "apt": "apt", "aptitude": "apt", "apk": "apk",
    "dnf": "dnf", "yum": "dnf", "microdnf": "dnf", "dnf5": "dnf", "tdnf": "dnf",
}  # fmt: skip
_ACTIONS = {
    "update": Kind.UPDATE, "makecache": Kind.UPDATE, "install": Kind.INSTALL, "add": Kind.INSTALL, "remove": Kind.REMOVE,
    "purge": Kind.REMOVE, "del": Kind.REMOVE, "erase": Kind.REMOVE, "autoremove": Kind.CLEAN, "clean": Kind.CLEAN,
    "autoclean": Kind.CLEAN, "dist-clean": Kind.CLEAN, "autopurge": Kind.CLEAN, "distclean": Kind.CLEAN, "upgrade": Kind.SYSTEM, "dist-upgrade": Kind.SYSTEM, "full-upgrade": Kind.SYSTEM,
    "fix": Kind.CLEAN, "cache": Kind.CLEAN,
}  # fmt: skip
_TAKES = frozenset((
    "-t", "--virtual", "--repository", "-X", "--target-release", "-o", "--option", "-p", "--root", "--repositories-file",
    "--enablerepo", "--disablerepo", "--setopt", "--releasever", "-x", "--exclude", "-c",
))  # fmt: skip
# Options that change where packages come from or go to.
_ELSEWHERE = (
    "-X",
    "--repository",
    "-p",
    "--root",
    "--installroot",
    "--target-release",
    "--enablerepo",
    "--repositories-file",
)


# Programs that may have been linked against gcc's OpenMP library without the file telling; wheels
# of Python packages count on it, too.
_MAY_USE_OPENMP = frozenset(("openmp", "opaque", "python", "node", "ruby"))


@record
class Install:
    """One command that installs packages. `words` are those that name them; `recommended` tells
    whether recommended packages come along; `virtual` is apk's name for the group."""

    command: Command
    manager: str
    words: tuple[ShellWord, ...]
    recommended: bool
    virtual: str


@record
class Fate:
    """What becomes of a package word in the runtime stage: `keep` as it is, or the packages that
    stand in for it."""

    keep: bool
    instead: tuple[str, ...] = ()


def manager_of(command: Command) -> str | None:
    return MANAGERS.get(command.name or "") or MANAGERS.get(command.tool or "")


def effect(command: Command, walker: Walker) -> Effect:
    """The effect of a package manager's command."""
    action = _action(command, walker)
    kind = _ACTIONS.get(action)
    if kind is None:
        return Effect(Kind.BUILD, unknown=f"`{command.name} {action}` is not understood".replace(" `", "`"))
    return Effect(kind)


def _action(command: Command, walker: Walker) -> str:
    waiting = walker.values(command.arguments)
    while waiting:
        word = waiting.pop(0) or ""
        if word in ("-o", "--option", "-t", "-c") and waiting:
            waiting.pop(0)
        elif not word.startswith("-"):
            return word
    return ""


def names(command: Command, walker: Walker) -> tuple[tuple[ShellWord, ...], dict[str, str | None]]:
    """The words behind the action, and the options."""
    found: dict[str, str | None] = {}
    words: list[ShellWord] = []
    waiting = list(command.arguments)
    seen = False
    while waiting:
        word = waiting.pop(0)
        text = walker.value(word)
        if text is not None and text.startswith("-") and len(text) > 1:
            name, equals, value = text.partition("=")
            if equals:
                found[name] = value
            elif name in _TAKES and waiting:
                found[name] = walker.value(waiting.pop(0))
            else:
                found[name] = None
        elif not seen:
            seen = True
        else:
            words.append(word)
    return tuple(words), found


def install(command: Command, walker: Walker) -> tuple[Install, str]:
    """An install command, and why it cannot be taken apart, if so."""
    manager = manager_of(command) or ""
    words, found = names(command, walker)
    problem = ""
    elsewhere = [name for name in _ELSEWHERE if name in found]
    if manager == "apt" and "-t" in found:
        elsewhere.append("-t")
    if elsewhere:
        problem = f"packages are installed with `{elsewhere[0]}`"
    for word in words:
        text = walker.value(word)
        if text is None or word.value is None:
            problem = problem or f"the packages of `{word.raw}` are not written where they are installed"
        elif text.endswith((".deb", ".rpm", ".apk")) or "/" in text or "*" in text or text.startswith("@"):
            problem = problem or f"`{text}` is installed from a file or by a pattern"
    if not words:
        problem = problem or "packages are installed that the file does not name"
    recommended = manager == "apt" and "--no-install-recommends" not in found
    options = [found.get("-o") or "", found.get("--option") or ""]
    if any("Install-Recommends=false" in o or "Install-Recommends=0" in o for o in options):
        recommended = False
    virtual = found.get("-t") or found.get("--virtual") or ""
    return Install(command, manager, words, recommended, virtual), problem


class Packages:
    """The tables of one package manager, for one release of its distribution."""

    def __init__(self, manager: str, release: str) -> None:
        from dockerlint.knowledge.tables import SPLIT

        table: dict[str, Any] = SPLIT["packages"][manager]
        self.manager = manager
        self.heavy_patterns: list[str] = table["heavy"]
        self.build_patterns: list[str] = table["build"]
        self.by_recommended: list[str] = table.get("heavy_by_recommended", [])
        self.runtime: dict[str, list[str]] = table.get("runtime", {})
        self.recommended: dict[str, list[str]] = table.get("recommended", {})
        self.development: dict[str, list[str]] = dict(table.get("dev", {}))
        named = table.get("release", {}).get(release)
        if named:
            self.development.update(table["dev_by_release"].get(named, {}))

    def heavy(self, name: str, recommended: bool = True) -> bool:
        """Whether a package is a toolchain that is worth a stage of its own, with or without the
        packages that it recommends."""
        plain = bare(name)
        return matching(plain, self.heavy_patterns) is not None and (
            recommended or plain not in self.by_recommended
        )

    def build_only(self, name: str) -> bool:
        """Whether only builds need a package."""
        return (
            matching(bare(name), self.heavy_patterns) is not None
            or matching(bare(name), self.build_patterns) is not None
        )

    def fate(self, name: str, recommended: bool, traits: frozenset[str]) -> Fate:
        """What becomes of a package; `traits` are those of the programs that were built."""
        plain = bare(name)
        if plain in self.development:
            return Fate(False, tuple(self.development[plain]))
        if not self.build_only(plain):
            return Fate(True)
        instead: list[str] = list(self._table(self.runtime, plain))
        if recommended:
            instead += self._table(self.recommended, plain)
        if traits & _MAY_USE_OPENMP and self._has_openmp(plain):
            instead.append("libgomp1" if self.manager == "apt" else "libgomp")
        return Fate(False, tuple(instead))

    def _has_openmp(self, name: str) -> bool:
        return name in ("build-essential", "build-base", "alpine-sdk", "gcc-c++") or name.startswith(
            ("gcc", "g++", "gfortran")
        )

    def _table(self, table: dict[str, list[str]], name: str) -> list[str]:
        pattern = matching(name, list(table))
        if pattern is None:
            return []
        number = _number(name, pattern)
        return [entry.replace("#", number) for entry in table[pattern]]


def bare(name: str) -> str:
    """A package name without version, release and architecture: `g++=4:12` is g++."""
    for mark in ("=", "~", "<", ">"):
        name = name.partition(mark)[0]
    return name.partition(":")[0].partition("/")[0]


def matching(name: str, patterns: Iterable[str]) -> str | None:
    """The first pattern that a name matches; `#` stands for a version number."""
    for pattern in patterns:
        if pattern == name or ("#" in pattern and _number(name, pattern)):
            return pattern
    return None


def _number(name: str, pattern: str) -> str:
    """What stands for `#`; empty when the name does not match or has no number there."""
    head, _, tail = pattern.partition("#")
    if not name.startswith(head) or not name.endswith(tail) or len(name) <= len(head) + len(tail):
        return ""
    middle = name[len(head) : len(name) - len(tail)]
    return middle if middle[:1].isdigit() and all(c in "0123456789." for c in middle) else ""
