"""Expressions of Bake files: variables, strings with `${…}`, conditions, and the functions that are known here."""

from __future__ import annotations

import json
import re
from typing import Any

from dockerlint.errors import UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Lookup = Callable[[str], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>\|\||&&|==|!=|<=|>=|[-+*/%<>!?:()\[\],.{}=]))"
)
_HINT = "write the file that `docker buildx bake --print` prints, and give that (JSON)"
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "upper": lambda text: text.upper(),
    "lower": lambda text: text.lower(),
    "trimspace": lambda text: text.strip(),
    "trimprefix": lambda text, prefix: text.removeprefix(prefix),
    "trimsuffix": lambda text, suffix: text.removesuffix(suffix),
    "replace": lambda text, old, new: text.replace(old, new),
    "split": lambda sign, text: text.split(sign),
    "join": lambda sign, *lists: sign.join(word for words in lists for word in words),
    "concat": lambda *lists: [word for words in lists for word in words],
    "coalesce": lambda *values: next((value for value in values if value not in (None, "")), None),
    "equal": lambda one, two: one == two,
    "notequal": lambda one, two: one != two,
    "and": lambda one, two: one and two,
    "or": lambda one, two: one or two,
    "not": lambda one: not one,
    "length": len,
}
_ORDER = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "||": lambda one, two: one or two,
    "&&": lambda one, two: one and two,
    "==": lambda one, two: one == two,
    "!=": lambda one, two: one != two,
    "<": lambda one, two: one < two,
    ">": lambda one, two: one > two,
    "<=": lambda one, two: one <= two,
    ">=": lambda one, two: one >= two,
    "+": lambda one, two: one + two,
    "-": lambda one, two: one - two,
    "*": lambda one, two: one * two,
    "/": lambda one, two: one / two,
    "%": lambda one, two: one % two,
}


def shown(value: Any) -> str:
    """A value as it stands in a string."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def template(text: str, lookup: Lookup, where: str) -> Any:
    """A string with each `${…}` in it filled in; what is nothing but one is the value itself."""
    if text.startswith("${") and _end(text, 2) == len(text) - 1:
        return evaluate(text[2:-1], lookup, where)
    out, at = [], 0
    while at < len(text):
        if text.startswith("$${", at):
            out.append("${")
            at += 3
        elif text.startswith("%{", at):
            raise UserError(f"{where}: %{{…}} is not known to dockerlint", _HINT)
        elif text.startswith("${", at):
            end = _end(text, at + 2)
            if end < 0:
                raise UserError(f"{where}: {text} has an open brace")
            out.append(shown(evaluate(text[at + 2 : end], lookup, where)))
            at = end + 1
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def _end(text: str, at: int) -> int:
    """Where the brace closes that was opened before an offset, strings passed over; -1 when nowhere."""
    depth, quoted = 1, False
    while at < len(text):
        sign = text[at]
        if sign == "\\" and quoted:
            at += 1
        elif sign == '"':
            quoted = not quoted
        elif sign == "{" and not quoted:
            depth += 1
        elif sign == "}" and not quoted:
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1


def evaluate(text: str, lookup: Lookup, where: str) -> Any:
    """The value of an expression. UserError for what is not known, with its name."""
    reader = _Reader(text, lookup, where)
    try:
        value = reader.choice()
        reader.done()
    except (TypeError, ValueError, AttributeError, ZeroDivisionError, RecursionError) as error:
        raise UserError(f"{where}: {text} cannot be worked out: {error}", _HINT) from error
    return value


class _Reader:
    def __init__(self, text: str, lookup: Lookup, where: str) -> None:
        self._text, self._at = text, 0
        self._lookup, self._where = lookup, where

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _sign(self, *signs: str) -> str | None:
        """The sign that comes next, taken when it is one of these."""
        token = _TOKEN.match(self._text, self._at)
        if token is None or token["sign"] not in signs:
            return None
        self._at = token.end()
        return str(token["sign"])

    def _need(self, sign: str) -> None:
        if self._sign(sign) is None:
            raise self._odd()

    def _odd(self) -> UserError:
        return UserError(
            f"{self._where}: {self._text} is not known to dockerlint from {self._text[self._at :]!r} on",
            _HINT,
        )

    def done(self) -> None:
        self._skip()
        if self._at < len(self._text):
            raise self._odd()

    def choice(self) -> Any:
        value = self._binary(0)
        if self._sign("?") is None:
            return value
        one = self.choice()
        self._need(":")
        two = self.choice()
        return one if value else two

    def _binary(self, level: int) -> Any:
        if level == len(_ORDER):
            return self._single()
        value = self._binary(level + 1)
        while sign := self._sign(*_ORDER[level]):
            value = _SIGNS[sign](value, self._binary(level + 1))
        return value

    def _single(self) -> Any:
        self._skip()
        if self._sign("!"):
            return not self._single()
        if self._sign("-"):
            return -self._single()
        if self._sign("("):
            value = self.choice()
            self._need(")")
            return value
        if self._sign("["):
            return self._several("]")
        if self._text.startswith('"', self._at):
            return self._string()
        token = _TOKEN.match(self._text, self._at)
        if token is None or token["sign"]:
            raise self._odd()
        self._at = token.end()
        if token["number"]:
            return float(token["number"]) if "." in token["number"] else int(token["number"])
        name = token["name"]
        if name in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[name]
        if self._sign("("):
            if name not in _FUNCTIONS:
                raise UserError(f"{self._where}: the function {name} is not known to dockerlint", _HINT)
            return _FUNCTIONS[name](*self._several(")"))
        if self._sign(".", "["):
            raise self._odd()
        return self._lookup(name)

    def _several(self, end: str) -> list[Any]:
        values: list[Any] = []
        while self._sign(end) is None:
            values.append(self.choice())
            if self._sign(",") is None:
                self._need(end)
                break
        return values

    def _string(self) -> Any:
        start = self._at
        self._at += 1
        while self._at < len(self._text) and self._text[self._at] != '"':
            if self._text.startswith("${", self._at):
                self._at = max(_end(self._text, self._at + 2), self._at)
            self._at += 2 if self._text[self._at] == "\\" else 1
        self._at += 1
        return template(unquoted(self._text[start : self._at]), self._lookup, self._where)


def unquoted(text: str) -> str:
    """The content of a string in quotes. What stands in `${…}` keeps its own quotes."""
    body, out, at = text[1:-1], [], 0
    while at < len(body):
        if body.startswith("${", at) and (end := _end(body, at + 2)) > 0:
            out.append(body[at : end + 1])
            at = end + 1
        elif body[at] == "\\" and at + 1 < len(body):
            size = {"u": 6, "U": 10}.get(body[at + 1], 2)
            out.append(
                json.loads(f'"{body[at : at + size]}"') if size < 10 else chr(int(body[at + 2 : at + 10], 16))
            )
            at += size
        else:
            out.append(body[at])
            at += 1
    return "".join(out)
