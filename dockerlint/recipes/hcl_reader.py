"""Reads HCL, in blocks (`blocks`), as an expression (`expression`) or as a string with `${…}` in it (`template`)."""

from __future__ import annotations

import re
import sys

from dockerlint.errors import UserError
from dockerlint.recipes.hcl import (
    Attribute,
    Binary,
    Block,
    Call,
    Choice,
    For,
    Get,
    Items,
    Literal,
    Malformed,
    Name,
    Pairs,
    Splat,
    Template,
    Unary,
    number,
)
from dockerlint.recipes.hcl_cursor import Cursor, Margin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.recipes.hcl import Expression

_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)\r?\n")
_ORDER = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
_ESCAPED = re.compile(r"\$\$+\{|%%+\{")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def blocks(path: str, text: str) -> Block:
    """A file as one block without a name. UserError with the line where it is not HCL."""
    try:
        try:
            return _Reader(text).body(None, "", "")
        except RecursionError:
            raise Malformed("something is nested too deep", 0) from None
    except Malformed as error:
        line = text.count("\n", 0, error.at) + 1
        raise UserError(
            f"{path}:{line} is not HCL: {error}", "`docker buildx bake --print` says what it takes"
        ) from error


def template(text: str) -> Expression:
    """A string of a JSON file, which may have `${…}` in it. Malformed where these are."""
    return _Reader(text).template(None)


def expression(text: str) -> Expression:
    """An expression that is all of a text. Malformed when it is none."""
    reader = _Reader(text)
    value = reader.expression()
    reader.done()
    return value


class _Reader:
    """Reads on from where its cursor is."""

    def __init__(self, text: str) -> None:
        self._on = Cursor(text)
        self.margin: Margin | None = None
        self._trim = False

    def done(self) -> None:
        """Malformed when there is more."""
        if self._on.skip() < len(self._on.text):
            raise self._on.odd()

    def body(self, end: str | None, kind: str, label: str) -> Block:
        """What stands in a block up to its brace, or in a whole file."""
        attributes: dict[str, Attribute] = {}
        inside: list[Block] = []
        while True:
            self._on.lines()
            if self._on.at == len(self._on.text):
                if end is not None:
                    raise Malformed(f"the block {kind} {label}".rstrip() + " is never closed", self._on.at)
                break
            if end is not None and self._on.sign(end):
                break
            name = self._on.name()
            if self._on.sign("="):
                start = self._on.skip()
                if name in attributes:
                    raise Malformed(f"{name} is given twice in one block", start)
                value = self.expression()
                attributes[name] = Attribute(self._on.text[start : self._on.at].strip(), value)
                self._line_end(end)
                continue
            labels = []
            while not self._on.sign("{"):
                labels.append(self._label())
            inside.append(self.body("}", name, " ".join(labels)))
        return Block(kind, label, attributes, tuple(inside))

    def _label(self) -> str:
        if not self._on.next('"'):
            return self._on.name()
        value = self._string()
        if not isinstance(value, Literal):
            raise Malformed("the name of a block has nothing to fill in", self._on.at)
        return str(value.value)

    def _line_end(self, end: str | None) -> None:
        self._on.skip()
        ended = self._on.at == len(self._on.text) or self._on.text.startswith("\n", self._on.at)
        if not ended and not (end and self._on.next(end)):
            raise self._on.odd()

    def expression(self) -> Expression:
        value = self._binary(0)
        if not self._on.sign("?"):
            return value
        one = self.expression()
        self._on.need(":")
        return Choice(value, one, self.expression())

    def _binary(self, level: int) -> Expression:
        if level == len(_ORDER):
            return self._unary()
        value = self._binary(level + 1)
        while sign := self._on.sign(*_ORDER[level]):
            value = Binary(sign, value, self._binary(level + 1))
        return value

    def _unary(self) -> Expression:
        sign = self._on.sign("!", "-")
        return Unary(sign, self._unary()) if sign else self._followed(self._single())

    def _followed(self, value: Expression) -> Expression:
        """A value with the keys behind it."""
        while True:
            if self._on.next("..."):
                return value
            key = self._key()
            if key is None:
                return value
            if isinstance(key, Literal) and key.value is None:
                keys: list[Expression] = []
                while not self._on.next("...") and (more := self._key()) is not None:
                    keys.append(more)
                value = Splat(value, tuple(keys))
            else:
                value = Get(value, key)

    def _key(self) -> Expression | None:
        """The key in `.key` or `[key]`, a null for a star; None where there is none."""
        if self._on.sign("."):
            if self._on.sign("*"):
                return Literal(None)
            token = self._on.token()
            if token is None or token["sign"] or not (token["name"] or token["number"].isdigit()):
                raise self._on.odd()
            self._on.at = token.end()
            return Literal(token["name"] or int(token["number"]))
        if not self._on.next("["):
            return None
        with self._on.freely():
            self._on.sign("[")
            key = Literal(None) if self._on.sign("*") else self.expression()
            self._on.need("]")
        return key

    def _single(self) -> Expression:
        self._on.skip()
        if self._on.next("("):
            with self._on.freely():
                self._on.sign("(")
                value = self.expression()
                self._on.need(")")
            return value
        if self._on.next("["):
            with self._on.freely():
                self._on.sign("[")
                if self._on.word("for"):
                    return self._for("]")
                items, _ = self._several("]")
            return Items(items)
        if self._on.next("{"):
            return self._object()
        if self._on.next('"'):
            return self._string()
        if heredoc := _HEREDOC.match(self._on.text, self._on.at):
            return self._heredoc(heredoc)
        token = self._on.token()
        if token is None or token["sign"]:
            raise self._on.odd()
        self._on.at = token.end()
        if token["number"]:
            return Literal(number(token["number"]))
        name = token["name"]
        if name in ("true", "false", "null"):
            return Literal({"true": True, "false": False, "null": None}[name])
        if not self._on.next("("):
            return Name(name)
        with self._on.freely():
            self._on.sign("(")
            return Call(name, *self._several(")"))

    def _several(self, end: str) -> tuple[tuple[Expression, ...], bool]:
        """Values up to a sign, and whether `...` is behind the last of them."""
        values: list[Expression] = []
        spread = False
        while not self._on.sign(end):
            values.append(self.expression())
            spread = self._on.sign("...") is not None
            if spread or not self._on.sign(","):
                self._on.need(end)
                break
        return tuple(values), spread

    def _object(self) -> Expression:
        before, self._on.free = self._on.free, False
        self._on.sign("{")
        self._on.lines()
        if self._on.word("for"):
            self._on.free = True
            value = self._for("}")
            self._on.free = before
            return value
        pairs: list[tuple[Expression, Expression]] = []
        while True:
            self._on.lines()
            if self._on.sign("}"):
                break
            token = self._on.token()
            if token is not None and token["name"]:
                self._on.at = token.end()
                key: Expression = Literal(token["name"])
                if self._on.next(".", "[", "("):
                    raise self._on.odd()
            else:
                key = self.expression()
            if not self._on.sign("=", ":"):
                raise self._on.odd()
            self._on.lines()
            pairs.append((key, self.expression()))
            self._on.skip()
            if not (self._on.sign(",") or self._on.next("}") or self._on.text.startswith("\n", self._on.at)):
                raise self._on.odd()
        self._on.free = before
        return Pairs(tuple(pairs))

    def _for(self, end: str) -> For:
        names = [self._on.name()]
        if self._on.sign(","):
            names.append(self._on.name())
        if not self._on.word("in"):
            raise self._on.odd()
        of = self.expression()
        self._on.need(":")
        value, key = self.expression(), None
        if end == "}":
            self._on.need("=>")
            key, value = value, self.expression()
        grouped = self._on.sign("...") is not None
        condition = self.expression() if self._on.word("if") else None
        self._on.need(end)
        return For(tuple(names), of, key, value, condition, grouped)

    def _string(self) -> Expression:
        self._on.at += 1
        return self.template('"')

    def _heredoc(self, start: re.Match[str]) -> Expression:
        end = re.compile(rf"^[ \t]*{re.escape(start[2])}[ \t]*\r?(?=\n|\Z)", re.MULTILINE).search(
            self._on.text, start.end()
        )
        if end is None:
            raise Malformed(f"the text up to {start[2]} is never closed", self._on.at)
        text = self._on.text[start.end() : end.start()]
        try:
            value = _unindented(text) if start[1] else template(text)
        except Malformed as error:
            raise Malformed(str(error), self._on.at) from error
        self._on.at = end.end()
        return value

    def template(self, end: str | None, until: tuple[str, ...] = ()) -> Expression:
        """A string up to its quote (which is passed), or all there is; with `until` up to `%{ word`, which is
        left to be read."""
        parts: list[Expression] = []
        plain: list[str] = []
        text, start = self._on.text, self._on.at
        margin = self.margin if end is None else None

        def flush(strip: bool = False) -> None:
            said = "".join(plain)
            said = said.lstrip() if self._trim else said
            said = said.rstrip() if strip else said
            if plain:
                parts.append(Literal(margin.literal(said) if margin else said))
            plain.clear()
            self._trim = False

        def say(piece: str) -> None:
            # Lines are apart: `~` takes away what is white on its own line only.
            if end is None and plain and plain[-1] == "\n":
                flush()
            plain.append(piece)

        while True:
            if self._on.at >= len(text):
                if end is None and not until:
                    break
                raise Malformed("a string is never closed", start)
            sign = text[self._on.at]
            if sign == end:
                if until:
                    raise Malformed(f"%{{ {until[-1]} }} is missing", start)
                self._on.at += 1
                break
            if escaped := _ESCAPED.match(text, self._on.at):
                # Two signs stand for one; of more, bake leaves out two.
                say(sign * max(1, len(escaped[0]) - 3) + "{")
                self._on.at = escaped.end()
            elif text.startswith(("${", "%{"), self._on.at):
                flush(strip=text.startswith("~", self._on.at + 2))
                directive = sign == "%"
                if (
                    directive
                    and until
                    and re.compile(rf"%\{{~?\s*(?:{'|'.join(until)})\b").match(text, self._on.at)
                ):
                    break
                if margin:
                    margin.other()
                parts.append(self._directive(end) if directive else self._filled())
            elif sign == "\\" and end is not None:
                say(self._escape())
            elif sign == "\n" and end is not None:
                raise Malformed("a string is not closed on its line", start)
            else:
                say(sign)
                self._on.at += 1
        flush()
        texts = [one.value for one in parts if isinstance(one, Literal) and isinstance(one.value, str)]
        if len(texts) == len(parts):
            return Literal("".join(texts))
        if len(parts) == 1 and text.startswith("${", start):
            return parts[0]
        return Template(tuple(parts))

    def _filled(self) -> Expression:
        self._on.at += 3 if self._on.text.startswith("~", self._on.at + 2) else 2
        with self._on.freely():
            value = self.expression()
            self._close()
        return value

    def _directive(self, end: str | None) -> Expression:
        """`%{ if }` and `%{ for }` with what they hold."""
        self._open()
        with self._on.freely():
            loop = self._on.word("for")
            if not loop and not self._on.word("if"):
                raise self._on.odd()
            names = []
            if loop:
                names.append(self._on.name())
                if self._on.sign(","):
                    names.append(self._on.name())
                if not self._on.word("in"):
                    raise self._on.odd()
            value = self.expression()
            self._close()
        if loop:
            body = self.template(end, ("endfor",))
            self._tag("endfor")
            return Call(
                "join", (Literal(""), For(tuple(names), value, None, _text(body), None, False)), False
            )
        one, two = self.template(end, ("else", "endif")), Literal("")
        if self._tag("else", "endif") == "else":
            other = self.template(end, ("endif",))
            self._tag("endif")
            return Choice(value, _text(one), _text(other))
        return Choice(value, _text(one), two)

    def _tag(self, *words: str) -> str:
        self._open()
        with self._on.freely():
            for word in words:
                if self._on.word(word):
                    self._close()
                    return word
        raise self._on.odd()

    def _open(self) -> None:
        self._on.at += 3 if self._on.text.startswith("~", self._on.at + 2) else 2

    def _close(self) -> None:
        """The brace that ends `${…}`; with `~` before it, what is white behind it goes, too."""
        self._on.skip()
        if self._on.text.startswith("~}", self._on.at):
            self._on.at += 2
            self._trim = True
        elif self._on.text.startswith("}", self._on.at):
            self._on.at += 1
        else:
            raise self._on.odd()

    def _escape(self) -> str:
        sign = self._on.text[self._on.at + 1 : self._on.at + 2]
        size = {"u": 4, "U": 8}.get(sign, 0)
        digits = self._on.text[self._on.at + 2 : self._on.at + 2 + size]
        if sign not in _ESCAPES and not (size and re.fullmatch(rf"[0-9a-fA-F]{{{size}}}", digits)):
            raise Malformed(f"a string has no \\{sign}", self._on.at)
        self._on.at += 2 + size
        if not size:
            return _ESCAPES[sign]
        code = int(digits, 16)
        if code > sys.maxunicode or 0xD800 <= code < 0xE000:
            raise Malformed(f"there is no character {digits}", self._on.at)
        return chr(code)


def _unindented(text: str) -> Expression:
    """What stands after `<<-`, without the blanks that all its lines begin with."""
    first, second = _Reader(text), _Reader(text)
    first.margin = Margin()
    first.template(None)
    second.margin = Margin(min(first.margin.found, default=0))
    return second.template(None)


def _text(value: Expression) -> Expression:
    return value if isinstance(value, (Literal, Template)) else Template((value,))
