"""What programs open while they run, what every build makes differently, what builds leave behind.

The facts and their sources are in `opened.toml`, `dropins.toml`, `volatile.toml` and `leftovers.toml`.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from dockerlint.frozen import record


@record
class Opened:
    """Files that a program opens by name: the globs `paths`, where it imports one of `imports`, needs a
    library like one of `needs` or holds one of `strings`; with `env` only where one of those variables
    is set. `why` completes "it ..."."""

    why: str
    paths: tuple[str, ...]
    imports: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    env: tuple[str, ...] = ()


@record
class Volatile:
    """Paths (globs) that differ between builds of one file, and why; `always` also when only one of two
    images has them."""

    why: str
    paths: tuple[str, ...]
    always: bool


@record
class Dropins:
    """Paths (globs without leading slash) that packages bring for the programs `readers` alone."""

    folders: tuple[str, ...]
    readers: tuple[str, ...]


_opened: list[Opened] = []
_dropins: list[Dropins] = []
_volatile: list[Volatile] = []


def opened() -> tuple[Opened, ...]:
    """All rows, in the order of the table."""
    if not _opened:
        from dockerlint.knowledge.tables import OPENED

        _opened.extend(Opened(**row) for row in OPENED.values())
    return tuple(_opened)


def dropins() -> tuple[Dropins, ...]:
    """All rows, in the order of the table."""
    if not _dropins:
        from dockerlint.knowledge.tables import DROPINS

        _dropins.extend(Dropins(**row) for row in DROPINS.values())
    return tuple(_dropins)


def volatile() -> tuple[Volatile, ...]:
    """All classes, in the order of the table."""
    if not _volatile:
        from dockerlint.knowledge.tables import VOLATILE

        _volatile.extend(Volatile(r["why"], r["paths"], r["when"] == "any") for r in VOLATILE.values())
    return tuple(_volatile)


# Programs make files there: that it is there, and who may write to it, is no leftover.
TEMPORARY = ("tmp", "var/tmp")


def is_leftover(path: str, folder: bool = False) -> bool:
    """Whether a path (without leading slash; `folder` says that it is a directory) is of what a build works
    on: sources, objects, its own notes, documents."""
    from dockerlint.knowledge.tables import LEFTOVERS

    if path in TEMPORARY:
        return False
    name = "" if folder else path.rpartition("/")[2]
    if name.endswith(LEFTOVERS["endings"]) or any(fnmatchcase(name, glob) for glob in LEFTOVERS["names"]):
        return True
    place = f"/{path}/" if folder else f"/{path}"
    return any(_within(place, middle) for middle in LEFTOVERS["folders"])


def _within(path: str, folder: str) -> bool:
    return fnmatchcase(path, f"*/{folder}/*") if "*" in folder else f"/{folder}/" in path


def is_python_tool(name: str) -> bool:
    """Whether a distribution of Python (in lower case, with dashes) is one that builds or tests others."""
    from dockerlint.knowledge.tables import LEFTOVERS

    return name in LEFTOVERS["python"]


def data_endings() -> tuple[str, ...]:
    """How files that programs read as data mostly end, without the dot."""
    from dockerlint.knowledge.tables import LEFTOVERS

    found: tuple[str, ...] = LEFTOVERS["data"]
    return found


def toolchain_variables() -> frozenset[str]:
    """Variables that images with a toolchain set for building."""
    from dockerlint.knowledge.tables import ENVIRONMENTS

    images = ENVIRONMENTS["images"]
    building = ("golang", "rust", "maven", "gradle")
    kept = ("JAVA_HOME", "LANG", "LANGUAGE", "LC_ALL")
    return frozenset(name for image in building for name in images[image]) - frozenset(kept)
