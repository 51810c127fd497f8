"""Moving a removal into the RUN that made what it removes."""

from __future__ import annotations

from dockerlint.fix import Fix
from dockerlint.reach import within
from dockerlint.shell import scripts
from dockerlint.shell.edits import append, remove_command, remove_instruction, remove_word
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.fix import Edit
    from dockerlint.model import Dockerfile, Instruction, Run
    from dockerlint.shell.script import Command, Script, ShellWord


def between(dockerfile: Dockerfile, maker: Instruction, later: Instruction) -> tuple[Instruction, ...] | None:
    """The instructions between two of one stage; None when they are not of one stage."""
    if maker.stage is None or maker.stage != later.stage or maker.onbuild or later.onbuild:
        return None
    return tuple(within(dockerfile.stages[maker.stage], maker.span.end, later.span.start))


def moved(
    dockerfile: Dockerfile,
    maker: Run,
    later: Run,
    script: Script,
    command: Command,
    words: tuple[ShellWord, ...],
) -> Fix | None:
    """A fix that runs what a command of `script` (in `later`) does with some of its words at the
    end of `maker`, and no longer there. Without words it is the whole command that moves.

    None when the two run as another user or in another shell, or when an edit would not be exact.
    The caller knows that nothing between the two needs what is removed.
    """
    same = maker.state.user == later.state.user and maker.state.shell == later.state.shell
    found = scripts(maker)
    if not same or not command.at_top or len(found) != 1 or command.redirects or command.assignments:
        return None
    source = dockerfile.source
    whole = not words or all(w in words for w in command.operands)
    text = source.slice(command.span)
    if not whole:
        kept = [w for w in command.arguments if w in words or shown(w).startswith("-")]
        head = source.text[command.span.start : command.name_word.span.end]
        text = " ".join([head, *(source.slice(w.span) for w in kept)])
    if "\n" in text or "`" in text or "$(" in text:
        return None
    edits: list[Edit | None] = [append(dockerfile, maker, found[0], text)]
    if not whole:
        edits += [remove_word(dockerfile, script, command, word) for word in words]
    elif len(script.statements) == 1:
        edits.append(remove_instruction(dockerfile, later))
    else:
        edits.append(remove_command(dockerfile, later, script, command))
    if any(edit is None for edit in edits):
        return None
    return Fix(
        f"move the removal to the RUN in line {maker.first_line}", tuple(e for e in edits if e is not None)
    )


def known(maker: Run, later: Run, text: str) -> bool:
    """Whether the variables in a text are the same for two RUNs: set by the file, to one value."""
    if "$" not in text:
        return True
    names = set()
    for part in text.split("$")[1:]:
        name = part.lstrip("{")
        stop = next((i for i, c in enumerate(name) if not (c.isalnum() or c == "_")), len(name))
        names.add(name[:stop])
    one, two = maker.state.variables, later.state.variables
    return all(n and one.get(n) is not None and one.get(n) == two.get(n) for n in names)
