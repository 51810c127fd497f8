"""What dockerlint knows about programs, package managers, build tools and base images.

The knowledge is data: the TOML files of this folder. `python -m dockerlint.knowledge.generate`
writes them as plain literals to `tables.py`, since reading TOML at start-up is too dear;
a test checks that the two agree. Here are the typed ways in.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FLAG = 0
VALUE = 1
OPTIONAL = 2
UNTIL = 3
ATTACHED = 4
NUMBER = 5


_KINDS = (
    ("flags", FLAG),
    ("values", VALUE),
    ("optional", OPTIONAL),
    ("until", UNTIL),
    ("attached", ATTACHED),
    ("number", NUMBER),
)


class Level:
    """How a tool (or one of its subcommands) reads its arguments.

    `options` maps every spelling of an option to all its spellings and its kind: FLAG,
    VALUE (in the same word or the next), OPTIONAL (in the same word behind `=`), ATTACHED (in
    the same word, right behind the letter), NUMBER (likewise, or the next word when it may be
    a number: `make -j 4`) or UNTIL (all words up to `;` or `+`, as `find -exec`). `style` is `gnu` (short options cluster),
    `plain` (they do not: go, gcc, java) or `tar` (the first word may be a cluster without
    a dash). `plus` tells what a word with a plus is: options (`letters`: `set +x`), one option
    (`word`: `cargo +nightly`), or an operand (empty). `stop`: options end at the first operand. `path` is the canonical name of the
    subcommand (`install`, `cache clean`), empty for the tool itself.
    """

    __slots__ = (
        "_levels", "_specs", "default", "operations", "options", "path", "plus", "prefixes",
        "stop", "style", "unknown_is_operand",
    )  # fmt: skip

    def __init__(self, spec: Mapping[str, Any], above: Level | None, path: str) -> None:
        self.path = path
        self.style: str = above.style if above else spec.get("style", "gnu")
        self.options: dict[str, tuple[tuple[str, ...], int]] = dict(above.options) if above else {}
        for key, kind in _KINDS:
            for line in spec.get(key, ()):
                aliases = tuple(line.split())
                for name in aliases:
                    self.options[name] = (aliases, kind)
        self.prefixes: tuple[str, ...] = above.prefixes if above else tuple(spec.get("prefixes", ()))
        self.stop: bool = spec.get("stop", False)
        self.plus: str = spec.get("plus", "")
        self.unknown_is_operand: bool = spec.get("unknown_is_operand", False)
        self.default: str | None = spec.get("default")
        self.operations: dict[str, str] = {}
        for line, name in spec.get("operations", {}).items():
            aliases = tuple(line.split())
            self.operations.update(dict.fromkeys(aliases, name))
            for option in aliases:
                self.options.setdefault(option, (aliases, FLAG))
        self._specs: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for names, inner in spec.get("subcommands", {}).items():
            words = names.split()
            self._specs.update(dict.fromkeys(words, (words[0], inner)))
        self._levels: dict[str, Level] = {}

    def abbreviated(self, name: str) -> str | None:
        """The one long option that begins like that (`--strip-component`), None when there is
        none or more than one."""
        found = {o: aliases for o, (aliases, _) in self.options.items() if o.startswith(name)}
        return min(found, key=len) if len(set(found.values())) == 1 else None

    @property
    def has_subcommands(self) -> bool:
        """Whether the first operand names a subcommand."""
        return bool(self._specs)

    @property
    def subcommands(self) -> tuple[str, ...]:
        """The names of the subcommands, aliases left out."""
        return tuple(dict.fromkeys(name for name, _ in self._specs.values()))

    def subcommand(self, word: str) -> Level | None:
        """How the arguments behind a subcommand are read; its aliases are known, too. The
        word after the tool's name is always a subcommand; one in no table reads like the tool."""
        known = self._specs.get(word)
        if known is None and self.path:
            return None
        name, spec = known or (word, {})
        level = self._levels.get(name)
        if level is None:
            level = Level(spec, self, f"{self.path} {name}" if self.path else name)
            self._levels[name] = level
        return level


_LISTS = frozenset(key for key, _ in _KINDS) | {"prefixes"}
_YES = frozenset(("stop", "unknown_is_operand", "local"))


def described(lines: str) -> dict[str, Any]:
    """A tool's table, from the lines in which `tables.TOOLS` keeps it."""
    root: dict[str, Any] = {}
    table = root
    for line in lines.split("\n"):
        if line.startswith("["):
            table = root
            for names in line[1:-1].split("/"):
                table = table.setdefault("subcommands", {}).setdefault(names, {})
            continue
        key, _, value = line.partition("=")
        if key in _LISTS:
            table[key] = value.split("|")
        elif key == "operations":
            table[key] = dict(pair.split(">") for pair in value.split("|"))
        elif key in _YES:
            table[key] = value == "True"
        elif key:
            table[key] = int(value) if key == "wrapper" else value
    return root


class Tool:
    """A known program. `name` is the one the tables use (`pip` for `pip3.11`). For a program
    that runs the command in its own operands, `wrapper` is the number of operands before
    that command; None for others. `role` is `shell` (`-c` makes its first operand a script),
    `script` (a script is the value of `-c`), `modules` (`-m` runs another tool), `compiler`,
    `linker`, or None. `local` is False where a program of that name outside `bin` folders is
    another one (`./aws/install`)."""

    __slots__ = ("level", "local", "name", "role", "wrapper")

    def __init__(self, name: str, spec: Mapping[str, Any]) -> None:
        self.name = name
        self.wrapper: int | None = spec.get("wrapper")
        self.role: str | None = spec.get("role")
        self.local: bool = spec.get("local", True)
        self.level = Level(spec, None, "")


_tools: dict[str, Tool | None] = {}


def programs() -> tuple[str, ...]:
    """The names of all programs in the tables."""
    from dockerlint.knowledge.tables import NAMES

    return tuple(NAMES)


def tool(program: str) -> Tool | None:
    """The tool that a program name (base name, as written) calls: `pip3.11` is pip,
    `x86_64-linux-gnu-gcc-12` is gcc. None for one that is in no table."""
    if program not in _tools:
        from dockerlint.knowledge.tables import TOOLS

        name = _canonical(program)
        if name is None:
            _tools[program] = None
        elif name == program:
            _tools[program] = Tool(name, described(TOOLS[name]))
        else:
            _tools[program] = tool(name)
    return _tools[program]


def _canonical(program: str) -> str | None:
    from dockerlint.knowledge.tables import CROSS, NAMES, VERSIONED

    name: str | None = NAMES.get(program)
    if name is not None:
        return name
    base = program.rstrip("0123456789.").rstrip("-")
    name = NAMES.get(base)
    if name is not None and name in VERSIONED:
        return name
    name = NAMES.get(base.rpartition("-")[2])
    return name if name is not None and name in CROSS else None
