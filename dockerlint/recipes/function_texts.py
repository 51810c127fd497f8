"""Functions of Bake files that take texts apart and put them together: format, patterns, JSON, CSV, encodings."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from decimal import Decimal
from typing import Any

from dockerlint.recipes.kinds import Wrong, plain, to_bool, to_number, to_text, unplain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_WIDE = 10_000


def title(text: str) -> str:
    """The text with a capital at the start of each word."""
    return re.sub(r"(^|[^\w])([^\W\d_])", lambda found: found[1] + found[2].upper(), text)


def formatted(text: str, *values: Any) -> str:
    """The verbs of format: %s %q %d %v %t %x %X %o %b %f %e %g %#v and %%, with width, sign and places."""
    left = list(values)

    def put(found: re.Match[str]) -> str:
        flags, width, places, verb = found.groups()
        if verb == "%":
            return "%"
        if not left:
            raise Wrong(f"there is nothing for {found[0]}")
        return _padded(_verb(left.pop(0), flags, places, verb, found[0]), flags, width, verb)

    done = re.sub(r"%([-+# 0]*)(\d*)(?:\.(\d+))?(.)", put, text, flags=re.DOTALL)
    if left:
        raise Wrong(f"{text} has no place for {len(left)} of its arguments")
    return done


def _verb(value: Any, flags: str, places: str | None, verb: str, whole_verb: str) -> str:
    sign = "+" if "+" in flags else " " if " " in flags else ""
    if verb == "v":
        if "#" in flags or isinstance(value, (list, dict)) or value is None:
            return jsonencode(value)
        return to_text(value)
    if verb in "sq":
        text = to_text(value)
        text = text if places is None else text[: int(places)]
        return json.dumps(text, ensure_ascii=False) if verb == "q" else text
    if verb == "t":
        return to_text(to_bool(value))
    if verb in "dxXob":
        return format(int(to_number(value)), sign + verb)
    if verb in "feEgG":
        return format(to_number(value) if places else float(to_number(value)), f"{sign}.{places or 6}{verb}")
    raise Wrong(f"{whole_verb} is not known to dockerlint")


def _padded(text: str, flags: str, width: str, verb: str) -> str:
    if not width:
        return text
    if int(width) > _WIDE:
        raise Wrong(f"a width of {width} is more than anybody can mean")
    if "-" in flags:
        return text.ljust(int(width))
    return text.zfill(int(width)) if "0" in flags and verb not in "sqvt" else text.rjust(int(width))


def formatlist(text: str, *values: Any) -> list[str]:
    """`formatted` for each item of the lists among the values."""
    sizes = {len(one) for one in values if isinstance(one, list)}
    if len(sizes) > 1:
        raise Wrong("its lists differ in length")
    return [
        formatted(text, *(one[at] if isinstance(one, list) else one for one in values))
        for at in range(next(iter(sizes), 1))
    ]


def jsonencode(value: Any) -> str:
    """The value as JSON, as Go writes it."""
    text = json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def jsondecode(text: str) -> Any:
    """The value that JSON says."""
    try:
        return unplain(json.loads(text, parse_float=Decimal))
    except ValueError as error:
        raise Wrong(f"this is not JSON: {error}") from error


def csvdecode(text: str) -> list[dict[str, str]]:
    """The lines as objects, with the names of the first line."""
    import csv

    names, *rows = list(csv.reader(text.splitlines())) or [[]]
    if not names:
        raise Wrong("this is no CSV: it has no line of names")
    odd = next((row for row in rows if row and len(row) != len(names)), None)
    if odd is not None:
        raise Wrong(f"a line has {len(odd)} values for {len(names)} names")
    return [dict(zip(names, row)) for row in rows if row]


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise Wrong(f"{text} is no pattern: {error}") from error


def _captured(found: re.Match[str]) -> Any:
    return found.groupdict() or list(found.groups()) or found[0]


def regex(pattern: str, text: str) -> Any:
    """What a pattern finds first: what its groups hold, by name or in order, else all of it."""
    found = _pattern(pattern).search(text)
    if found is None:
        raise Wrong(f"{pattern} is not in {text}")
    return _captured(found)


def regexall(pattern: str, text: str) -> list[Any]:
    """As `regex`, for all that a pattern finds."""
    return [_captured(one) for one in _pattern(pattern).finditer(text)]


def regex_replace(text: str, pattern: str, new: str) -> str:
    """With `$1` and `${name}` for what was captured; what is none is empty."""

    def put(found: re.Match[str]) -> str:
        def group(one: re.Match[str]) -> str:
            if one[0] == "$$":
                return "$"
            name = one[1] or one[2]
            try:
                return found[int(name) if name.isdigit() else name] or ""
            except IndexError:
                return ""

        return re.sub(r"\$\$|\$(?:\{(\w+)\}|(\w+))", group, new)

    return _pattern(pattern).sub(put, text)


def parseint(text: str, base: Any) -> int:
    """The whole number that a text says to a base."""
    try:
        return int(text, int(base))
    except ValueError:
        raise Wrong(f"{text} is no whole number to the base {base}") from None


def urlencode(text: str) -> str:
    """The text as it stands in the query of an address."""
    from urllib.parse import quote_plus

    return quote_plus(text, safe="-_.~")


def dirname(text: str) -> str:
    """The folder of a path."""
    return posixpath.normpath(posixpath.dirname(text) or ".")


def base64decode(text: str) -> str:
    """The text that base64 says."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        raise Wrong(f"{text} is no base64 of a text") from None


def digest(name: str) -> Callable[[str], str]:
    """A function that gives the digest of a text."""
    return lambda text: hashlib.new(name, text.encode()).hexdigest()
