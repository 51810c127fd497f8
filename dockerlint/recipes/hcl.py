"""The trees of HCL, the language of Bake files: blocks, attributes, expressions and templates.

`hcl_reader.py` reads them from text, `hcl_json.py` from JSON, and `expression.py` works them out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dockerlint.frozen import node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Expression: TypeAlias = (
        "Literal | Template | Name | Get | Splat | Call | Unary | Binary | Choice | Items | Pairs | For"
    )


@node
class Literal:
    """A number, a truth, null, or a string with nothing in it to fill in."""

    value: Any


@node
class Template:
    """A string whose parts are put together."""

    parts: tuple[Expression, ...]


@node
class Name:
    """A variable."""

    name: str


@node
class Get:
    """`of.key` and `of[key]`."""

    of: Expression
    key: Expression


@node
class Splat:
    """`of.*.a` and `of[*].a`: the keys behind it, of each item."""

    of: Expression
    keys: tuple[Expression, ...]


@node
class Call:
    """A function; with `spread` the last argument is a list of more of them."""

    name: str
    arguments: tuple[Expression, ...]
    spread: bool


@node
class Unary:
    """`!` or `-` before a value."""

    sign: str
    of: Expression


@node
class Binary:
    """Two values with a sign between."""

    sign: str
    left: Expression
    right: Expression


@node
class Choice:
    """`condition ? one : two`."""

    condition: Expression
    one: Expression
    two: Expression


@node
class Items:
    """`[a, b]`."""

    items: tuple[Expression, ...]


@node
class Pairs:
    """`{ key = value }`."""

    pairs: tuple[tuple[Expression, Expression], ...]


@node
class For:
    """`[for v in of : value if condition]`, or with `key` an object; `grouped` where `...` follows the value."""

    names: tuple[str, ...]
    of: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    grouped: bool


@node
class Attribute:
    """An expression with how it is written."""

    text: str
    value: Expression


@node
class Block:
    """`kind "label" { … }`."""

    kind: str
    label: str
    attributes: dict[str, Attribute]
    blocks: tuple[Block, ...]


class Malformed(Exception):
    """Text that is not HCL, or not all of it; the message says what, `at` is the offset."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


# The digits of the largest number that is written out.
LARGE = 300


def number(text: str) -> int | Decimal:
    """A number: whole ones are int."""
    return whole(Decimal(text))


def whole(value: int | Decimal) -> int | Decimal:
    """An int where nothing is lost."""
    if isinstance(value, int) or value.adjusted() > LARGE or value != value.to_integral_value():
        return value
    return int(value)
