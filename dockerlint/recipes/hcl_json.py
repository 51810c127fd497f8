"""Reads Bake files in JSON, as HCL has them: every string is a template."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from dockerlint.errors import UserError
from dockerlint.recipes.hcl import Attribute, Block, Items, Literal, Malformed, Name, Pairs, whole
from dockerlint.recipes.hcl_reader import expression, template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.recipes.hcl import Expression


def _tree(value: Any) -> Expression:
    """A value of a JSON file, whose strings are templates."""
    if isinstance(value, str):
        return template(value)
    if isinstance(value, list):
        return Items(tuple(map(_tree, value)))
    if isinstance(value, dict):
        return Pairs(tuple((template(key), _tree(one)) for key, one in value.items()))
    return Literal(whole(value) if isinstance(value, Decimal) else value)


def blocks(path: str, text: str) -> Block:
    """A JSON file as one block without a name. UserError where it is none."""
    try:
        read = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise UserError(f"{path} is no Bake file: it holds no object")
    inside: list[Block] = []
    attributes: dict[str, Attribute] = {}
    try:
        for kind, value in read.items():
            if kind not in ("variable", "function", "group", "target"):
                attributes[kind] = Attribute(json.dumps(value, default=str), _tree(value))
                continue
            for held in value if isinstance(value, list) else [value]:
                for label, body in held.items():
                    for one in body if isinstance(body, list) else [body]:
                        inside.append(_json_block(kind, label, one))
    except (AttributeError, TypeError) as error:
        raise UserError(f"{path} is no Bake file: its {kind} is no object of objects") from error
    except Malformed as error:
        raise UserError(f"{path}: a string cannot be read: {error}") from error
    except RecursionError:
        raise UserError(f"{path}: something is nested too deep") from None
    return Block("", "", attributes, tuple(inside))


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value")


def _json_block(kind: str, label: str, body: dict[str, Any]) -> Block:
    found: dict[str, Attribute] = {}
    inside: list[Block] = []
    for key, value in body.items():
        if kind == "variable" and key == "validation":
            inside += [_json_block(key, "", one) for one in (value if isinstance(value, list) else [value])]
        elif (kind, key) in (("function", "params"), ("function", "variadic_params"), ("variable", "type")):
            # Words, not strings: what HCL has without quotes.
            read = [Name(one) for one in value] if isinstance(value, list) else [expression(value)]
            found[key] = Attribute(
                json.dumps(value), Items(tuple(read)) if isinstance(value, list) else read[0]
            )
        else:
            found[key] = Attribute(json.dumps(value, default=str), _tree(value))
    return Block(kind, label, found, tuple(inside))
