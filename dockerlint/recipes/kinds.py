"""The kinds of values in HCL, and how one is made of another: null, truths, numbers, strings, lists and objects."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, getcontext
from typing import Any

from dockerlint.errors import nearest
from dockerlint.recipes.hcl import LARGE, number, whole


class Wrong(Exception):
    """An expression that comes to nothing. The message says why; `hint` what to do, when there is more to say."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def kind(value: Any) -> str:
    """What to call a value in a message."""
    match value:
        case None:
            return "null"
        case bool():
            return f"{str(value).lower()}, a truth,"
        case int() | Decimal():
            return f"the number {to_text(value)}"
        case str():
            return f'the string "{value}"'
        case list():
            return "a list"
        case _:
            return "an object"


def to_text(value: Any) -> str:
    """A truth, a number or a string as it stands in a string."""
    match value:
        case bool():
            return str(value).lower()
        case Decimal():
            if value.adjusted() > LARGE:
                raise Wrong("a number is too large to be written")
            if len(value.as_tuple().digits) >= getcontext().prec:
                raise Wrong("a number has more digits than dockerlint keeps")
            text = format(value, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case int() | str():
            return str(value)
        case _:
            raise Wrong(f"{kind(value)} is no string")


def to_number(value: Any) -> int | Decimal:
    """A number, or what a string says."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            found = Decimal(value)
        except InvalidOperation:
            pass
        else:
            if found.is_finite():
                return number(value)
    raise Wrong(f"{kind(value)} is no number")


def to_bool(value: Any) -> bool:
    """A truth, or what a string says."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false", "1", "0"):
        return value in ("true", "1")
    raise Wrong(f"{kind(value)} is neither true nor false")


def same(one: Any, two: Any) -> bool:
    """Whether two values are equal; a number is no string, and a truth no number."""
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(value, two[key]) for key, value in one.items())
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    return bool(one == two)


def get(value: Any, key: Any) -> Any:
    """An item of a list by its number, or of an object by its key."""
    if isinstance(value, list):
        at = to_number(key)
        if at != int(at) or not 0 <= at < len(value):
            raise Wrong(f"a list of {len(value)} has no item {to_text(key)}")
        return value[int(at)]
    if isinstance(value, dict):
        name = to_text(key)
        if name not in value:
            raise Wrong(f"an object has no {name}", nearest(name, tuple(value)))
        return value[name]
    raise Wrong(f"{kind(value)} has no {to_text(key)}")


def arithmetic(sign: str, one: int | Decimal, two: int | Decimal) -> Any:
    """Two numbers with a sign between; the rest of a division has the sign of what is divided."""
    try:
        match sign:
            case "<":
                return one < two
            case ">":
                return one > two
            case "<=":
                return one <= two
            case ">=":
                return one >= two
            case "+":
                return whole(one + two)
            case "-":
                return whole(one - two)
            case "*":
                return whole(one * two)
            case "/":
                return whole(Decimal(one) / two)
            case _:
                return whole(Decimal(one) % two)
    except (InvalidOperation, ZeroDivisionError):
        raise Wrong("nothing can be divided by 0") from None


def plain(value: Any) -> Any:
    """A value with its decimals as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in sorted(value.items())}
    if isinstance(value, list):
        return list(map(plain, value))
    return float(value) if isinstance(value, Decimal) else value


def unplain(value: Any) -> Any:
    """A value that was read from JSON."""
    if isinstance(value, dict):
        return {key: unplain(one) for key, one in value.items()}
    if isinstance(value, list):
        return list(map(unplain, value))
    return whole(value) if isinstance(value, Decimal) else value
