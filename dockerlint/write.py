"""Writes a fixed file so that nothing is lost, whatever happens on the way."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    import io


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
    _clear_drafts(folder, name)
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except PermissionError:
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            _locked(file.fileno())
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
            if os.name == "posix":  # while it is locked, so that nobody takes it for a dead one's
                os.replace(draft, target)
                return True
        os.replace(draft, target)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)
    return True


def _clear_drafts(folder: str, name: str) -> None:
    """Remove the drafts that killed runs left beside a file: those that nobody holds a lock on."""
    try:
        names = os.listdir(folder)
    except OSError:  # a folder that can be written but not read
        return
    for other in names:
        if other.startswith(f".{name}.") and other.endswith(".dockerlint"):
            path = os.path.join(folder, other)
            try:
                handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            except OSError:
                continue
            try:
                if other[len(name) + 2 : -len(".dockerlint")].isdigit() and _locked(handle):
                    os.unlink(path)
            finally:
                os.close(handle)


def _locked(handle: int) -> bool:
    """Whether a file could be locked; never where the system has no such locks."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _owner(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_uid, status.st_gid


def _overwrite(target: str, before: bytes, after: bytes) -> None:
    """Write into the file itself, and put the old content back when that fails.

    In one call, and with line ends where it becomes shorter: a kill before it is cut leaves no old text."""
    with open(target, "r+b", buffering=0) as file:
        try:
            _fill(file, after, len(before))
        except OSError:
            _fill(file, before, 0)
            raise


def _fill(file: io.FileIO, data: bytes, length: int) -> None:
    file.seek(0)
    rest = memoryview(data.ljust(length, b"\n"))
    while rest:
        rest = rest[file.write(rest) :]
    file.truncate(len(data))
    os.fsync(file.fileno())
