"""What shell scripts run: the text behind `sh -c`, entry point scripts, and those that they source."""

from __future__ import annotations

import posixpath
import re

from dockerlint.shell.commandline import read_text
from dockerlint.shell.dialect import dialect_of
from dockerlint.source import Mapped
from dockerlint.split.paths import expand
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.closure.walk import Walk
    from dockerlint.shell.script import Command, ShellWord

_SHELLS = frozenset(("sh", "dash", "ash", "bash", "zsh", "ksh", "mksh", "rbash"))
_BUILTINS = frozenset((
    ".", ":", "[", "[[", "alias", "bg", "break", "builtin", "caller", "cd", "command", "compgen", "complete", "continue", "declare", "dirs",
    "disown", "echo", "enable", "eval", "exec", "exit", "export", "false", "fc", "fg", "function", "getopts", "hash", "help", "history",
    "jobs", "kill", "let", "local", "logout", "mapfile", "popd", "printf", "pushd", "pwd", "read", "readarray", "readonly", "return",
    "select", "set", "shift", "shopt", "source", "suspend", "test", "time", "times", "trap", "true", "type", "typeset", "ulimit",
    "umask", "unalias", "unset", "wait",
))  # fmt: skip
_FUNCTIONS = re.compile(
    r"(?:^|[\n;&|{(]|\bfunction\s)[ \t]*([A-Za-z_][A-Za-z0-9_:.-]*)[ \t]*\([ \t]*\)", re.ASCII
)
_ALL = re.compile(r'"?\$(?:@|\{@\}|\*)"?')
_ABSOLUTE = re.compile(r"(?<![A-Za-z0-9_.$}/-])/[A-Za-z0-9_+@%./-]{2,300}")
_TEXT = 256 << 10


def is_shell(name: str) -> bool:
    """Whether a program of that name is a POSIX shell."""
    return name in _SHELLS


def run(walk: Walk, name: str, path: str, arguments: tuple[str, ...]) -> None:
    """Run a shell: the text behind its -c, or the script that it is given."""
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word.startswith("-") and not word.startswith("--") and "c" in word[1:]:
            if words:
                # What follows the text are its parameters, $0 first.
                _text(walk, words[0], dialect_of((name,)), f"the text of {name} -c", tuple(words[2:]))
            return
        if word in ("-o", "+o", "-O", "+O", "--rcfile", "--init-file"):
            words[:1] = []
        elif word.startswith(("-", "+")):
            continue
        else:
            target = absolute(word, walk.workdir)
            real = walk.take(target, f"/{path}")
            if real is None:
                walk.lack(f"/{target}", f"/{path}")
            else:
                run_file(walk, real, walk.text(real), tuple(words))
            return


def run_file(walk: Walk, real: str, text: str | None, arguments: tuple[str, ...]) -> None:
    """Run a script, in the dialect that its head names."""
    if text is None:
        walk.gap(f"/{real} was not read, so what it runs is not known")
        return
    head = text[2:].partition("\n")[0] if text.startswith("#!") else "sh"
    _text(walk, text, dialect_of((head,)), f"/{real}", arguments)


def _text(walk: Walk, text: str, dialect: str, by: str, arguments: tuple[str, ...]) -> None:
    script = (
        read_text(Mapped(text, ((0, 0),)), dialect if dialect != "unknown" else "sh")
        if len(text) <= _TEXT
        else None
    )
    if script is None or not script.ok:
        walk.gap(f"{by} cannot be read as a shell script, so what it runs is not known")
        return
    functions = {match[1] for match in _FUNCTIONS.finditer(text)}
    alone = len(script.commands) == 1
    for command in script.commands:
        _command(walk, command, by, arguments, functions, alone)
    for match in _ABSOLUTE.finditer(text):
        path = match[0].strip("/")
        if walk.view.real(path) in walk.view.entries:
            walk.take(path, by, sure=False)


def _command(
    walk: Walk, command: Command, by: str, arguments: tuple[str, ...], functions: set[str], alone: bool
) -> None:
    if "substitution" in command.within and not command.name:
        return
    if _ALL.fullmatch(command.name_word.raw):
        walk.command(arguments, by)
        return
    # Behind `if`, `||` and the like it depends on what is found when it runs.
    sure = command.at_top and command.before not in ("||",)
    for wrapper in command.wrappers:
        if wrapper not in _BUILTINS:
            walk.command((wrapper,), by, sure)
    name = command.name_word.value if command.name_word.value is not None else _value(walk, command.name_word)
    if name is None:
        if command.name_word.raw:
            walk.gap(f"{by} takes the name of a program from {command.name_word.raw}")
        return
    given: list[str] = []
    for word in command.arguments:
        if _ALL.fullmatch(word.raw):
            given += arguments
        else:
            value = _value(walk, word)
            given.append(word.raw if value is None else value)
    if name in functions or name in command.wrappers:
        return
    if name in (".", "source") and given:
        _sourced(walk, given[0], by, arguments, sure)
    elif name == "eval":
        walk.gap(f"{by} makes up commands (eval) when it runs")
    elif name == "exec" and given:
        walk.command(given, by, sure)
    elif name in _BUILTINS:
        _read(walk, given, by, name == "cd" and alone)
    elif name and not name.startswith("-"):
        walk.command((name, *given), by, sure)


def _sourced(walk: Walk, name: str, by: str, arguments: tuple[str, ...], sure: bool) -> None:
    target = absolute(name, walk.workdir)
    if walk.needed(walk.view.real(target) or target):
        return
    real = walk.take(target, by, sure)
    if real is None:
        walk.lack(f"/{target}", by, sure=False)
    else:
        run_file(walk, real, walk.text(real), arguments)


def _read(walk: Walk, words: list[str], by: str, sure: bool) -> None:
    for word in words:
        target = absolute(word, walk.workdir)
        if "/" in word and walk.view.real(target) in walk.view.entries:
            walk.take(target, by, sure)


def _value(walk: Walk, word: ShellWord) -> str | None:
    """What a word is in the container, as far as its variables tell."""
    value = expand(word.raw, {**walk.env, "PWD": f"/{walk.workdir}"})
    if value is None:
        return None
    return posixpath.join("/root", value[2:]) if value.startswith("~/") else value
