"""`dockerlint verify`: whether two images keep one contract, a file's before and after its fixes, or any two."""

from __future__ import annotations

import sys

from dockerlint.build_options import Yard, add_build, add_rules, engine_of
from dockerlint.build_progress import building, failed, no_engine
from dockerlint.contract import Promise, promise, unbuilt
from dockerlint.engine import NoEngine
from dockerlint.errors import UserError
from dockerlint.frozen import replace
from dockerlint.pair import Court, Pair, Side, SideFailed, side
from dockerlint.report import judgement as report
from dockerlint.rule import Applicability

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from dockerlint.build_options import Task
    from dockerlint.contract import Judgement
    from dockerlint.engine import Engine
    from dockerlint.settle import Settled

HELD, BROKEN, UNUSABLE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Judge. 0 when the contract holds, 1 when it does not, when that is not proven, or when a build failed;
    2 without an engine. Files are not changed, and what was built is removed. UserError for bad usage."""
    options = parser().parse_args(argv)
    sides = [side(given) for given in (options.before, options.after) if given is not None]
    if len(sides) == 1 and sides[0].kind != "file":
        raise UserError(
            f"{options.before} is an image, and only a Dockerfile has fixes",
            "give a second image to compare it with",
        )
    if options.smoke and any(one.kind == "saved" for one in sides):
        raise UserError(
            "--smoke runs what an engine holds, and a saved image is not held", "load it, and give image:NAME"
        )
    if options.twice and sides[0].kind != "file":
        raise UserError("--twice builds the first file a second time, and the first is an image")
    yard = Yard(options)
    variants = [_with_tasks(one, yard) for one in sides]
    if len(sides) == 2:
        for one, found in zip(sides, variants):
            if len(found) > 1:
                raise UserError(f"{one.path} builds {len(found)} images", f"choose one: {one.path}:NAME")
        chosen = [[found[0] for found in variants]]
    else:
        chosen = [[one] for one in variants[0]]
    engine = None
    if any(one.kind != "saved" for one in sides):
        try:
            engine = engine_of(options, [one.task for some in chosen for one in some if one.task is not None])
        except NoEngine as error:
            no_engine(error, "nothing can be proven")
            return UNUSABLE
    said = [_said(some, engine, options) for some in chosen]
    from dockerlint.output import say

    texts = [text.rstrip("\n") for text, _ in said]
    if options.format == "json" and len(said) > 1:
        say("[" + ",\n".join(texts) + "]\n", sys.stdout)
    else:
        say("\n\n".join(texts) + "\n", sys.stdout)
    return HELD if all(holds for _, holds in said) else BROKEN


def _said(sides: Sequence[Side], engine: Engine | None, options: Namespace) -> tuple[str, bool]:
    """The report of one comparison, and whether the contract holds."""
    pair = _pair(sides, options)
    if pair is None:
        return "null" if options.format == "json" else _NOTHING.format(sides[0].path), True
    judgement = _judged(pair, engine, options)
    about = report.About(
        (pair.before.name, pair.after.what if pair.fixed else pair.after.name),
        (engine.name, engine.version) if engine is not None else None,
        pair.promise.reasons,
        pair.fixed,
    )
    write = {"text": report.text, "json": report.json, "markdown": report.markdown}[options.format]
    return write(judgement, about), judgement.holds


_NOTHING = "{}: there is nothing to fix, so there is nothing to prove"


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
        "--twice",
        action="store_true",
        help="build the first once more without cache, and excuse what differs then",
    )
    add(
        "--allow",
        action="append",
        default=[],
        metavar="GLOB",
        help="paths that may differ, as /var/cache/*; may be repeated",
    )
    add("--closure", action="store_true", help="files may go as long as all that the container runs is whole")
    smoke = made.add_argument_group("commands that are run in both images").add_argument
    smoke(
        "--smoke",
        action="append",
        default=[],
        metavar="CMD",
        help="run this in both, and compare exit code and output; may be repeated",
    )
    smoke("--smoke-exit-only", action="store_true", help="compare exit codes only")
    smoke(
        "--smoke-seconds",
        type=float,
        default=60.0,
        metavar="N",
        help="how long a command may take (default: 60)",
    )
    add_build(made)
    add_rules(made)
    return made


def _with_tasks(one: Side, yard: Yard) -> tuple[Side, ...]:
    """A side with what to build for it; several where a Compose or Bake file builds several images."""
    if one.kind != "file":
        return (one,)
    return tuple(
        replace(one, path=task.title, task=task, text=task.dockerfile) for task in yard.tasks(one.path)
    )


def _pair(sides: Sequence[Side], options: Namespace) -> Pair | None:
    """What to compare; None for a file in which there is nothing to fix."""
    if len(sides) == 2:
        return Pair(sides[0], sides[1], Promise(tuple(options.allow), (), options.closure), {})
    (one,) = sides
    assert one.task is not None
    settled = one.task.settled(options.unsafe)
    fixed = settled.look.dockerfile
    if fixed.source.text == one.task.source.text:
        return None
    return Pair(
        replace(one, what="as it is"),
        replace(one, text=fixed, what="with its fixes"),
        _promise(settled, one.task, options),
        dict(settled.fixed),
    )


def _promise(settled: Settled, task: Task, options: Namespace) -> Promise:
    """What the rules whose fixes went in may change. Safe fixes may do nothing but what they name paths for."""
    rules = [rule for name in settled.fixed for rule in task.setup.rules.find(name) if rule.name == name]
    made = promise(rules)
    paths = (*made.paths, *options.allow)
    if not options.unsafe:
        return Promise(paths, (), options.closure)
    # A fix of a safe rule may be an unsafe one, with a reason of its own.
    own = {
        f"{a.rule}: {a.reason}"
        for a in settled.applied
        if a.applicability == Applicability.UNSAFE and a.reason
    }
    reasons = tuple(dict.fromkeys((*made.reasons, *sorted(own))))
    return Promise(paths, reasons, made.closure or options.closure, made.config)


def _judged(pair: Pair, engine: Engine | None, options: Namespace) -> Judgement:
    court = Court(options.platform)
    if engine is None:
        try:
            return court.saved(pair)
        except SideFailed as failure:
            raise UserError(str(failure)) from failure
    with building(engine) as (session, say):
        try:
            judgement = court.built(
                pair,
                session,
                say,
                options.smoke,
                options.smoke_exit_only,
                options.smoke_seconds,
                options.twice,
            )
        except SideFailed as failure:
            failed(*failure.told)
            judgement = unbuilt(str(failure))
    return judgement
