"""Bake files, in HCL or JSON: targets with what they inherit, groups, variables from the environment."""

from __future__ import annotations

import json
import os
import re
from importlib import import_module
from typing import Any

from dockerlint.errors import UserError
from dockerlint.recipes import Recipe
from dockerlint.recipes.expression import evaluate, shown, template, unquoted

_INSTALL = "pip install 'dockerlint[bake]', or give what `docker buildx bake --print` prints (JSON)"


class Bake:
    """A Bake file. UserError when it cannot be understood. Paths count from the current folder, as bake has it."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._hcl = not path.endswith(".json")
        read = _hcl(path, text) if self._hcl else _json(path, text)
        self._variables: dict[str, Any] = read.get("variable") or {}
        self._groups: dict[str, Any] = read.get("group") or {}
        self._targets: dict[str, Any] = read.get("target") or {}
        self._own: frozenset[str] = frozenset(read.get("function") or ())
        self._known: dict[str, Any] = {}
        self._asked: list[str] = []

    def names(self, every: bool = False) -> tuple[str, ...]:
        """The targets of the default group, or the default target; all where there is neither, or with `every`."""
        default = () if every else self.members("default")
        return default or tuple(name for name in self._targets if every or not name.startswith("_"))

    def members(self, name: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The targets that a name stands for; none when it is not known."""
        if name in self._groups and name not in above:
            found: dict[str, None] = {}
            for one in self._list(self._groups[name].get("targets"), f"{self._path}: group {name}"):
                found.update(dict.fromkeys(self.members(one, (*above, name))))
            return tuple(found)
        return (name,) if name in self._targets else ()

    def recipe(self, name: str) -> Recipe:
        """What a target builds."""
        where = f"{self._path}: target {name}"
        target = self._inherited(name, where, ())
        for key in ("matrix", "dockerfile-inline"):
            if key in target:
                raise UserError(
                    f"{where} has {key}, which is not known to dockerlint",
                    "write the file that `docker buildx bake --print` prints, with each Dockerfile in a file",
                )
        context = shown(target.get("context")) or "."
        if "://" in context or context.startswith("git@"):
            raise UserError(f"{where} builds from {context}, which is not on this machine")
        contexts = {key: shown(value) for key, value in (target.get("contexts") or {}).items()}
        for key, value in contexts.items():
            if value.startswith("target:"):
                raise UserError(
                    f"{where} takes {value} for its context {key}", "build that first, and name its image"
                )
        many = {
            key: self._list(target.get(key), where)
            for key in ("platforms", "secret", "ssh", "cache-from", "ulimits")
        }
        hosts = target.get("extra-hosts") or {}
        options = [
            *(f"--add-host={host}:{address}" for host, address in hosts.items()),
            *([f"--shm-size={target['shm-size']}"] if target.get("shm-size") else []),
            *(f"--ulimit={limit}" for limit in many["ulimits"]),
            *(f"--cache-from={source}" for source in many["cache-from"]),
            *(f"--label={key}={shown(value)}" for key, value in (target.get("labels") or {}).items()),
        ]
        return Recipe(
            name,
            os.path.normpath(os.path.join(context, shown(target.get("dockerfile")) or "Dockerfile")),
            os.path.normpath(context),
            {key: shown(value) for key, value in (target.get("args") or {}).items() if value is not None},
            shown(target.get("target")) or None,
            tuple(many["platforms"]),
            contexts,
            tuple(many["secret"]),
            tuple(many["ssh"]),
            shown(target.get("network")) or None,
            bool(target.get("no-cache")),
            bool(target.get("pull")),
            tuple(options),
        )

    def _inherited(self, name: str, where: str, above: tuple[str, ...]) -> dict[str, Any]:
        """The attributes of a target over those it inherits; mappings are joined key by key."""
        if name in above:
            raise UserError(f"{where} inherits itself")
        if name not in self._targets:
            raise UserError(f"{where} inherits {name}, which is no target")
        own = {
            key: self._value(value, where)
            for key, value in self._targets[name].items()
            if key != "__is_block__"
        }
        found: dict[str, Any] = {}
        for parent in self._list(own.pop("inherits", None), where):
            _join(found, self._inherited(parent, where, (*above, name)))
        _join(found, own)
        return found

    def _list(self, value: Any, where: str) -> list[str]:
        value = self._value(value, where)
        if value is None:
            return []
        return [_spec(one) for one in (value if isinstance(value, list) else [value])]

    def _value(self, value: Any, where: str) -> Any:
        """A value of the file with its expressions worked out."""
        if isinstance(value, dict):
            return {_key(key): self._value(one, where) for key, one in value.items() if key != "__is_block__"}
        if isinstance(value, list):
            return [self._value(one, where) for one in value]
        if not isinstance(value, str) or isinstance(value, _Done):
            return value

        def lookup(name: str) -> Any:
            return self._variable(name, where)

        done = self._text(value, lookup, where)
        return _Done(done) if isinstance(done, str) else done

    def _text(self, value: str, lookup: Any, where: str) -> Any:
        for name in self._own:
            if re.search(rf"\b{re.escape(name)}\s*\(", value):
                raise UserError(
                    f"{where}: the function {name} is the file's own, which dockerlint does not run", _INSTALL
                )
        if not self._hcl or value.startswith("${"):
            return template(value, lookup, where)
        heredoc = re.fullmatch(r'"?<<-?(\w+)\n(.*?\n?)\s*\1"?', value, re.DOTALL)
        if heredoc is not None:
            return template(heredoc[2], lookup, where)
        if value.startswith('"'):
            return template(unquoted(value), lookup, where)
        return evaluate(value, lookup, where)

    def _variable(self, name: str, where: str) -> Any:
        """The value of a variable: that of the environment, else its default."""
        if name not in self._variables:
            if name == "BAKE_LOCAL_PLATFORM":
                return "linux/amd64"
            raise UserError(f"{where}: there is no variable {name}")
        if name not in self._known:
            if name in self._asked:
                raise UserError(f"{where}: the variable {name} stands for itself")
            self._asked.append(name)
            default = self._value(self._variables[name].get("default"), f"{self._path}: variable {name}")
            self._known[name] = _like(default, os.environ[name]) if name in os.environ else default
            self._asked.remove(name)
        return self._known[name]


class _Done(str):
    """A string that was worked out: a dollar in it is a dollar."""


def _like(default: Any, text: str) -> Any:
    """A text of the environment as a value of the kind that the default has."""
    if isinstance(default, bool):
        return text.lower() in ("1", "t", "true")
    if isinstance(default, (int, float)):
        try:
            return type(default)(text)
        except ValueError:
            return text
    return text


def _join(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            into[key] = {**into[key], **value}
        elif value is not None:
            into[key] = value


def _spec(value: Any) -> str:
    """An item of a list; a mapping as the words that it stands for (`{ id = "a", src = "b" }`)."""
    if isinstance(value, dict):
        return ",".join(f"{key}={shown(one)}" for key, one in value.items())
    return shown(value)


def _key(key: str) -> str:
    return key[1:-1] if len(key) > 1 and key.startswith('"') and key.endswith('"') else key


def _json(path: str, text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError as error:
        raise UserError(f"{path} is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise UserError(f"{path} is no Bake file: it holds no object")
    return read


def _hcl(path: str, text: str) -> dict[str, Any]:
    """The blocks of a file by kind and name."""
    try:
        hcl2 = import_module("hcl2")
    except ImportError:
        raise UserError(f"{path} is HCL, which takes python-hcl2 to read", _INSTALL) from None
    try:
        read = hcl2.loads(text)
    except Exception as error:  # Lark's errors, which hcl2 does not name
        raise UserError(f"{path} is not HCL: {str(error).splitlines()[0]}") from error
    found: dict[str, Any] = {}
    for sort, blocks in read.items():
        if sort in ("variable", "group", "target", "function"):
            found[sort] = {_key(name): body for block in blocks for name, body in block.items()}
    return found
