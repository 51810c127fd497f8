"""The lexer behind `dockerlint.expand`: one word read as BuildKit's shell lexer reads it.

It keeps its own stack, so nesting of any depth is read in one pass.
"""

from __future__ import annotations

import re

from dockerlint.pattern import (
    PatternError,
    backwards,
    is_name_character,
    replace_all,
    replace_first,
    trim_prefix,
    trim_suffix,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    Environment = Mapping[str, str | None]

# What Go's unicode.IsSpace holds; Python's str.isspace has U+001C to U+001F as well.
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

WORD = re.compile(f"[^{WHITE}]+")
_PLAIN = re.compile("[^'\"$\\\\`<}/]+")
_PLAIN_IN_QUOTES = re.compile('[^"$\\\\`]+')
_NAME = re.compile("[A-Za-z0-9_]+")
_SPECIAL_NAMES = "@*#?-$!0"
_TOP, _QUOTED, _MODIFIER, _PATTERN, _REPLACEMENT = range(5)


class ExpansionError(ValueError):
    """A word that BuildKit cannot expand; the message is its own."""


def join_known(parts: list[str | None]) -> str | None:
    return None if None in parts else "".join(part for part in parts if part is not None)


class Frame:
    """What the lexer is inside of: the word itself, double quotes, or a part of `${…}`."""

    __slots__ = ("kind", "modifier", "name", "parts", "pattern", "raw_escapes", "start")

    def __init__(
        self, kind: int, raw_escapes: bool, start: int = 0, name: str = "", modifier: str = ""
    ) -> None:
        self.kind = kind
        self.raw_escapes = raw_escapes
        self.start = start
        self.name = name
        self.modifier = modifier
        self.parts: list[str | None] = []
        self.pattern: str | None = ""


class Lexer:
    """Reads one word. `raw_quotes` and `raw_escapes` keep them in the result, `keep_unset`
    leaves unset variables as written, `literal_quotes` makes quotes plain text."""

    __slots__ = (
        "at",
        "env",
        "escape",
        "keep_unset",
        "literal_quotes",
        "marks",
        "open_environment",
        "raw_quotes",
        "references",
        "stack",
        "text",
        "unset",
    )

    def __init__(
        self,
        text: str,
        env: Environment,
        escape: str,
        *,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        keep_unset: bool = False,
        literal_quotes: bool = False,
        open_environment: bool = False,
    ) -> None:
        self.text = text
        self.env = env
        self.escape = escape
        self.raw_quotes = raw_quotes
        self.keep_unset = keep_unset
        self.literal_quotes = literal_quotes
        self.open_environment = open_environment
        self.at = 0
        self.stack = [Frame(_TOP, raw_escapes)]
        self.marks: list[tuple[bool, int, int]] = []
        self.unset: dict[str, None] = {}
        self.references: list[tuple[str, int, int]] = []

    def run(self) -> list[str | None]:
        """The pieces of the result; None for a piece that is not known."""
        text, length = self.text, len(self.text)
        while self.at < length:
            frame = self.stack[-1]
            if frame.kind == _QUOTED:
                self._in_double_quotes(frame)
                continue
            start = self.at
            plain = _PLAIN.match(text, start)
            if plain:
                self.at = plain.end()
                self._put(plain[0], True, start)
                continue
            char = text[start]
            if char == "$":
                self._dollar()
            elif char == "}" and frame.kind in (_MODIFIER, _REPLACEMENT):
                self._close()
            elif char == "/" and frame.kind == _PATTERN:
                self.at += 1
                self.stack.pop()
                replacement = Frame(_REPLACEMENT, True, frame.start, frame.name, frame.modifier)
                replacement.pattern = join_known(frame.parts)
                self.stack.append(replacement)
            elif char == "'" and not self.literal_quotes:
                self._single_quotes()
            elif char == '"' and not self.literal_quotes:
                self.at += 1
                self.stack.append(Frame(_QUOTED, frame.raw_escapes, start))
                self.stack[-1].parts.append('"' if self.raw_quotes else "")
            elif char == self.escape:
                protected = text[start + 1 : start + 2]
                self.at += 2
                self._put((char if frame.raw_escapes else "") + protected, False, start)
            elif char == "<" and text.startswith("<<", start) and not self.literal_quotes:
                self.at += 2
                while self.at < length and text[self.at] in "\t\r ":
                    self.at += 1
                self._put(text[start : self.at], False, start)
            else:
                self.at += 1
                self._put(char, True, start)
        self.at = length
        if len(self.stack) > 1:
            self._fail("unexpected end of statement while looking for matching double-quote", self.stack)
        return self.stack[0].parts

    def succeeds(self) -> bool:
        """Run, and tell whether the text could be read."""
        try:
            self.run()
        except ExpansionError:
            return False
        return True

    def words(self) -> list[tuple[str, int, int]]:
        """The result of `run` split at white space that nothing protects, with the offsets of
        each word's source."""
        found: list[tuple[str, int, int]] = []
        parts: list[str] = []
        begin = end = 0
        for part, (splits, start, stop) in zip(self.stack[0].parts, self.marks):
            if not part:
                continue
            exact = self.text.startswith(part, start) and stop - start == len(part)
            at = 0
            while at < len(part):
                piece = WORD.match(part, at) if splits else None
                if splits and piece is None:
                    if parts:
                        found.append(("".join(parts), begin, end))
                        parts = []
                    at += 1
                    continue
                until = piece.end() if piece else len(part)
                if not parts:
                    begin = start + at if exact else start
                parts.append(part[at:until])
                end = start + until if exact else stop
                at = until
        if parts:
            found.append(("".join(parts), begin, end))
        return found

    def _put(self, piece: str | None, splits: bool, start: int) -> None:
        frame = self.stack[-1]
        frame.parts.append(piece)
        if frame.kind == _TOP:
            self.marks.append((splits, start, self.at))

    def _single_quotes(self) -> None:
        start = self.at
        end = self.text.find("'", start + 1)
        if end < 0:
            self.at = len(self.text)
            self._fail("unexpected end of statement while looking for matching single-quote", self.stack)
        self.at = end + 1
        inside = self.text[start : end + 1] if self.raw_quotes else self.text[start + 1 : end]
        self._put(inside, False, start)

    def _in_double_quotes(self, frame: Frame) -> None:
        plain = _PLAIN_IN_QUOTES.match(self.text, self.at)
        if plain:
            self.at = plain.end()
            frame.parts.append(plain[0])
            return
        char = self.text[self.at]
        if char == "$":
            self._dollar()
            return
        self.at += 1
        if char == '"':
            self.stack.pop()
            if self.raw_quotes:
                frame.parts.append('"')
            self._put(join_known(frame.parts), False, frame.start)
            return
        if char == self.escape:
            if frame.raw_escapes:
                frame.parts.append(char)
            following = self.text[self.at : self.at + 1]
            if not following:
                return
            if following in ('"', "$", self.escape):
                self.at += 1
                char = following
        frame.parts.append(char)

    def _name(self) -> str:
        """The name at this place; empty when there is none."""
        text, start = self.text, self.at
        first = text[start : start + 1]
        if not first:
            return ""
        if first.isdecimal():
            while self.at < len(text) and text[self.at].isdecimal():
                self.at += 1
        elif first in _SPECIAL_NAMES:
            self.at += 1
        else:
            ascii_head = _NAME.match(text, start)
            self.at = ascii_head.end() if ascii_head else start
            while self.at < len(text) and is_name_character(text[self.at]):
                self.at += 1
        return text[start : self.at]

    def _get(self, name: str, start: int) -> tuple[str | None, bool]:
        """A variable's value and whether it is set; its reference ends here."""
        self.references.append((name, start, self.at))
        if name in self.env:
            return self.env[name], True
        self.unset.setdefault(name)
        return (None, True) if self.open_environment else ("", False)

    def _dollar(self) -> None:
        start = self.at
        text = self.text
        self.at += 1
        if not text.startswith("{", self.at):
            name = self._name()
            if not name:
                self._put("$", True, start)
                return
            value, known = self._get(name, start)
            self._put(f"${name}" if self.keep_unset and not known else value, True, start)
            return
        self.at += 1
        following = text[self.at : self.at + 1]
        if not following:
            self._fail("syntax error: missing '}'", self.stack)
        if following in "{}:":
            self._fail("syntax error: bad substitution", self.stack)
        name = self._name()
        modifier = text[self.at : self.at + 1]
        self.at += 1
        if modifier == "}":
            value, known = self._get(name, start)
            self._put(f"${{{name}}}" if self.keep_unset and not known else value, True, start)
        elif modifier == "/":
            if text.startswith("/", self.at):
                self.at += 1
                modifier = "//"
            self.stack.append(Frame(_PATTERN, True, start, name, modifier))
        elif modifier and modifier in ":+-?#%":
            if modifier == ":":
                modifier += text[self.at : self.at + 1]
                self.at += 1
                if modifier in (":#", ":%"):
                    self._refuse_modifier(modifier)
            self.stack.append(Frame(_MODIFIER, modifier in "#%", start, name, modifier))
        else:
            self._refuse_modifier(modifier or "\ufffd")

    def _close(self) -> None:
        """The `}` of a substitution with a modifier."""
        frame = self.stack.pop()
        self.at += 1
        word = join_known(frame.parts)
        value, known = self._get(frame.name, frame.start)
        name, modifier = frame.name, frame.modifier
        if self.keep_unset and not known:
            middle = f"{frame.pattern}/{word}" if frame.kind == _REPLACEMENT else word
            result: str | None = f"${{{name}{modifier}{middle}}}"
        elif frame.kind == _REPLACEMENT:
            result = self._replace(value, modifier, frame.pattern, word)
        elif modifier[0] in "#%":
            result = self._trim(value, modifier, word)
        elif modifier[-1] in "+-?" and len(modifier) <= 2:
            result = self._choose(name, modifier, value, known, word)
        else:
            self._refuse_modifier(modifier)
        self._put(result, True, frame.start)

    def _choose(
        self, name: str, modifier: str, value: str | None, known: bool, word: str | None
    ) -> str | None:
        if value is None:
            return None
        missing = not known or (modifier[0] == ":" and value == "")
        kind = modifier[-1]
        if kind == "-":
            return word if missing else value
        if kind == "+":
            return "" if missing else word
        if missing:
            self._fail(
                f"{name}: {word or ('is not allowed to be ' + ('empty' if known else 'unset'))}", self.stack
            )
        return value

    def _trim(self, value: str | None, modifier: str, pattern: str | None) -> str | None:
        if value is None or pattern is None:
            return None
        longest = pattern.startswith(modifier)
        trim = trim_prefix if modifier == "#" else trim_suffix
        try:
            return trim(value, pattern[longest:], longest)
        except PatternError as error:
            shown = pattern[longest:] if modifier == "#" else backwards(pattern[longest:])
            self._fail(f"invalid pattern ({shown}) in substitution: {error}", self.stack)

    def _replace(
        self, value: str | None, modifier: str, pattern: str | None, with_: str | None
    ) -> str | None:
        if value is None or pattern is None or with_ is None:
            return None
        replace = replace_all if modifier == "//" else replace_first
        try:
            return replace(value, pattern, with_)
        except PatternError as error:
            self._fail(f"invalid pattern ({pattern}) in substitution: {error}", self.stack)

    def _refuse_modifier(self, modifier: str) -> NoReturn:
        self._fail(f"unsupported modifier ({modifier}) in substitution", self.stack)

    def _fail(self, message: str, inside: list[Frame]) -> NoReturn:
        """Raise; at the end of the word BuildKit blames the outermost open substitution."""
        if self.at >= len(self.text):
            for frame in inside:
                if frame.kind == _PATTERN:
                    raise ExpansionError("syntax error: missing '/' in ${}")
                if frame.kind in (_MODIFIER, _REPLACEMENT):
                    raise ExpansionError("syntax error: missing '}'")
        raise ExpansionError(message)
