"""`dockerlint measure FILE ...`: build a file as it is and with its fixes, and show what they save."""

from __future__ import annotations

import os
import re
import sys

from dockerlint.build_options import Yard, add_build, add_rules
from dockerlint.build_progress import Progress, complain, failed, no_engine
from dockerlint.engine import EngineError, NoEngine, detect
from dockerlint.engine.session import Session
from dockerlint.image import ImageError
from dockerlint.report import comparison as report
from dockerlint.report.text import paint
from dockerlint.settle import levels
from dockerlint.trial import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from dockerlint.build_options import Task
    from dockerlint.engine import Engine
    from dockerlint.settle import Settled

_FIXED = "with its fixes"
SAVED, FAILED, UNUSABLE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Measure files. 0 when all were measured, 1 when a build failed, 2 without an engine.

    The files are not changed, and what was built is removed. UserError for bad usage.
    """
    options = parser().parse_args(argv)
    yard = Yard(options)
    tasks = [yard.task(path) for path in options.files]
    try:
        engine = detect(options.engine)
    except NoEngine as error:
        no_engine(error, "nothing can be measured")
        return UNUSABLE
    code = SAVED
    found = []
    for task in tasks:
        comparison = _measure(task, engine, options)
        if comparison is None:
            code = FAILED
        elif options.format == "json":
            found.append(report.document(comparison, options.top))
        else:
            _show(comparison, options)
    if options.format == "json":
        import json

        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=True) + "\n")
    return code


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser(
        "dockerlint measure",
        allow_abbrev=False,
        description="Build a Dockerfile as it is and with its fixes, and show what each line weighs before and "
        "after. Building runs the code in the file. Neither the file nor its context is changed.",
    )
    add = made.add_argument
    add("files", nargs="+", metavar="FILE", help="a Dockerfile")
    add("--unsafe", action="store_true", help="with unsafe fixes too; the image may differ")
    add("--format", choices=("text", "json"), default="text")
    add("--top", type=int, default=10, metavar="N", help="show the N paths that differ most (default: 10)")
    add("--bytes", action="store_true", help="bytes to the last one, in place of kB, MB and GB")
    add("--keep", action="store_true", help="keep the images and say what they are called")
    add_build(made)
    add_rules(made)
    return made


def _measure(task: Task, engine: Engine, options: Namespace) -> report.Comparison | None:
    """One file before and after; None when a build failed, which is told on standard error."""
    path = task.path
    settled = task.settled(options.unsafe)
    fixed = settled.look.dockerfile
    variants = [("as it is", task.dockerfile)]
    if fixed.source.text != task.source.text:
        variants.append((_FIXED, fixed))
    with Session(engine, options.keep) as session, Bench(session, task.build) as bench, Progress() as say:
        trials = []
        try:
            for what, variant in variants:
                title = f"building {path} {what} with {engine.name} {engine.version}"
                trials.append(bench.start(variant, say(title)))
            say(f"reading what was built of {path}")
            outcomes = [trial.outcome() for trial in trials]
        except (EngineError, ImageError) as error:
            session.keep = False
            what = variants[len(trials)][0] if len(trials) < len(variants) else ""
            failed(path, what, error)
            if what == _FIXED:
                sys.stderr.write("  the file as it is could be built; nothing was written\n")
            return None
    for tag in session.left:
        complain(f"{tag} could not be removed", f"remove it with {engine.name} rmi {tag}")
    return report.Comparison(
        path,
        (engine.name, engine.version),
        outcomes[0].measured,
        outcomes[1].measured if len(outcomes) > 1 else None,
        settled.fixed,
        _left(settled),
        settled.refused,
        tuple(outcome.seconds for outcome in outcomes),
        tuple(outcome.tag for outcome in outcomes) if options.keep else (),
    )


def _left(settled: Settled) -> int:
    """How many unsafe fixes were not allowed to go in."""
    allowed = levels(False)
    return sum(1 for found in settled.look.found if found.fixable and found.applicability not in allowed)


def _show(comparison: report.Comparison, options: Namespace) -> None:
    from shutil import get_terminal_size

    from dockerlint.output import say

    terminal = sys.stdout.isatty()
    number = report.exact if options.bytes else report.human
    text = report.text(comparison, options.top, number, get_terminal_size().columns if terminal else 0)
    colored = (terminal and not os.environ.get("NO_COLOR")) or bool(os.environ.get("FORCE_COLOR"))
    say(_colored(text) if colored else text, sys.stdout)


_CHANGE = re.compile(r"(?<= )([-+])(?:\d[\d,.]*)(?: (?:[kMGT]?B|%))?(?= |$)", re.MULTILINE)
_TITLE = re.compile(r"^ +(?:line|image|gone|new|changed)(?:  |:).*$", re.MULTILINE)


def _colored(text: str) -> str:
    """Less in green, more in red, titles bold."""
    text = _TITLE.sub(lambda m: paint(m[0], "1", True), text)
    return _CHANGE.sub(lambda m: paint(m[0], "32" if m[1] == "-" else "31", True), text)
