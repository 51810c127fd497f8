"""What was tried, in a file of the user's cache folder, so that no build is made twice."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time

from dockerlint.optimize.attempt import document, of_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dockerlint.optimize.attempt import Attempt

# Packages and base images move on under the same name: what was seen is believed for a day.
_GOOD_FOR = 24 * 3600.0
_FORM = 2


def digest(*parts: bytes | str) -> str:
    """A name for some values, each of which counts with its length."""
    sum_ = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        sum_.update(b"%d:" % len(data) + data)
    return sum_.hexdigest()


def context_digest(folder: str) -> str:
    """A name for the content of a build context: every file, its mode, and where links lead."""
    parts: list[str] = []
    for path, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted((*files, *(f for f in folders if os.path.islink(os.path.join(path, f))))):
            whole = os.path.join(path, name)
            parts += [os.path.relpath(whole, folder), _content(whole)]
        parts += [os.path.relpath(os.path.join(path, name), folder) for name in folders]
    return digest(*parts)


def _content(path: str) -> str:
    try:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            return "link " + os.readlink(path)
        if not stat.S_ISREG(found.st_mode):
            return f"mode {found.st_mode:o}"
        with open(path, "rb") as file:
            sum_ = hashlib.sha256()
            while data := file.read(1 << 20):
                sum_.update(data)
        return f"mode {found.st_mode:o} {sum_.hexdigest()}"
    except OSError as error:
        return f"unreadable {error.strerror}"


class State:
    """The attempts under one key, by their text. An empty folder keeps them in memory only; `fresh` forgets
    those of runs before."""

    def __init__(
        self, folder: str, key: str, now: Callable[[], float] = time.time, fresh: bool = False
    ) -> None:
        self._path = os.path.join(folder, f"{key}.json") if folder else ""
        self._now = now
        self._attempts: dict[str, Attempt] = {}
        self._begun: float | None = None
        if not fresh:
            self._load()

    def get(self, text: str, promise: str = "") -> Attempt | None:
        """What became of a text under a promise, None when it was not tried."""
        return self._attempts.get(digest(text, promise))

    def put(self, text: str, promise: str, attempt: Attempt) -> None:
        """Remember an attempt, at once and on the disk."""
        self._attempts[digest(text, promise)] = attempt
        self._save()

    def _load(self) -> None:
        try:
            with open(self._path, encoding="utf-8") as file:
                said = json.load(file)
        except (OSError, ValueError):
            return
        if not isinstance(said, dict) or said.get("form") != _FORM or not isinstance(said.get("tried"), dict):
            return
        begun = said.get("begun")
        if not isinstance(begun, (int, float)) or not 0 <= self._now() - begun <= _GOOD_FOR:
            return
        self._begun = float(begun)
        for name, one in said["tried"].items():
            attempt = of_document(one)
            if attempt is not None:
                self._attempts[name] = attempt

    def _save(self) -> None:
        """Put a whole new file in the place of the old; a cache that cannot be written is no harm."""
        if not self._path:
            return
        if self._begun is None:
            self._begun = self._now()
        said = {
            "form": _FORM,
            "begun": self._begun,
            "tried": {name: document(attempt) for name, attempt in self._attempts.items()},
        }
        draft = f"{self._path}.{os.getpid()}.part"
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            with open(draft, "w", encoding="utf-8") as file:
                json.dump(said, file)
            os.replace(draft, self._path)
        except OSError:
            _remove(draft)


def sweep(folder: str, now: float) -> None:
    """Remove the states in a folder that are too old to be believed."""
    for path in _files(folder):
        try:
            if now - os.stat(path).st_mtime > _GOOD_FOR:
                os.unlink(path)
        except OSError:
            continue


def _files(folder: str) -> Iterable[str]:
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:
        return []


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
