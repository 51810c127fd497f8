"""A second context with the same files, in which one may be changed without touching the user's."""

from __future__ import annotations

import os
import shutil

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.context import Context

_TEXT = 8192


class Twin:
    """A copy of what is sent of a context, made of hard links where the file system allows it."""

    def __init__(self, original: str, context: Context, folder: str) -> None:
        self.folder = folder
        self._original = original
        self._changes = 0
        left_out = context.ignored.keys()
        for path, folders, files in os.walk(original):
            inside = os.path.relpath(path, original)
            for name in (*folders, *files):
                part = name if inside == "." else os.path.join(inside, name)
                source, to = os.path.join(path, name), os.path.join(folder, part)
                if os.path.islink(source):
                    if part.replace(os.sep, "/") not in left_out:
                        os.symlink(os.readlink(source), to)
                elif name in folders:
                    os.mkdir(to)
                elif part.replace(os.sep, "/") in context.sent:
                    _same(source, to)
        for path, _, _ in os.walk(original):
            shutil.copystat(path, os.path.join(folder, os.path.relpath(path, original)))

    def change(self, path: str) -> None:
        """Give a file other content: a line more at the end of a text, a byte more at that of anything else; each
        time another one, so that no cache knows it."""
        to = os.path.join(self.folder, path)
        with open(os.path.join(self._original, path), "rb") as file:
            data = file.read()
        self._changes += 1
        more = b"\n" * self._changes if b"\0" not in data[:_TEXT] else b"\0" * self._changes
        os.unlink(to)
        with open(to, "xb") as file:
            file.write(data + more)
        shutil.copystat(os.path.join(self._original, path), to)

    def restore(self, path: str) -> None:
        """Take a change back."""
        to = os.path.join(self.folder, path)
        os.unlink(to)
        _same(os.path.join(self._original, path), to)


def _same(source: str, to: str) -> None:
    try:
        os.link(source, to)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, to)
