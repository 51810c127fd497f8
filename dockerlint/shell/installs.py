"""Which packages a script installs and removes with the package manager of a distribution."""

from __future__ import annotations

from dockerlint.frozen import kept, node
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.script import Command, Script, ShellWord

_FAMILIES = {
    "apt-get": "apt-get", "apt": "apt-get", "aptitude": "apt-get", "apk": "apk", "yum": "dnf", "dnf": "dnf",
    "microdnf": "dnf", "tdnf": "dnf", "zypper": "zypper", "pacman": "pacman",
}  # fmt: skip
_INSTALL = frozenset(
    ("install", "add", "groupinstall", "group install", "in", "sync", "satisfy", "reinstall")
)
_REMOVE = frozenset((
    "remove", "purge", "autoremove", "auto-remove", "autopurge", "del", "erase", "rm", "groupremove",
))  # fmt: skip
# Options of the managers that take the next word, for managers that are in no table.
_VALUES = frozenset(("-t", "--virtual", "-X", "--repository", "-o", "-c", "--target-release", "--enablerepo"))


@node
class Package:
    """One package as an operand of a command. `name` has no version, release or architecture;
    None where the shell or a file decides what it is."""

    word: ShellWord
    name: str | None


@node
class Install:
    """A call of a package manager that adds (or removes) packages.

    `manager` is the program as called, `family` the one it works like (apt-get, apk, dnf,
    zypper, pacman); `virtual` is the name that apk gives to the group, empty without one.
    """

    script: Script
    command: Command
    manager: str
    family: str
    packages: tuple[Package, ...]
    virtual: str

    @property
    def names(self) -> frozenset[str]:
        """The packages whose names are known."""
        return frozenset(p.name for p in self.packages if p.name is not None)


def installs(script: Script) -> Iterator[Install]:
    """The calls that install packages, in order."""
    return iter(kept(script, "installs", lambda: tuple(_calls(script, _INSTALL))))


def uninstalls(script: Script) -> Iterator[Install]:
    """The calls that remove packages, in order."""
    return iter(kept(script, "uninstalls", lambda: tuple(_calls(script, _REMOVE))))


def _calls(script: Script, verbs: frozenset[str]) -> Iterator[Install]:
    for command in script.named(*_FAMILIES):
        manager = command.tool if command.tool in _FAMILIES else command.name
        if manager not in _FAMILIES or manager is None:
            continue
        verb, words, virtual = _read(command)
        if _FAMILIES[manager] == "pacman":
            flag = next((shown(w) for w in command.arguments if shown(w).startswith("-")), "")
            verb = "install" if flag.startswith("-S") else "remove" if flag.startswith("-R") else verb
        if verb in verbs:
            packages = tuple(Package(word, _name(word, _FAMILIES[manager])) for word in words)
            yield Install(script, command, manager, _FAMILIES[manager], packages, virtual)


def _read(command: Command) -> tuple[str, list[ShellWord], str]:
    """The subcommand, the operands behind it, and the name of apk's virtual package."""
    virtual = command.option("-t", "--virtual")
    group = (virtual.value or "") if virtual is not None else ""
    if command.subcommand is not None:
        return command.subcommand, list(command.operands), group
    operands: list[ShellWord] = []
    option = ""
    for word in command.arguments:
        text = shown(word)
        if option:
            group = text if option in ("-t", "--virtual") else group
            option = ""
        elif text.startswith("-"):
            option = text if text in _VALUES else ""
            group = group or text.partition("--virtual=")[2]
        else:
            operands.append(word)
    if not operands:
        return "", [], group
    return shown(operands[0]), operands[1:], group


def _name(word: ShellWord, family: str) -> str | None:
    if word.value is None:
        # a version that a variable gives does not hide the name before it
        head = word.raw.partition("=")[0]
        return head if head != word.raw and "$" not in head and '"' not in head else None
    name = word.value
    if name.startswith(("/", "./", "http:", "https:")) or name.endswith((".deb", ".rpm", ".apk")):
        return None
    for separator in ("=", "~", "<", ">") if family != "dnf" else (" = ",):
        name = name.partition(separator)[0]
    if family == "apk":
        name = name.partition("@")[0]
    if family == "apt-get":
        name = name.partition("/")[0].partition(":")[0]
        if name.endswith("-") or "*" in name:
            return None
        if name.endswith("+") and not name.endswith("++"):
            name = name[:-1]
    return name
