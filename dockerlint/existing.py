"""Images that are there already: archives, folders, and what an engine holds under a name."""

from __future__ import annotations

import os

from dockerlint.archive import is_saved
from dockerlint.engine import Built, detect
from dockerlint.engine.session import Session
from dockerlint.image import diff_ids, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.engine import Engine
    from dockerlint.image import Image

_HELD = "image:"


def is_image(given: str) -> bool:
    """Whether an argument means an image and no Dockerfile: `image:NAME`, a folder, or a file that
    begins as an archive does."""
    return is_saved(given) or (given.startswith(_HELD) and not os.path.exists(given))


class Images:
    """Reads images that exist. The engine is looked for when the first `image:NAME` is asked for;
    it must be given when there is one already."""

    def __init__(
        self, preference: str | None = None, platform: str | None = None, builder: str | None = None
    ) -> None:
        self._preference = preference
        self._builder = builder
        self._platform = platform
        self._engine: Engine | None = None

    def engine_of(self, given: str) -> tuple[str, str] | None:
        """Name and version of the engine that holds an image, None for archives and folders."""
        if not _held(given):
            return None
        engine = self._found()
        return engine.name, engine.version

    def read(self, given: str) -> Image:
        """The image. Raises NoEngine, EngineError or ImageError."""
        name = _held(given)
        if name is None:
            return read(given, platform=self._platform)
        with Session(self._found()) as session:
            return read(session.save(Built(name, 0.0)), platform=self._platform)

    def layers(self, given: str) -> tuple[str, ...]:
        """Only the digests of an image's layers, lowest first; raises as `read` does."""
        name = _held(given)
        return self._found().layers(name) if name is not None else diff_ids(given, self._platform)

    def _found(self) -> Engine:
        if self._engine is None:
            self._engine = detect(self._preference, builder=self._builder)
        return self._engine


def _held(given: str) -> str | None:
    """The name of an image that an engine holds, None for a path."""
    return given.removeprefix(_HELD) if given.startswith(_HELD) and not os.path.exists(given) else None
