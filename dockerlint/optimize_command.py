"""`dockerlint optimize FILE ...`: build what may be lighter, keep what is proven and pays."""

from __future__ import annotations

import os
import sys
import time

from dockerlint import __version__
from dockerlint.build_options import Yard, add_build, add_rules, engine_of, refuse_inline
from dockerlint.build_progress import building, complain, no_engine
from dockerlint.cachefolder import cache_folder, own_folder
from dockerlint.contract import promise
from dockerlint.engine import EngineError, NoEngine
from dockerlint.errors import UserError, nearest
from dockerlint.image import ImageError
from dockerlint.inspect import Inspector
from dockerlint.job import model
from dockerlint.optimize.lab import STARTS, Clock, Lab, Unfit
from dockerlint.optimize.ladder import NONE, ORDER, SCRATCH
from dockerlint.optimize.run import Way, optimize
from dockerlint.optimize.state import State, context_digest, digest, sweep
from dockerlint.report import optimization as report
from dockerlint.report.comparison import exact, human
from dockerlint.report.escape import visible
from dockerlint.source import encode
from dockerlint.split.names import names
from dockerlint.trial import Bench
from dockerlint.write import WriteError, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dockerlint.build_options import Task
    from dockerlint.contract import Promise
    from dockerlint.engine import Build, Engine
    from dockerlint.model import Dockerfile
    from dockerlint.optimize.run import Optimized
    from dockerlint.settle import Applied, Choice, Settled
    from dockerlint.source import Source

DONE, NOTHING, UNUSABLE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Optimize files. 0 when all were tried and are proven smaller or have nothing to gain, 1 when one could not be
    built or all that was tried is not proven, 2 without an engine.

    Files change only with --write. UserError for bad usage.
    """
    options = parser().parse_args(argv)
    yard = Yard(options)
    tasks = [task for path in options.files for task in yard.tasks(path)]
    if options.write:
        refuse_inline(tasks)
    accepted = _accepted(options.accept_unproven or (), tasks)
    try:
        engine = engine_of(options, tasks)
    except NoEngine as error:
        no_engine(error, "nothing can be tried")
        return UNUSABLE
    clock = Clock(options.budget)
    code, documents = DONE, []
    results: dict[str, list[tuple[Task, Optimized | None]]] = {}
    for task in tasks:
        found = _optimize(task, engine, options, accepted, clock)
        results.setdefault(os.path.realpath(task.path), []).append((task, found))
        if found is None:
            code = NOTHING
            continue
        if options.format == "json":
            documents.append(report.document(found, task.source.text))
        else:
            _show(found, task, options)
        if not found.changed and _failed(found):
            code = NOTHING
    for shared in results.values() if options.write else ():
        if not _write_shared(shared):
            code = UNUSABLE
    if options.format == "json":
        import json

        sys.stdout.write(json.dumps(documents, indent=2, ensure_ascii=True) + "\n")
    return code


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser(
        "dockerlint optimize",
        allow_abbrev=False,
        description="Try every fix, and lighter ground for the runtime stage, by real builds; keep what builds, keeps "
        "what the image promises, and pays. Building runs the code in the file. The file changes only with --write.",
    )
    add = made.add_argument
    add("files", nargs="+", metavar="FILE", help="a Dockerfile")
    add("--write", action="store_true", help="write what is proven into the file")
    add("--diff", action="store_true", help="show what would be written, and nothing else")
    add("--smoke", action="append", metavar="CMD", help="must do the same in both images; may be repeated")
    add("--smoke-start", action="store_true", help="what the image starts must do the same in both, and end")
    add(
        "--smoke-seconds",
        type=_positive,
        default=60.0,
        metavar="N",
        help="how long one may take (default: 60)",
    )
    add("--budget", type=_positive, metavar="MINUTES", help="start no build after that; run again to go on")
    add(
        "--lightest",
        choices=ORDER,
        default=SCRATCH,
        help="the lightest ground to try for the runtime stage, none for fixes alone (default: scratch)",
    )
    add(
        "--accept-unproven",
        action="extend",
        type=lambda names: names.split(","),
        metavar="NAMES",
        help="rules and grounds that may go in though they are not proven",
    )
    add("--fresh", action="store_true", help="believe nothing of what was tried before")
    add("--format", choices=("text", "json", "markdown"), default="text")
    add("--bytes", action="store_true", help="bytes to the last one, in place of kB, MB and GB")
    add_build(made)
    add_rules(made)
    return made


def _positive(text: str) -> float:
    from argparse import ArgumentTypeError

    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e9:
        raise ArgumentTypeError(f"{text} is not a number above 0")
    return number


def _accepted(names: Sequence[str], tasks: Sequence[Task]) -> frozenset[str]:
    """The rules and grounds that may go in unproven. UserError for a name that is none."""
    found: set[str] = set()
    for name in filter(None, names):
        known = {rule.name for task in tasks for rule in task.setup.rules.names.get(name, ())}
        if not known and name not in ORDER:
            every = (*ORDER, *(rule.name for task in tasks[:1] for rule in task.setup.rules.all))
            raise UserError(f"--accept-unproven: {name} is no rule and no ground", nearest(name, every))
        found |= known or {name}
    return frozenset(found)


def _optimize(
    task: Task, engine: Engine, options: Namespace, accepted: frozenset[str], clock: Clock
) -> Optimized | None:
    """What came of one file; None when it could not be tried, which is told on standard error."""
    smoke = (*([STARTS] if options.smoke_start else []), *(options.smoke or ()))
    lightest = options.lightest if _ends(task) else NONE
    way = _way(task, accepted, lightest)
    state = _state(task, engine, options)
    look = Inspector()
    with building(engine) as (session, say), Bench(session, task.build, look, pack=False) as bench:
        lab = Lab(
            bench, state, clock, smoke, options.smoke_seconds, lambda what: say(f"{task.title}: {what}")
        )
        try:
            found = optimize(task.dockerfile, lab, way, smoke, (engine.name, engine.version))
        except Unfit as error:
            complain(f"{task.title}: {error}")
            sys.stderr.write("".join(f"  | {visible(line)}\n" for line in error.tail[-15:]))
            found = None
        except (EngineError, ImageError) as error:
            complain(f"{task.title}: {error}")
            tail = error.tail if isinstance(error, EngineError) else ()
            sys.stderr.write("".join(f"  | {visible(line)}\n" for line in tail[-15:]))
            found = None
    return found


def _ends(task: Task) -> bool:
    """Whether what is built is the last stage, under a name that the stage behind it takes over."""
    stage, target = task.dockerfile.final_stage, task.build.target
    if target is None or stage is None:
        return True
    return stage.name == target.lower() and names(task.dockerfile, stage)[1] is not None


def _way(task: Task, accepted: frozenset[str], lightest: str) -> Way:
    names = task.setup.rules.names

    def read(source: Source) -> Dockerfile:
        return model(source, task.setup, task.patterns)

    def settle(source: Source, choose: Choice) -> Settled:
        return task.settled_from(source, True, choose)

    def promised(applied: Iterable[Applied]) -> Promise:
        rules = {
            one.rule: rule for one in applied for rule in names.get(one.rule, ()) if rule.name == one.rule
        }
        return promise(rules.values())

    return Way(read, settle, promised, accepted, lightest)


def _state(task: Task, engine: Engine, options: Namespace) -> State:
    """What was tried of a file before. The key holds all that a result depends on but the text."""
    folder = cache_folder()
    folder = os.path.join(folder, "optimize") if folder else ""
    if folder and not own_folder(folder, make=True):
        folder = ""
    build = task.build
    key = digest(
        __version__,
        engine.name,
        engine.version,
        task.path,
        task.source.data,
        context_digest(build.context),
        build.ignore or b"",
        repr((build.build_args, build.target, build.build_contexts, build.network)),
        *_needed(build.needs or {}),
        repr((build.platform, [one.name for one in build.secrets], build.ssh, build.options)),
        repr((options.smoke, options.smoke_start, options.smoke_seconds)),
        os.environ.get("DOCKER_HOST", ""),
    )
    if folder:
        sweep(folder, time.time())
    return State(folder, key, fresh=options.fresh)


def _needed(needs: Mapping[str, Build]) -> Iterator[bytes | str]:
    """What the result depends on of the builds that others are built from."""
    for name, build in needs.items():
        yield name
        yield build.dockerfile
        yield context_digest(build.context)
        yield repr((build.build_args, build.target, build.build_contexts, build.ignore, build.network))
        yield from _needed(build.needs or {})


def _failed(found: Optimized) -> bool:
    """Whether something was tried that would have paid, had it been proven."""
    fates = [*(one.fate for one in found.rungs), *(one.fate for one in found.fixes)]
    return found.over or any(fate in ("breaks it", "not proven") for fate in fates)


def _show(found: Optimized, task: Task, options: Namespace) -> None:
    from dockerlint.output import say

    number = exact if options.bytes else human
    before = task.source.text
    if options.diff:
        say(report.diff(found, before), sys.stdout)
    elif options.format == "markdown":
        say(report.markdown(found, before, number), sys.stdout)
    else:
        say(report.text(found, before, number), sys.stdout)


def _write_shared(shared: Sequence[tuple[Task, Optimized | None]]) -> bool:
    """Write a file that is built in several ways, when what was proven for each is one and the same text;
    False when it is not, or cannot be written."""
    task, found = shared[0]
    texts = {one.source.text for _, one in shared if one is not None}
    if found is not None and len(texts) == 1 and all(one is not None for _, one in shared):
        return _write(found, task)
    if len(shared) > 1:
        names = ", ".join(one.name for one, _ in shared)
        complain(
            f"{task.path} is not written: no text is proven for all that is built from it ({names})",
            "see what is proven for each of them, and optimize for one alone with FILE:NAME",
        )
    return len(shared) == 1


def _write(found: Optimized, task: Task) -> bool:
    """Write what was found; False when that does not work."""
    if not found.changed:
        return True
    try:
        write(task.path, task.source.data, encode(found.source.text, found.source.bom))
    except WriteError as error:
        complain(f"{task.path} {error}")
        return False
    complain(f"{task.path} is written")
    return True
