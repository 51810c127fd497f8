"""The functions that Bake gives its files, as far as what they come to does not depend on the run.

Each is written with what it takes: `s` a string, `n` a number, `b` a truth, `l` a list, `o` an object, `c` a list or
an object, `x` anything; in lower case one, in upper case (last) as many as there are.
"""

from __future__ import annotations

import base64
import posixpath
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import Any

from dockerlint.recipes import function_texts as texts
from dockerlint.recipes.hcl import whole
from dockerlint.recipes.kinds import (
    Wrong,
    arithmetic,
    get,
    kind,
    same,
    to_bool,
    to_number,
    to_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Those that look at a value that may not be there.
LAZY = ("try", "can")
_NUMBERS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "modulo": "%"}
_COMPARED = {"lessthan": "<", "lessthanorequalto": "<=", "greaterthan": ">", "greaterthanorequalto": ">="}


def _made(name: str, takes: str, function: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    """A function that takes what it is given as what it needs."""
    rest = takes[-1:].isupper()
    single = takes[:-1] if rest else takes

    def call(values: list[Any]) -> Any:
        if len(values) < len(single) or (len(values) > len(single) and not rest):
            raise Wrong(f"{name} takes {len(single)} arguments, not {len(values)}")
        sorts = single + takes[-1:].lower() * (len(values) - len(single))
        try:
            return function(*(_KINDS[sort](value) for sort, value in zip(sorts, values)))
        except Wrong as error:
            raise Wrong(f"{name}: {error}", error.hint) from None

    return call


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Wrong(f"{kind(value)} is no list")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(f"{kind(value)} is no object")
    return value


def _several(value: Any) -> Any:
    if not isinstance(value, (list, dict)):
        raise Wrong(f"{kind(value)} is neither a list nor an object")
    return value


_KINDS: dict[str, Callable[[Any], Any]] = {
    "s": to_text,
    "n": to_number,
    "b": to_bool,
    "l": _list,
    "o": _object,
    "c": _several,
    "x": lambda value: value,
}


def _coalesce(*values: Any) -> Any:
    for value in values:
        if value is not None:
            return value
    raise Wrong("all of its arguments are null")


def _coalescelist(*lists: list[Any]) -> list[Any]:
    for one in lists:
        if one:
            return one
    raise Wrong("all of its arguments are empty")


def _substr(text: str, start: Any, length: Any) -> str:
    first = int(start) + (len(text) if start < 0 else 0)
    return text[max(first, 0) :] if length < 0 else text[max(first, 0) : max(first, 0) + int(length)]


def _slice(items: list[Any], start: Any, end: Any) -> list[Any]:
    if not 0 <= start <= end <= len(items):
        raise Wrong(f"a list of {len(items)} has no items from {start} to {end}")
    return items[int(start) : int(end)]


def _element(items: list[Any], at: Any) -> Any:
    if not items:
        raise Wrong("an empty list has no items")
    return items[int(at) % len(items)]


def _hasindex(items: Any, key: Any) -> bool:
    try:
        get(items, key)
    except Wrong:
        return False
    return True


def _indexof(items: list[Any], value: Any) -> int:
    for at, one in enumerate(items):
        if same(one, value):
            return at
    raise Wrong("the list has no such item")


def _distinct(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for one in items:
        if not any(same(one, other) for other in found):
            found.append(one)
    return found


def _flatten(items: list[Any]) -> list[Any]:
    return [one for item in items for one in (_flatten(item) if isinstance(item, list) else [item])]


def _chunklist(items: list[Any], size: Any) -> list[Any]:
    if size < 0:
        raise Wrong("a chunk cannot be smaller than nothing")
    step = int(size) or max(len(items), 1)
    return [items[at : at + step] for at in range(0, len(items), step)]


def _range(*numbers: Any) -> list[Any]:
    if not 1 <= len(numbers) <= 3:
        raise Wrong(f"takes 1 to 3 arguments, not {len(numbers)}")
    start, end = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else 1 if end >= start else -1
    if step == 0 or (step > 0) != (end >= start):
        raise Wrong(f"no steps of {step} lead from {start} to {end}")
    found: list[Any] = []
    while (start < end) if step > 0 else (start > end):
        found.append(start)
        start = whole(Decimal(start) + step)
        if len(found) > 1024:
            raise Wrong("has more than 1024 items")
    return found


def _product(*lists: list[Any]) -> list[Any]:
    found: list[list[Any]] = [[]]
    for one in lists:
        found = [[*before, item] for before in found for item in one]
    return found


def _lookup(items: dict[str, Any], key: str, default: Any) -> Any:
    return items.get(key, default)


def _zipmap(keys: list[Any], values: list[Any]) -> dict[str, Any]:
    if len(keys) != len(values):
        raise Wrong(f"{len(keys)} keys have {len(values)} values")
    return dict(zip(map(to_text, keys), values))


def _rounded(way: str) -> Callable[[Any], int]:
    return lambda value: int(Decimal(value).to_integral_value(way))


def _log(value: Any, base: Any) -> Any:
    from math import log

    if value <= 0 or base <= 0 or base == 1:
        raise Wrong(f"{value} has no logarithm to the base {base}")
    found = log(value) / log(base)
    return round(found) if abs(found - round(found)) < 1e-12 else Decimal(repr(found))


def _most(which: Callable[[Any], Any]) -> Callable[..., Any]:
    def call(*numbers: Any) -> Any:
        if not numbers:
            raise Wrong("takes one number at least")
        return which(numbers)

    return call


def _timestamp() -> str:
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


_TABLE: dict[str, tuple[str, Callable[..., Any]]] = {
    "absolute": ("n", abs),
    "and": ("bb", lambda one, two: one and two),
    "base64decode": ("s", texts.base64decode),
    "base64encode": ("s", lambda text: base64.b64encode(text.encode()).decode()),
    "basename": ("s", lambda text: (text and (posixpath.basename(text.rstrip("/")) or "/")) or "."),
    "ceil": ("n", _rounded(ROUND_CEILING)),
    "chomp": ("s", lambda text: text.rstrip("\r\n")),
    "chunklist": ("ln", _chunklist),
    "coalesce": ("X", _coalesce),
    "coalescelist": ("L", _coalescelist),
    "compact": ("l", lambda items: [one for one in items if one not in (None, "")]),
    "concat": ("L", lambda *lists: [one for items in lists for one in items]),
    "contains": ("lx", lambda items, value: any(same(one, value) for one in items)),
    "csvdecode": ("s", texts.csvdecode),
    "dirname": ("s", texts.dirname),
    "distinct": ("l", _distinct),
    "element": ("ln", _element),
    "equal": ("xx", same),
    "flatten": ("l", _flatten),
    "floor": ("n", _rounded(ROUND_FLOOR)),
    "format": ("sX", texts.formatted),
    "formatlist": ("sX", texts.formatlist),
    "hasindex": ("cx", _hasindex),
    "indent": ("ns", lambda spaces, text: text.replace("\n", "\n" + " " * int(spaces))),
    "index": ("cx", get),
    "indexof": ("lx", _indexof),
    "int": ("n", int),
    "join": ("sL", lambda sign, *lists: sign.join(to_text(one) for items in lists for one in items)),
    "jsondecode": ("s", texts.jsondecode),
    "jsonencode": ("x", texts.jsonencode),
    "keys": ("o", sorted),
    "length": ("c", len),
    "log": ("nn", _log),
    "lookup": ("osx", _lookup),
    "lower": ("s", str.lower),
    "max": ("N", _most(max)),
    "md5": ("s", texts.digest("md5")),
    "merge": ("O", lambda *objects: {key: value for one in objects for key, value in one.items()}),
    "min": ("N", _most(min)),
    "negate": ("n", lambda value: -value),
    "not": ("b", lambda value: not value),
    "notequal": ("xx", lambda one, two: not same(one, two)),
    "or": ("bb", lambda one, two: one or two),
    "parseint": ("sn", texts.parseint),
    "pow": ("nn", lambda one, two: whole(Decimal(one) ** two)),
    "range": ("N", _range),
    "regex": ("ss", texts.regex),
    "regex_replace": ("sss", texts.regex_replace),
    "regexall": ("ss", texts.regexall),
    "replace": ("sss", str.replace),
    "reverse": ("s", lambda text: text[::-1]),
    "reverselist": ("l", lambda items: items[::-1]),
    "sanitize": ("s", lambda text: re.sub(r"[^a-zA-Z0-9_-]", "_", text)),
    "setproduct": ("L", _product),
    "sha1": ("s", texts.digest("sha1")),
    "sha256": ("s", texts.digest("sha256")),
    "sha512": ("s", texts.digest("sha512")),
    "signum": ("n", lambda value: (value > 0) - (value < 0)),
    "slice": ("lnn", _slice),
    "sort": ("l", lambda items: sorted(map(to_text, items))),
    "split": ("ss", lambda sign, text: text.split(sign) if sign else list(text)),
    "strlen": ("s", len),
    "substr": ("snn", _substr),
    "timestamp": ("", _timestamp),
    "title": ("s", texts.title),
    "trim": ("ss", str.strip),
    "trimprefix": ("ss", str.removeprefix),
    "trimspace": ("s", str.strip),
    "trimsuffix": ("ss", str.removesuffix),
    "upper": ("s", str.upper),
    "urlencode": ("s", texts.urlencode),
    "values": ("o", lambda items: [items[key] for key in sorted(items)]),
    "zipmap": ("ll", _zipmap),
}
FUNCTIONS = {name: _made(name, *how) for name, how in _TABLE.items()}
FUNCTIONS.update(
    {name: _made(name, "nn", partial(arithmetic, sign)) for name, sign in {**_NUMBERS, **_COMPARED}.items()}
)
