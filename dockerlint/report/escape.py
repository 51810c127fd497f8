"""Makes text from a file harmless for a terminal."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with every control, format (bidi) or undecodable character written as an escape.

    A tab becomes one space only where the caller has not expanded it before.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    if character == "\t":
        return " "
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def exchangeable(text: str) -> str:
    """The text with what strict readers of JSON and databases refuse, lone surrogates (undecodable bytes) and
    NUL, as U+FFFD. For names and texts that must otherwise stay as they are."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def width(text: str) -> int:
    """How many columns a terminal needs for a text without control characters."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
