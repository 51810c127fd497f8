"""What single tokens stand for: strings of an exec form, and flags."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Match

SWAP = str.maketrans("\\`", "`\\")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def replaced(text: str) -> str:
    """The text with U+FFFD for what is not Unicode, as Go decodes it."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def decoded(token: str) -> str:
    """The value of a JSON string token, its quotes included."""
    inside = token[1:-1]
    if "\\" in inside:
        # Each raw surrogate (a byte that is not UTF-8) stands alone; only escapes pair up.
        inside = re.sub(r"\\(?:u([0-9A-Fa-f]{4})(?:\\u([dD][c-fC-F][0-9A-Fa-f]{2}))?|(.))", _escape, inside)
    return replaced(inside)


def _escape(match: Match[str]) -> str:
    if match[3]:
        return _ESCAPES.get(match[3], match[3])
    code = int(match[1], 16)
    if match[2] is None:
        return chr(code)
    low = int(match[2], 16)
    if 0xD800 <= code < 0xDC00:
        return chr(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00)
    return chr(code) + chr(low)


def unquoted(flag: str, escape: str) -> str:
    """A flag without quotes and escapes, as BuildKit reads it: the escape character takes
    the next character as it is, also in single quotes."""
    if "'" not in flag and '"' not in flag and escape not in flag:
        return flag
    found: list[str] = []
    quote = ""
    at, end = 0, len(flag)
    while at < end:
        char = flag[at]
        at += 1
        if char == escape:
            found.append(flag[at : at + 1])
            at += 1
        elif quote:
            if char == quote:
                quote = ""
            else:
                found.append(char)
        elif char in "'\"":
            quote = char
        else:
            found.append(char)
    return "".join(found)
