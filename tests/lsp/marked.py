"""Dockerfiles with marks in them: `«name»` for spans, `⌖` for the cursor."""

from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.resolve import parse
from dockerlint.source import Source, Span


def cursor(text: str) -> tuple[str, int]:
    """The text without its cursor, and where that was."""
    at = text.index("⌖")
    return text[:at] + text[at + 1 :], at


def spans(text: str) -> tuple[str, list[Span]]:
    """The text without its marks, and the spans they enclosed."""
    found: list[Span] = []
    plain = ""
    start = 0
    for char in text:
        if char == "«":
            start = len(plain)
        elif char == "»":
            found.append(Span(start, len(plain)))
        else:
            plain += char
    return plain, found


def read(source: Source) -> Dockerfile:
    return parse(source)
