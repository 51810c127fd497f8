"""`python -m dockerlint.knowledge.generate [--check]`: the TOML tables as Python literals.

Every top-level table of every `*.toml` here becomes one constant of `tables.py`, named in
upper case after it; the tables `tool` of all files are joined to `TOOLS` and get `NAMES`,
from every program name to its tool. A table name that two files share is an error.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
TABLES = HERE / "tables.py"
_HEAD = '''"""Generated from the TOML files by `python -m dockerlint.knowledge.generate`; do not edit."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
'''
_KEYS = frozenset((
    "names", "like", "versioned", "cross", "style", "flags", "values", "optional", "until", "attached", "number", "prefixes", "stop",
    "plus", "unknown_is_operand", "default", "operations", "subcommands", "wrapper", "role", "local",
))  # fmt: skip


class TableError(ValueError):
    """A TOML file that makes no sense; the message names the file and the table."""


def generated() -> str:
    """The text that `tables.py` should have."""
    constants: dict[str, Any] = {}
    tools: dict[str, Any] = {}
    for path in sorted(HERE.glob("*.toml")):
        for name, table in tomllib.loads(path.read_text("utf-8")).items():
            if name == "tool":
                for tool, spec in table.items():
                    if tool in tools:
                        raise TableError(f"{path.name}: the tool {tool} is described twice")
                    _check(f"{path.name}: {tool}", spec)
                    tools[tool] = spec
            elif name.upper() in constants:
                raise TableError(f"{path.name}: the table {name} is in another file, too")
            else:
                constants[name.upper()] = table
    constants["NAMES"] = {
        program: tool for tool, spec in tools.items() for program in (tool, *spec.get("names", ()))
    }
    for key in ("versioned", "cross"):
        constants[key.upper()] = [tool for tool, spec in tools.items() if spec.get(key)]
    constants["TOOLS"] = {tool: "\n".join(_lines(_inherited(tool, tools))) for tool in tools}
    parts = [_HEAD]
    for name in sorted(constants):
        parts.append(f"\n{name}: Any = {_literal(constants[name])}\n")
    return "".join(parts)


def _lines(spec: dict[str, Any], path: str = "") -> list[str]:
    """A tool's table as lines that `knowledge.described` reads. One string for a tool compiles
    and loads much faster than nested literals, and most tools are not asked for in a run."""
    lines = [f"[{path}]"] if path else []
    for key, value in spec.items():
        if key == "operations":
            lines.append(f"{key}=" + "|".join(f"{options}>{name}" for options, name in value.items()))
        elif key not in ("subcommands", "versioned", "cross"):
            lines.append(f"{key}=" + ("|".join(value) if isinstance(value, list) else str(value)))
    for names, inner in spec.get("subcommands", {}).items():
        lines += _lines(inner, f"{path}/{names}" if path else names)
    return lines


def _literal(table: Any) -> str:
    """A table with one entry a line, and tuples for lists: those load fastest."""
    if not isinstance(table, dict):
        return repr(_frozen(table))
    return "{\n" + "".join(f"    {key!r}: {_frozen(value)!r},\n" for key, value in table.items()) + "}"


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(_frozen(inner) for inner in value) if isinstance(value, list) else value


def _check(where: str, spec: dict[str, Any]) -> None:
    unknown = spec.keys() - _KEYS
    if unknown:
        raise TableError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    seen: set[str] = set()
    for key in ("flags", "values", "optional", "until", "attached", "number"):
        for option in " ".join(spec.get(key, ())).split():
            if option in seen:
                raise TableError(f"{where}: the option {option} is described twice")
            seen.add(option)
    for names, inner in spec.get("subcommands", {}).items():
        _check(f"{where} {names}", inner)


def _inherited(name: str, tools: dict[str, Any]) -> dict[str, Any]:
    """A tool's table with what the tool it is `like` brings, and without names."""
    spec = tools[name]
    own = {k: v for k, v in spec.items() if k not in ("names", "like")}
    return _joined(_inherited(spec["like"], tools), own) if "like" in spec else own


def _joined(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    joined = dict(base)
    for key, value in own.items():
        if isinstance(value, list):
            joined[key] = [*base.get(key, ()), *value]
        elif isinstance(value, dict):
            joined[key] = _joined(base.get(key, {}), value)
        else:
            joined[key] = value
    return joined


def main(arguments: list[str]) -> int:
    """Write the tables, or with `--check` tell by the exit status whether they are fresh."""
    text = generated()
    if "--check" in arguments:
        fresh = TABLES.exists() and TABLES.read_text("utf-8") == text
        if not fresh:
            print("tables.py is not fresh: run python -m dockerlint.knowledge.generate", file=sys.stderr)
        return 0 if fresh else 1
    TABLES.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
