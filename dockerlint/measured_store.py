"""What the last measurement of each Dockerfile found, kept for editors.

One small JSON file for each Dockerfile, in the user's cache folder. It holds the text of every
instruction and the bytes it put into the image, so that bytes are found again when lines move, and
known to be stale when the instruction, or what it builds on, is another one.
"""

from __future__ import annotations

import hashlib
import json
import os

from dockerlint.cachefolder import cache_folder, own_folder
from dockerlint.frozen import node, record
from dockerlint.model import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from dockerlint.measure import Measured
    from dockerlint.model import Dockerfile, Instruction

FORMAT = 1
# So many files are kept; the oldest go.
MOST = 200


@record
class Bytes:
    """The bytes of an instruction in the image (uncompressed), and whether they are from another text of the
    file, so that a build may give others."""

    count: int
    stale: bool


@node
class Kept:
    """A measurement: the digest of the file it was made of, when (seconds since 1970), and the text and bytes of
    each instruction; None for one that is not part of the image."""

    digest: str
    moment: float
    rows: tuple[tuple[str, int | None], ...]


def folder() -> str:
    """The folder that measurements are kept in; it may not exist yet. Empty where there is no home."""
    base = cache_folder()
    return os.path.join(base, "measured") if base else ""


def keep(path: str, measured: Measured) -> bool:
    """Keep what an image measured of a Dockerfile, as of now: the bytes of files by instruction."""
    from time import time

    sizes = [(one.instruction, None if one.size is None else one.size.files) for one in measured.shares]
    return remember(path, measured.dockerfile, sizes, time())


def remember(
    path: str, dockerfile: Dockerfile, sizes: Iterable[tuple[Instruction, int | None]], moment: float
) -> bool:
    """Keep what a build of a Dockerfile measured: the bytes of its instructions, None for one that is not part
    of the image. False where it could not be kept, which is no reason to fail."""
    rows = [[_text(instruction), count] for instruction, count in sizes]
    made = {
        "format": FORMAT,
        "path": _absolute(path),
        "digest": digest(dockerfile),
        "moment": moment,
        "rows": rows,
    }
    where = _place(path)
    if not own_folder(os.path.dirname(where), make=True):
        return False
    try:
        # Written beside it and moved: a reader never sees half of it.
        beside = f"{where}.{os.getpid()}"
        with open(beside, "w", encoding="utf-8") as file:
            json.dump(made, file)
        os.replace(beside, where)
        _tidy(os.path.dirname(where))
    except OSError:
        return False
    return True


def _tidy(where: str) -> None:
    """Remove the oldest measurements where there are very many."""
    found = [os.path.join(where, name) for name in os.listdir(where)]
    for path in sorted(found, key=os.path.getmtime)[:-MOST]:
        os.remove(path)


def recall(path: str) -> Kept | None:
    """The last measurement of a Dockerfile; None where there is none that can be read."""
    if not own_folder(folder()):
        return None
    try:
        with open(_place(path), encoding="utf-8") as file:
            made: Any = json.load(file)
        if made["format"] != FORMAT or made["path"] != _absolute(path):
            return None
        rows = tuple((str(text), None if count is None else int(count)) for text, count in made["rows"])
        return Kept(str(made["digest"]), float(made["moment"]), rows)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def digest(dockerfile: Dockerfile) -> str:
    """What tells the text of a file apart from others."""
    return hashlib.sha256(dockerfile.source.data).hexdigest()


def matched(kept: Kept, dockerfile: Dockerfile) -> dict[Instruction, Bytes]:
    """The bytes of the instructions of a file as it is now. They are stale from the first one on that is not as
    it was measured; one that was rewritten in its place has the bytes of the old one."""
    from difflib import SequenceMatcher

    now = [instruction for instruction in dockerfile.body if instruction.stage is not None]
    texts = [_text(instruction) for instruction in now]
    old = [text for text, _ in kept.rows]
    same = True
    found: dict[Instruction, Bytes] = {}
    for kind, a, b, c, d in SequenceMatcher(None, old, texts, autojunk=False).get_opcodes():
        if kind != "equal":
            same = False
        if kind in ("insert", "delete") or (kind == "replace" and b - a != d - c):
            continue
        for (_, count), instruction in zip(kept.rows[a:b], now[c:d]):
            if count is not None:
                found[instruction] = Bytes(count, not same)
    return found


def _text(instruction: Instruction) -> str:
    """What an instruction says, however it is laid out."""
    given = (
        instruction.command.heredocs if isinstance(instruction, Run) else getattr(instruction, "heredocs", ())
    )
    return instruction.text.text + "".join(f"\n{heredoc.content}" for heredoc in given)


def _absolute(path: str) -> str:
    return os.path.realpath(path)


def _place(path: str) -> str:
    name = hashlib.sha256(_absolute(path).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return os.path.join(folder(), f"{name}.json")
