"""The exec form that does what a shell form does, where no shell is needed for it."""

from __future__ import annotations

from itertools import pairwise

from dockerlint.fix import Edit
from dockerlint.frozen import kept, record
from dockerlint.model import Cmd, Entrypoint
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile

# What a shell does itself and no program does for it, and words of its grammar.
_OF_THE_SHELL = frozenset((
    ".", ":", "alias", "bg", "break", "builtin", "cd", "command", "continue", "declare", "eval", "exec", "exit",
    "export", "fg", "hash", "jobs", "let", "local", "popd", "pushd", "read", "readonly", "return", "set", "shift",
    "shopt", "source", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
    "!", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "select", "then",
    "time", "until", "while",
))  # fmt: skip
# Outside quotes a shell makes something of these: expansions, globs, braces, home folders, operators.
_ACTIVE = frozenset("*?[]{}~$`;&|<>()\n")
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019", "\u201d": "\u201d", "\u2019": "\u2019"}


@record
class PlainWord:
    """A word of a shell command in which the shell expands nothing: its offsets in the text,
    quotes included, and its value without them."""

    start: int
    end: int
    value: str


def exec_form_edits(dockerfile: Dockerfile, instruction: Cmd | Entrypoint) -> tuple[Edit, ...]:
    """The edits that put a CMD or ENTRYPOINT into exec form.

    None where the command needs its shell (variables, globs, operators, redirects, built-in
    commands), where it may be for Windows, where it is ENTRYPOINT and a CMD would become its
    arguments, or where a comment would be lost. A malformed array (`['a', 'b']`) becomes the
    array that was meant.
    """
    command = instruction.command
    if command.is_exec or command.heredocs or not _is_posix(dockerfile, instruction):
        return ()
    if isinstance(instruction, Entrypoint) and _takes_arguments(dockerfile, instruction):
        return ()
    meant = meant_array(command.text.text)
    if meant is not None:
        array = json_array(meant)
        lost = any(command.span.covers(comment.span) for comment in instruction.comments)
        return () if array is None or lost else (Edit(command.span, array),)
    words = plain_words(command.text.text)
    if words and words[0].value == "exec":
        words = words[1:]
    program = words[0].value if words else ""
    if program in _OF_THE_SHELL or program[:1] in "-" or "=" in program or program.lower().endswith(".exe"):
        return ()
    return _word_edits(dockerfile, instruction, words)


def json_array(values: tuple[str, ...]) -> str | None:
    """The values as a JSON array on one line; None where one is not Unicode."""
    strings = [_json(value) for value in values]
    return None if None in strings else f"[{', '.join(filter(None, strings))}]"


def is_meant_as_array(text: str) -> bool:
    """Whether a shell form begins like an array of strings. A bracket with a blank behind it is the
    command `[`, unless the first string has a comma behind it."""
    text = text.lstrip(" \t")
    if text[:1] != "[":
        return False
    inside = text[1:].lstrip(" \t")
    close = _QUOTES.get(inside[:1])
    if close is None or text[1:2] not in (" ", "\t"):
        return close is not None
    return inside[inside.find(close, 1) + 1 :].lstrip(" \t")[:1] == ","


def meant_array(text: str) -> tuple[str, ...] | None:
    """The strings of an array that is not valid JSON for its quotes (`'a'`, `“a”`) or for a comma
    too many; None for anything else."""
    text = text.strip()
    if len(text) < 2 or text[0] != "[" or text[-1] != "]":
        return None
    found: list[str] = []
    at, end = 1, len(text) - 1
    while True:
        while at < end and text[at] in " \t":
            at += 1
        if at == end:
            return tuple(found) or None
        close = _QUOTES.get(text[at])
        stop = -1 if close is None else text.find(close, at + 1, end)
        if stop < 0 or "\\" in text[at:stop] or "$" in text[at:stop]:
            return None
        found.append(text[at + 1 : stop])
        at = stop + 1
        while at < end and text[at] in " \t":
            at += 1
        if at < end:
            if text[at] != ",":
                return None
            at += 1


def _is_posix(dockerfile: Dockerfile, instruction: Cmd | Entrypoint) -> bool:
    stage = dockerfile.stage_of(instruction)
    if stage is None or dockerfile.escape != "\\" or instruction.state.shell is not None:
        return False
    image = stage.root.start.image.raw.lower()
    return "windows" not in image and "nanoserver" not in image


def _takes_arguments(dockerfile: Dockerfile, entrypoint: Entrypoint) -> bool:
    """Whether a CMD would reach an ENTRYPOINT that ignores it as long as it is in shell form."""
    own = dockerfile.stage_of(entrypoint)
    return own is not None and own.index in kept(dockerfile, "given arguments", lambda: _given(dockerfile))


def _given(dockerfile: Dockerfile) -> set[int]:
    """The stages with a CMD that says something, and those that they build on."""
    found: set[int] = set()
    for stage in reversed(dockerfile.stages):
        if stage.index in found or any(command.command.words != () for command in stage.of(Cmd)):
            found.add(stage.index)
            if stage.base is not None:
                found.add(stage.base.index)
    return found


def plain_words(text: str) -> tuple[PlainWord, ...]:
    """The words of a call of one program; none where the text needs a shell for more than to
    split it and to remove quotes."""
    found: list[PlainWord] = []
    parts: list[str] = []
    start = -1
    at, end = 0, len(text)
    while at <= end:
        char = text[at : at + 1]
        if char in ("", " ", "\t"):
            if start >= 0:
                found.append(PlainWord(start, at, "".join(parts)))
            start, parts = -1, []
            at += 1
            continue
        if char in _ACTIVE or (char == "#" and start < 0):
            return ()
        start = at if start < 0 else start
        inside = _piece(text, at)
        if inside is None:
            return ()
        at, piece = inside
        parts.append(piece)
    return tuple(found)


def _piece(text: str, at: int) -> tuple[int, str] | None:
    """The offset behind one character or quoted part, and its value; None for an expansion or
    a quote without end."""
    char = text[at]
    if char == "'":
        end = text.find("'", at + 1)
        return None if end < 0 else (end + 1, text[at + 1 : end])
    if char == "\\":
        return None if at + 1 == len(text) else (at + 2, text[at + 1])
    if char != '"':
        return at + 1, char
    parts: list[str] = []
    at += 1
    while at < len(text) and text[at] != '"':
        if text[at] in "$`":
            return None
        if text[at] == "\\" and text[at + 1 : at + 2] in ("$", "`", '"', "\\"):
            at += 1
        parts.append(text[at])
        at += 1
    return None if at >= len(text) else (at + 1, "".join(parts))


def _word_edits(
    dockerfile: Dockerfile, instruction: Cmd | Entrypoint, words: tuple[PlainWord, ...]
) -> tuple[Edit, ...]:
    """An edit for each word, so that lines and the comments between them stay as they are."""
    mapped = instruction.command.text
    text = dockerfile.source.text
    edits: list[Edit] = []
    for number, word in enumerate(words):
        string = _json(word.value)
        span = mapped.span(word.start, word.end)
        first, last = number == 0, number == len(words) - 1
        if first:
            # An `exec` before it goes.
            span = Span(instruction.command.span.start, span.end)
        if string is None or any(span.touches(comment.span) for comment in instruction.comments):
            return ()
        before = "[" if first else ""
        edits.append(Edit(span, f"{before}{string}{']' if last else ','}"))
    gaps = [Span(a.span.end, b.span.start) for a, b in pairwise(edits)]
    if any(len(gap) > 1 and "\n" not in text[gap.start : gap.end] for gap in gaps):
        edits += [Edit(g, " ") for g in gaps if len(g) > 1 and "\n" not in text[g.start : g.end]]
    return tuple(sorted(edits, key=lambda edit: edit.span.start))


def _json(value: str) -> str | None:
    import json

    if any("\ud800" <= char <= "\udfff" for char in value):
        return None
    return json.dumps(value, ensure_ascii=False)
