"""Edits of a RUN's script that change what they say and nothing else.

Every function gives an `Edit`, or None where it could not be exact: a script that does not
parse, a shell that is not POSIX, an exec form, `||` and `&` around the place, a comment that
would get lost or that would end up beside another command. Layout follows the script: one
line stays one line, `&& \\` at line ends and `&&` at line starts are kept up, here-documents
get a line of their own where they stop at the first failure.

What "exact" means for a list under `set -e`: a command followed by `&&` no longer ends the
script when it fails, and a command behind `;` runs although the one before it is tested. So
`;` and `&&` are not exchanged; `_behind` says which one is right.
"""

from __future__ import annotations

from dockerlint.fix import Edit
from dockerlint.removal import removal
from dockerlint.shell import scripts
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.model import Dockerfile, Instruction, Run
    from dockerlint.shell.script import Command, Script, ShellWord, Statement

SHELLS = ("sh", "bash", "zsh", "ksh")
_STOP = ("exit", "exec", "return")
_PLAIN = ("pipeline", "negation")


def editable(script: Script) -> bool:
    """Whether anybody may edit the script at all."""
    return script.ok and not script.exec_form and script.dialect in SHELLS and bool(script.statements)


def append(dockerfile: Dockerfile, run: Run, script: Script, command: str) -> Edit | None:
    """Run a command at the end of the script, only when all of it went well before."""
    if not _may_end(run, script) or _on_windows(dockerfile, run):
        return None
    last = script.statements[-1]
    if any(_stops_here(c) for c in script.commands):
        return None
    return _behind(dockerfile, run, script, last, command)


def insert_behind(
    dockerfile: Dockerfile, run: Run, script: Script, made: Command, command: str
) -> Edit | None:
    """Run a command right behind another one that stands in the top-level list.

    Where that is the last one this is `append`.
    """
    if not made.at_top or not _may_end(run, script) or _on_windows(dockerfile, run):
        return None
    if _stops_here(made):
        return None
    return _behind(dockerfile, run, script, script.statements[made.statement], command)


def insert_option(script: Script, command: Command, option: str) -> Edit | None:
    """Add an option right behind the subcommand, or behind the program where it has none."""
    if not editable(script):
        return None
    word = command.subcommand_word or command.name_word
    return Edit(Span(word.span.end, word.span.end), f" {option}")


def replace_word(script: Script, word: ShellWord, text: str) -> Edit | None:
    """Write another word in the place of one; the caller quotes it."""
    return Edit(word.span, text) if editable(script) else None


def remove_word(dockerfile: Dockerfile, script: Script, command: Command, word: ShellWord) -> Edit | None:
    """Take one argument out of a command, with the blanks that set it off."""
    if not editable(script):
        return None
    text = dockerfile.source.text
    line = text.rfind("\n", 0, word.span.start) + 1
    start = word.span.start
    while start > line and text[start - 1] in " \t":
        start -= 1
    if start > line and start > command.span.start:
        return Edit(Span(start, word.span.end), "")
    following = next((w for w in command.arguments if w.start > word.start), None)
    if following is None:
        return None
    gap = text[word.span.end : following.span.start]
    if "#" in gap:
        return None
    return Edit(Span(word.span.start, following.span.start), "")


def remove_command(dockerfile: Dockerfile, run: Run, script: Script, command: Command) -> Edit | None:
    """Take a command out of the top-level list, with the operator that joins it.

    None for the only command of a script (remove the instruction), beside `||` and `&`, and
    where what runs after a failure would change.
    """
    if not editable(script) or not command.at_top or len(script.statements) < 2:
        return None
    at = command.statement
    gone = script.statements[at]
    before, after = gone.before, gone.after
    last = at == len(script.statements) - 1
    if gone.kind != "command" or "||" in (before, after) or "&" in (before, after):
        return None
    if _inner_heredocs(run, script):
        return None
    stops = stops_at_failure(run, script)
    if last and before in (";", "\n") and stops is not True:
        return None
    if last and stops is not False and _is_compound(script, script.statements[at - 1]):
        return None
    if not last and before == "&&" and after in (";", "\n") and stops is not False:
        return None
    with_next = not last and after in ("&&", ";", "\n") and not (before == "&&" and after != "&&")
    with_previous = at > 0 and not (not last and before in (";", "\n") and after == "&&")
    spans: list[Span] = []
    if with_next:
        spans.append(Span(gone.span.start, script.statements[at + 1].span.start))
    if with_previous:
        spans.append(Span(script.statements[at - 1].span.end, gone.span.end))
    for span in spans:
        if not _comment_in(dockerfile, run, script, span):
            return Edit(span, "")
    return None


def remove_instruction(dockerfile: Dockerfile, instruction: Instruction) -> Edit | None:
    """Take a whole instruction out, with its last line end; comments above and inside it stay.

    None for an ONBUILD trigger, and where something else stands on its lines.
    """
    if instruction.onbuild:
        return None
    text = dockerfile.source.text
    start, end = instruction.span.start, instruction.span.end
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip():
        return None
    stop = text.find("\n", end)
    tail = text[end:] if stop < 0 else text[end:stop]
    if tail.strip():
        return None
    if instruction.comments:
        return removal(dockerfile, instruction)
    after = len(text) if stop < 0 else stop + 1
    blank_above = line == 0 or text[:line].endswith(("\n\n", "\n\r\n"))
    if blank_above:
        # one blank line of the two that would meet goes too
        for blank in ("\n", "\r\n"):
            if text.startswith(blank, after):
                after += len(blank)
                break
    return Edit(Span(line, after), "")


def stops_at_failure(run: Run, script: Script) -> bool | None:
    """Whether the shell ends at the first command that fails; None when that changes on the way."""
    by_shell = _shell_stops(run, script)
    setters = [c for c in script.commands if c.name == "set"]
    off = any(_sets(c, "+") for c in setters)
    on = [c for c in setters if _sets(c, "-")]
    if not on:
        return None if by_shell and off else by_shell
    first = on[0]
    early = first.at_top and all(s.kind == "assignment" for s in script.statements[: first.statement])
    if off or not (early or by_shell):
        return None
    return True


def _shell_stops(run: Run, script: Script) -> bool:
    """Whether the shell that runs a script was told to stop by its own options: those of SHELL, or
    of the `#!` line of a here-document."""
    words: Sequence[str] = run.state.shell or ()
    if script.heredoc:
        first = script.text.text.partition("\n")[0]
        if first.startswith("#!"):
            words = first.split()
        elif script not in scripts(run)[:1]:
            # `RUN bash -e <<EOF`: the command itself says it
            words = [w for c in scripts(run)[0].commands if c.tool == "sh" for w in map(_text, c.arguments)]
            words = ["", *words]
    return any(
        (w.startswith("-") and not w.startswith("--") and "e" in w[1:]) or w == "errexit" for w in words[1:]
    )


def _text(word: ShellWord) -> str:
    return word.text


def _on_windows(dockerfile: Dockerfile, run: Run) -> bool:
    """Whether the RUN's base is a Windows image, whose default shell is none of ours."""
    stage = dockerfile.stage_of(run)
    image = "" if stage is None else (stage.root.image or stage.root.start.image.raw).lower()
    return any(part in image for part in ("windows", "nanoserver", "servercore"))


def _sets(command: Command, sign: str) -> bool:
    words = [w.text for w in command.arguments]
    for at, word in enumerate(words):
        if word == "--":
            return False
        if word[:1] != sign or word.startswith("--"):
            continue
        if "e" in word[1:]:
            return True
        if "o" in word[1:] and words[at + 1 : at + 2] == ["errexit"]:
            return True
    return False


def _stops_here(command: Command) -> bool:
    """Whether the script never goes on behind a command of its top-level list."""
    ends = command.name in _STOP or any(w in _STOP for w in command.wrappers)
    return ends and command.at_top and command.before != "||"


def _inner_heredocs(run: Run, script: Script) -> bool:
    """Whether a command of the script reads a here-document."""
    if run.command.heredocs and not script.heredoc:
        return True
    return any(r.operator.lstrip("0123456789") in ("<<", "<<-") for c in script.commands for r in c.redirects)


def _may_end(run: Run, script: Script) -> bool:
    if not editable(script) or _inner_heredocs(run, script):
        return False
    return all(s.after != "&" and s.before != "&" for s in script.statements)


def _comment_in(dockerfile: Dockerfile, run: Instruction, script: Script, span: Span) -> bool:
    return any(span.covers(c.span) or c.span.touches(span) for c in run.comments) or any(
        c.touches(span) for c in script.comments
    )


def _behind(dockerfile: Dockerfile, run: Run, script: Script, made: Statement, command: str) -> Edit | None:
    """Put a command behind a statement, joined so that it runs only where the statement
    went well and the script goes on as it did."""
    at = script.statements.index(made)
    last = at == len(script.statements) - 1
    if made.kind in ("function", "other") or (not last and made.after == "||"):
        return None
    if not _clear_behind(script, made):
        return None
    stops = stops_at_failure(run, script)
    operator = _at_end(script, made, stops) if last else _inside(made, stops)
    if operator is None:
        return None
    if operator in (";", "\n") and not last:
        operator = made.after or ";"
    joint = _joint(dockerfile, run, script, at, operator)
    place = made.span.end
    return None if joint is None else Edit(Span(place, place), joint + command)


def _clear_behind(script: Script, made: Statement) -> bool:
    """Whether no comment stands behind the statement on its line."""
    rest = script.text.text[made.end :]
    line = rest.split("\n", 1)[0] if script.heredoc else rest
    following = [s.start for s in script.statements if s.start >= made.end]
    if following:
        line = line[: max(0, following[0] - made.end)]
    return "#" not in line and not line.strip().endswith("\\\\")


def _at_end(script: Script, made: Statement, stops: bool | None) -> str | None:
    if stops is False:
        return "&&"
    alone = made.before in (None, ";", "\n")
    if not _is_compound(script, made):
        if stops and alone and made.kind in ("command", "assignment") and made.before is not None:
            return "\n" if script.heredoc and made.before == "\n" else made.before
        return "&&"
    inside = [c for c in script.commands if made.start <= c.start and c.end <= made.end]
    tested = any(c.before in ("&&", "||") or c.after in ("&&", "||") for c in inside if not c.at_top)
    functions = _functions(script)
    if not stops or not alone or tested or any(c.name in functions for c in inside):
        return None
    return "\n" if script.heredoc else ";"


def _is_compound(script: Script, made: Statement) -> bool:
    """Whether a statement runs more than one command, so that `set -e` may end it half-way."""
    functions = _functions(script)
    inside = [c for c in script.commands if made.start <= c.start and c.end <= made.end]
    nested = [c for c in inside if any(w not in _PLAIN for w in c.within)]
    if any(c.name in functions for c in inside):
        return True
    if len(nested) == 1 and "substitution" in nested[0].within:
        return False
    return bool(nested) or made.kind not in ("command", "pipeline", "negation", "assignment", "test")


def _inside(made: Statement, stops: bool | None) -> str | None:
    if made.after == "&&":
        return "&&"
    if stops is None:
        return None
    return ";" if stops else "&&"


def _functions(script: Script) -> set[str]:
    return {
        script.text.text[s.start : s.end].removeprefix("function").split("(")[0].split("{")[0].strip()
        for s in script.statements
        if s.kind == "function"
    }


def _joint(dockerfile: Dockerfile, run: Run, script: Script, at: int, operator: str) -> str | None:
    """What joins a new command to the statement at an index, in the script's own layout."""
    source = dockerfile.source
    text = source.text
    made = script.statements[at]
    newline = "\r\n" if "\r\n" in text[run.span.start : run.span.end] else "\n"
    if operator == "\n":
        return newline + _indent(text, made.span.start)
    escape = "\\" if script.heredoc else dockerfile.escape
    sign = " &&" if operator == "&&" else ";"
    for index in _joints_near(script, at):
        gap = text[script.statements[index].span.end : script.statements[index + 1].span.start]
        if "\n" not in gap:
            if index == at or (index == at - 1 and _one_line(text, script)):
                break
            continue
        first, lines = gap.split("\n", 1)
        final = lines.rsplit("\n", 1)[-1]
        indent = final[: len(final) - len(final.lstrip(" \t"))]
        if final.strip() and operator == "&&":
            lead = final if final.strip() == "&&" else f"{indent}&& "
            return f" {escape}{newline}{lead}"
        if final.strip():
            return None
        if escape not in first:
            return None
        return f"{sign} {escape}{newline}{indent}"
    if _one_line(text, script) or script.heredoc:
        return f"{sign} "
    if operator == "&&":
        return f" {escape}{newline}{_continuation_indent(dockerfile, run)}&& "
    return f"{sign} {escape}{newline}{_continuation_indent(dockerfile, run)}"


def _joints_near(script: Script, at: int) -> list[int]:
    """Indexes of the joints (statement i to i + 1) to copy from, the best one first."""
    count = len(script.statements) - 1
    known = [i for i in range(count) if script.statements[i].after in ("&&", ";")]
    return sorted(known, key=lambda i: (i != at, i > at, abs(at - i)))


def _one_line(text: str, script: Script) -> bool:
    return "\n" not in text[script.statements[0].span.start : script.statements[-1].span.end]


def _indent(text: str, offset: int) -> str:
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _continuation_indent(dockerfile: Dockerfile, run: Run) -> str:
    """The smallest indentation among the continuation lines of an instruction, four blanks
    where they have none."""
    source = dockerfile.source
    skipped = {source.line_of(c.span.start) for c in run.comments}
    found: list[str] = []
    for line in range(source.line_of(run.span.start) + 1, source.line_of(run.span.end) + 1):
        raw = source.slice(source.line_span(line))
        if line not in skipped and raw.strip():
            found.append(raw[: len(raw) - len(raw.lstrip(" \t"))])
    return min(found, key=len, default="") or "    "
