"""Writes a fixed file so that nothing is lost, whatever happens on the way."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False


class WriteError(Exception):
    """A file that cannot be written; the text says why, and the file is as it was."""


def write(path: str, before: bytes, after: bytes) -> None:
    """Replace the content of a file, keeping its mode, owner, links and extended attributes.

    A symlink is written through. The new content is written beside the file and put in its place
    in one step; a file with several hard links, or in a folder that cannot be written, is
    overwritten where it is, since another file in its place would break the link. `before` is what was
    linted: a file that has changed since, or has gone, is left alone.
    Raises WriteError.
    """
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
        if not stat.S_ISREG(status.st_mode):
            raise WriteError("is no regular file; nothing is written")
        with open(target, "rb") as file:
            now = file.read()
    except FileNotFoundError:
        raise WriteError("has gone since it was read; nothing is written") from None
    except OSError as error:
        raise WriteError(f"cannot be read again: {error.strerror}; nothing is written") from error
    if now != before:
        raise WriteError("has changed since it was read; nothing is written, run again")
    if not os.access(target, os.W_OK):
        raise WriteError("is read-only; nothing is written")
    try:
        if status.st_nlink > 1 or not _replace(target, status, after):
            _overwrite(target, before, after)
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror}") from error


def _replace(target: str, status: os.stat_result, data: bytes) -> bool:
    """Put a new file in the place of the old; False when the folder or the owner forbids it."""
    from shutil import copystat

    folder, name = os.path.split(target)
    draft = os.path.join(folder, f".{name}.{os.getpid()}.dockerlint")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except PermissionError:
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        copystat(target, draft)
        os.utime(draft)
        if hasattr(os, "chown") and (status.st_uid, status.st_gid) != _owner(draft):
            try:
                os.chown(draft, status.st_uid, status.st_gid)
                os.chmod(draft, stat.S_IMODE(status.st_mode))
            except PermissionError:
                return False
        os.replace(draft, target)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)
    return True


def _owner(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_uid, status.st_gid


def _overwrite(target: str, before: bytes, after: bytes) -> None:
    """Write into the file itself, and put the old content back when that fails."""
    with open(target, "r+b") as file:
        try:
            _fill(file, after)
        except OSError:
            _fill(file, before)
            raise


def _fill(file: object, data: bytes) -> None:
    file.seek(0)  # type: ignore[attr-defined]
    file.write(data)  # type: ignore[attr-defined]
    file.truncate()  # type: ignore[attr-defined]
    file.flush()  # type: ignore[attr-defined]
    os.fsync(file.fileno())  # type: ignore[attr-defined]
