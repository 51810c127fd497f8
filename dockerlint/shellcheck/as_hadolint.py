"""The scripts that hadolint gives to ShellCheck, with the variables and shells it knows.

RUN in shell form only. Instructions inside ONBUILD are a file of their own to it, in which nothing
else is seen: no FROM, no pragma. ENV and ARG set the shell back to `/bin/sh`, a slip of 2.15.1. All
facts are from running hadolint 2.15.1.
"""

from __future__ import annotations

import re

from dockerlint.frozen import record, replace
from dockerlint.model import Arg, Comment, Env, From, Onbuild, Run, Shell
from dockerlint.shell.as_hadolint import text_of
from dockerlint.shellcheck.pragmas import shell_pragmas, shell_word
from dockerlint.shellcheck.scripts import PROXIES, Piece, header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.model import Dockerfile, Instruction

_DEFAULT = "/bin/sh -c"
_OTHER_SHELLS = ("pwsh", "powershell", "cmd")
_SHEBANG = re.compile(r"#!(?:/bin/|/usr/bin/env[ \t]+)(?:sh|bash|ksh)\b")


@record
class _State:
    shell: str = _DEFAULT
    names: tuple[str, ...] = ()


def pieces(dockerfile: Dockerfile) -> list[Piece]:
    """Every script of a file that hadolint would have checked."""
    outside = _in_order(dockerfile)
    inside = [one.inner for one in dockerfile.body if isinstance(one, Onbuild)]
    return [*_walk(outside), *_walk(inside)]


def _in_order(dockerfile: Dockerfile) -> list[Instruction | Comment]:
    things: list[Instruction | Comment] = [*shell_pragmas(dockerfile)]
    things += dockerfile.body
    return sorted(things, key=lambda one: one.span.start)


def _walk(things: Iterable[Instruction | Comment]) -> Iterator[Piece]:
    first = now = _State()
    begun = False
    stages: dict[str, _State] = {}
    alias = ""
    for thing in things:
        match thing:
            case From():
                begun = True
                now = stages.get(thing.image.raw, first)
                alias = thing.alias.raw if thing.alias is not None else ""
            case Shell():
                begun = True
                words = thing.command.words
                now = replace(
                    now,
                    shell=thing.command.text.text.strip()
                    if words is None
                    else " ".join(word.value or "" for word in words),
                )
            case Env() | Arg():
                begun = True
                # Of an ARG with several names it sees the first.
                pairs = thing.pairs if isinstance(thing, Env) else thing.pairs[:1]
                now = _State(_DEFAULT, (*now.names, *(pair.name.raw for pair in pairs)))
            case Run():
                yield from _piece(thing, now)
            case Comment():
                now = replace(now, shell=shell_word(thing) or now.shell)
                if not begun:
                    first = now
        if alias:
            stages[alias] = now


def _piece(run: Run, state: _State) -> Iterator[Piece]:
    words = state.shell.split()
    if run.command.words is not None or not words or any(other in state.shell for other in _OTHER_SHELLS):
        return
    body = text_of(run)
    if body is None or not body.text.strip():
        return
    if body.text.startswith("#!") and not _SHEBANG.match(body.text):
        return
    head = header(words[0], dict.fromkeys((*PROXIES, *state.names)))
    yield Piece(head + body.text, len(head), body, run, literal=True, peer=True)
