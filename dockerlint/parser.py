"""Logical lines to trees, one grammar for each sub-language; a file to its lossless tree.

Nothing here raises on input. What a grammar cannot read falls back as BuildKit falls back
(a broken exec form is the shell form), or is a fault that spoils its own instruction only.
"""

from __future__ import annotations

import re

from dockerlint.expand import WHITE
from dockerlint.go import quote
from dockerlint.lalr import Grammar
from dockerlint.lines import Lines
from dockerlint.source import Source
from dockerlint.tree import InstructionNode, Logical, Reading, Tree
from dockerlint.values import SWAP, replaced, unquoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.tree import Branch, Node, Token

NOT_STRINGS = "when using JSON array syntax, arrays must be comprised of strings only"
NO_INSTRUCTIONS = "file with no instructions"

_FLAGS, _WORDS, _PAIRS, _EXEC, _TEXT = (Grammar(n) for n in ("flags", "words", "pairs", "exec", "text"))
_KEYWORD = re.compile("[^\t\v\f\r ]+")

# How the arguments of each instruction are read (BuildKit's dispatch table).
_SPLIT = ("from", "expose")
_LISTS = ("add", "copy", "volume")
_COMMANDS = ("run", "cmd", "entrypoint", "shell")
_STRINGS = ("user", "workdir", "stopsignal", "maintainer")
_NAMED = ("env", "label", "arg")
KNOWN = frozenset((*_SPLIT, *_LISTS, *_COMMANDS, *_STRINGS, *_NAMED, "healthcheck", "onbuild"))


def parse_tree(source: Source) -> Tree:
    """The lossless tree of a file; any bytes have one."""
    readings: dict[str, Reading] = {}

    def takes_heredocs(text: str, escape: str) -> bool:
        reading = readings[text] = read(text, escape)
        outer = reading.inner if reading.name == "onbuild" and reading.inner else reading
        return outer.name in ("add", "copy", "run") and outer.form != "exec"

    lines = Lines(source, takes_heredocs).read()
    nodes: list[Node] = []
    faults = list(lines.faults)
    empty = True
    for item in lines.items:
        if not isinstance(item, Logical):
            nodes.append(item)
            continue
        empty = False
        text = item.text.text
        reading = readings.get(text) or read(text, lines.escape)
        nodes.append(InstructionNode(item, reading))
        fault = reading.fault or item.fault
        if fault:
            faults.append((item.first_line, item.text.offset(0), item.text_end, fault))
    if empty:
        faults = [f for f in faults if not f[3].startswith("dockerfile line greater")]
        faults.append((max(1, len(source.line_starts)), 0, 0, NO_INSTRUCTIONS))
    else:
        faults.sort(key=lambda fault: fault[1])
    return Tree(source, lines.escape, tuple(nodes), tuple(lines.directives), tuple(faults))


def read(text: str, escape: str, at: int = 0) -> Reading:
    """Read one logical line, or the rest of one from an offset."""
    bare = text.rstrip(WHITE)
    return _read(bare, escape, at)


def _read(text: str, escape: str, at: int) -> Reading:
    end = len(text)
    outer: list[tuple[tuple[int, int], tuple[Token, ...], int]] = []
    while True:
        while at < end and text[at] in WHITE:
            at += 1
        found = _KEYWORD.match(text, at)
        if not found:
            reading = Reading("", (at, at), (), (end, end), "nothing", None, None, None)
            break
        name = lower(found[0])
        keyword = found.span()
        at = keyword[1]
        while at < end and text[at] in "\t\v\f\r ":
            at += 1
        flags: tuple[Token, ...] = ()
        if text.startswith("--", at):
            flags, at = _flags(text, escape, at, end)
        while at < end and text[at] in WHITE:
            at += 1
        if name != "onbuild" or at >= end:
            form, branch, fault = _arguments(name, text, escape, at, end)
            reading = Reading(name, keyword, flags, (at, end), form, branch, fault, None)
            break
        outer.append((keyword, flags, at))
    for keyword, flags, at in reversed(outer):
        reading = Reading("onbuild", keyword, flags, (at, end), "onbuild", None, reading.fault, reading)
    return reading


def lower(name: str) -> str:
    """Go's strings.ToLower, which maps each character by itself."""
    if name.isascii():
        return name.lower()
    return "".join(c.lower() for c in name.replace("\u0130", "i"))


def _flags(text: str, escape: str, at: int, end: int) -> tuple[tuple[Token, ...], int]:
    """The flags at an offset, and where the arguments begin."""
    part, wide = byte_view(text[at:end])
    branch = _FLAGS.prefix("flags", part.translate(SWAP) if escape == "`" else part, 0, len(part))
    found: list[Token] = []
    stop = 0
    for child in branch[1] if branch else ():
        if len(child) == 3:
            kind, start, stop = child
            if wide:
                start, stop = wide[start], wide[stop - 1] + 1
            if kind == "FLAG":
                found.append((kind, at + start, at + stop))
    return tuple(found), at + stop


def flag_words(text: str, escape: str) -> list[str]:
    """The flags at the start of a text as BuildKit dumps them: without quotes and escapes,
    each byte as one character."""
    part, _ = byte_view(text)
    branch = _FLAGS.prefix("flags", part.translate(SWAP) if escape == "`" else part, 0, len(part))
    spans = [c[1:] for c in (branch[1] if branch else ()) if len(c) == 3 and c[0] == "FLAG"]
    return [unquoted(part[start:stop], escape) for start, stop in spans]


def byte_view(text: str) -> tuple[str, list[int]]:
    """The bytes of a text, each as one character, and for each the index of its character;
    the text itself and nothing when it is ASCII."""
    if text.isascii():
        return text, []
    wide: list[int] = []
    for index, char in enumerate(text):
        wide.extend([index] * len(char.encode("utf-8", "surrogateescape")))
    wide.append(len(text))
    return text.encode("utf-8", "surrogateescape").decode("latin-1"), wide


def _arguments(name: str, text: str, escape: str, at: int, end: int) -> tuple[str, Branch | None, str | None]:
    """Form, tree and fault of the arguments."""
    if at >= end:
        return "nothing", None, None
    if name in _COMMANDS or name in _LISTS:
        branch, fault = _exec(text, at, end)
        if branch or fault:
            return "exec", branch, fault
        if name in _COMMANDS:
            return "text", _TEXT.parse("shell", text, at, end), None
        return _split(name, text, at, end)
    if name in _SPLIT:
        return _split(name, text, at, end)
    if name in _STRINGS:
        return "text", _TEXT.parse("string", text, at, end), None
    if name in _NAMED:
        return _pairs(name, text, escape, at, end)
    if name == "healthcheck":
        return _healthcheck(text, at, end)
    return "nothing", None, None


def _split(name: str, text: str, at: int, end: int) -> tuple[str, Branch | None, None]:
    branch = _WORDS.parse(name, text, at, end)
    if branch:
        return "words", branch, None
    return "malformed", _WORDS.parse("words", text, at, end), None


def _exec(text: str, at: int, end: int) -> tuple[Branch | None, str | None]:
    """The exec form, or the fault of one; neither where it is not one."""
    if text[at] != "[" or text[end - 1] != "]":
        return None, None
    branch = _EXEC.parse("exec", text, at, end)
    if branch is None or not _fits_go(branch, text):
        return None, None
    if any(child[0] in ("other", "array", "object") for child in branch[1]):
        return branch, NOT_STRINGS
    return branch, None


def _fits_go(branch: Branch, text: str) -> bool:
    """Whether no number is out of range and nothing nests too deep for Go's decoder."""
    waiting = [(branch, 1)]
    while waiting:
        (_, children), depth = waiting.pop()
        if depth > 10000:
            return False
        for child in children:
            if len(child) == 2:
                waiting.append((child, depth + (child[0] in ("array", "object"))))
            elif child[0] == "NUMBER" and float(text[child[1] : child[2]]) in (float("inf"), float("-inf")):
                return False
    return True


def _pairs(name: str, text: str, escape: str, at: int, end: int) -> tuple[str, Branch | None, str | None]:
    swapped = text.translate(SWAP) if escape == "`" else text
    branch = _PAIRS.parse(name, swapped, at, end)
    if name == "arg" or branch is None:
        return "pairs", branch, None
    words = [child for child in branch[1] if child[0] in ("pair", "ODD")]
    if not words:
        return "nothing", branch, None
    if len(words[0]) == 3 and "=" not in text[words[0][1] : words[0][2]]:
        branch = _PAIRS.parse("legacy", text, at, end)
        if branch is None:
            return "malformed", None, f"{name.upper()} must have two arguments"
        return "legacy", branch, None
    for word in words:
        if len(word) == 3 and "=" not in text[word[1] : word[2]]:
            odd = replaced(text[word[1] : word[2]])
            return "malformed", branch, (
                f"Syntax error - can't find = in {quote(replaced(odd))}. Must be of the form: name=value"
            )  # fmt: skip
    return "pairs", branch, None


def _healthcheck(text: str, at: int, end: int) -> tuple[str, Branch | None, str | None]:
    branch = _TEXT.parse("healthcheck", text, at, end)
    last = branch[1][-1] if branch else None
    if branch is None or last is None or last[0] != "TEXT" or len(last) != 3:
        return "text", branch, None
    start = last[1]
    while start + 1 < last[2] and text[start] in WHITE:
        start += 1
    command, fault = _exec(text, start, last[2])
    if command:
        return "exec", ("healthcheck", [*branch[1][:-1], command]), fault
    return "text", branch, None
