"""Where COPY and ADD put what they copy."""

from __future__ import annotations

from bisect import bisect_right

from dockerlint.frozen import kept
from dockerlint.model import Add, Copy
from dockerlint.shell.pathindex import PathIndex
from dockerlint.shell.paths import UNKNOWN, joined, normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockerlint.model import Dockerfile, Instruction, Stage


def copies(dockerfile: Dockerfile, stage: Stage) -> tuple[Copy | Add, ...]:
    """The COPY and ADD instructions of a stage, in order."""
    return tuple(stage.of(Copy, Add))


def target(copy: Copy | Add) -> str | None:
    """The normal path of the destination; None when it depends on what the file does not tell."""
    value = copy.destination.value
    return None if value is None else joined(copy.state.workdir or UNKNOWN, value)


def target_file(copy: Copy | Add) -> str | None:
    """The one file that an instruction surely writes: its single source is a file by its name, and
    the destination is a file, or a folder by the slash at its end. None when that is not sure."""
    if len(copy.sources) + len(copy.heredocs) != 1 or copy.destination.value is None:
        return None
    path = target(copy)
    if path is None or copy.heredocs:
        return None if copy.heredocs and copy.destination.value.endswith("/") else path
    source = copy.sources[0].value or ""
    name = source.rpartition("/")[2]
    if not name or "." not in name.lstrip(".") or any(c in source for c in "*?[") or source.endswith("/"):
        return None
    if isinstance(copy, Add) and ("://" in source or "@" in source or ".tar" in name or name.endswith("gz")):
        return None
    if copy.destination.value.endswith("/") or copy.destination.value in (".", ".."):
        return f"{path}/{name}".replace("//", "/")
    ending = path.rpartition(".")[2] if "." in path.rpartition("/")[2] else ""
    same = name.rpartition(".")[2] == ending or path.rpartition("/")[2] == name
    return path if same or path.startswith(("/usr/local/bin/", "/usr/bin/", "/bin/")) else None


def earlier(stage: Stage, than: Instruction) -> tuple[Copy | Add, ...]:
    """The COPY and ADD instructions before an instruction of a stage, the nearest first."""
    found: tuple[Copy | Add, ...] = tuple(stage.of(Copy, Add))
    return found[: bisect_right(found, than.span.start, key=lambda copy: copy.span.end)][::-1]


def changed(stage: Stage, than: Instruction, path: str, deep: bool) -> list[Copy | Add]:
    """The copies before an instruction of a stage whose file a path is, the nearest first; with `deep`
    also those whose destination is the path or lies below it."""
    copies: tuple[Copy | Add, ...] = tuple(stage.of(Copy, Add))
    before = bisect_right(copies, than.span.start, key=lambda copy: copy.span.end)
    files = kept(stage, "files of copies", lambda: _index(map(target_file, copies)))
    whole = normal(path)
    found = set(files.at(whole))
    if deep and path not in ("/", ""):
        places = kept(stage, "places of copies", lambda: _index(map(target, copies)))
        found.update(places.at(whole), places.below(whole))
    return [copies[number] for number in sorted(found, reverse=True) if number < before]


def _index(paths: Iterable[str | None]) -> PathIndex:
    return PathIndex((path, number) for number, path in enumerate(paths) if path is not None)
