"""From `chown` and `chmod` in a later layer to the options of COPY that do the same."""

from __future__ import annotations

from dockerlint.fix import Applicability, Edit, Fix
from dockerlint.model import Copy, Run, Workdir
from dockerlint.shell import scripts
from dockerlint.shell.copied import target, target_file
from dockerlint.shell.edits import editable, remove_command, remove_instruction
from dockerlint.shell.moving import between
from dockerlint.shell.paths import UNKNOWN, folders, joined, normal
from dockerlint.shell.quoting import shown
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Add, Dockerfile, Instruction
    from dockerlint.shell.script import Command, Script

MAKES_USERS = ("useradd", "adduser", "groupadd", "addgroup", "usermod", "groupmod", "deluser", "userdel")
EXECUTABLE = ("+x", "a+x", "ugo+x", "u+x")


def is_over(path: str, copy: Copy | Add, deep: bool) -> bool:
    """Whether a changed path holds what an instruction copies."""
    file, place = target_file(copy), target(copy)
    if normal(path) == file:
        return True
    if not deep or place is None or path in ("/", ""):
        return False
    return place == normal(path) or place.startswith(normal(path) + "/")


def as_copy_option(
    dockerfile: Dockerfile,
    run: Run,
    script: Script,
    command: Command,
    paths: list[str],
    copies: tuple[Copy | Add, ...],
) -> Fix | None:
    """A fix that gives COPY the option and takes the command away; None when the result would
    differ in a way that matters, or when an edit would not be exact. `copies` are the instructions
    that bring what `paths` change."""
    value = _value(command)
    first = min(copies, key=lambda c: c.span.start)
    middle = between(dockerfile, first, run)
    if value is None or middle is None or not editable(script) or not command.at_top or command.redirects:
        return None
    option, number, reason = value
    if any(not isinstance(c, Copy) or c.exec_form or c.flag(option) or c.flag("link") for c in copies):
        return None
    if any(not any(is_over(p, c, True) for c in copies) for p in paths):
        return None
    if _is_old_syntax(dockerfile) or any(_is_used(i, paths, copies) for i in middle):
        return None
    others = [c for c in script.commands if c.start < command.start]
    if option == "chown" and not number and any(c.name in MAKES_USERS for c in (*others, *_commands(middle))):
        return None
    if any(_names(c, paths) for c in others):
        return None
    edits: list[Edit | None] = [
        Edit(Span(c.keyword.span.end, c.keyword.span.end), f" --{option}={number or _text(command)}")
        for c in copies
    ]
    whole = len(script.statements) == 1
    edits.append(
        remove_instruction(dockerfile, run) if whole else remove_command(dockerfile, run, script, command)
    )
    if any(edit is None for edit in edits):
        return None
    found = tuple(edit for edit in edits if edit is not None)
    title = f"use COPY --{option}"
    exact = sorted(paths) == sorted(target_file(c) or "" for c in copies)
    if not exact and not _holds_copies_only(dockerfile, run, script, command, paths):
        return None
    if not reason and not exact:
        reason = "a folder that was there before keeps its own owner and mode, and what else is in it, too"
    return Fix(title, found, Applicability.UNSAFE, reason) if reason else Fix(title, found)


# Folders that a base image hardly has.
OWN = ("/app", "/code", "/src", "/srv", "/workspace", "/usr/src/app", "/home/", "/opt/app", "/project")


def _holds_copies_only(
    dockerfile: Dockerfile, run: Run, script: Script, command: Command, paths: list[str]
) -> bool:
    """Whether nothing but COPY seems to bring files to some folders: no RUN before speaks of them or
    runs in them, and they look like the project's own."""
    stage = dockerfile.stages[run.stage or 0]
    for path in paths:
        entered = [w for w in stage.of(Workdir) if w.span.end <= run.span.start]
        places = [joined(w.state.workdir or UNKNOWN, w.path.value or "") for w in entered]
        if path not in places and not path.startswith(OWN):
            return False
        for one in stage.lineage:
            for other in one.of(Run):
                if other.span.end <= run.span.start and (
                    _is_in(other.state.workdir, path) or any(_names(c, [path]) for c in _commands((other,)))
                ):
                    return False
    where = folders(script, run.state.workdir)
    return not any(
        c.start < command.start and c.name not in ("cd", "set", "echo") and any(_is_in(f, p) for p in paths)
        for c, f in zip(script.commands, where)
    )


def _is_in(folder: str | None, path: str) -> bool:
    return folder is None or folder == path or folder.startswith(path.rstrip("/") + "/")


def _value(command: Command) -> tuple[str, str, str] | None:
    """The COPY option, its numeric value ("" for names), and how the result may differ."""
    text = _text(command)
    if command.name == "chmod":
        if text in EXECUTABLE and not command.has("-R"):
            return "chmod", "755", "the mode becomes 755, whatever the other bits are in the build context"
        return ("chmod", text, "") if text.isdigit() and 3 <= len(text) <= 4 else None
    user, _, group = text.partition(":")
    if not user or not group or any(c in text for c in "$`.\"' "):
        return None
    return "chown", text if user.isdigit() and group.isdigit() else "", ""


def _text(command: Command) -> str:
    return shown(command.operands[0])


def _commands(instructions: tuple[Instruction, ...]) -> list[Command]:
    return [c for i in instructions if isinstance(i, Run) for s in scripts(i) for c in s.commands]


def _is_old_syntax(dockerfile: Dockerfile) -> bool:
    """Whether a syntax directive asks for a frontend that is older than COPY --chmod (1.2)."""
    versions = [d.value.rpartition(":")[2] for d in dockerfile.directives if d.name == "syntax"]
    return any(
        v in ("1.0", "1.1", "experimental") or v.startswith(("1.0.", "1.1.", "1.0-", "1.1-"))
        for v in versions
    )


def _is_used(instruction: Instruction, paths: list[str], copies: tuple[Copy | Add, ...]) -> bool:
    """Whether an instruction in between may read or write what changes, or does it as another user."""
    if instruction in copies:
        return False
    if isinstance(instruction, Copy):
        place = target(instruction)
        return place is None or any(place == p or place.startswith(p + "/") for p in paths)
    if not isinstance(instruction, Run):
        return instruction.keyword.name in ("ADD", "VOLUME", "ONBUILD")
    inside = any(_is_in(instruction.state.workdir, p) for p in paths)
    return inside or any(_names(c, paths) for c in _commands((instruction,)))


def _names(command: Command, paths: list[str]) -> bool:
    texts = [shown(w) for w in (command.name_word, *command.arguments)]
    return any(p in text or p.rpartition("/")[2] in text for p in paths for text in texts)
