"""References to variables in the words of a file: where they stand, and giving them another name."""

from __future__ import annotations

from dockerlint.expand import references
from dockerlint.fix import Edit
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Word


def reference_spans(word: Word, name: str, escape: str) -> tuple[Span, ...]:
    """The spans of `$name` and `${name…}` in a word; the whole word where a continuation or quotes
    that are gone keep them from being told."""
    if len(word.span) != len(word.raw):
        return (word.span,)
    start = word.span.start
    found = tuple(Span(start + a, start + b) for one, a, b in references(word.raw, escape) if one == name)
    return found or (word.span,)


def renaming(text: str, span: Span, name: str, new: str) -> Edit | None:
    """The edit that makes a reference name another variable; None where it cannot be found."""
    written = text[span.start : span.end]
    if not written.startswith((f"${name}", f"${{{name}")):
        return None
    at = span.start + written.index(name)
    return Edit(Span(at, at + len(name)), new)
