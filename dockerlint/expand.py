"""Variable expansion as BuildKit does it, and the words and here-documents that its lexer finds.

One lexer, run with different settings, serves the words of instructions, the search for
here-document openers and their names.
"""

from __future__ import annotations

import re

from dockerlint.frozen import record
from dockerlint.shellword import WHITE, WORD, ExpansionError, Lexer, join_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Environment = Mapping[str, str | None]

__all__ = [
    "WHITE",
    "ExpansionError",
    "Opener",
    "expand",
    "expand_heredoc",
    "expand_reporting",
    "expand_words",
    "expand_words_reporting",
    "heredoc_in_word",
    "heredocs_in",
    "references",
    "split_words",
    "variables_in",
]

_HEREDOC = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)\Z")


@record
class Opener:
    """A here-document that a logical line opens; `start` and `end` are the offsets of its
    word (`<<EOF`, `3<<-"EOF"`) in that line."""

    name: str
    fd: int
    strip_tabs: bool
    expand: bool
    start: int
    end: int


def expand(word: str, env: Mapping[str, str], escape: str = "\\") -> str:
    """The word as one string: quotes and escapes removed, variables replaced.

    An unset variable is empty. Raises ExpansionError.
    """
    return "".join(filter(None, Lexer(word, env, escape).run()))


def expand_words(word: str, env: Mapping[str, str], escape: str = "\\") -> list[str]:
    """The same, then split at white space that no quote or escape protects (EXPOSE).

    Text that comes out of a variable is split too. Raises ExpansionError.
    """
    lexer = Lexer(word, env, escape)
    lexer.run()
    return [text for text, _, _ in lexer.words()]


def expand_reporting(
    word: str, env: Environment, escape: str = "\\", open_environment: bool = False
) -> tuple[str | None, tuple[str, ...]]:
    """The expanded word, and the names that are unset, each once, in order.

    A variable whose value is None is declared but not known: a result that depends on it
    is None, and its name is not reported. With `open_environment` the same holds for every
    name that is not in `env` (a base image may set it), but those are reported. Raises
    ExpansionError.
    """
    lexer = Lexer(word, env, escape, open_environment=open_environment)
    return join_known(lexer.run()), tuple(lexer.unset)


def expand_words_reporting(
    word: str, env: Environment, escape: str = "\\", open_environment: bool = False
) -> tuple[list[str] | None, tuple[str, ...]]:
    """`expand_words` with what `expand_reporting` tells; None when the result is not known."""
    lexer = Lexer(word, env, escape, open_environment=open_environment)
    unknown = None in lexer.run()
    return (None if unknown else [text for text, _, _ in lexer.words()]), tuple(lexer.unset)


def expand_heredoc(content: str, env: Environment) -> str | None:
    """The body of an unquoted COPY or ADD here-document: quotes are plain text, the escape
    character is always the backslash. None when not known. Raises ExpansionError."""
    return join_known(Lexer(content, env, "\\", literal_quotes=True).run())


def references(word: str, escape: str = "\\") -> tuple[tuple[str, int, int], ...]:
    """Every variable that the word names, with the offsets of the reference (`$x`, `${x:-y}`).

    In order of their start; nested ones are included. A word that cannot be read gives
    those that stand before the fault.
    """
    lexer = Lexer(word, {}, escape, keep_unset=True)
    lexer.succeeds()
    return tuple(sorted(lexer.references, key=lambda found: found[1]))


def variables_in(word: str, escape: str = "\\") -> tuple[str, ...]:
    """The names of `references`, each once."""
    if "$" not in word:
        return ()
    return tuple(dict.fromkeys(name for name, _, _ in references(word, escape)))


def split_words(text: str, escape: str = "\\") -> list[tuple[int, int]]:
    """The offsets of the words of ENV, LABEL and ARG: split at white space outside quotes.

    Quotes and escapes stay in the words. An escape character at the very end belongs to none.
    """
    if "'" not in text and '"' not in text and escape not in text:
        return [found.span() for found in WORD.finditer(text)]
    words: list[tuple[int, int]] = []
    start = -1
    quote = ""
    at = 0
    length = len(text)
    while at < length:
        char = text[at]
        if start < 0:
            if char in WHITE:
                at += 1
                continue
            start = at
        if char == escape and quote != "'":
            if at + 1 == length:
                length = at
                break
            at += 1
        elif quote:
            if char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char in WHITE:
            words.append((start, at))
            start = -1
        at += 1
    if 0 <= start < length:
        words.append((start, length))
    return words


def heredocs_in(line: str) -> list[Opener]:
    """The here-documents that a logical line opens (its name and flags included), in order.

    Empty where the line cannot be read as shell words: BuildKit then sees none. Raises
    ExpansionError where a name cannot be read.
    """
    if "<<" not in line:
        return []
    lexer = Lexer(line, {}, "\\", raw_quotes=True, raw_escapes=True, keep_unset=True)
    if not lexer.succeeds():
        return []
    found = (_opener(word, start, end) for word, start, end in lexer.words() if "<<" in word)
    return [opener for opener in found if opener is not None]


def heredoc_in_word(word: str) -> Opener | None:
    """The here-document that one word opens, as COPY and ADD see their arguments."""
    return _opener(word, 0, len(word)) if "<<" in word else None


def _opener(word: str, start: int, end: int) -> Opener | None:
    match = _HEREDOC.match(word)
    if match is None or not match[3]:
        return None
    plain = Lexer(match[3], {}, "\\", keep_unset=True)
    plain.run()
    names = plain.words()
    if len(names) != 1:
        return None
    name = names[0][0]
    raw = Lexer(match[3], {}, "\\", raw_quotes=True, raw_escapes=True, keep_unset=True)
    raw.run()
    raw_names = raw.words()
    if len(raw_names) != 1:
        raise ExpansionError(f"internal lexing of heredoc produced inconsistent results: {match[3]}")
    quoted = raw_names[0][0]
    same = quoted.count("'") == name.count("'") and quoted.count('"') == name.count('"')
    # Go's ParseUint clamps what does not fit; nobody has 2**64 file descriptors.
    digits = match[1].lstrip("0")
    fd = 2**64 - 1 if len(digits) > 20 else min(int(digits or "0"), 2**64 - 1)
    return Opener(name, fd, match[2] == "-", same, start, end)
