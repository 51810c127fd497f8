"""`dockerlint cache FILE ...`: what a change to a file makes a build run again, and the order that costs less."""

from __future__ import annotations

import os
import sys

from dockerlint import context as contexts
from dockerlint.build_options import Yard, add_build, add_rules, engine_of, refuse_inline
from dockerlint.build_progress import building, failed, no_engine
from dockerlint.diff import unified
from dockerlint.engine import EngineError, NoEngine
from dockerlint.engine.session import Session
from dockerlint.errors import UserError
from dockerlint.image import ImageError
from dockerlint.rebuild import costs, samples
from dockerlint.reorder import reordered
from dockerlint.report import cacheorder as report
from dockerlint.rerun import reruns
from dockerlint.sameness import difference
from dockerlint.source import encode
from dockerlint.trial import Bench
from dockerlint.twin import Twin
from dockerlint.write import WriteError, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from dockerlint.build_options import Task
    from dockerlint.engine import Engine
    from dockerlint.rebuild import Say
    from dockerlint.reorder import Reordered

DONE, FAILED, UNUSABLE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Tell what changes cost. 0 when that was done, 1 when a build failed or the order could not be proven, 2 without an
    engine. UserError for bad usage."""
    options = parser().parse_args(argv)
    if options.repeat < 1 or options.files_measured < 0:
        raise UserError("--repeat and --files-measured count builds", "give a number from 1 on")
    yard = Yard(options)
    tasks = [task for path in options.files for task in yard.tasks(path)]
    if options.write:
        refuse_inline(tasks)
    engine = None
    if options.measure or options.write:
        try:
            engine = engine_of(options, tasks)
        except NoEngine as error:
            no_engine(error, "nothing can be measured")
            return UNUSABLE
    code, documents = DONE, []
    for task in tasks:
        folder = task.build.context
        context = contexts.read(folder, task.patterns)
        groups = reruns(task.dockerfile, contexts.takes(task.dockerfile, context), task.build.target)
        order = reordered(task)
        result = report.Result(task.path, task.dockerfile, context, groups, order)
        if engine is not None:
            measured = _measure(task, engine, options, result)
            if measured is None:
                code = FAILED
                continue
            result = measured
            if order is not None and not result.proven:
                code = FAILED
        if options.format == "json":
            documents.append(report.document(result))
        else:
            from dockerlint.output import say

            say(report.text(result, options.top), sys.stdout)
            if order is not None:
                sys.stdout.write(unified(task.path, task.source.text, order.dockerfile.source.text))
    if options.format == "json":
        import json

        sys.stdout.write(json.dumps(documents, indent=2, ensure_ascii=True) + "\n")
    return code


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser(
        "dockerlint cache",
        allow_abbrev=False,
        description="Show which instructions a change to each file of the context makes a build run again, and an order "
        "that costs less. Without --measure and --write nothing is built.",
    )
    add = made.add_argument
    add("files", nargs="+", metavar="FILE", help="a Dockerfile")
    add(
        "--measure",
        action="store_true",
        help="change files in a copy of the context, build again and take the time",
    )
    add(
        "--write",
        action="store_true",
        help="measure, and write the better order where it makes the same image",
    )
    add("--repeat", type=int, default=1, metavar="N", help="the median of N builds each (default: 1)")
    add(
        "--files-measured",
        type=int,
        default=4,
        metavar="N",
        help="change a file of the N groups that cost most (default: 4)",
    )
    add("--format", choices=("text", "json"), default="text")
    add("--top", type=int, default=5, metavar="N", help="name N files or folders of a group (default: 5)")
    add_build(made)
    add_rules(made)
    return made


def _measure(task: Task, engine: Engine, options: Namespace, result: report.Result) -> report.Result | None:
    """What the changes cost before and after, and whether both orders make one image; None when a build failed."""
    build, path = task.build, task.path
    order = result.order
    groups = result.groups
    if order is not None:
        # Files that cost the same today may not do so in the other order.
        taken = contexts.takes(order.dockerfile, result.context)
        groups = reruns(order.dockerfile, taken, build.target)
    chosen = samples(result.context, groups)[: options.files_measured]
    written = False
    why = ""
    after = None
    try:
        with building(engine) as (session, say):
            twin_folder = os.path.join(session.folder, "context")
            os.mkdir(twin_folder)
            twin = Twin(build.context, result.context, twin_folder)
            before = costs(session, build, task.dockerfile, twin, chosen, options.repeat, say)
            if order is not None:
                why = _why_not(task, order, session, say)
                if not why:
                    after = costs(session, build, order.dockerfile, twin, chosen, options.repeat, say)
    except (EngineError, ImageError) as error:
        failed(path, "", error)
        return None
    if options.write and order is not None and not why:
        source = order.dockerfile.source
        try:
            write(path, task.source.data, encode(source.text, source.bom))
        except WriteError as error:
            raise UserError(f"{path} {error}") from error
        written = True
    return report.Result(
        path, task.dockerfile, result.context, result.groups, order,
        (engine.name, engine.version), before, after, why, written,
    )  # fmt: skip


def _why_not(task: Task, order: Reordered, session: Session, say: Say) -> str:
    """Why the two orders do not make the same image; empty when they do."""
    with Bench(session, task.build, pack=False) as bench:
        one = bench.run(task.dockerfile, say(f"building {task.path} as it is")).measured.image
        try:
            two = bench.run(order.dockerfile, say(f"building {task.path} re-ordered")).measured.image
        except EngineError as error:
            return f"the build fails: {error.tail[-1] if error.tail else error}"
    return difference(one, two)
