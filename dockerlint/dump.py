"""Dumps of a parsed file: BuildKit's own form, JSON, and the text given back."""

from __future__ import annotations

from dockerlint.parser import flag_words, parse_tree
from dockerlint.tree import InstructionNode, Tree
from dockerlint.values import decoded, quoted, replaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile
    from dockerlint.tree import Branch, Reading, Token


def tree_of(file: Dockerfile | Tree) -> Tree:
    """The lossless tree of a file."""
    return file if isinstance(file, Tree) else parse_tree(file.source)


def text(file: Dockerfile | Tree) -> str:
    """The text of a file, put together from the leaves of its tree (without its BOM)."""
    return tree_of(file).text()


def sexp(file: Dockerfile | Tree) -> str:
    """BuildKit's dump: one `(instruction arguments ...)` a line."""
    tree = tree_of(file)
    lines = [
        _node(item.reading, item.lines.text.text, tree.escape)
        for item in tree.nodes
        if isinstance(item, InstructionNode)
    ]
    return "".join(f"{line}\n" for line in lines)


def _node(reading: Reading, line: str, escape: str) -> str:
    # ONBUILD nests; a loop, because a file may nest it thousands of times.
    heads: list[str] = []
    level: Reading | None = reading
    while level is not None:
        parts = [level.name]
        start = level.keyword[1]
        rest = line[start:].lstrip("\t\v\f\r ")
        if level.flags:
            words = flag_words(rest, escape)
            parts.append("[" + " ".join(quoted(word) for word in words) + "]")
        if level.inner is None:
            parts.extend(quoted(argument) for argument in arguments(level, line))
        heads.append("(" + " ".join(parts))
        level = level.inner
    return " ".join(heads) + ")" * len(heads)


def arguments(reading: Reading, line: str) -> list[str]:
    """The arguments of one instruction as BuildKit's line parser leaves them."""
    branch = reading.branch
    if branch is None:
        return []
    if reading.form in ("pairs", "legacy"):
        found = []
        for child in branch[1] if reading.form == "pairs" else [branch]:
            found.extend(_pair(child, line, reading.name))
        return found
    return [
        decoded(line[start:end]) if kind == "STRING" else line[start:end]
        for kind, start, end in _tokens(branch)
        if kind in ("STRING", "WORD", "AS", "TEXT", "KIND")
    ]


def _pair(item: Token | Branch, line: str, name: str) -> list[str]:
    if item[0] == "legacy":
        tokens = _tokens(item)  # type: ignore[arg-type]
        return [line[tokens[0][1] : tokens[0][2]], line[tokens[-1][1] : tokens[-1][2]], ""]
    if len(item) == 3:
        if item[0] != "ODD":
            return []
        word = line[item[1] : item[2]]
    else:
        tokens = [token for token in _tokens(item) if token[0] != "TAIL"]
        word = line[tokens[0][1] : tokens[-1][2]]
    word = replaced(word)
    if name == "arg":
        return [word]
    key, _, value = word.partition("=")
    return [key, value, "="]


def _tokens(branch: Branch) -> list[Token]:
    found: list[Token] = []
    for child in branch[1]:
        if len(child) == 3:
            found.append(child)
        else:
            found.extend(_tokens(child))
    return found
