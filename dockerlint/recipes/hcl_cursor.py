"""Where a reader of HCL is: the tokens that come next, whether the ends of lines count, how far lines are indented."""

from __future__ import annotations

import re

from dockerlint.recipes.hcl import Malformed

_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(?P<name>[^\W\d][\w-]*)|(?P<sign>\|\||&&|==|!=|<=|>=|=>|\.\.\.|[-+*/%<>!?:()\[\],.{}=])"
)
_IGNORED = re.compile(r"(?:[ \t\r\f\v]|(?:#|//)[^\n]*|/\*.*?\*/)+", re.DOTALL)


class Cursor:
    """A place in a text. Ends of lines count but where `free`: in brackets, and in `${…}`."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.free = text, 0, False

    def skip(self) -> int:
        """The offset of what comes next, which is gone to."""
        while True:
            found = _IGNORED.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if not (self.free and self.text.startswith("\n", self.at)):
                return self.at
            self.at += 1

    def lines(self) -> None:
        """Over ends of lines."""
        while self.text.startswith("\n", self.skip()):
            self.at += 1

    def token(self) -> re.Match[str] | None:
        """What comes next; None at the end and where it is none."""
        return _TOKEN.match(self.text, self.skip())

    def next(self, *signs: str) -> bool:
        """Whether one of these signs comes next."""
        self.skip()
        return self.text.startswith(signs, self.at)

    def sign(self, *signs: str) -> str | None:
        """The sign that comes next, taken when it is one of these."""
        token = self.token()
        if token is None or token["sign"] not in signs:
            return None
        self.at = token.end()
        return str(token["sign"])

    def need(self, sign: str) -> None:
        """Take a sign. Malformed when another comes."""
        if self.sign(sign) is None:
            raise self.odd()

    def name(self) -> str:
        """Take a name. Malformed when none comes."""
        token = self.token()
        if token is None or not token["name"]:
            raise self.odd()
        self.at = token.end()
        return str(token["name"])

    def word(self, word: str) -> bool:
        """Whether this word came next, which is taken then."""
        token = self.token()
        if token is None or token["name"] != word:
            return False
        self.at = token.end()
        return True

    def odd(self) -> Malformed:
        """What to raise where nothing fits."""
        rest = self.text[self.at :].split("\n", 1)[0].strip()
        return Malformed(f"{rest!r} is out of place" if rest else "something is missing", self.at)

    def freely(self) -> Freely:
        """For a `with`: a stretch in which ends of lines are nothing."""
        return Freely(self)


class Freely:
    """A stretch in which ends of lines are nothing."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def __enter__(self) -> None:
        self._before, self._cursor.free = self._cursor.free, True

    def __exit__(self, *_: object) -> None:
        self._cursor.free = self._before


class Margin:
    """How far the lines of a text are indented (`found`), and how much of that is taken off (`width`). A line of nothing but blanks
    does not count, and stays as it is."""

    def __init__(self, width: int = 0) -> None:
        self.found: list[int] = []
        self._width = width
        self._fresh = True

    def literal(self, text: str) -> str:
        """What stands next, without the margin."""
        if self._fresh and not (text.endswith("\n") and text.isspace()):
            self.found.append(len(text) - len(text.lstrip()))
            text = text[self._width :]
        self._fresh = text.endswith("\n")
        return text

    def other(self) -> None:
        """`${…}` or `%{…}` comes next: at the start of a line it is not indented."""
        if self._fresh:
            self.found.append(0)
        self._fresh = False
