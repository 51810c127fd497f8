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
    return [] if root is None else sorted(_parts(root, 0), key=lambda part: part.start)


def namings(script: Script) -> list[Naming]:
    """The variables that a script names, in the order in which it comes to them; none for a shell we cannot
    read. What a command is given by `NAME=value` before it is left out."""
    root = _root(script)
    if root is None:
        return []
    text = script.text.text
    found = sorted(_namings(root, 0), key=lambda one: one[2])
    return [
        Naming(text[node.start_byte : node.end_byte], node.start_byte, node.end_byte, sets)
        for node, sets, _ in found
    ]


def _root(script: Script) -> Node | None:
    if script.dialect not in READABLE or not script.text.text.strip():
        return None
    source = masked(script.text.text)
    if not script.heredoc:
        source = _OPENER.sub(b"< ", source)
    return parse(source).root_node


def _parts(node: Node, depth: int) -> Iterator[Part]:
    kind, start, end = node.type, node.start_byte, node.end_byte
    if kind == "comment":
        yield Part(start, end, COMMENT)
    elif kind in _STRINGS:
        at = start
        for child in node.children:
            if child.type in _EXPANSIONS:
                if child.start_byte > at:
                    yield Part(at, child.start_byte, STRING)
                yield from _parts(child, depth + 1)
                at = child.end_byte
        if end > at:
            yield Part(at, end, STRING)
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
            yield from _parts(child, depth + 1)


def _namings(node: Node, depth: int) -> Iterator[tuple[Node, bool, int]]:
    """Nodes that name a variable, whether they set it, and from which offset on that holds."""
    if node.type == "variable_name":
        above = node.parent
        if (
            above is not None
            and above.type == "variable_assignment"
            and above.child_by_field_name("name") == node
        ):
            # What stands before a command is for that command alone.
            if above.parent is None or above.parent.type != "command":
                yield node, True, above.end_byte
        else:
            yield node, above is not None and above.type == "for_statement", node.start_byte
        return
    if node.type == "command" and depth < _DEEPEST:
        name = node.child_by_field_name("name")
        if name is not None and name.text in (b"read", b"unset", b"getopts", b"mapfile"):
            for child in node.children:
                if (
                    child.type == "word"
                    and child.text is not None
                    and re.fullmatch(rb"[A-Za-z_]\w*", child.text)
                ):
                    yield child, True, child.end_byte
    if depth < _DEEPEST:
        for child in node.children:
            yield from _namings(child, depth + 1)
