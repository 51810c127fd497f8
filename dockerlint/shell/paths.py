"""Paths that a script works on: the folder each command runs in, what it removes.

Paths are compared as they are written, quotes removed, with every spelling of a home folder
(`~`, `$HOME`, `/root`, `/home/NAME`) as `~`. A variable equals the same variable.
"""

from __future__ import annotations

from itertools import pairwise

from dockerlint.frozen import kept
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.model import Run
    from dockerlint.shell.script import Command, Script

_HOMES = ("${HOME}", "$HOME", "/root", "~")
_OWN_PROCESS = ("subshell", "substitution", "pipeline", "function", "shell-c")
_SURE = ("group", "negation")
_REMOVERS = ("rm", "rmdir", "unlink", "find")
# The folder of a path whose folder is not known.
UNKNOWN = "?"
_TAILS = ("/*", "/**", "/.*", "/.[!.]*", "/.??*", "/.", "/")


def normal(path: str) -> str:
    """One spelling for a path: home as `~`, no doubled, trailing or `.` parts."""
    for home in _HOMES:
        if path == home or path.startswith(home + "/"):
            path = "~" + path[len(home) :]
            break
    else:
        parts = path.split("/")
        if parts[:2] == ["", "home"] and len(parts) > 2 and parts[2]:
            path = "/".join(["~", *parts[3:]])
    parts = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] not in ("", "..", "~") and not _opaque(parts[-1]):
            parts.pop()
        elif part != "." and (part or not parts):
            parts.append(part)
    return "/".join(parts) or ("/" if path.startswith("/") else path)


def _opaque(part: str) -> bool:
    return any(c in part for c in "$*?`")


def joined(folder: str | None, path: str) -> str | None:
    """A path as seen from a folder, in its normal spelling; None when the folder is not known."""
    if path.startswith(("/", "~", "$")):
        return normal(path)
    return None if folder is None else normal(f"{folder}/{path}")


def folders(script: Script, workdir: str | None) -> tuple[str | None, ...]:
    """The folder that each command of a script runs in, in the order of `Script.commands`;
    None where it is not known. `workdir` is the one that is in force at the start."""
    return kept(script, ("folders", workdir), lambda: _folders(script, workdir))


def _folders(script: Script, workdir: str | None) -> tuple[str | None, ...]:
    found: list[str | None] = []
    if not script.named("cd", "pushd", "popd"):
        return (workdir,) * len(script.commands)
    current = workdir
    inner: dict[tuple[int, tuple[str, ...]], str | None] = {}
    for command in script.commands:
        here = current
        for depth in range(len(command.within), 0, -1):
            key = (command.statement, command.within[:depth])
            if key in inner:
                here = inner[key]
                break
        found.append(here)
        if command.name not in ("cd", "pushd", "popd"):
            continue
        there = _entered(command, here)
        if command.within:
            inner[(command.statement, command.within)] = there
            if not any(w in _OWN_PROCESS for w in command.within):
                current = there if all(w in _SURE for w in command.within) else None
        else:
            current = None if command.before == "||" else there
    return tuple(found)


def _entered(command: Command, here: str | None) -> str | None:
    if command.name == "popd":
        return None
    operands = [w for w in command.arguments if not shown(w).startswith("-") or shown(w) == "-"]
    if not operands:
        return "~" if command.name == "cd" else None
    path = shown(operands[0])
    return None if path == "-" or "`" in path or "$(" in path else joined(here, path)


def removals(script: Script, workdir: str | None) -> tuple[tuple[Command, str], ...]:
    """Every path that `rm`, `find … -delete` and their like remove, with its command; braces
    are expanded where the shell does it, `/*` at the end is kept. A path in a folder that is
    not known begins with `?/`."""
    return kept(script, ("removals", workdir), lambda: tuple(_removals(script, workdir)))


def _removals(script: Script, workdir: str | None) -> Iterator[tuple[Command, str]]:
    if not script.named(*_REMOVERS):
        return
    where = folders(script, workdir)
    for command, folder in zip(script.commands, where):
        for path in _removed(command):
            for each in _expanded(path) if script.dialect != "sh" else (path,):
                yield command, joined(UNKNOWN if folder is None else folder, each) or each


def _removed(command: Command) -> list[str]:
    if command.name not in _REMOVERS:
        return []
    words = [shown(w) for w in command.arguments]
    if command.name != "find":
        return [w for w in words if not w.startswith("-")]
    starts: list[str] = []
    for word in words:
        if word.startswith(("-", "(", "!")):
            break
        starts.append(word)
    runs_rm = any(a in ("-exec", "-execdir") and b == "rm" for a, b in pairwise(words))
    return starts if runs_rm or "-delete" in words else []


def _expanded(path: str) -> list[str]:
    """`a/{b,c}` as `a/b` and `a/c`, as bash does it; nested braces stay."""
    start, end = path.find("{"), path.find("}")
    if start < 0 or end < start or "," not in path[start:end] or path[start - 1 : start] == "$":
        return [path]
    if "{" in path[start + 1 : end]:
        return [path]
    rest = _expanded(path[end + 1 :])
    return [path[:start] + part + tail for part in path[start + 1 : end].split(",") for tail in rest]


def covers(path: str, target: str) -> bool:
    """Whether removing a path also removes what lies in a target folder: the folder itself,
    all or some of what is in it, or a folder above it."""
    path, target = normal(path), normal(target)
    bare = path
    for tail in _TAILS:
        if bare.endswith(tail) and len(bare) > len(tail):
            bare = bare[: -len(tail)]
            break
    if not bare.strip("/"):
        return False
    if target == bare or target.startswith(bare + "/"):
        return True
    return path.startswith(target + "/") and "*" in path[len(target) :]


def removed(script: Script, workdir: str | None, targets: Iterable[str], since: int = 0) -> bool:
    """Whether a command that starts at or behind an offset of the script removes one of the targets."""
    wanted = tuple(targets)
    return any(
        command.start >= since and any(covers(path, target) for target in wanted)
        for command, path in removals(script, workdir)
    )


def matches(pattern: str, path: str) -> bool:
    """Whether removing a pattern removes a file: itself, a folder above it, or a glob that fits."""
    if covers(pattern, path):
        return True
    if not any(c in pattern for c in "*?["):
        return False
    from fnmatch import fnmatchcase

    return fnmatchcase(normal(path), normal(pattern))


def mounted(run: Run, targets: Iterable[str]) -> bool:
    """Whether a cache or tmpfs mount of the RUN keeps one of the targets out of the layer."""
    wanted = [normal(t) for t in targets]
    for mount in run.mounts:
        if mount.type in ("cache", "tmpfs") and mount.target:
            over = normal(mount.target)
            if any(t == over or t.startswith(over.rstrip("/") + "/") for t in wanted):
                return True
    return False
