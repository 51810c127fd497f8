"""References to variables in the words of a file: where they stand, and giving them another name."""

from __future__ import annotations

from dockerlint.expand import references, variables_in
from dockerlint.fix import Edit
from dockerlint.model import Word
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import From


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


def undeclared_in_from(start: From, escape: str) -> Iterator[tuple[str, Span]]:
    """The names in the image and the `--platform` of a FROM that no ARG above the first FROM declares
    and no build presets, each with the span of its first reference."""
    flag = start.flag("platform")
    words = [start.image]
    if flag is not None and flag.value is not None and "$" in flag.value:
        # A flag is read without its quotes and escapes; without any, its text is the file's.
        words.insert(0, Word(flag.value_span, flag.value, None, variables_in(flag.value, escape)))
    for word in words:
        for name in word.variables:
            if name not in start.state.variables:
                yield name, reference_spans(word, name, escape)[0]
