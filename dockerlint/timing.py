"""How long builds take: cold, with nothing from the cache, and again when nothing has changed."""

from __future__ import annotations

from statistics import median

from dockerlint.frozen import record, replace
from dockerlint.source import encode
from dockerlint.steps import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockerlint.engine import Build, Built, Progress
    from dockerlint.engine.session import Session
    from dockerlint.model import Dockerfile
    from dockerlint.steps import Step


@record
class Timing:
    """Seconds of builds, in the order in which they ran; `steps` are those of the last rebuild."""

    cold: tuple[float, ...]
    rebuilds: tuple[float, ...]
    steps: tuple[Step, ...]

    @property
    def cold_median(self) -> float:
        return median(self.cold)

    @property
    def rebuild_median(self) -> float:
        return median(self.rebuilds)


def time(
    session: Session,
    build: Build,
    variants: Sequence[Dockerfile],
    count: int,
    progress: Callable[[int, str], Progress | None],
) -> list[Timing]:
    """Build every variant so many times, cold and once more, the variants in turn so that a machine
    that gets slower is unfair to none. `progress` is asked for a receiver of the engine's lines, by
    the index of the variant and what is done. Raises what `Session.build` raises."""
    cold: list[list[float]] = [[] for _ in variants]
    again: list[list[float]] = [[] for _ in variants]
    steps: list[tuple[Step, ...]] = [() for _ in variants]

    def run(index: int, build: Build, what: str) -> Built:
        watch = Watch(variants[index])
        say = progress(index, what)

        def heard(line: str) -> None:
            watch.hear(line)
            if say is not None:
                say(line)

        built = session.build(build, heard)
        steps[index] = watch.steps()
        return built

    # The base is looked for once, by the builds before these.
    plain = [
        replace(build, dockerfile=encode(v.source.text, v.source.bom), pull=False, no_cache=False)
        for v in variants
    ]
    for number in range(1, count + 1):
        for index, one in enumerate(plain):
            first = run(index, replace(one, no_cache=True), f"cold, {number} of {count}")
            second = run(index, one, f"again, {number} of {count}")
            # Not before: with an image buildah removes the layers that nothing else has, its cache.
            session.drop(second)
            session.drop(first)
            cold[index].append(first.seconds)
            again[index].append(second.seconds)
    return [Timing(tuple(cold[i]), tuple(again[i]), steps[i]) for i in range(len(variants))]
