"""What the expressions of a Bake file come to, by the rules of HCL: its kinds of values are those of JSON."""

from __future__ import annotations

from typing import Any, NoReturn

from dockerlint.errors import UserError, nearest
from dockerlint.frozen import record
from dockerlint.recipes.functions import FUNCTIONS, LAZY
from dockerlint.recipes.hcl import (
    Attribute,
    Binary,
    Call,
    Choice,
    For,
    Get,
    Items,
    Literal,
    Name,
    Pairs,
    Splat,
    Template,
    Unary,
)
from dockerlint.recipes.kinds import Wrong, arithmetic, get, kind, same, to_bool, to_number, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockerlint.recipes.hcl import Expression

HINT = "give what `docker buildx bake --print` prints in its place (docker-bake.json)"
_DEEP = 50


@record
class Function:
    """A function of the file's own: the names it takes, the one that takes the rest, and what it comes to."""

    names: tuple[str, ...]
    rest: str | None
    result: Expression


class Scope:
    """What names mean: `lookup` gives the value of one that is not in `known`, and raises KeyError."""

    def __init__(
        self,
        lookup: Callable[[str], Any],
        functions: Mapping[str, Function],
        known: Mapping[str, Any] | None = None,
        depth: int = 0,
    ) -> None:
        self.lookup = lookup
        self.functions = functions
        self.known = known or {}
        self.depth = depth

    def inside(self, known: Mapping[str, Any], alone: bool = False) -> Scope:
        """The scope with more names, or with these `alone` beside those of the file."""
        return Scope(
            self.lookup, self.functions, known if alone else {**self.known, **known}, self.depth + alone
        )


def evaluate(attribute: Attribute, scope: Scope, where: str) -> Any:
    """The value of an attribute. UserError that says why there is none."""
    try:
        return value_of(attribute.value, scope)
    except (Wrong, RecursionError) as error:
        first, *more = attribute.text.splitlines()
        text = f"{first} …" if more else first
        why, hint = (str(error), error.hint) if isinstance(error, Wrong) else ("it is nested too deep", "")
        raise UserError(f"{where}: {text} cannot be worked out: {why}", hint or HINT) from error


def value_of(tree: Expression, scope: Scope) -> Any:
    """The value of an expression. Wrong where it has none."""
    match tree:
        case Literal(value):
            return value
        case Template(parts):
            return "".join(to_text(value_of(one, scope)) for one in parts)
        case Name(name):
            return _named(name, scope)
        case Get(of, key):
            return get(value_of(of, scope), value_of(key, scope))
        case Splat(of, keys):
            return _splat(value_of(of, scope), [value_of(key, scope) for key in keys])
        case Call():
            return _called(tree, scope)
        case Unary(sign, of):
            value = value_of(of, scope)
            return not to_bool(value) if sign == "!" else -to_number(value)
        case Binary():
            return _binary(tree, scope)
        case Choice(condition, one, two):
            return value_of(one if to_bool(value_of(condition, scope)) else two, scope)
        case Items(items):
            return [value_of(one, scope) for one in items]
        case Pairs(pairs):
            return {to_text(value_of(key, scope)): value_of(one, scope) for key, one in pairs}
        case For():
            return _for(tree, scope)


def _named(name: str, scope: Scope) -> Any:
    if name in scope.known:
        return scope.known[name]
    try:
        return scope.lookup(name)
    except KeyError:
        raise Wrong(f"there is no variable {name}") from None


def _splat(value: Any, keys: list[Any]) -> list[Any]:
    found = []
    for item in value if isinstance(value, list) else [] if value is None else [value]:
        for key in keys:
            item = get(item, key)
        found.append(item)
    return found


def _called(call: Call, scope: Scope) -> Any:
    own = scope.functions.get(call.name)
    if own is None and call.name in LAZY:
        return _tried(call, scope)
    values = [value_of(one, scope) for one in call.arguments]
    if call.spread:
        last = values.pop()
        if not isinstance(last, list):
            raise Wrong(f"{kind(last)} is no list of arguments for {call.name}")
        values += last
    if own is not None:
        return _own(call.name, own, values, scope)
    if call.name not in FUNCTIONS:
        near = nearest(call.name, (*FUNCTIONS, *scope.functions))
        raise Wrong(f"the function {call.name} is not known to dockerlint", near and f"{near}; else {HINT}")
    return FUNCTIONS[call.name](values)


def _own(name: str, own: Function, values: list[Any], scope: Scope) -> Any:
    few, many = len(values) < len(own.names), len(values) > len(own.names) and own.rest is None
    if few or many:
        raise Wrong(f"{name} takes {len(own.names)} arguments, not {len(values)}")
    if scope.depth > _DEEP:
        raise Wrong(f"{name} calls itself")
    known = dict(zip(own.names, values))
    if own.rest is not None:
        known[own.rest] = values[len(own.names) :]
    return value_of(own.result, scope.inside(known, alone=True))


def _tried(call: Call, scope: Scope) -> Any:
    """`try`, the first value that there is, and `can`, whether there is one."""
    last = Wrong(f"{call.name} takes something to try")
    for one in call.arguments:
        try:
            value = value_of(one, scope)
        except Wrong as error:
            last = error
        else:
            return True if call.name == "can" else value
    if call.name == "can":
        return False
    raise last


def _binary(tree: Binary, scope: Scope) -> Any:
    one = value_of(tree.left, scope)
    if tree.sign in ("||", "&&"):
        left = to_bool(one)
        return left if left == (tree.sign == "||") else to_bool(value_of(tree.right, scope))
    two = value_of(tree.right, scope)
    if tree.sign in ("==", "!="):
        return same(one, two) == (tree.sign == "==")
    return arithmetic(tree.sign, to_number(one), to_number(two))


def _for(loop: For, scope: Scope) -> Any:
    of = value_of(loop.of, scope)
    if isinstance(of, list):
        pairs: list[tuple[Any, Any]] = list(enumerate(of))
    elif isinstance(of, dict):
        pairs = sorted(of.items())
    else:
        _no_list(of)
    listed: list[Any] = []
    found: dict[str, Any] = {}
    for key, item in pairs:
        inner = scope.inside(dict(zip(loop.names, (key, item) if len(loop.names) == 2 else (item,))))
        if loop.condition is not None and not to_bool(value_of(loop.condition, inner)):
            continue
        value = value_of(loop.value, inner)
        if loop.key is None:
            listed.append(value)
            continue
        name = to_text(value_of(loop.key, inner))
        if loop.grouped:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise Wrong(f"two items have the key {name}")
        else:
            found[name] = value
    return listed if loop.key is None else found


def _no_list(value: Any) -> NoReturn:
    raise Wrong(f"{kind(value)} is neither a list nor an object")
