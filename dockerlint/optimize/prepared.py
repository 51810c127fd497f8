"""What COPY cannot bring over as it is, made in a folder of the build stage first: links, and folders with a mode or
an owner of their own. The folder is copied as a whole, which keeps what is in it."""

from __future__ import annotations

import posixpath
import re

from dockerlint.frozen import node
from dockerlint.knowledge.running import TEMPORARY
from dockerlint.optimize.folders import MADE, is_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dockerlint.optimize.contents import Contents
    from dockerlint.view import View

_FOLDERS = ("/runtime", "/runtime-root", "/rootfs")
_TOOLS = ("mkdir", "chmod", "chown", "ln")
PLAIN = re.compile(r"[A-Za-z0-9_./+@%:,=~-]+")
_MADE_HERE = (
    "Folders and links for the stage below: COPY would give them another mode, or copy what they lead to."
)
_GATHERED = (
    "What the stage below needs, in one folder: one COPY for each would be more layers than images may have."
)


@node
class Prepared:
    """`folder` is where the `commands` of the build stage make what is brought over; `about` is a comment."""

    folder: str
    commands: tuple[str, ...]
    about: str = _MADE_HERE


def linked(contents: Contents, names: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Of names that files go by, those that bring a file, and links for the rest: each with what it leads to. What is
    a link in the image stays one, but for libraries, which are asked for by one name."""
    view = contents.view
    whole: dict[str, str] = {}
    links: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (view.real(name) != name, name)):
        real = view.real(name) or name
        entry = view.entries.get(name)
        if entry is not None and entry.kind == "symlink" and not is_library(name):
            links[name] = whole.setdefault(real, real)
        elif real in whole:
            links[name] = whole[real]
        else:
            whole[real] = name
    return sorted(whole.values()), links


def prepare(
    contents: Contents, links: Mapping[str, str], folders: Iterable[str], there: View | None
) -> Prepared | None:
    """How links and empty folders come over; None when there are none of them, or the image has nothing to make them
    with. `there` is the ground that they come to."""
    view = contents.view
    kept = [
        path
        for path in (*TEMPORARY, *folders)
        if view.is_folder(path) and (there is None or not there.is_folder(path))
    ]
    folder = _folder(view, _TOOLS, (*kept, *links, *links.values()))
    if not (kept or links) or folder is None:
        return None
    parents = sorted({posixpath.dirname(link) for link in links} - {""} - set(kept))
    commands = making(view, kept, folder, parents)
    made = [f"ln -s {_target(contents, link, to)} {folder}/{link}" for link, to in links.items()]
    return Prepared(folder, (*commands, *made))


def _folder(view: View, tools: Sequence[str], words: Sequence[str]) -> str | None:
    """The folder to make things in; None where the image has no shell or one of the tools, or where a word would be read
    differently by a shell."""
    able = view.is_file("bin/sh") and all(
        any(view.is_file(f"{place}/{tool}") for place in ("bin", "usr/bin")) for tool in tools
    )
    if not able or any(not PLAIN.fullmatch(word) for word in words):
        return None
    return next((folder for folder in _FOLDERS if not view.is_folder(folder.strip("/"))), None)


def making(view: View, folders: Sequence[str], root: str = "", plain: Sequence[str] = ()) -> tuple[str, ...]:
    """The commands that make folders, below a root, with the modes and owners that they have in an image; `plain` are
    made as well, with those of any other."""
    if not (folders or plain):
        return ()
    modes: dict[int, list[str]] = {}
    owners: dict[str, list[str]] = {}
    for path in folders:
        entry = view.entries[path]
        if entry.mode & 0o7777 != MADE[0]:
            modes.setdefault(entry.mode & 0o7777, []).append(f"{root}/{path}")
        if (entry.uid, entry.gid) != MADE[1:]:
            owners.setdefault(f"{entry.uid}:{entry.gid}", []).append(f"{root}/{path}")
    return (
        f"mkdir -p {' '.join(f'{root}/{path}' for path in (*folders, *plain))}",
        # An owner that is changed takes special bits of the mode away.
        *(f"chown {owner} {' '.join(paths)}" for owner, paths in owners.items()),
        *(f"chmod {mode:o} {' '.join(paths)}" for mode, paths in modes.items()),
    )


def gather(contents: Contents, paths: Iterable[str]) -> Prepared | None:
    """How very many files and folders (absolute paths) come over at once; None when the image has nothing to copy
    them with."""
    words = tuple(paths)
    folder = _folder(contents.view, ("cp",), words)
    if folder is None:
        return None
    commands = (f"mkdir {folder}", f"cp -a --parents {' '.join(words)} {folder}/")
    return Prepared(folder, commands, _GATHERED)


def _target(contents: Contents, link: str, to: str) -> str:
    """What a link says: the same as in the image where that still leads there."""
    entry = contents.view.entries.get(link)
    if entry is not None and entry.kind == "symlink":
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(link), entry.target))
        if path.strip("/") == to:
            return entry.target
    return f"/{to}"
