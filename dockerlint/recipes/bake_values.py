"""Variables and functions of Bake files: defaults, the environment over them, their types and what they must fulfil."""

from __future__ import annotations

import csv
import json
import os
from decimal import Decimal
from typing import Any

from dockerlint.errors import UserError
from dockerlint.platforms import machine
from dockerlint.recipes.expression import Function, Scope, evaluate
from dockerlint.recipes.hcl import Call, Items, Name
from dockerlint.recipes.kinds import Wrong, kind, to_bool, to_number, to_text, unplain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockerlint.recipes.hcl import Attribute, Block, Expression

_FUNCTION = 'write it as in function "twice" { params = [a] result = "${a}${a}" }'
_TRUTHS = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True)
_TRUTHS.update(dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False))


class Values:
    """What names mean in a Bake file. Of two that have one name the later counts."""

    def __init__(self, path: str, files: Sequence[Block]) -> None:
        self._path = path
        self._variables: dict[str, Block] = {}
        self._attributes: dict[str, Attribute] = {}
        functions: dict[str, Function] = {}
        for file in files:
            self._attributes.update(file.attributes)
            for block in file.blocks:
                if block.kind == "variable":
                    self._variables[block.label] = block
                elif block.kind == "function":
                    functions[block.label] = _function(path, block)
        self._known: dict[str, Any] = {"BAKE_CMD_CONTEXT": "cwd://", "BAKE_LOCAL_PLATFORM": machine()}
        self._asked: list[str] = []
        self.scope = Scope(self._lookup, functions)

    def define(self, name: str, value: Any) -> None:
        """Give a name a value that the file does not."""
        self._known[name] = value

    def _lookup(self, name: str) -> Any:
        """The value of a name. KeyError when there is none."""
        if name in self._known:
            return self._known[name]
        if name not in self._attributes and name not in self._variables:
            raise KeyError(name)
        where = f"{self._path}: variable {name}"
        if name in self._asked:
            raise UserError(f"{where} stands for itself", "give it a value that does not use it")
        self._asked.append(name)
        if name in self._attributes:
            value = evaluate(self._attributes[name], self.scope, where)
        else:
            value = self._variable(self._variables[name], where)
        self._asked.remove(name)
        self._known[name] = value
        if name in self._variables:
            self._check(self._variables[name], where)
        return value

    def _variable(self, block: Block, where: str) -> Any:
        """That of the environment, else the default."""
        name, type_of = block.label, block.attributes.get("type")
        default = block.attributes.get("default")
        value = evaluate(default, self.scope, where) if default is not None else None
        try:
            if type_of is not None:
                return _typed(name, value, type_of.value)
            if default is None:
                return os.environ.get(name, "")
            return _like(value, os.environ[name]) if name in os.environ else value
        except Wrong as error:
            raise UserError(f"{where}: {error}", error.hint) from error

    def _check(self, block: Block, where: str) -> None:
        """UserError when the value is not as the file wants it."""
        for one in block.blocks:
            condition = one.attributes.get("condition")
            if one.kind != "validation" or condition is None:
                continue
            if evaluate(condition, self.scope, where) is not True:
                message = one.attributes.get("error_message")
                why = evaluate(message, self.scope, where) if message is not None else condition.text
                raise UserError(
                    f"{where} is not as the file wants it: {why}", f"export {block.label} with another value"
                )


def _function(path: str, block: Block) -> Function:
    names, rest = block.attributes.get("params"), block.attributes.get("variadic_params")
    result = block.attributes.get("result")
    if names is None or not isinstance(names.value, Items) or result is None:
        raise UserError(f"{path}: the function {block.label} lacks its params or its result", _FUNCTION)
    words = [one.name for one in names.value.items if isinstance(one, Name)]
    if len(words) != len(names.value.items) or not (rest is None or isinstance(rest.value, Name)):
        raise UserError(f"{path}: the function {block.label} has params that are no names", _FUNCTION)
    return Function(
        tuple(words), rest.value.name if rest and isinstance(rest.value, Name) else None, result.value
    )


def _like(default: Any, text: str) -> Any:
    """A text of the environment as a value of the kind that the default has."""
    match default:
        case bool():
            return _truth(text)
        case int() | Decimal():
            return to_number(text)
        case None | str():
            return text
    raise Wrong(
        f"{kind(default)} cannot come from the environment when the variable has no type",
        "give it one, as in `type = list(string)`, or unset it",
    )


def _truth(text: str) -> bool:
    if text not in _TRUTHS:
        raise Wrong(f"the environment has {text!r} for what is true or false")
    return _TRUTHS[text]


def _typed(name: str, default: Any, type_of: Expression) -> Any:
    """The value of a variable with a type: `NAME_JSON` or `NAME` of the environment, lists as CSV."""
    text = os.environ.get(f"{name}_JSON")
    if text is not None and not (isinstance(type_of, Name) and type_of.name == "any"):
        try:
            return _as(unplain(json.loads(text, parse_float=Decimal)), type_of)
        except ValueError as error:
            raise Wrong(f"{name}_JSON of the environment is not JSON: {error}") from error
    text = os.environ.get(name)
    if text is None:
        return _as(default, type_of)
    match type_of:
        case Name("bool"):
            return _truth(text)
        case Name("any"):
            return text if default is None else _like(default, text)
        case Call("list" | "set" | "tuple"):
            return _as(next(csv.reader([text]), []), type_of)
        case Call():
            raise Wrong(
                f"{name} of the environment cannot give an object", f"give it as JSON, in {name}_JSON"
            )
    return _as(text, type_of)


def _as(value: Any, type_of: Expression) -> Any:
    """A value as one of a type. Wrong where it cannot be."""
    if value is None:
        return None
    match type_of:
        case Name(name) if name in _PLAIN:
            return _PLAIN[name](value)
        case Call("list" | "set" | "map", (one,)) if isinstance(value, (list, dict)):
            if isinstance(value, list) and type_of.name == "map":
                raise Wrong("a list is no map")
            if isinstance(value, list):
                return [_as(item, one) for item in value]
            return {key: _as(item, one) for key, item in value.items()}
        case Call("list" | "set" | "map"):
            raise Wrong(f"{kind(value)} is no {type_of.name}")
    return value


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "string": to_text,
    "number": to_number,
    "bool": to_bool,
}
