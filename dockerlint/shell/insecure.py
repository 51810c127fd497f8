"""Checks that a file switches off: by an option, a setting, a variable or a line of configuration.

What switches which check off is in `knowledge/security.toml`; every table there has options, words,
variables and texts.
"""

from __future__ import annotations

import re

from dockerlint.fix import Edit
from dockerlint.frozen import record
from dockerlint.model import Arg, Env, Run
from dockerlint.removal import pair_removal
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable, remove_word
from dockerlint.shell.quoting import shown
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from dockerlint.model import Dockerfile
    from dockerlint.shell.script import Command, Option, Script, ShellWord

# No check is worth anything between programs of one machine.
_HERE = ("://localhost", "://127.0.0.1", "://[::1]", "://0.0.0.0")
_LONGEST = 40


@record
class Off:
    """A place where a check is switched off: `told` names it as it is written, `edit` takes it out
    where that can be done exactly, `command` is the call it belongs to (None for ENV and ARG)."""

    span: Span
    told: str
    edit: Edit | None
    command: Command | None


def switched_off(dockerfile: Dockerfile, table: Any) -> Iterator[Off]:
    """Where a file switches off what one of the tables is about, in order of the kinds of place."""
    low = dockerfile.source.text.lower()
    if not any(mark in low for mark in table["marks"]):
        return
    yield from _in_variables(dockerfile, table)
    for run in dockerfile.instructions(Run, onbuild=True):
        for heredoc in run.command.heredocs:
            yield from _in_text(heredoc.content, heredoc.body, table)
        for script in scripts(run):
            for command in script.commands:
                yield from _in_command(dockerfile, script, command, table)


def _in_variables(dockerfile: Dockerfile, table: Any) -> Iterator[Off]:
    values = table["variables"]
    found: Iterator[Env | Arg] = dockerfile.instructions(Env, Arg, onbuild=True)
    for instruction in found:
        for pair in instruction.pairs:
            pattern = values.get(pair.name.raw)
            if pattern is None or pair.value is None or pair.value.value is None:
                continue
            if re.fullmatch(pattern, pair.value.value.lower()):
                edit = pair_removal(dockerfile, instruction, pair) if isinstance(instruction, Env) else None
                yield Off(pair.span, pair.name.raw, edit, None)


def _in_command(dockerfile: Dockerfile, script: Script, command: Command, table: Any) -> Iterator[Off]:
    for word in command.assignments:
        yield from _assigned(word, table, command)
    if command.name in ("export", "declare", "setx"):
        for word in command.arguments:
            yield from _assigned(word, table, command)
        return
    told: set[int] = set()
    for tool in {command.tool, command.name} - {None}:
        if command.subcommand in table["harmless"].get(tool, ()):
            continue
        for option in command.options:
            if _is_one_of(option, table["options"].get(tool, ())) and not _stays_here(command):
                told.add(option.word.start)
                written = f"{command.name} {option.name}"
                yield Off(option.word.span, written, _without(dockerfile, script, command, option), command)
        for start, end, text in _matching(command, table["words"].get(tool, ())):
            if start.start not in told:
                told.add(start.start)
                edit = (
                    remove_word(dockerfile, script, command, start)
                    if start is end and text[0] == "-"
                    else None
                )
                yield Off(Span(start.span.start, end.span.end), text, edit, command)
    for word in command.arguments:
        if len(word.raw) > _SHORTEST and word.start not in told and command.name not in _SEEKS:
            for off in _in_text(shown(word), word.span, table):
                yield Off(off.span, off.told, None, command)


# A text with a setting in it is longer, and these look for one or take it out.
_SHORTEST = 7
_SEEKS = ("grep", "egrep", "rm", "test", "[")


def _is_one_of(option: Option, names: tuple[str, ...]) -> bool:
    return option.name in names or any(alias in names for alias in option.aliases)


def _stays_here(command: Command) -> bool:
    return any(place in word.raw for word in command.arguments for place in _HERE)


def _assigned(word: ShellWord, table: Any, command: Command) -> Iterator[Off]:
    name, equals, value = shown(word).partition("=")
    pattern = table["variables"].get(name)
    if equals and pattern is not None and "$" not in value and re.fullmatch(pattern, value.lower()):
        yield Off(word.span, name, None, command)


def _matching(command: Command, patterns: tuple[str, ...]) -> Iterator[tuple[ShellWord, ShellWord, str]]:
    """The words, alone or with the next one, that fit a pattern."""
    if not patterns:
        return
    words = command.arguments
    texts = [shown(word) for word in words]
    for index, word in enumerate(words):
        two = f"{texts[index]} {texts[index + 1]}" if index + 1 < len(words) else None
        for pattern in patterns:
            if re.fullmatch(pattern, texts[index].lower()):
                yield word, word, texts[index]
                break
            if two is not None and re.fullmatch(pattern, two.lower()):
                yield word, words[index + 1], two
                break


def _in_text(text: str, span: Span, table: Any) -> Iterator[Off]:
    """The first line of a configuration in a text; its span where the text stands as it is."""
    low = text.replace("\\n", "\n ").lower()
    if not any(mark in low for mark in table["marks"]) or "file:/" in low:
        return
    for pattern in table["texts"]["patterns"]:
        match = re.search(pattern, low)
        if match is not None:
            told = " ".join(match[0].split())[:_LONGEST]
            place = span
            if len(span) == len(text) == len(low):
                place = Span(span.start + match.start(), span.start + match.end())
            yield Off(place, told, None, None)
            return


def _without(dockerfile: Dockerfile, script: Script, command: Command, option: Option) -> Edit | None:
    """Take an option out: its word, or its letter of a cluster."""
    if not editable(script) or option.value is not None:
        return None
    raw = option.word.raw
    if raw == option.name or raw.startswith("--"):
        return remove_word(dockerfile, script, command, option.word)
    letter = option.name[1:]
    if len(letter) == 1 and len(option.word.span) == len(raw) and raw[0] == "-" and raw[1:].isalpha():
        return Edit(option.word.span, raw.replace(letter, "", 1))
    return None
