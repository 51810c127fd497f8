"""What the commands of a RUN do to the file system, one by one.

An `Effect` names paths as far as they are known. `Walker` goes through a script and keeps what
later commands depend on: the working directory, variables, the prefix a configure run chose.
"""

from __future__ import annotations

import posixpath

from dockerlint.frozen import record
from dockerlint.split.paths import Place, normal, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockerlint.shell.script import Command, ShellWord


class Kind:
    """What a command is for: nothing that stays (QUIET), compiling (BUILD), getting sources (FETCH),
    handling files (FILE), making users (USER), settings of the system (SYSTEM), packages (the rest)."""

    QUIET, BUILD, FETCH, FILE, USER, SYSTEM = "quiet", "build", "fetch", "file", "user", "system"
    UPDATE, INSTALL, REMOVE, CLEAN = "update", "install", "remove", "clean"
    PACKAGES = frozenset((UPDATE, INSTALL, REMOVE, CLEAN))


@record
class Effect:
    """`trees` are folders written into by names that are not known; `files` are written by name;
    `products` are folders in which a build puts what the start command will name; `prefixes` are
    those of installations (`?` when only the Makefile knows it, `pip` for Python's own); `touches` are
    things made or changed in place; `reads` what is copied or moved; `gone` what is removed. `traits` are facts about the
    program made: c, c++, go, rust, java, node, python, dotnet, opaque, openmp, libraries.
    `unknown` says why nothing can be told."""

    kind: str = Kind.QUIET
    trees: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    traits: frozenset[str] = frozenset()
    unknown: str = ""


NOTHING = Effect()


def unknown(reason: str) -> Effect:
    """The effect of a command that cannot be told."""
    return Effect(Kind.BUILD, unknown=reason)


class Walker:
    """Where a script stands. `root` is the folder that a build in `cwd` works in as a whole: the
    WORKDIR when `cwd` lies in it."""

    def __init__(self, workdir: str, variables: Mapping[str, str | None], paths: Mapping[str, str]) -> None:
        self.cwd = Place(workdir)
        self.variables: dict[str, str | None] = {
            **paths,
            **{k: v for k, v in variables.items() if v is not None},
        }
        self.workdir = workdir
        self.prefix: str | None = None
        self.more_prefixes: tuple[str, ...] = ()
        self.folders: set[str] = set()
        self.previous = self.cwd

    def value(self, word: ShellWord) -> str | None:
        return value_of(word, self.variables)

    def values(self, words: Iterable[ShellWord]) -> list[str | None]:
        return [
            "-j" if word.value is None and word.raw.startswith("-j") else self.value(word) for word in words
        ]

    def place(self, text: str | None) -> Place:
        """The place of a path as a command would read it here."""
        return self.cwd.join(text)

    def tree(self, text: str | None = ".") -> str:
        """The folder to take as a whole for a build at a path."""
        path = self.place(text).path
        top = self.workdir
        return top if top != "/" and (path == top or path.startswith(top + "/")) else path

    def output(self, text: str | None) -> Effect:
        """A file that is written at a path, or its folder as a whole where the name is not known."""
        place = self.place(text)
        if place.exact:
            return Effect(files=(place.path,))
        return Effect(trees=(place.path,))

    def inside_folder(self, destination: str, source: str) -> str:
        """Where a copy of a source lands, when the destination may be a folder."""
        return normal(posixpath.join(destination, posixpath.basename(source)))

    def change(self, command: Command) -> bool:
        """Follow `cd`, assignments and the like; True when the command was one of them."""
        name = command.name
        if name in ("cd", "pushd"):
            target = [w for w in command.operands if w.text != "-"]
            before = self.cwd
            if command.operands and command.operands[0].text == "-":
                self.cwd = self.previous
            else:
                self.cwd = self.cwd.join(self.value(target[0])) if target else Place("/root")
            self.previous = before
            return True
        if name == "popd":
            self.cwd, self.previous = self.previous, self.cwd
            return True
        if name in ("export", "declare", "local", "readonly"):
            for word in command.operands:
                self.assign(word)
            return True
        return False

    def assign(self, word: ShellWord) -> None:
        """Remember `NAME=value` where the value is known, forget the variable where it is not."""
        name, equals, _ = word.raw.partition("=")
        value = self.value(word) if equals else None
        if equals and name.isidentifier():
            if value is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = value.partition("=")[2]


def options(
    words: Iterable[str | None], takes: frozenset[str], attached: tuple[str, ...] = ()
) -> tuple[dict[str, str | None], list[str | None]]:
    """Options with their values (those in `takes` have one, in the next word or behind `=`;
    `attached` ones in the same word), and the operands."""
    found: dict[str, str | None] = {}
    operands: list[str | None] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word is None or not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        name, equals, value = word.partition("=")
        if word in takes:
            found[word] = waiting.pop(0) if waiting else None
        elif equals and (name in takes or name.startswith("--")):
            found[name] = value
        else:
            prefix = next((p for p in attached if word.startswith(p) and word != p), None)
            if prefix is not None:
                found[prefix] = word[len(prefix) :]
            else:
                found[word] = None
    return found, operands


def merged(effects: Iterable[Effect]) -> Effect:
    """One effect for several; the kind is that of the strongest."""
    order = (
        Kind.QUIET,
        Kind.CLEAN,
        Kind.UPDATE,
        Kind.REMOVE,
        Kind.INSTALL,
        Kind.USER,
        Kind.SYSTEM,
        Kind.FILE,
        Kind.FETCH,
        Kind.BUILD,
    )
    kind = Kind.QUIET
    parts: dict[str, tuple[str, ...]] = dict.fromkeys(
        ("trees", "files", "products", "prefixes", "touches", "reads", "gone"), ()
    )
    traits: frozenset[str] = frozenset()
    reason = ""
    for effect in effects:
        kind = max(kind, effect.kind, key=order.index)
        traits |= effect.traits
        reason = reason or effect.unknown
        for name in parts:
            parts[name] += getattr(effect, name)
    return Effect(kind, traits=traits, unknown=reason, **parts)
