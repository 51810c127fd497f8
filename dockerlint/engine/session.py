"""Builds whose traces go away: tags of our own, one temporary folder, signals turned into exceptions."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import threading
import time
from types import TracebackType

from dockerlint.engine import Build, Built, Engine, EngineError
from dockerlint.engine.explanation import Heard, explain, full
from dockerlint.engine.leftovers import Claim, sweep
from dockerlint.engine.secret import mask
from dockerlint.errors import UserError
from dockerlint.frozen import replace
from dockerlint.lint import read
from dockerlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from dockerlint.engine import Progress

_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_ROOM = "free some of the disk, or set TMPDIR to a folder with room"
PREFIX = "localhost/dockerlint-build"


class Stopped(SystemExit):
    """A signal asked us to end; `code` is the exit code that says so (128 + signal)."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


class Session:
    """Builds with one engine; on leaving, its tags and files are gone, also after an interrupt.

    The tags hold a random part, so that no tag of the user is ever replaced. With `keep` the
    images stay when all went well, and only then. `left` are tags that could not be removed.
    """

    def __init__(self, engine: Engine, keep: bool = False) -> None:
        self.engine = engine
        self.keep = keep
        self.left: list[str] = []
        self.folder = ""
        self._tags: list[str] = []
        self._made: list[tuple[Build, Built]] = []
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Session:
        sweep(self.engine)
        try:
            self._claim = Claim(self.engine)
        except OSError as error:
            raise UserError(f"no temporary folder can be made: {error.strerror}", _ROOM) from error
        self.folder = self._claim.folder
        if threading.current_thread() is threading.main_thread():
            for number in _ENDINGS:
                if signal.getsignal(number) is signal.SIG_DFL:
                    self._handlers[number] = signal.signal(number, _stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        held: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            # A second interrupt must not keep the first one's rubbish.
            held = {
                number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, *self._handlers)
            }
        try:
            # What others were built from was not asked for.
            needed = [built.tag for _, built in self._made]
            for tag in reversed(needed if self.keep and kind is None else self._tags):
                try:
                    self.engine.remove(tag)
                except EngineError:
                    self.left.append(tag)
            self.engine.tidy()
            self._claim.release()
        finally:
            for number, handler in {**held, **self._handlers}.items():
                signal.signal(number, handler)

    def build(self, build: Build, progress: Progress | None = None) -> Built:
        """The built image; BuildFailed with the engine's last lines when it fails. What it needs is built first,
        once a session; `seconds` are without that."""
        if build.needs:
            made = {name: self._needed(name, one, progress) for name, one in build.needs.items()}
            build = replace(build, needs=None, build_contexts={**made, **(build.build_contexts or {})})
        tag = f"{PREFIX}-{secrets.token_hex(8)}:latest"
        self._tags.append(tag)
        try:
            self._claim.note(tag)
        except OSError as error:
            raise self._no_room(error) from error
        start = time.monotonic()
        hide, heard = mask(build.secrets), Heard()

        def hear(line: str) -> None:
            heard.line(line)
            if progress is not None:
                progress(hide(line))

        try:
            self.engine.build(build, tag, tempfile.mkdtemp(dir=self.folder), hear)
        except EngineError as error:
            error.tail = tuple(map(hide, error.tail))
            why = None
            if error.tail:
                file = read(Source.of(build.dockerfile, ""), build.build_args, build.target)
                why = explain(self.engine.name, error.tail, heard, file, build.target)
            if why is None:
                raise
            raise type(error)(f"{error}: {why.text}", error.tail, why.hint, why.line) from error
        except OSError as error:
            raise self._no_room(error) from error
        return Built(tag, time.monotonic() - start)

    def _needed(self, name: str, build: Build, progress: Progress | None) -> str:
        """The image that another build has for a named context, as the engine takes it."""
        found = next((built for one, built in self._made if one == build), None)
        if found is None:
            try:
                found = self.build(build, progress)
            except EngineError as error:
                raise type(error)(f"the context {name}: {error}", error.tail, error.hint) from error
            self._made.append((build, found))
        return self.engine.as_context(found.tag)

    def save(self, built: Built) -> str:
        """The path of the image as the engine saved it, inside the session's folder (`discard` it when
        it was read: it may be large)."""
        try:
            path = os.path.join(tempfile.mkdtemp(dir=self.folder), "image")
            self.engine.save(built.tag, path)
        except OSError as error:
            raise self._no_room(error) from error
        except EngineError as error:
            why = full(self.engine.name, "\n".join(error.tail))
            if why is None:
                raise
            raise EngineError(f"{error}: {why.text}", error.tail, why.hint) from error
        return path

    def _no_room(self, error: OSError) -> EngineError:
        return EngineError(f"temporary files cannot be written to {self.folder}: {error.strerror}", (), _ROOM)

    def discard(self, path: str) -> None:
        """Delete what `save` wrote."""
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)

    def drop(self, built: Built) -> None:
        """Remove an image before the session ends."""
        self.engine.remove(built.tag)
        self._tags.remove(built.tag)


def _stop(number: int, frame: object) -> None:
    raise Stopped(number)
