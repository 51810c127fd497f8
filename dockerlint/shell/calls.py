"""Words -> a command: wrappers looked through, options read by what is known of the tool."""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.knowledge import Tool, tool
from dockerlint.shell.options import Reading, read, read_unknown
from dockerlint.shell.script import Command, Redirect, ShellWord
from dockerlint.shell.wrappers import Call, program_name
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


@record
class Place:
    """Where a command stands: see the fields of the same names of `Command`."""

    span: Span
    start: int
    end: int
    before: str | None
    after: str | None
    within: tuple[str, ...]
    statement: int


def made(
    call: Call,
    words: Sequence[ShellWord],
    assignments: tuple[ShellWord, ...],
    redirects: tuple[Redirect, ...],
    place: Place,
) -> Command:
    """The command that some words make, with its arguments read by what is known of the tool."""
    arguments = call.words[1:]
    known, behind = call.tool, arguments
    if known is not None and known.role == "modules":
        module = _module(arguments)
        if module is not None:
            known, behind = module
    reading: Reading = read(known.level, behind) if known is not None else read_unknown(behind)
    wrapper_span = None
    if call.wrappers:
        last = words[len(words) - len(call.words) - 1]
        wrapper_span = Span(words[0].span.start, last.span.end)
    return Command(
        span=place.span,
        start=place.start,
        end=place.end,
        name=call.name,
        name_word=call.words[0],
        arguments=arguments,
        assignments=(*assignments, *call.assignments),
        redirects=redirects,
        wrappers=call.wrappers,
        wrapper_span=wrapper_span,
        subcommand=reading.subcommand,
        subcommand_word=reading.subcommand_word,
        options=reading.options,
        operands=reading.operands,
        before=place.before,
        after=place.after,
        within=place.within,
        statement=place.statement,
        tool=known.name if known is not None else None,
    )


def _module(words: tuple[ShellWord, ...]) -> tuple[Tool, tuple[ShellWord, ...]] | None:
    """`python -m pip …`: the tool that is run as a module, and the words behind its name."""
    for index, word in enumerate(words[:-1]):
        if word.value == "-m":
            name = program_name(words[index + 1])
            known = tool(name) if name is not None else None
            return None if known is None else (known, words[index + 2 :])
        if word.value is None or not word.value.startswith("-") or word.value == "-c":
            return None
    return None


def script_word(command: Command) -> ShellWord | None:
    """The word that is a shell script: of `sh -c`, or of `su -c`."""
    known = tool(command.tool) if command.tool is not None else None
    if known is None or known.role not in ("shell", "script"):
        return None
    if known.role == "script":
        option = command.option("-c")
        return option.value_word if option is not None and option.value_word is not option.word else None
    return command.operands[0] if command.has("-c") and command.operands else None
