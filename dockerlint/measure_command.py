"""`dockerlint measure FILE ...`: build a file as it is and with its fixes, and show what they save; or
show where the bytes of an image are that is there already."""

from __future__ import annotations

import os
import re
import sys

from dockerlint import budget_command, measured_store
from dockerlint.build_options import Yard, add_build, add_rules, engine_of
from dockerlint.build_progress import Progress, building, complain, failed, no_engine
from dockerlint.engine import EngineError, NoEngine
from dockerlint.errors import UserError
from dockerlint.existing import Images, is_image
from dockerlint.image import ImageError
from dockerlint.lint import read as model_of
from dockerlint.measure import measure
from dockerlint.report.comparison import Comparison, exact, human
from dockerlint.report.text import paint
from dockerlint.settle import levels
from dockerlint.source import Source
from dockerlint.timing import time
from dockerlint.trial import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from dockerlint.build_options import Task
    from dockerlint.engine import Engine
    from dockerlint.report.comparison import Number
    from dockerlint.settle import Settled

_FIXED = "with its fixes"
SAVED, FAILED, UNUSABLE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Measure files and images. 0 when all were measured, 1 when a build failed or an image cannot be
    read, 2 without an engine.

    The files are not changed, and what was built is removed. UserError for bad usage.
    """
    options = parser().parse_args(argv)
    _check(options)
    yard = Yard(options)
    images = Images(options.engine, options.platform, options.builder)
    tasks: list[Task | str] = []
    for path in options.files:
        tasks += [path] if is_image(path) else yard.tasks(path)
    owner = yard.task(options.dockerfile) if options.dockerfile else None
    if budget_command.asked(options):
        return budget_command.main(
            options, tasks, owner, lambda given: _existing(given, images, owner, options)
        )
    try:
        building = [task for task in tasks if not isinstance(task, str)]
        engine = engine_of(options, building) if building else None
        code, found = SAVED, []
        for task in tasks:
            if isinstance(task, str):
                comparison = _existing(task, images, owner, options)
            else:
                comparison = _measure(task, engine, options)
            if comparison is None:
                code = FAILED
            elif options.format == "text" and options.output is None:
                _report([comparison], options)
            else:
                found.append(comparison)
    except NoEngine as error:
        no_engine(error, "nothing can be measured")
        return UNUSABLE
    if options.format != "text" or options.output is not None:
        _report(found, options)
    return code


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser(
        "dockerlint measure",
        allow_abbrev=False,
        description="Build a Dockerfile as it is and with its fixes, and show what each line weighs before and "
        "after. Building runs the code in the file. Neither the file nor its context is changed. An image that "
        "is there already is shown as it is.",
    )
    add = made.add_argument
    add(
        "files",
        nargs="+",
        metavar="FILE",
        help="a Dockerfile; or an image: a saved archive, an OCI folder, or image:NAME for one that the engine has",
    )
    add("--unsafe", action="store_true", help="with unsafe fixes too; the image may differ")
    add("--format", choices=("text", "json", "markdown", "html"), default="text")
    add("--output", metavar="FILE", help="write the report to a file")
    add("--top", type=int, default=10, metavar="N", help="show the N paths that differ most (default: 10)")
    add("--layers", action="store_true", help="show the heaviest paths of each layer (text)")
    add("--bytes", action="store_true", help="bytes to the last one, in place of kB, MB and GB")
    add(
        "--repeat",
        type=int,
        default=0,
        metavar="N",
        help="build N times cold and again, and show the seconds",
    )
    add("--keep", action="store_true", help="keep the images and say what they are called")
    images = made.add_argument_group("images that are there already").add_argument
    images("--dockerfile", metavar="FILE", help="the Dockerfile that made the image, to name its lines")
    images(
        "--base",
        metavar="IMAGE",
        help="the base image, to tell its layers: an archive, a folder or image:NAME",
    )
    budget_command.add_budget(made)
    add_build(made)
    add_rules(made)
    return made


def _check(options: Namespace) -> None:
    for name in ("top", "repeat"):
        if getattr(options, name) < 0:
            raise UserError(f"--{name} {getattr(options, name)} is below 0")
    if options.output is not None:
        # Not after builds that took minutes.
        folder = os.path.dirname(options.output) or "."
        if not os.path.isdir(folder) or os.path.isdir(options.output):
            why = "is a folder" if os.path.isdir(options.output) else f"there is no folder {folder}"
            raise UserError(f"{options.output} cannot be written: {why}")
    if options.base and not is_image(options.base):
        raise UserError(
            f"--base {options.base} is no image",
            "give an archive, a folder, or image:NAME for one that the engine has",
        )
    if (options.base or options.dockerfile) and not any(map(is_image, options.files)):
        raise UserError("--base and --dockerfile are for images that are there already, and none is given")


def _existing(given: str, images: Images, owner: Task | None, options: Namespace) -> Comparison | None:
    """An image as it is; None when it cannot be read, which is told on standard error."""
    try:
        with Progress() as say:
            say(f"reading {given}")
            # Of a file without --base the layers tell; without a file nobody knows.
            base = images.layers(options.base) if options.base else None
            image = images.read(given)
        file = owner.dockerfile if owner is not None else model_of(Source.of_text("", given))
        target = owner.build.target if owner is not None else None
        measured = measure(file, image, base if base is not None or owner is not None else (), target)
        engine = images.engine_of(given)
    except NoEngine:
        raise
    except (EngineError, ImageError) as error:
        failed(given, "", error)
        return None
    if options.base and not measured.base:
        complain(f"{given} is not built on {options.base}: their lowest layers differ")
    return Comparison(
        given, engine, measured, None, {}, 0, (), (), file=owner.path if owner is not None else ""
    )


def _measure(task: Task, engine: Engine | None, options: Namespace) -> Comparison | None:
    """One file before and after; None when a build failed, which is told on standard error."""
    assert engine is not None
    path = task.title
    settled = task.settled(options.unsafe)
    fixed = settled.look.dockerfile
    variants = [("as it is", task.dockerfile)]
    if fixed.source.text != task.source.text:
        variants.append((_FIXED, fixed))
    with building(engine, options.keep) as (session, say), Bench(session, task.build) as bench:
        trials = []
        try:
            for what, variant in variants:
                title = f"building {path} {what} with {engine.name} {engine.version}"
                trials.append(bench.start(variant, say(title)))
            say(f"reading what was built of {path}")
            outcomes = [trial.outcome() for trial in trials]
            timings = time(
                session,
                task.build,
                [variant for _, variant in variants],
                options.repeat,
                lambda index, what: say(f"building {path} {variants[index][0]}, {what}"),
            )
        except (EngineError, ImageError) as error:
            session.keep = False
            what = variants[len(trials)][0] if len(trials) < len(variants) else ""
            failed(path, what, error)
            if what == _FIXED:
                sys.stderr.write("  the file as it is could be built; nothing was written\n")
            return None
    # Editors show it beside the instructions.
    measured_store.keep(path, outcomes[0].measured)
    return Comparison(
        path,
        (engine.name, engine.version),
        outcomes[0].measured,
        outcomes[1].measured if len(outcomes) > 1 else None,
        settled.fixed,
        _left(settled),
        settled.refused,
        tuple(outcome.seconds for outcome in outcomes),
        tuple(outcome.tag for outcome in outcomes) if options.keep else (),
        path,
        tuple(outcome.steps for outcome in outcomes),
        tuple(timings) if options.repeat else (),
    )


def _left(settled: Settled) -> int:
    """How many unsafe fixes were not allowed to go in."""
    allowed = levels(False)
    return sum(1 for found in settled.look.found if found.fixable and found.applicability not in allowed)


def _report(found: Sequence[Comparison], options: Namespace) -> None:
    """Write the report in the format that is asked for, to where it is asked for."""
    from dockerlint import output

    terminal = options.output is None and sys.stdout.isatty()
    number = exact if options.bytes else human
    text = _rendered(found, options, number, terminal)
    if options.output is not None:
        output.write(options.output, text)
        return
    colored = (terminal and not os.environ.get("NO_COLOR")) or bool(os.environ.get("FORCE_COLOR"))
    output.say(_colored(text) if colored and options.format == "text" else text, sys.stdout)


def _rendered(found: Sequence[Comparison], options: Namespace, number: Number, terminal: bool) -> str:
    if options.format == "json":
        import json

        from dockerlint.report.comparison.json import document

        return json.dumps([document(one, options.top) for one in found], indent=2, ensure_ascii=True) + "\n"
    if options.format == "markdown":
        from dockerlint.report.comparison.markdown import markdown

        return markdown(found, options.top, number)
    if options.format == "html":
        from dockerlint.report.comparison.page import page

        return page(found, options.top)
    from shutil import get_terminal_size

    from dockerlint.report.comparison.text import ASCII, BLOCKS, text

    broad = get_terminal_size().columns if terminal else 0
    marks = BLOCKS if options.output is not None or _can_say(BLOCKS) else ASCII
    return "\n".join(text(one, options.top, number, broad, marks, options.layers) for one in found)


def _can_say(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


_CHANGE = re.compile(r"(?<= )([-+])(?:\d[\d,.]*)(?: (?:[kMGT]?B|%))?(?= |$)", re.MULTILINE)
_TITLE = re.compile(
    r"^  (?:(?:line|layer|stage|image)  |(?:image|gone|new|changed):|"
    r"(?:spoiled by a later|in the image more than|left in caches|seconds|layer of) ).*$",
    re.MULTILINE,
)


def _colored(text: str) -> str:
    """Less in green, more in red, titles bold."""
    text = _TITLE.sub(lambda m: paint(m[0], "1", True), text)
    return _CHANGE.sub(lambda m: paint(m[0], "32" if m[1] == "-" else "31", True), text)
