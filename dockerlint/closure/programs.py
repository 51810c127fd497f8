"""What an image starts, and what becomes of a program that is started: by its head, then by its name."""

from __future__ import annotations

import posixpath
import re

from dockerlint.closure import interpreters, libraries, node, python, shells
from dockerlint.inspect import STARTS, Binary, Text
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.closure.walk import Walk

# Programs that start the program behind their options, by how many operands stand before it.
_STARTERS = {
    "tini": 0, "tini-static": 0, "dumb-init": 0, "docker-init": 0, "catatonit": 0, "gosu": 1, "su-exec": 1, "env": 0, "nice": 0, "nohup": 0,
    "setsid": 0, "stdbuf": 0, "time": 0, "timeout": 1, "exec": 0, "chroot": 1, "xvfb-run": 0, "ionice": 0, "prlimit": 0, "setpriv": 0,
    "busybox": 0, "wait-for-it": 1,
}  # fmt: skip
# Options of theirs with a value in the next word.
_VALUES = frozenset(
    ("-n", "-p", "-c", "-s", "-k", "-u", "-C", "-i", "-o", "-e", "--signal", "--reuid", "--regid")
)
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_PLAIN = re.compile(r"[^\s$(){}\[\]*?\"'`;|&<>]{2,300}")


def start(walk: Walk) -> None:
    """Run what a container of the image runs: its entry point with its command, and its health check."""
    settings = walk.settings
    shell = _words(settings.get("Shell")) or ("/bin/sh", "-c")
    entry, command = _words(settings.get("Entrypoint")), _words(settings.get("Cmd"))
    if entry or command:
        walk.command((*entry, *command), "the entry point" if entry else "the command")
    else:
        walk.gap("the image does not say what it starts")
    health = settings.get("Healthcheck")
    test = _words(health.get("Test")) if isinstance(health, dict) else ()
    if test[:1] == ("CMD",):
        walk.command(test[1:], "the health check")
    elif test[:1] == ("CMD-SHELL",):
        walk.command((*shell, *test[1:]), "the health check")
    walk.take(walk.workdir, "WORKDIR")
    volumes = settings.get("Volumes")
    for path in volumes if isinstance(volumes, dict) else ():
        walk.take(absolute(str(path), "/"), "VOLUME")
    _user(walk)


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(word) for word in value) if isinstance(value, list) else ()


def _user(walk: Walk) -> None:
    """A user by name is looked up in /etc/passwd by the engine; so is the home of every user."""
    user, _, group = str(walk.settings.get("User") or "").partition(":")
    for name, path in ((user, "etc/passwd"), (group, "etc/group")):
        if name and not name.isdigit():
            walk.take(path, "USER")
            lines = (walk.text(walk.view.real(path) or "") or "").split("\n")
            if not any(line.split(":")[0] == name for line in lines):
                walk.lack(f"{name} in /{path}", "USER")


def executed(walk: Walk, path: str, real: str, name: str, arguments: tuple[str, ...]) -> None:
    """Need what a file needs that is run. `path` is where it was found, `real` where that leads."""
    fact = walk.view.facts.get(real)
    if isinstance(fact, Binary):
        libraries.load(walk, real, fact)
        _named(walk, path, real, posixpath.basename(name), arguments)
        return
    text = walk.text(real)
    if text is not None and text.startswith("#!"):
        _script(walk, path, real, text, arguments)
    elif text is not None:
        # A shell runs a file without a head itself.
        shells.run_file(walk, real, text, arguments)
    else:
        entry = walk.view.entries.get(real)
        if entry is not None and entry.size:
            walk.gap(f"/{real} is neither an ELF program nor a script, so what it needs is not known")


def _script(walk: Walk, path: str, real: str, text: str, arguments: tuple[str, ...]) -> None:
    """Run a script by its head: the interpreter with at most one argument, then the script."""
    head = text[2:].split("\n", 1)[0].strip()
    program, _, rest = head.partition(" ")
    if not program:
        walk.gap(f"the head of /{real} names no interpreter")
        return
    words = [rest.strip()] if rest.strip() else []
    if posixpath.basename(program) == "env":
        # `env -S` splits its argument; without it the kernel hands over one word.
        words = rest.split()[1:] if rest.split()[:1] == ["-S"] else rest.removeprefix("-S").split() or words
        while words and (_ASSIGNMENT.match(words[0]) or words[0].startswith("-")):
            words.pop(0)
        walk.command((program,), f"/{real}")
        if not words:
            walk.gap(f"the head of /{real} names no interpreter")
            return
        walk.command((*words, f"/{path}", *arguments), f"/{real}")
        return
    walk.command((program, *words, f"/{path}", *arguments), f"/{real}")


def _named(walk: Walk, path: str, real: str, name: str, arguments: tuple[str, ...]) -> None:
    """What a program reads, by its name: the words behind it for one that starts others."""
    called = name if name in _STARTERS or shells.is_shell(name) else posixpath.basename(real)
    if called == "busybox" and name != "busybox":
        called = name
    if called in _STARTERS:
        rest = _started(list(arguments), _STARTERS[called])
        if called == "busybox" and rest:
            executed_applet(walk, path, real, rest)
        elif rest:
            walk.command(rest, f"/{path}")
    elif shells.is_shell(called):
        shells.run(walk, called, path, arguments)
    elif python.is_python(called):
        python.run(walk, path, real, arguments)
    elif node.is_node(called):
        node.run(walk, arguments, f"/{path}")
    elif not interpreters.run(walk, path, real, called, arguments):
        paths_in(walk, arguments, f"/{path}")
        _handed_on(walk, real, arguments, f"/{path}")


def starts_what_it_is_given(name: str) -> bool:
    """Whether a program of that name is a shell, or one that starts the command line behind its options: what it starts
    is followed."""
    return name in _STARTERS or shells.is_shell(name)


def _handed_on(walk: Walk, real: str, words: tuple[str, ...], by: str) -> None:
    """Run the command line that a program of which nothing is known may be given to start: an init of one's own, a
    wrapper. It begins with a script by its path, or with a name that PATH leads to, first of all words or behind `--`."""
    binary = walk.binary(real)
    if binary is not None and binary.dynamic and STARTS.isdisjoint(binary.imports):
        return
    for number, word in enumerate(words):
        if "/" not in word and number and words[number - 1] != "--":
            continue
        place = None if word.startswith("-") or not word else walk.program(word, walk.workdir)
        if place is not None and _is_program(walk, place):
            walk.command(words[number:], by, sure=False)
            return


def _is_program(walk: Walk, path: str) -> bool:
    """Whether a path leads to an ELF program or to a script that says what runs it."""
    real = walk.view.real(path) or path
    entry, binary = walk.view.entries.get(real), walk.binary(real)
    if entry is None or not entry.mode & 0o111:
        return False
    if binary is not None:
        return bool(binary.interpreter) or not (binary.soname or binary.needed)
    # Of all other files only those that are small enough are kept as texts.
    fact = walk.view.facts.get(real)
    return isinstance(fact, Text) and fact.text.startswith("#!")


def executed_applet(walk: Walk, path: str, real: str, words: list[str]) -> None:
    """Run an applet of busybox that is called by name."""
    if words[0] != "busybox":
        _named(walk, path, real, words[0], tuple(words[1:]))


def _started(words: list[str], before: int) -> list[str]:
    """The command line in the arguments of a program that starts another."""
    while words:
        if words[0] == "--":
            words.pop(0)
            break
        if words[0].startswith("-"):
            option = words.pop(0)
            if option in _VALUES and words:
                words.pop(0)
        elif _ASSIGNMENT.match(words[0]):
            words.pop(0)
        else:
            break
    rest = words[before:]
    return rest[1:] if rest[:1] == ["--"] else rest


def paths_in(walk: Walk, words: tuple[str, ...], by: str, sure: bool = True) -> None:
    """Need the files and folders that words name: paths seen from the working directory, those behind
    `=` and between colons too. A program may be started, with the words behind it."""
    for number, word in enumerate(words):
        for part in (word, *word.partition("=")[2:], *word.split(":")):
            if not part.startswith("-") and _PLAIN.fullmatch(part):
                target = absolute(part, walk.workdir)
                real = walk.view.real(target)
                if real and (real in walk.view.entries) and real != walk.workdir:
                    walk.take(target, by, sure)
                    fact = walk.view.facts.get(real)
                    if isinstance(fact, Binary) and fact.interpreter:
                        # A program that is handed another one mostly starts it.
                        libraries.load(walk, real, fact)
                    if walk.binary(real) is not None and _is_program(walk, real):
                        walk.execute(target, part, words[number + 1 :] if part is word else (), by, sure)
