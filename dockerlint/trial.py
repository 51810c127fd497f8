"""Building a Dockerfile to see what it makes: build, read the image, learn its base."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import copy
from threading import Event

from dockerlint import measure
from dockerlint.engine import Built, EngineError
from dockerlint.frozen import node, replace
from dockerlint.image import Layer, read
from dockerlint.model import Add, Copy, Run
from dockerlint.source import encode
from dockerlint.steps import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Future

    from dockerlint.engine import Build, Progress
    from dockerlint.engine.session import Session
    from dockerlint.image import Image, Look
    from dockerlint.measure import Measured
    from dockerlint.model import Dockerfile
    from dockerlint.steps import Step


@node
class Outcome:
    """What a build made, how long it took in seconds, and the tag it has until the session ends;
    `steps` are the instructions that the engine went through, and which of them it had cached."""

    measured: Measured
    seconds: float
    tag: str
    steps: tuple[Step, ...] = ()


class Trial:
    """A build that is done, its image being read."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        built: Built,
        image: Future[Image],
        base: tuple[str, ...],
        target: str | None,
        steps: tuple[Step, ...],
    ) -> None:
        self._dockerfile = dockerfile
        self._built = built
        self._image = image
        self._base = base
        self._target = target
        self._steps = steps

    def outcome(self) -> Outcome:
        """Wait for the image. ImageError when what the engine saved cannot be read."""
        measured = measure.measure(self._dockerfile, self._image.result(), self._base, self._target)
        return Outcome(measured, self._built.seconds, self._built.tag, self._steps)


class Bench:
    """Builds variants of one Dockerfile in a session; layers and bases they share are read once.

    Images are read while the next one is built; `look` reads facts out of their files. Without `pack`
    `Size.gzip` stays 0, and reading takes a fraction of the time. Use it in a `with`.
    """

    def __init__(self, session: Session, build: Build, look: Look | None = None, pack: bool = True) -> None:
        self.session = session
        self.build = build
        self._look = look
        self._pack = pack
        self._packed: dict[str, Layer] = {}
        self._layers: dict[str, Layer] = {}
        self._bases: dict[str, tuple[str, ...]] = {}
        self._reader = ThreadPoolExecutor(1)
        self._stop = Event()

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._reader.shutdown()

    def run(
        self, dockerfile: Dockerfile, progress: Progress | None = None, ignore: bytes | None = None
    ) -> Outcome:
        """Build one variant and read its image. Raises what `start` and `Trial.outcome` raise."""
        return self.start(dockerfile, progress, ignore).outcome()

    def start(
        self, dockerfile: Dockerfile, progress: Progress | None = None, ignore: bytes | None = None
    ) -> Trial:
        """Build one variant, with another ignore file if one is given. BuildFailed or EngineError with the engine's
        words."""
        engine = self.session.engine
        if not engine.heredocs and _has_heredocs(dockerfile):
            raise EngineError(
                f"{engine.name} {engine.version} does not know here-documents; "
                "use Docker 23, buildah 1.33 or podman 4.8, or newer"
            )
        text = encode(dockerfile.source.text, dockerfile.source.bom)
        watch = Watch(dockerfile)

        def heard(line: str) -> None:
            watch.hear(line)
            if progress is not None:
                progress(line)

        build = replace(self.build, dockerfile=text)
        built = self.session.build(build if ignore is None else replace(build, ignore=ignore), heard)
        saved = self.session.save(built)
        image = self._reader.submit(self._read, saved)
        base = self._base(dockerfile, progress)
        return Trial(dockerfile, built, image, base, self.build.target, watch.steps())

    def of_stage(self, target: str) -> Bench:
        """A bench for another stage of the same file; it has what this one knows, and ends with it."""
        other = copy(self)
        other.build = replace(self.build, target=target)
        return other

    def gzip(self, tag: str) -> int:
        """The bytes of an image of this session with every layer compressed, as `Size.gzip` has it. Raises what
        `start` and `Trial.outcome` raise."""
        saved = self.session.save(Built(tag, 0.0))
        try:
            return read(saved, self._packed, self._stop.is_set).size().gzip
        finally:
            self.session.discard(saved)

    def again(self) -> Bench:
        """A bench for the same with no cache of the engine; it ends with this one."""
        other = copy(self)
        other.build = replace(self.build, no_cache=True)
        return other

    def _read(self, saved: str) -> Image:
        try:
            return read(saved, self._layers, self._stop.is_set, self._look, pack=self._pack)
        finally:
            self.session.discard(saved)

    def _base(self, dockerfile: Dockerfile, progress: Progress | None) -> tuple[str, ...]:
        """The layers of the base image, which a file with nothing but its FROM makes."""
        text = measure.base_text(dockerfile, self.build.target)
        if text is None:
            return ()
        if text not in self._bases:
            build = replace(self.build, dockerfile=encode(text), target=None, no_cache=False, pull=False)
            built = self.session.build(build, progress)
            self._bases[text] = self.session.engine.layers(built.tag)
            self.session.drop(built)
        return self._bases[text]


def _has_heredocs(dockerfile: Dockerfile) -> bool:
    if any(directive.name == "syntax" for directive in dockerfile.directives):
        return False  # the file brings a frontend of its own
    return (
        any(run.command.heredocs for run in dockerfile.instructions(Run))
        or any(copy.heredocs for copy in dockerfile.instructions(Copy))
        or any(add.heredocs for add in dockerfile.instructions(Add))
    )
