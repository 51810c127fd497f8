"""Which versions the packages have that a file's own commands install, as the image tells that was built of it."""

from __future__ import annotations

import re

from dockerlint.frozen import record, replace
from dockerlint.image import facts
from dockerlint.inspect import Inspector, packages
from dockerlint.inspect.elf import MAGIC
from dockerlint.shell import scripts
from dockerlint.shell.installs import installs
from dockerlint.shell.pins import database, normal, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from dockerlint.image import Entry, Image
    from dockerlint.inspect import Package
    from dockerlint.model import Run
    from dockerlint.shell import Command, Script

_FAMILIES = {"apt-get": "apt", "apk": "apk", "dnf": "dnf", "zypper": "zypper"}
_TOOLS = {"pip": ("install",), "npm": ("install",), "gem": ("install",), "go": ("install", "get", "run")}
# Names with a version behind them; what has none is found by `place`.
_PINNED = {
    "apt": r"([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?[=/].+",
    "apk": r"([A-Za-z0-9][A-Za-z0-9+._-]*?)[=<>~].+",
    "zypper": r"([A-Za-z0-9][A-Za-z0-9+._-]*?)[=<>].+",
    "pip": r"([A-Za-z0-9][A-Za-z0-9._-]*?)(?:\[[^]]*\])? *[=<>!~].+",
    "npm": r"((?:@[A-Za-z0-9._~-]+/)?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)@[^:/]+",
    "gem": r"([A-Za-z0-9_][A-Za-z0-9._-]*):.+",
    "go": r"([A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]+/[A-Za-z0-9._~/-]+)@.+",
}  # fmt: skip


def named(run: Run) -> list[tuple[str, str]]:
    """The packages that a RUN's commands name, each as (manager, name), with those names under which they are
    known: rpm for dnf and zypper. Files, groups, patterns and variables are left out."""
    found: dict[tuple[str, str], None] = {}
    for script in scripts(run):
        for manager, word in _words(script):
            at = place(manager, word)
            match = re.fullmatch(_PINNED[manager], word) if at is None and manager in _PINNED else None
            if at is not None:
                found[database(manager), at.name] = None
            elif match is not None:
                found[database(manager), normal(manager, match[1])] = None
    return list(found)


def _words(script: Script) -> Iterator[tuple[str, str]]:
    for install in installs(script):
        manager = _FAMILIES.get(install.family)
        for package in install.packages if manager else ():
            if package.word.value:
                yield manager or "", package.word.value
    for command in script.named(*_TOOLS):
        tool = command.tool or command.name or ""
        if command.subcommand in _TOOLS.get(tool, ()):
            yield from ((tool, value) for value in _values(command, tool))


def _values(command: Command, tool: str) -> Iterator[str]:
    words = command.operands[:1] if (tool, command.subcommand) == ("go", "run") else command.operands
    return (word.value for word in words if word.value)


def versions(run: Run, image: Image, layers: Iterable[int]) -> tuple[tuple[str, str, str], ...]:
    """The packages that a RUN names with the version they have behind its layers, as (manager, name, version),
    sorted; those left out of which there is none, or of which several versions could be meant.

    The image was read with `Databases`.
    """
    wanted = named(run)
    own = sorted(layers)
    if not wanted or not own:
        return ()
    seen = replace(image, layers=image.layers[: own[-1] + 1])
    brought = {entry.path for index in own for entry in image.layers[index].entries if entry.kind == "file"}
    there = packages(seen)
    found = []
    for manager, name in wanted:
        if manager == "go":
            kinds = {
                fact.version
                for fact in facts(seen).values()
                if isinstance(fact, Program) and fact.package == name
            }
        else:
            kinds = _versions(manager, name, there, brought)
        if len(kinds) == 1:
            found.append((manager, name, kinds.pop()))
    return tuple(sorted(one for one in found if not re.search(r"\s", one[2])))


def _versions(manager: str, name: str, there: Iterable[Package], brought: set[str]) -> set[str]:
    """The versions under which a package is there: only what these layers brought, where they brought some."""
    known = [p for p in there if p.manager == manager and normal(manager, p.name) == name and p.version]
    if manager == "npm":
        # What others depend on lies deeper.
        known = [p for p in known if all(path.count("/node_modules/") == 1 for path in p.files)]
    if manager in ("pip", "npm", "gem"):
        # Several may be there beside each other, below other roots.
        known = [p for p in known if any(path.strip("/") in brought for path in p.files)] or known
    return {package.version for package in known}


@record
class Program:
    """A Go program: the package and the version of the module that it was built of."""

    package: str
    version: str


class Databases:
    """A `Look` that reads package databases, and what Go programs were built of where `go` asks for it."""

    def __init__(self, go: bool) -> None:
        self._go = go
        self._inspector = Inspector()

    def wants(self, entry: Entry, head: bytes) -> bool:
        if head.startswith(MAGIC):
            return self._go and bool(entry.mode & 0o111)
        return self._inspector.wants(entry, head)

    def fact(self, entry: Entry, content: BinaryIO) -> object | None:
        head = content.read(4)
        content.seek(0)
        return program(content) if head == MAGIC else self._inspector.fact(entry, content)


_GO = b"\xff Go buildinf:"
_BLOCK = 1 << 20
# Far more than the list of modules of any program takes.
_LONGEST = 4 << 20


def program(content: BinaryIO) -> Program | None:
    """What a Go program was built of; None where it does not say so, or was built of no release of a module.

    Go 1.18 and later write the text behind a header of 32 bytes that begins with these words:
    https://pkg.go.dev/debug/buildinfo.
    """
    at = 0
    before = b""
    while block := content.read(_BLOCK):
        data = before + block
        found = data.find(_GO)
        if found >= 0:
            content.seek(at - len(before) + found)
            return _built(content.read(_LONGEST))
        at += len(block)
        before = data[-len(_GO) :]
    return None


def _built(data: bytes) -> Program | None:
    if len(data) < 33 or not data[15] & 2:
        return None
    go, rest = _string(data, 32)
    text, _ = _string(data, rest) if go is not None else (None, 0)
    fields: dict[str, list[str]] = {}
    for line in (text or b"").decode("utf-8", "replace").split("\n"):
        word, *values = line.split("\t")
        fields.setdefault(word[-4:] if word.endswith("path") else word, values)
    package, module = fields.get("path", [""])[0], fields.get("mod", [])
    if not package or len(module) < 2 or not module[1].startswith("v"):
        return None
    return Program(package, module[1])


def _string(data: bytes, at: int) -> tuple[bytes | None, int]:
    """A text with its length before it, in seven bits a byte; and where it ends."""
    length = shift = 0
    while at < len(data) and shift < 35:
        byte = data[at]
        length |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return (data[at : at + length], at + length) if at + length <= len(data) else (None, 0)
    return None, 0
