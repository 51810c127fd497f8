"""`dockerlint measure --check` and `--update`: images held to what `dockerlint.lock` says they may weigh."""

from __future__ import annotations

import os
import sys

from dockerlint import budget, lockfile
from dockerlint.baseline import known_as
from dockerlint.build_options import engine_of
from dockerlint.build_progress import building, failed, no_engine
from dockerlint.engine import EngineError, NoEngine
from dockerlint.errors import UserError
from dockerlint.frozen import node
from dockerlint.image import ImageError
from dockerlint.installed import Databases, named
from dockerlint.measure import chain
from dockerlint.model import Run
from dockerlint.report import budget as report
from dockerlint.report import comparison
from dockerlint.target import needed
from dockerlint.trial import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from dockerlint.budget import Verdict
    from dockerlint.build_options import Task
    from dockerlint.engine import Engine
    from dockerlint.lockfile import Entry, Lock
    from dockerlint.measure import Measured

    Existing = Callable[[str], comparison.Comparison | None]

WITHIN, OVER, UNUSABLE = 0, 1, 2
_FORMATS = ("text", "json", "markdown")


def add_budget(parser: ArgumentParser) -> None:
    """Add what is about budgets."""
    group = parser.add_argument_group("budgets")
    add = group.add_argument
    add(
        "--check",
        action="store_true",
        help="fail (exit 1) when an image is heavier than its budget in the lock",
    )
    add("--update", action="store_true", help="write the lock; a budget only ever gets smaller")
    add("--allow-growth", action="store_true", help="with --update: a budget may get larger too")
    add(
        "--tolerance",
        metavar="SIZE",
        help="how much more than its budget an image may weigh: 500kB, 1%%; with --update it is kept in the lock",
    )
    add("--lock", metavar="FILE", help=f"the lock (default: {lockfile.NAME} from the file's folder upward)")


def asked(options: Namespace) -> bool:
    """Whether it is about budgets. UserError where the options do not fit together."""
    if options.check and options.update:
        raise UserError("--check and --update are two things", "give one of them")
    if options.allow_growth and not options.update:
        raise UserError("--allow-growth goes with --update", "add it")
    if (options.tolerance is not None or options.lock) and not (options.check or options.update):
        name = "--lock" if options.lock else "--tolerance"
        raise UserError(f"{name} goes with --check or --update", "add one of them")
    if not (options.check or options.update):
        return False
    if options.format not in _FORMATS:
        raise UserError(f"--format {options.format} is not for budgets", f"give one of {', '.join(_FORMATS)}")
    for name in ("unsafe", "keep", "repeat", "base"):
        if getattr(options, name, None):
            raise UserError(f"--{name} is not for budgets: the file is built as it is", "leave it out")
    budget.allowance(options.tolerance or "", 0)
    return True


@node
class _Job:
    """A file whose image is weighed: with the lock that it is in, and its name there. `given` is an image that
    is there already, None to build one."""

    task: Task
    given: str | None
    lock: str
    file: str
    target: str


def main(options: Namespace, tasks: Sequence[Task | str], owner: Task | None, existing: Existing) -> int:
    """Check or update budgets. 0 when every image is within its own, 1 when one is not or a build failed,
    2 without an engine. UserError when there is no budget to check, or the lock cannot be used."""
    jobs = [_job(task, owner, options) for task in tasks]
    for job in jobs if options.check else ():
        _budgets(job)
    code, done = WITHIN, []
    try:
        building = [job.task for job in jobs if job.given is None]
        engine = engine_of(options, building) if building else None
        for job in jobs:
            images = _weighed(job, engine, options.update, existing)
            if images is None:
                code = OVER
                continue
            outcome = (_update if options.update else _check)(job, images, options)
            code = OVER if outcome.verdict.over and not outcome.written else code
            done.append(outcome)
    except NoEngine as error:
        no_engine(error, "nothing can be weighed")
        return UNUSABLE
    _show(done, options)
    return code


def _job(task: Task | str, owner: Task | None, options: Namespace) -> _Job:
    if isinstance(task, str):
        if owner is None:
            raise UserError(
                f"a budget belongs to a Dockerfile, and {task} is an image", "name it with --dockerfile"
            )
        if options.update:
            raise UserError(f"--update builds, and {task} is an image", "name the Dockerfile instead")
        return _job_of(owner, task, options)
    return _job_of(task, None, options)


def _job_of(task: Task, given: str | None, options: Namespace) -> _Job:
    lock = options.lock or lockfile.home(task.path)
    return _Job(task, given, lock, known_as(lock, task.path), task.build.target or "")


def _budgets(job: _Job) -> list[Entry]:
    """The budgets of an image, one a platform; UserError when there is none."""
    hint = f"`dockerlint measure --update {job.task.path}` writes one"
    if not os.path.exists(job.lock):
        raise UserError(f"there is no {job.lock}, so no budget for {job.task.path}", hint)
    found = lockfile.read(job.lock).of(job.file, job.target)
    if not found:
        what = f" with target {job.target}" if job.target else ""
        raise UserError(f"{job.lock} has no budget for {job.file}{what}", hint)
    return found


def _weighed(job: _Job, engine: Engine | None, all_stages: bool, existing: Existing) -> list[Measured] | None:
    """The image of a file, and with `all_stages` those of the stages that it copies from; None when a build
    failed, which is told on standard error."""
    if job.given is not None:
        found = existing(job.given)
        return [found.before] if found is not None else None
    assert engine is not None
    task = job.task
    look = Databases(_installs_go(task)) if all_stages else None
    with building(engine) as (session, say), Bench(session, task.build, look, pack=False) as bench:
        try:
            title = f"building {task.path} with {engine.name} {engine.version}"
            trials = [bench.start(task.dockerfile, say(title))]
            for stage in _beside(task) if all_stages else ():
                trials.append(bench.of_stage(stage).start(task.dockerfile, say(f"{title}, stage {stage}")))
            say(f"reading what was built of {task.path}")
            weighed = [trial.outcome().measured for trial in trials]
        except (EngineError, ImageError) as error:
            failed(task.path, "", error)
            return None
    return weighed


def _installs_go(task: Task) -> bool:
    return any(manager == "go" for run in task.dockerfile.instructions(Run) for manager, _ in named(run))


def _beside(task: Task) -> list[str]:
    """The stages that are built for an image without being part of it, each that others of them do not begin with."""
    dockerfile = task.dockerfile
    stages = chain(dockerfile, task.build.target)
    if not stages:
        return []
    covered = {stage.index for stage in stages}
    wanted = needed(dockerfile, task.build.target or str(stages[-1].index))
    found = []
    for stage in reversed(dockerfile.stages):
        if stage.index in wanted and stage.index not in covered:
            covered |= {one.index for one in stage.lineage}
            # A later stage of the same name would be built in its place.
            named_so = stage.name is not None and dockerfile.stage_named(stage.name) is stage
            found.append(stage.name if named_so and stage.name else str(stage.index))
    return found


def _check(job: _Job, images: Sequence[Measured], options: Namespace) -> report.Outcome:
    known = _budgets(job)
    here = budget.platform(images[0].image)
    mine = next((one for one in known if one.platform == here), None)
    if mine is None:
        there = ", ".join(one.platform for one in known)
        raise UserError(
            f"{job.lock} has a budget of {job.file} for {there}, and this image is for {here}",
            f"build for {there} with --platform, or `dockerlint measure --update {job.task.path}` here",
        )
    verdict = budget.compared(mine, images[0], _tolerance(job, mine, options))
    return report.Outcome(job.task.path, job.lock, verdict)


def _tolerance(job: _Job, known: Entry | None, options: Namespace) -> str:
    """What is let pass: by the command line, else by the lock, else by the configuration."""
    if options.tolerance is not None:
        return str(options.tolerance)
    return (known.tolerance if known is not None else "") or job.task.setup.config.tolerance


def _update(job: _Job, images: Sequence[Measured], options: Namespace) -> report.Outcome:
    made = budget.entry(job.file, job.target, images[0], images[1:])
    found: list[tuple[Verdict, bool]] = []

    def change(lock: Lock) -> Lock:
        known = next((one for one in lock.of(job.file, job.target) if one.platform == made.platform), None)
        verdict = budget.compared(known or made, images[0], _tolerance(job, known, options))
        write = options.allow_growth or not verdict.over
        found.append((verdict, write))
        if not write:
            return lock
        return lock.put([budget.ratcheted(known, made, options.tolerance, options.allow_growth)])

    lockfile.change(job.lock, change)
    verdict, written = found[-1]
    return report.Outcome(job.task.path, job.lock, verdict, written)


def _show(outcomes: Sequence[report.Outcome], options: Namespace) -> None:
    from dockerlint.output import say, write

    if options.format == "json":
        text = report.json(outcomes, options.top)
    elif options.format == "markdown":
        text = report.markdown(outcomes, options.top)
    else:
        text = report.text(outcomes, options.top, comparison.exact if options.bytes else comparison.human)
    if options.output is not None:
        write(options.output, text)
    else:
        say(text, sys.stdout)
