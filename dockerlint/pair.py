"""Two sides that are compared, each a Dockerfile or an image that is there: their images, and what commands
do in them."""

from __future__ import annotations

import os
from contextlib import ExitStack

from dockerlint.archive import is_saved
from dockerlint.contract import Smoke, judge
from dockerlint.engine import Built, EngineError
from dockerlint.frozen import node, replace
from dockerlint.image import ImageError, read
from dockerlint.inspect import Inspector
from dockerlint.trial import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockerlint.build_options import Task
    from dockerlint.contract import Judgement, Promise
    from dockerlint.engine.session import Session
    from dockerlint.image import Image
    from dockerlint.model import Dockerfile

    Say = Callable[[str], Callable[[str], None]]

_HELD = "image:"


@node
class Side:
    """One side. `kind` is file, saved, or held (by the engine, under the name `path`); `task` and `text` are
    what to build for a file, `what` says which variant of it that is."""

    kind: str
    path: str
    task: Task | None = None
    text: Dockerfile | None = None
    what: str = ""

    @property
    def name(self) -> str:
        """What it is called in reports."""
        held = _HELD if self.kind == "held" else ""
        return f"{held}{self.path} {self.what}".rstrip()


@node
class Pair:
    """What is compared, and under which promise; `fixed` are the fixes by rule that make the second of the first."""

    before: Side
    after: Side
    promise: Promise
    fixed: Mapping[str, int]

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.before, self.after


def side(given: str) -> Side:
    """The side that an argument means: `image:NAME`, a saved image, else a Dockerfile."""
    if given.startswith(_HELD) and not os.path.exists(given):
        return Side("held", given.removeprefix(_HELD))
    return Side("saved" if is_saved(given) else "file", given)


class SideFailed(Exception):
    """A side could not be built, read or run; `told` is for `build_progress.failed`."""

    def __init__(self, path: str, what: str, error: EngineError | ImageError) -> None:
        super().__init__(f"{path} {what}: {error}" if what else f"{path}: {error}")
        self.told = (path, what, error)


class Court:
    """Judges pairs. `platform` chooses one of several images in an archive."""

    def __init__(self, platform: str | None = None) -> None:
        self._platform = platform
        self._inspector = Inspector()

    def saved(self, pair: Pair) -> Judgement:
        """The judgement on two saved images. SideFailed when one cannot be read."""
        before, after = (self._read(side) for side in pair.sides)
        return judge(before, after, pair.promise)

    def built(
        self, pair: Pair, session: Session, say: Say, commands: Sequence[str] = (), exit_only: bool = False,
        seconds: float = 60.0, twice: bool = False,
    ) -> Judgement:  # fmt: skip
        """The judgement on what an engine builds or holds; `commands` are run in both images, each for at most
        so many seconds; with `twice` the first is built once more without cache. SideFailed when one side
        does not come about."""
        with ExitStack() as open_benches:
            benches: dict[int, Bench] = {}
            images: list[Image] = []
            tags: list[str] = []
            base = 0
            for number, one in enumerate(pair.sides):
                try:
                    if one.task is None or one.text is None:
                        image, tag = self._existing(one, session, say)
                    else:
                        # The two variants of a file share the layers that are read.
                        if id(one.task) not in benches:
                            bench = Bench(session, one.task.build, self._inspector, pack=False)
                            benches[id(one.task)] = open_benches.enter_context(bench)
                        title = f"building {one.name} with {session.engine.name} {session.engine.version}"
                        outcome = benches[id(one.task)].run(one.text, say(title))
                        image, tag = outcome.measured.image, outcome.tag
                        base = outcome.measured.base if number == 0 else base
                except (EngineError, ImageError) as error:
                    raise SideFailed(one.path, one.what, error) from error
                images.append(image)
                tags.append(tag)
        again = self._again(pair.before, session, say) if twice else None
        smoke = []
        for command in commands:
            say(f"running {command}")
            ran = []
            for tag, one in zip(tags, pair.sides):
                try:
                    ran.append(session.engine.run(tag, command, seconds=seconds))
                except EngineError as error:
                    raise SideFailed(
                        one.path, f"{one.what}, running {command}".lstrip(", "), error
                    ) from error
            smoke.append(Smoke(command, ran[0], ran[1], exit_only))
        return judge(images[0], images[1], pair.promise, smoke, base, again)

    def _again(self, one: Side, session: Session, say: Say) -> Image | None:
        if one.task is None or one.text is None:
            return None
        build = replace(one.task.build, no_cache=True)
        try:
            with Bench(session, build, self._inspector, pack=False) as bench:
                return bench.run(one.text, say(f"building {one.name} once more without cache")).measured.image
        except (EngineError, ImageError) as error:
            raise SideFailed(one.path, "once more without cache", error) from error

    def _existing(self, one: Side, session: Session, say: Say) -> tuple[Image, str]:
        """An image that is there, and what the engine knows it by (nothing for a saved one)."""
        say(f"reading {one.name}")
        if one.kind == "saved":
            return self._read(one), ""
        engine = session.engine
        if not engine.has(one.path):
            raise EngineError(f"{engine.name} holds no image of that name; pull or build it first")
        saved = session.save(Built(one.path, 0.0))
        try:
            return read(saved, look=self._inspector, platform=self._platform, pack=False), one.path
        finally:
            session.discard(saved)

    def _read(self, one: Side) -> Image:
        try:
            return read(one.path, look=self._inspector, platform=self._platform, pack=False)
        except ImageError as error:
            raise SideFailed(one.path, "", error) from error
