"""Small pieces of Go's standard library, where BuildKit's answers follow from them."""

from __future__ import annotations

import re

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # micro sign
    "\u03bcs": 1_000,  # Greek mu
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_LONGEST = 2**63 - 1
_PLAIN = re.compile(r"[ !#-\[\]-~]*\Z")


class GoError(ValueError):
    """What a Go function would answer with; the message is Go's."""


def quote(text: str) -> str:
    """The text as `%q` prints it. A byte that was not UTF-8 (a lone surrogate here) is `\\xNN`."""
    if _PLAIN.match(text):
        return f'"{text}"'
    return '"' + "".join(_quoted(char) for char in text) + '"'


def _quoted(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def parse_bool(text: str) -> bool | None:
    """strconv.ParseBool; None where that is an error."""
    if text in ("1", "t", "T", "TRUE", "true", "True"):
        return True
    if text in ("0", "f", "F", "FALSE", "false", "False"):
        return False
    return None


def parse_uint(text: str, base: int = 10, bits: int = 32) -> int | None:
    """strconv.ParseUint for base 8 or 10: no sign, no white space; None where that is an error."""
    digits = "01234567" if base == 8 else "0123456789"
    if not text or text.strip(digits) or len(text.lstrip("0")) > 24:
        return None
    value = int(text, base)
    return value if value < 1 << bits else None


def parse_int(text: str, bits: int = 32) -> int:
    """strconv.ParseInt in base 10. Raises GoError."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits or digits.strip("0123456789"):
        raise GoError(f"strconv.ParseInt: parsing {quote(text)}: invalid syntax")
    value = int(digits) if len(digits.lstrip("0")) < 24 else 1 << bits
    if value >= 1 << (bits - 1) and not (text[0] == "-" and value == 1 << (bits - 1)):
        raise GoError(f"strconv.ParseInt: parsing {quote(text)}: value out of range")
    return -value if text[0] == "-" else value


def parse_duration(text: str) -> int:
    """time.ParseDuration: nanoseconds. Raises GoError."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    invalid = f"time: invalid duration {quote(text)}"
    if not rest:
        raise GoError(invalid)
    total = 0
    at = 0
    while at < len(rest):
        whole_end = _digits_end(rest, at)
        end = _digits_end(rest, whole_end + 1) if rest.startswith(".", whole_end) else whole_end
        whole, fraction = rest[at:whole_end], rest[whole_end + 1 : end]
        if not whole and not fraction:
            raise GoError(invalid)
        unit_end = end
        while unit_end < len(rest) and rest[unit_end] not in ".0123456789":
            unit_end += 1
        unit = rest[end:unit_end]
        if not unit:
            raise GoError(f"{invalid}: missing unit")
        if unit not in _UNITS:
            raise GoError(f"{invalid}: unknown unit {quote(unit)}")
        if len(whole.lstrip("0")) > 19:
            raise GoError(invalid)
        # Go stops reading a fraction when it fills 63 bits; more digits are below a nanosecond.
        fraction = fraction[:18]
        total += int(whole or "0") * _UNITS[unit]
        total += int(fraction or "0") * _UNITS[unit] // 10 ** len(fraction)
        if total > _LONGEST:
            raise GoError(invalid)
        at = unit_end
    return -total if text[0] == "-" else total


def _digits_end(text: str, at: int) -> int:
    while at < len(text) and text[at] in "0123456789":
        at += 1
    return at


def csv_fields(line: str) -> list[str]:
    """The fields of one line of CSV as Go's reader splits them.

    A field is quoted only when a quote is its first character; inside, two quotes are one.
    Raises GoError.
    """
    if not line:
        raise GoError("EOF")
    fields: list[str] = []
    at = 0
    while True:
        if not line.startswith('"', at):
            comma = line.find(",", at)
            field = line[at:] if comma < 0 else line[at:comma]
            bare = field.find('"')
            if bare >= 0:
                raise GoError(_csv_error(line, at + bare, 'bare " in non-quoted field'))
            fields.append(field)
            if comma < 0:
                return fields
            at = comma + 1
            continue
        at, field = _quoted_field(line, at + 1)
        fields.append(field)
        if at == len(line):
            return fields
        at += 1


def _quoted_field(line: str, at: int) -> tuple[int, str]:
    """The offset behind a quoted field, and what it says."""
    parts: list[str] = []
    while True:
        end = line.find('"', at)
        if end < 0:
            raise GoError(_csv_error(line, at, 'extraneous or missing " in quoted-field'))
        parts.append(line[at:end])
        at = end + 1
        if line.startswith('"', at):
            parts.append('"')
            at += 1
        elif at == len(line) or line[at] == ",":
            return at, "".join(parts)
        else:
            raise GoError(_csv_error(line, end, 'extraneous or missing " in quoted-field'))


def _csv_error(line: str, at: int, what: str) -> str:
    column = len(line[:at].encode("utf-8", "surrogateescape")) + 1
    return f"parse error on line 1, column {column}: {what}"
