"""`dockerlint verify`: whether two images keep one contract, a file's before and after its fixes, or any two."""

from __future__ import annotations

import os
import sys

from dockerlint.build_options import Yard, add_build, add_rules, engine_of
from dockerlint.build_progress import Progress, complain, failed, no_engine
from dockerlint.contract import Promise, Smoke, judge, promise, unbuilt
from dockerlint.engine import Built, EngineError, NoEngine
from dockerlint.engine.session import Session
from dockerlint.errors import UserError
from dockerlint.frozen import node, replace
from dockerlint.image import ImageError, read
from dockerlint.inspect import Inspector
from dockerlint.report import judgement as report
from dockerlint.rule import Applicability
from dockerlint.trial import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from dockerlint.build_options import Task
    from dockerlint.contract import Judgement
    from dockerlint.engine import Engine
    from dockerlint.image import Image
    from dockerlint.model import Dockerfile

    Say = Callable[[str], Callable[[str], None]]

HELD, BROKEN, UNUSABLE = 0, 1, 2
HELD_BY_ENGINE = "image:"
# How archives begin: those that are compressed, and tar's mark, which stands further behind.
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")


def main(argv: Sequence[str]) -> int:
    """Judge. 0 when the contract holds, 1 when it does not, when that is not proven, or when a build failed;
    2 without an engine. Files are not changed, and what was built is removed. UserError for bad usage."""
    options = parser().parse_args(argv)
    sides = [_Side.of(path) for path in (options.before, options.after) if path is not None]
    yard = Yard(options)
    tasks: list[Task | None] = []
    for side in sides:
        found = yard.tasks(side.path) if side.kind == "file" else (None,)
        if len(sides) == 2 and len(found) > 1:
            raise UserError(f"{side.path} builds {len(found)} images", f"choose one: {side.path}:NAME")
        tasks += found
    if len(sides) == 1 and sides[0].kind != "file":
        raise UserError(
            f"{options.before} is an image, and only a Dockerfile has fixes",
            "give a second image to compare it with",
        )
    engine = None
    if any(side.kind != "saved" for side in sides):
        try:
            engine = engine_of(options)
        except NoEngine as error:
            no_engine(error, "nothing can be proven")
            return UNUSABLE
    saved = [side.path for side in sides if side.kind == "saved"]
    if saved and options.smoke:
        raise UserError(
            f"--smoke runs what an engine holds, and {saved[0]} is a saved image",
            "load it, and give image:NAME",
        )
    if options.twice and tasks[0] is None:
        raise UserError("--twice builds the first file a second time, and the first is an image")
    if len(sides) == 2:
        said = [_said(sides, tasks, engine, options)]
    else:
        said = [_said(sides, [task], engine, options) for task in tasks]
    from dockerlint.output import say

    texts = [text.rstrip("\n") for text, _ in said]
    if options.format == "json" and len(said) > 1:
        say("[" + ",\n".join(texts) + "]\n", sys.stdout)
    else:
        say("\n\n".join(texts) + "\n", sys.stdout)
    return HELD if all(holds for _, holds in said) else BROKEN


def _said(
    sides: list[_Side], tasks: list[Task | None], engine: Engine | None, options: Namespace
) -> tuple[str, bool]:
    """The report of one comparison, and whether the contract holds."""
    pair = _pair(sides, tasks, options)
    if pair is None:
        return _nothing(tasks[0].title if tasks[0] else sides[0].path, options.format), True
    judgement = _judged(pair, engine, options)
    about = report.About(
        pair.names,
        (engine.name, engine.version) if engine is not None else None,
        pair.promise.reasons,
        pair.fixed,
    )
    write = {"text": report.text, "json": report.json, "markdown": report.markdown}[options.format]
    return write(judgement, about), judgement.holds


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser(
        "dockerlint verify",
        allow_abbrev=False,
        description="Build a Dockerfile as it is and with its fixes, and prove that the images keep one contract: "
        "configuration, files, and all that the container runs. With two operands compare any two images. Building "
        "runs the code in the file. Neither files nor contexts are changed.",
    )
    add = made.add_argument
    add("before", metavar="BEFORE", help="a Dockerfile, a saved image (archive or folder), or image:NAME")
    add("after", nargs="?", metavar="AFTER", help="likewise (default: the file with its fixes)")
    add("--unsafe", action="store_true", help="with unsafe fixes too")
    add("--format", choices=("text", "json", "markdown"), default="text")
    add(
        "--smoke",
        action="append",
        default=[],
        metavar="CMD",
        help="run this in both images and compare; may be repeated",
    )
    add(
        "--smoke-exit-only",
        action="store_true",
        help="compare the exit codes of smoke commands, not their output",
    )
    add(
        "--smoke-seconds",
        type=float,
        default=60.0,
        metavar="N",
        help="how long a smoke command may take (default: 60)",
    )
    add(
        "--twice",
        action="store_true",
        help="build the first once more without cache, and excuse what differs then",
    )
    two = made.add_argument_group("two images").add_argument
    two(
        "--allow",
        action="append",
        default=[],
        metavar="GLOB",
        help="paths that may differ, as /var/cache/*; may be repeated",
    )
    two("--closure", action="store_true", help="files may go as long as all that the container runs is whole")
    add_build(made)
    add_rules(made)
    return made


@node
class _Side:
    """One operand. `kind` is file, saved or held; `path` is the path, or the name that the engine knows."""

    kind: str
    path: str

    @classmethod
    def of(cls, given: str) -> _Side:
        if given.startswith(HELD_BY_ENGINE):
            return cls("held", given.removeprefix(HELD_BY_ENGINE))
        return cls("saved" if os.path.isdir(given) or _is_archive(given) else "file", given)


def _is_archive(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            head = file.read(512)
    except OSError:
        return False
    return head.startswith(_PACKED) or head[257:262] == b"ustar"


@node
class _Pair:
    """What is compared: two sides under their names, of a file the text to build; `fixed` are fixes by rule."""

    names: tuple[str, str]
    sides: tuple[_Side, _Side]
    tasks: tuple[Task | None, Task | None]
    texts: tuple[Dockerfile | None, Dockerfile | None]
    promise: Promise
    fixed: dict[str, int]


def _pair(sides: list[_Side], tasks: list[Task | None], options: Namespace) -> _Pair | None:
    """What to compare; None for a file in which there is nothing to fix."""
    task = tasks[0]
    if len(sides) == 2:
        other = tasks[1]
        return _Pair(
            (options.before, options.after),
            (sides[0], sides[1]),
            (task, other),
            (task.dockerfile if task else None, other.dockerfile if other else None),
            Promise(tuple(options.allow), (), options.closure),
            {},
        )
    assert task is not None
    settled = task.settled(options.unsafe)
    if settled.look.dockerfile.source.text == task.source.text:
        return None
    rules = [rule for name in settled.fixed for rule in task.setup.rules.find(name) if rule.name == name]
    made = promise(rules)
    # A fix of a safe rule may be an unsafe one, with a reason of its own.
    reasons = [
        f"{a.rule}: {a.reason}"
        for a in settled.applied
        if a.applicability == Applicability.UNSAFE and a.reason
    ]
    made = Promise(
        (*made.paths, *options.allow),
        tuple(dict.fromkeys((*made.reasons, *reasons))) if options.unsafe else (),
        made.closure or options.closure,
        made.config,
    )
    return _Pair(
        (f"{task.title} as it is", "with its fixes"),
        (sides[0], sides[0]),
        (task, task),
        (task.dockerfile, settled.look.dockerfile),
        made,
        dict(settled.fixed),
    )


def _judged(pair: _Pair, engine: Engine | None, options: Namespace) -> Judgement:
    inspector = Inspector()
    if engine is None:
        try:
            images = [read(side.path, None, bool, inspector, _platform(options)) for side in pair.sides]
        except ImageError as error:
            raise UserError(str(error)) from error
        return judge(images[0], images[1], pair.promise)
    with Session(engine) as session, Progress() as say:
        try:
            judgement = _with_engine(pair, session, inspector, say, options)
        except _Failed as failure:
            failed(*failure.told)
            return unbuilt(str(failure))
    for tag in session.left:
        complain(f"{tag} could not be removed", f"remove it with {engine.name} rmi {tag}")
    return judgement


class _Failed(Exception):
    """A side could not be built or read; `told` is for `build_progress.failed`."""

    def __init__(self, name: str, error: EngineError | ImageError) -> None:
        super().__init__(f"{name}: {error}")
        self.told = (name, "", error)


def _platform(options: Namespace) -> str | None:
    found: str | None = getattr(options, "platform", None)
    return found


def _with_engine(
    pair: _Pair, session: Session, inspector: Inspector, say: Say, options: Namespace
) -> Judgement:
    images, tags = [], []
    base = 0
    for number, (name, side, task, text) in enumerate(zip(pair.names, pair.sides, pair.tasks, pair.texts)):
        try:
            image, tag, brought = _made(name, side, task, text, session, inspector, say, options)
        except (EngineError, ImageError) as error:
            raise _Failed(name, error) from error
        images.append(image)
        tags.append(tag)
        base = brought if number == 0 else base
    twice = None
    task, text = pair.tasks[0], pair.texts[0]
    if options.twice and task is not None and text is not None:
        again = replace(task.build, no_cache=True)
        title = f"building {pair.names[0]} once more without cache"
        try:
            with Bench(session, again, inspector) as bench:
                twice = bench.run(text, say(title)).measured.image
        except (EngineError, ImageError) as error:
            raise _Failed(title, error) from error
    smoke = []
    for command in options.smoke:
        title = f"running {command}"
        say(title)
        try:
            first, second = (session.engine.run(tag, command, seconds=options.smoke_seconds) for tag in tags)
        except EngineError as error:
            raise _Failed(title, error) from error
        smoke.append(Smoke(command, first, second, options.smoke_exit_only))
    return judge(images[0], images[1], pair.promise, smoke, base, twice)


def _made(
    name: str,
    side: _Side,
    task: Task | None,
    text: Dockerfile | None,
    session: Session,
    inspector: Inspector,
    say: Say,
    options: Namespace,
) -> tuple[Image, str, int]:
    """The image of a side, what the engine knows it by, and how many layers its base brought."""
    engine = session.engine
    if task is not None and text is not None:
        title = f"building {name} with {engine.name} {engine.version}"
        with Bench(session, task.build, inspector) as bench:
            outcome = bench.run(text, say(title))
        return outcome.measured.image, outcome.tag, outcome.measured.base
    if side.kind == "saved":
        return read(side.path, None, bool, inspector, _platform(options)), "", 0
    say(f"reading {side.path}")
    if not engine.has(side.path):
        raise EngineError(f"{engine.name} holds no image {side.path}; pull or build it first")
    saved = session.save(Built(side.path, 0.0))
    try:
        return read(saved, None, bool, inspector), side.path, 0
    finally:
        session.discard(saved)


def _nothing(path: str, format: str) -> str:
    if format == "json":
        return "null\n"
    return f"{path}: there is nothing to fix, so there is nothing to prove\n"
