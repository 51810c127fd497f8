"""The plain part of YAML, for a `.hadolint.yaml` where PyYAML is not installed.

Mappings and lists, in blocks or in brackets, with scalars on one line: what such files are made of, and all of
JSON. Whatever else YAML knows (anchors, tags, block scalars, several documents, odd numbers) is `NotPlain`, never
read as something else; what is read is what PyYAML would read.
"""

from __future__ import annotations

import re

_WORDS: dict[str, object] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}  # fmt: skip
_ESCAPES = {
    '"': '"',
    "\\": "\\",
    "/": "/",
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "0": "\0",
    "e": "\x1b",
}
_DEEPEST = 50


class NotPlain(ValueError):
    """It is YAML of another kind, or none."""


def load(text: str) -> object:
    """What a document says: dictionaries, lists, texts, whole numbers, booleans, None. NotPlain for any other."""
    if "\t" in text or "\ufeff" in text:
        raise NotPlain("it has tabs or marks of byte order")
    lines = [line for line in map(_code, text.splitlines()) if line.strip()]
    if lines and lines[0].rstrip() == "---":
        del lines[0]
    if any(line.startswith(("---", "...", "%")) for line in lines):
        raise NotPlain("it has several documents or directives")
    if not lines:
        return None
    blocks = _Blocks(lines)
    found = blocks.node(0, _indent(lines[0]))
    if blocks.at < len(lines):
        raise NotPlain(f"line {lines[blocks.at].strip()!r} is indented in another way than those around it")
    return found


def _code(line: str) -> str:
    """A line without its comment."""
    quote = ""
    for at, char in enumerate(line):
        if quote:
            # Inside double quotes a backslash takes the next one along; two in a row are even.
            escaped = quote == '"' and (len(line[:at]) - len(line[:at].rstrip("\\"))) % 2
            quote = "" if char == quote and not escaped else quote
        elif char in "'\"" and (not at or line[at - 1] in " [{,:-"):
            quote = char
        elif char == "#" and (not at or line[at - 1] == " "):
            return line[:at].rstrip()
    return line.rstrip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


_KEY = re.compile(
    r"""((?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{},&*!|>%@`?#:-](?:[^:#]|:(?! |$)|(?<! )\#)*?)) *:(?: +(.*)|)$"""
)


class _Blocks:
    """Reads lines by their indentation."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0

    def node(self, depth: int, indent: int) -> object:
        if depth > _DEEPEST:
            raise NotPlain("it is too deep")
        line = self.lines[self.at].strip()
        if line.startswith("- ") or line == "-":
            return self._list(depth, indent)
        if line[0] not in "[{" and _KEY.match(line):
            return self._mapping(depth, indent)
        self.at += 1
        return self._value(line)

    def _list(self, depth: int, indent: int) -> list[object]:
        found: list[object] = []
        while self.at < len(self.lines) and _indent(self.lines[self.at]) == indent:
            line = self.lines[self.at].strip()
            if not (line.startswith("- ") or line == "-"):
                break
            rest = line[1:].strip()
            if not rest:
                self.at += 1
                found.append(self._below(depth, indent + 1))
            else:
                # What stands behind the dash is a node of its own, as deep as it stands.
                inner = indent + len(line) - len(rest)
                self.lines[self.at] = " " * inner + rest
                found.append(self.node(depth + 1, inner))
        return found

    def _mapping(self, depth: int, indent: int) -> dict[object, object]:
        found: dict[object, object] = {}
        while self.at < len(self.lines) and _indent(self.lines[self.at]) == indent:
            line = self.lines[self.at].strip()
            match = _KEY.match(line)
            if match is None or line.startswith("- "):
                break
            key = _scalar(match[1])
            self.at += 1
            if match[2]:
                found[key] = self._value(match[2].strip())
                continue
            # A list may stand as far to the left as its key.
            below = self.lines[self.at] if self.at < len(self.lines) else ""
            dash = below.strip().startswith("- ") or below.strip() == "-"
            found[key] = self._below(depth, indent if dash else indent + 1)
        return found

    def _below(self, depth: int, least: int) -> object:
        """The node on the next lines where they are indented enough; else there is none."""
        if self.at == len(self.lines) or (indent := _indent(self.lines[self.at])) < least:
            return None
        return self.node(depth + 1, indent)

    def _value(self, text: str) -> object:
        """A scalar, or what stands in brackets, which may go on on further lines."""
        if text[:1] not in ("[", "{"):
            return _scalar(text)
        while True:
            flow = _Flow(text)
            try:
                found = flow.node(0)
            except _Unfinished:
                if self.at == len(self.lines):
                    raise NotPlain("a bracket is not closed") from None
                text = f"{text} {self.lines[self.at].strip()}"
                self.at += 1
                continue
            if flow.rest().strip():
                raise NotPlain(f"there is more behind {text[: flow.at]!r}")
            return found


class _Unfinished(Exception):
    """The text ends inside brackets."""


_PLAIN = re.compile(
    r"[^\s\"'\[\]{},&*!|>%@`?:-](?:[^\[\]{},:]|:(?![\s,\[\]{}]|$))*|[:?-](?:[^\s\[\]{},:]|:(?![\s,\[\]{}]|$))+"
)
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")


class _Flow:
    """Reads what stands in brackets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def rest(self) -> str:
        return self.text[self.at :]

    def node(self, depth: int) -> object:
        if depth > _DEEPEST:
            raise NotPlain("it is too deep")
        match self._next():
            case "[":
                return self._list(depth)
            case "{":
                return self._mapping(depth)
        return self._word()

    def _next(self) -> str:
        """The next character that is no space."""
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1
        if self.at == len(self.text):
            raise _Unfinished
        return self.text[self.at]

    def _word(self) -> object:
        pattern = _QUOTED if self._next() in "\"'" else _PLAIN
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _Unfinished if pattern is _QUOTED else NotPlain(f"{self.rest()[:20]!r} is not plain")
        self.at = match.end()
        return _scalar(match[0].strip())

    def _list(self, depth: int) -> list[object]:
        self.at += 1
        found: list[object] = []
        while self._next() != "]":
            found.append(self.node(depth + 1))
            self._comma("]")
        self.at += 1
        return found

    def _mapping(self, depth: int) -> dict[object, object]:
        self.at += 1
        found: dict[object, object] = {}
        while self._next() != "}":
            key = self._word()
            if self._next() != ":":
                raise NotPlain("a key has no value")
            self.at += 1
            found[key] = None if self._next() in ",}" else self.node(depth + 1)
            self._comma("}")
        self.at += 1
        return found

    def _comma(self, end: str) -> None:
        char = self._next()
        if char == ",":
            self.at += 1
        elif char != end:
            raise NotPlain(f"{self.rest()[:20]!r} is not plain")


def _scalar(text: str) -> object:
    if text[:1] == '"':
        return _double(text)
    if text[:1] == "'":
        if not re.fullmatch(r"'(?:[^']|'')*'", text):
            raise NotPlain(f"{text!r} is not one text in quotes")
        return text[1:-1].replace("''", "'")
    if text in _WORDS:
        return _WORDS[text]
    if re.fullmatch(r"[-+]?(?:0|[1-9][0-9]*)", text):
        return int(text)
    # Numbers of other kinds, dates and times, which are no texts either.
    if re.match(r"[-+]?[.]?[0-9]", text) and not re.search(r"[^0-9a-fA-FxobTtZz:._+\-eE ]", text):
        raise NotPlain(f"{text} is a number or a date")
    if re.match(r"[&*!|>%@`\"'#\[\]{},]|[-?:](?: |$)|[-+]?\.(?:inf|nan)\b|[=<]+$", text, re.IGNORECASE):
        raise NotPlain(f"{text!r} is not plain")
    if re.search(r": |:$| #", text):
        raise NotPlain(f"{text!r} is a mapping in a line")
    return text


def _double(text: str) -> str:
    if not re.fullmatch(r'"(?:[^"\\]|\\.)*"', text):
        raise NotPlain(f"{text!r} is not one text in quotes")

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "xu":
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise NotPlain(f"\\{code} is not plain")
        return _ESCAPES[code]

    found = re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", one, text[1:-1])
    if any("\ud800" <= char <= "\udfff" for char in found):
        raise NotPlain("it has half of a character")
    return found
