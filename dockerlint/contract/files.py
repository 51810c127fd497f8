"""The files of two images side by side."""

from __future__ import annotations

from dockerlint.contract.record import Difference
from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockerlint.image import Entry
    from dockerlint.view import View

_FIELDS = ("kind", "mode", "uid", "gid", "target", "digest", "attributes")
_NAMES = {"kind": "kind", "mode": "mode", "uid": "owner", "gid": "group", "target": "target", "digest": "content",
          "attributes": "attributes"}  # fmt: skip


@record
class Change:
    """A path (without leading slash) that differs. `kind` is gone, new or changed; `type` what it is;
    `fields` are those that differ, as words, when it is changed."""

    path: str
    kind: str
    type: str
    fields: tuple[str, ...] = ()
    text: str = ""

    @property
    def only_content(self) -> bool:
        """Whether it is a file with other bytes, and the same in all else."""
        return self.fields == ("content",)


def changes(one: View, two: View) -> Iterator[Change]:
    """Every path that differs, in order. Times are not compared; nor are sizes, which digests cover."""
    for path in sorted(one.entries.keys() | two.entries.keys()):
        old, new = one.entries.get(path), two.entries.get(path)
        if old is None and new is not None:
            # A layer need not have entries for the directories above a file.
            if new.kind != "directory" or not one.is_folder(path):
                yield Change(path, "new", new.kind)
        elif new is None and old is not None:
            if old.kind != "directory" or not two.is_folder(path):
                yield Change(path, "gone", old.kind)
        elif old is not None and new is not None and old != new:
            fields = [f for f in _FIELDS if getattr(old, f) != getattr(new, f)]
            if fields:
                yield Change(
                    path, "changed", new.kind, tuple(_NAMES[f] for f in fields), _text(old, new, fields)
                )


def _text(old: Entry, new: Entry, fields: list[str]) -> str:
    return ", ".join(f"{_NAMES[f]} {_shown(old, f)} -> {_shown(new, f)}" for f in fields)


def _shown(entry: Entry, field: str) -> str:
    value = getattr(entry, field)
    if field == "mode":
        return f"{value:o}"
    if field == "digest":
        return f"{value[:12]} ({entry.size:,} bytes)" if value else "none"
    return repr(value) if isinstance(value, (str, tuple)) else str(value)


def summed(excused: Iterable[tuple[Change, str]], one: View, two: View) -> list[Difference]:
    """Changes as differences; those that are gone or new for one reason are told by directory, where all
    of that is so."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change, why in excused:
        view = two if change.kind == "gone" else one
        place = _highest(change.path, view) if change.kind != "changed" else change.path
        groups.setdefault((place, change.kind, why), []).append(change)
    found = []
    for (place, kind, why), some in groups.items():
        files = [change for change in some if change.type != "directory"]
        if kind == "changed":
            text = some[0].text
        elif len(some) == 1 or len(files) == 1:
            only = (files or some)[0]
            place = only.path
            text = f"is {kind}" if only.type == "file" else f"is {kind} (a {only.type})"
        else:
            count = len(files) or len(some)
            what = "file" if files else "folder"
            text = f"{count:,} {what}{'s are' if count > 1 else ' is'} {kind}"
            place += "/"
        found.append(Difference("file", f"/{place}", text, why))
    return found


def _highest(path: str, other: View) -> str:
    """The highest directory above a path that the other image does not have; the
    path itself when there is none."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        folder = "/".join(parts[:count])
        if not other.is_folder(folder):
            return folder
    return path
