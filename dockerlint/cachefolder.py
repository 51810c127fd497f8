"""Where this user's caches are, and whether they may be trusted."""

from __future__ import annotations

import os
from stat import S_ISDIR

# Group and others may not write.
_WRITABLE_BY_OTHERS = 0o022


def cache_folder() -> str:
    """The folder of this user's caches of dockerlint; it need not exist. Empty where there is no home.

    A relative XDG_CACHE_HOME does not count (XDG Base Directory Specification).
    """
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):
            base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "dockerlint") if os.path.isabs(base) else ""


def own_folder(path: str, make: bool = False) -> bool:
    """Whether a folder is there, belongs to this user and cannot be written by anybody else; `make` makes
    it first, for this user alone. False where that does not work: then there is no cache.

    Who runs as root with another user's HOME finds that user's folder, and does not use it.
    """
    try:
        if make:
            os.makedirs(path, mode=0o700, exist_ok=True)
        found = os.lstat(path)
    except (OSError, ValueError):
        return False
    if os.name == "nt":
        return os.path.isdir(path)
    return S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & _WRITABLE_BY_OTHERS
