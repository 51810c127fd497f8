"""What stands where in a shell script: parts for colours, and the variables it names."""

from __future__ import annotations

import re

from dockerlint.frozen import record
from dockerlint.shell.dialect import READABLE
from dockerlint.shell.reader import masked
from dockerlint.shell.treesitter import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from dockerlint.shell import Script

KEYWORD, OPERATOR, STRING, COMMENT, NUMBER = "keyword", "operator", "string", "comment", "number"
COMMAND, OPTION, VARIABLE = "function", "parameter", "variable"

_KEYWORDS = frozenset((
    "if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "function",
    "select", "export", "declare", "local", "readonly", "typeset", "unset", "time",
))  # fmt: skip
_OPERATORS = frozenset((
    "&&", "||", "|", "|&", ";", ";;", "&", ">", ">>", "<", "<<<", ">&", "<&", "&>", "&>>", ">|", "!", "=", "+=",
))  # fmt: skip
_STRINGS = frozenset(("string", "raw_string", "ansi_c_string", "translated_string", "heredoc_body"))
_EXPANSIONS = frozenset(("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"))
# A here-document of the Dockerfile, whose body stands elsewhere.
_OPENER = re.compile(rb"(?<!<)<<(?!<)(?=-?[ \t]*[\"']?\w)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# How deep a script may be nested; far below Python's limit of frames.
_DEEPEST = 200


@record
class Part:
    """A part of a script; offsets into its text."""

    start: int
    end: int
    type: str


@record
class Naming:
    """A variable that is named: read, or (`sets`) given another value."""

    name: str
    start: int
    end: int
    sets: bool


def parts(script: Script) -> list[Part]:
    """The parts of a script that have a colour of their own, in order; none for a shell we cannot read."""
    root = _root(script)
    if root is None:
        return []
    return sorted(_parts(root, 0, script.text.text), key=lambda part: part.start)


def namings(script: Script) -> list[Naming]:
    """The variables that a script names, in the order in which it comes to them; none for a shell we cannot
    read. What a command is given by `NAME=value` before it is left out."""
    root = _root(script)
    if root is None:
        return []
    text = script.text.text
    found = sorted(_namings(root, 0, text), key=lambda one: one[1])
    return [Naming(text[part.start : part.end], part.start, part.end, sets) for part, _, sets in found]


def _root(script: Script) -> Node | None:
    if script.dialect not in READABLE or not script.text.text.strip():
        return None
    source = masked(script.text.text)
    if not script.heredoc:
        source = _OPENER.sub(b"< ", source)
    return parse(source).root_node


def _parts(node: Node, depth: int, text: str) -> Iterator[Part]:
    kind, start, end = node.type, node.start_byte, node.end_byte
    if kind == "comment":
        yield Part(start, end, COMMENT)
    elif kind in _STRINGS:
        at = start
        for child in node.children:
            if child.type in _EXPANSIONS:
                if child.start_byte > at:
                    yield Part(at, child.start_byte, STRING)
                yield from _parts(child, depth + 1, text)
                at = child.end_byte
        if end > at:
            yield Part(at, end, STRING)
    elif kind == "$":
        name = _stray(node, text)
        if name is not None:
            yield name
    elif kind in ("variable_name", "special_variable_name"):
        yield Part(start, end, VARIABLE)
    elif kind == "command_name" and node.child_count == 1 and node.children[0].type == "word":
        yield Part(start, end, COMMAND)
    elif kind == "number":
        yield Part(start, end, NUMBER)
    elif kind == "word":
        if node.text is not None and node.text[:1] == b"-" and end - start > 1:
            yield Part(start, end, OPTION)
    elif not node.is_named and kind in _KEYWORDS:
        yield Part(start, end, KEYWORD)
    elif not node.is_named and kind in _OPERATORS:
        yield Part(start, end, OPERATOR)
    elif depth < _DEEPEST:
        for child in node.children:
            yield from _parts(child, depth + 1, text)


def _namings(node: Node, depth: int, text: str) -> Iterator[tuple[Part, int, bool]]:
    """The places that name a variable, from which offset on that holds, and whether it is set there."""
    start, end = node.start_byte, node.end_byte
    part = Part(start, end, VARIABLE)
    if node.type == "variable_name":
        above = node.parent
        if (
            above is not None
            and above.type == "variable_assignment"
            and above.child_by_field_name("name") == node
        ):
            # What stands before a command is for that command alone.
            if above.parent is None or above.parent.type != "command":
                yield part, above.end_byte, True
        else:
            yield part, start, above is not None and above.type == "for_statement"
        return
    if node.type == "$":
        name = _stray(node, text)
        if name is not None:
            yield name, start, False
        return
    if node.type == "command" and depth < _DEEPEST:
        called = node.child_by_field_name("name")
        if called is not None and called.text in (b"read", b"unset", b"getopts", b"mapfile"):
            for child in node.children:
                if child.type == "word" and child.text is not None and _NAME.fullmatch(child.text.decode()):
                    yield Part(child.start_byte, child.end_byte, VARIABLE), child.end_byte, True
    if depth < _DEEPEST:
        for child in node.children:
            yield from _namings(child, depth + 1, text)


def _stray(node: Node, text: str) -> Part | None:
    """The name behind a `$` that the grammar took for itself: it does not see the variable in `a-$b`."""
    if node.parent is not None and node.parent.type == "simple_expansion":
        return None
    match = _NAME.match(text, node.end_byte)
    return None if match is None else Part(match.start(), match.end(), VARIABLE)
