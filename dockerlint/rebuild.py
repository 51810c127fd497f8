"""What a changed file costs, measured: change it, build again, look at the clock."""

from __future__ import annotations

from statistics import median

from dockerlint.engine import BuildFailed
from dockerlint.frozen import record, replace
from dockerlint.source import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockerlint.context import Context
    from dockerlint.engine import Build
    from dockerlint.engine.session import Session
    from dockerlint.model import Dockerfile
    from dockerlint.rerun import Rerun
    from dockerlint.twin import Twin

    Say = Callable[[str], Callable[[str], None]]


@record
class Cost:
    """Seconds of a build after a change to a file (None: nothing was changed), the median of some; None when it
    fails, `why` with the engine's last line."""

    path: str | None
    seconds: float | None
    why: str = ""


def costs(
    session: Session,
    build: Build,
    dockerfile: Dockerfile,
    twin: Twin,
    paths: Sequence[str],
    repeat: int,
    say: Say,
) -> tuple[Cost, ...]:
    """What a build costs when nothing has changed, then what each of some files costs. BuildFailed when the
    file cannot be built as it is."""
    whole = replace(
        build,
        dockerfile=encode(dockerfile.source.text, dockerfile.source.bom),
        context=twin.folder,
        no_cache=False,
    )
    name = dockerfile.source.path

    def once(title: str) -> float:
        built = session.build(whole, say(title))
        session.drop(built)
        return built.seconds

    filled = session.build(whole, say(f"building {name} to fill the cache"))
    found = [Cost(None, median(once(f"building {name} with nothing changed") for _ in range(repeat)))]
    for path in paths:
        seconds = []
        why = ""
        try:
            for _ in range(repeat):
                twin.change(path)
                seconds.append(once(f"building {name} after a change to {path}"))
        except BuildFailed as error:
            why = error.tail[-1] if error.tail else str(error)
        finally:
            twin.restore(path)
        found.append(Cost(path, None if why else median(seconds), why))
    session.drop(filled)
    return tuple(found)


def samples(context: Context, groups: Sequence[Rerun]) -> tuple[str, ...]:
    """One file of each group to be changed: a regular one, the largest that is no larger than 1 MB."""
    found = []
    for group in groups:
        files = [context.sent[path] for path in group.paths if context.sent[path].target is None]
        if files:
            small = [file for file in files if file.bytes <= 1 << 20] or files
            found.append(max(small, key=lambda file: (file.bytes > 0, file.bytes, file.path)).path)
    return tuple(found)
