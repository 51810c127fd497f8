"""Dumps of a parsed file: BuildKit's own form, JSON, and the text given back."""

from __future__ import annotations

from dockerlint.expand import WHITE
from dockerlint.go import quote
from dockerlint.model import Instruction, State
from dockerlint.parser import flag_words, parse_tree
from dockerlint.source import Mapped, Span, encode
from dockerlint.tree import InstructionNode, Tree
from dockerlint.values import decoded, replaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile
    from dockerlint.source import Source
    from dockerlint.tree import Branch, Reading, Token


def tree_of(file: Dockerfile | Tree) -> Tree:
    """The lossless tree of a file."""
    return file if isinstance(file, Tree) else parse_tree(file.source)


def text(file: Dockerfile | Tree) -> bytes:
    """The bytes of a file, put together from the leaves of its tree."""
    tree = tree_of(file)
    return encode(tree.text(), tree.source.bom)


def sexp(file: Dockerfile | Tree) -> str:
    """BuildKit's dump: one `(instruction arguments ...)` a line."""
    tree = tree_of(file)
    lines = [
        _node(item.reading, item.lines.text.text.rstrip(WHITE), tree.escape)
        for item in tree.nodes
        if isinstance(item, InstructionNode)
    ]
    return "".join(f"{line}\n" for line in lines)


def as_json(dockerfile: Dockerfile) -> str:
    """The model as JSON. A span has its offsets (code points, the end excluded), and lines and
    columns from 1; `base` of a stage is the index of the stage it builds on."""
    import json

    source = dockerfile.source
    whole = {
        "path": source.path,
        "escape": dockerfile.escape,
        "directives": [_json(directive, source) for directive in dockerfile.directives],
        "instructions": [_json(instruction, source) for instruction in dockerfile.body],
        "stages": [
            {
                "index": stage.index,
                "name": stage.name,
                "image": stage.image,
                "base": None if stage.base is None else stage.base.index,
                "span": _json(stage.span, source),
            }
            for stage in dockerfile.stages
        ],
        "comments": [_json(comment, source) for comment in dockerfile.comments],
        "problems": [_json(problem, source) for problem in dockerfile.problems],
    }
    return json.dumps(whole, indent=2) + "\n"


def _json(value: object, source: Source) -> object:
    if isinstance(value, Span):
        start, end = source.position(value.start), source.position(value.end)
        places = {"line": start.line, "column": start.column, "endLine": end.line, "endColumn": end.column}
        return {"start": value.start, "end": value.end, **places}
    if isinstance(value, Mapped):
        return value.text
    if isinstance(value, State):
        shell = None if value.shell is None else list(value.shell)
        return {"workdir": value.workdir, "user": value.user, "shell": shell}
    if isinstance(value, tuple):
        return [_json(item, source) for item in value]
    if isinstance(value, dict):
        return {key: _json(item, source) for key, item in value.items()}
    fields: tuple[str, ...] | None = getattr(type(value), "_fields", None)
    if fields is None:
        return value
    shown = {name: _json(getattr(value, name), source) for name in fields}
    return {"kind": type(value).__name__, **shown} if isinstance(value, Instruction) else shown


def _node(reading: Reading, line: str, escape: str) -> str:
    # ONBUILD nests; a loop, because a file may nest it thousands of times.
    heads: list[str] = []
    level: Reading | None = reading
    while level is not None:
        parts = [level.name]
        if level.flags:
            words = flag_words(line[level.flags[0][1] :], escape)
            parts.append("[" + " ".join(quote(word) for word in words) + "]")
        if level.inner is None:
            parts.extend(quote(argument) for argument in arguments(level, line))
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
