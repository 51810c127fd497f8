"""Looking through programs that run another one: `sudo`, `env A=b`, `nice -n 5`, `xargs` …"""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.knowledge import Tool, tool
from dockerlint.shell.options import read
from dockerlint.shell.script import ShellWord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


# More wrappers than anybody writes: each of them reads the words behind it again.
_MOST = 12


@record
class Call:
    """The words of a call without its wrappers: `words[0]` names the program. `wrappers` are
    the names that stood before it, `assignments` those given through `env`."""

    words: tuple[ShellWord, ...]
    name: str | None
    tool: Tool | None
    wrappers: tuple[str, ...]
    assignments: tuple[ShellWord, ...]


def program_name(word: ShellWord) -> str | None:
    """The base name of the program that a word calls, None when it is not a literal."""
    text = word.value
    if text is None:
        folder, slash, text = word.raw.rstrip('"').rpartition("/")
        if not slash or not folder or any(c in text for c in "$`'\"\\(){}*?["):
            return None
    else:
        text = text.rpartition("/")[2] or text
    return text or None


def unwrapped(words: Sequence[ShellWord]) -> Call:
    """The call that some words make; at least one word is needed."""
    rest = tuple(words)
    wrappers: tuple[str, ...] = ()
    assignments: tuple[ShellWord, ...] = ()
    while True:
        name = program_name(rest[0])
        known = tool(name) if name is not None else None
        if known is not None and not known.local and _is_local(rest[0].text):
            known = None
        if name is None or known is None or known.wrapper is None or len(wrappers) == _MOST:
            return Call(rest, name, known, wrappers, assignments)
        inner, given = _behind(known, rest[1:])
        if not inner:
            return Call(rest, name, known, wrappers, assignments)
        wrappers += (name,)
        assignments += given
        rest = inner


def _is_local(path: str) -> bool:
    """Whether a program is called by a path that does not lead into a folder of programs."""
    folder, slash, _ = path.rpartition("/")
    return bool(slash) and not folder.endswith("bin")


def _behind(known: Tool, words: tuple[ShellWord, ...]) -> tuple[tuple[ShellWord, ...], tuple[ShellWord, ...]]:
    """The command that a wrapper runs, and the assignments before it; no words when it runs
    none (`command -v`, `sudo -l`, `exec` with redirects only)."""
    reading = read(known.level, words)
    if known.name == "command" and any(o.name in ("-v", "-V") for o in reading.options):
        return (), ()
    at = reading.rest + (known.wrapper or 0)
    given: list[ShellWord] = []
    if known.name in ("env", "sudo"):
        while at < len(words) and _is_assignment(words[at].raw):
            given.append(words[at])
            at += 1
    return words[at:], tuple(given)


def _is_assignment(raw: str) -> bool:
    name, equals, _ = raw.partition("=")
    return bool(equals) and name.isidentifier()
