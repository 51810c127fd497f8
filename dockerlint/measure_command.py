"""`dockerlint measure FILE ...`: build a file as it is and with its fixes, and show what they save."""

from __future__ import annotations

import os
import re
import sys

from dockerlint.api import settled_source
from dockerlint.arguments import Options, build_args
from dockerlint.config import PROFILES
from dockerlint.engine import NAMES, Build, EngineError, NoEngine, detect
from dockerlint.engine.session import Session
from dockerlint.errors import UserError
from dockerlint.ignorefile import find_ignore_file, read_patterns
from dockerlint.image import ImageError
from dockerlint.job import model
from dockerlint.lint import run_rule
from dockerlint.lint_command import Workshop
from dockerlint.report import comparison as report
from dockerlint.report.escape import visible
from dockerlint.report.text import paint
from dockerlint.settle import levels
from dockerlint.source import Source
from dockerlint.trial import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from dockerlint.engine import Engine
    from dockerlint.settle import Settled

_FIXED = "with its fixes"
SAVED, FAILED, UNUSABLE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Measure files. 0 when all were measured, 1 when a build failed, 2 without an engine.

    The files are not changed, and what was built is removed. UserError for bad usage.
    """
    options = parser().parse_args(argv)
    contexts = _pairs(options.build_context or ())
    workshop = Workshop(_lint_options(options), _complain)
    sources = [_source(path) for path in options.files]
    try:
        engine = detect(options.engine)
    except NoEngine as error:
        _no_engine(error)
        return UNUSABLE
    code = SAVED
    found = []
    for source in sources:
        comparison = _measure(source, engine, contexts, options, workshop)
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
    group = made.add_argument_group("build")
    add = group.add_argument
    add("--engine", choices=NAMES, help="default: the first that is here, in this order")
    add("--context", metavar="DIR", help="the build context (default: the folder of the file)")
    add("--build-arg", action="append", metavar="NAME=VALUE", help="a build argument, as docker build has it")
    add(
        "--build-context",
        action="append",
        metavar="NAME=REF",
        help="what a name in FROM or COPY --from stands for",
    )
    add("--target", metavar="STAGE", help="build this stage")
    add("--network", metavar="NAME", help="the network of RUN, as docker build has it")
    add("--pull", action="store_true", help="look for newer base images")
    add("--no-cache", action="store_true", help="build every layer anew")
    add("--keep", action="store_true", help="keep the images and say what they are called")
    group = made.add_argument_group("rules, as for a lint")
    add = group.add_argument
    add("--profile", choices=PROFILES)
    for name in ("--select", "--extend-select", "--ignore"):
        add(name, action="extend", type=lambda names: names.split(","), metavar="NAMES")
    add("--config", metavar="FILE")
    add("--isolated", action="store_true", help="read no configuration files")
    return made


def _lint_options(given: Namespace) -> Options:
    options = Options()
    options.unsafe = given.unsafe
    options.profile, options.config, options.isolated = given.profile, given.config, given.isolated
    options.select, options.extend_select, options.ignore = given.select, given.extend_select, given.ignore
    options.build_arg, options.target = given.build_arg, given.target
    return options


def _pairs(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not (name and equals and value):
            raise UserError(
                f"--build-context {item} is not NAME=REF", "for one: debian=docker-image://debian:12"
            )
        found[name] = value
    return found


def _source(path: str) -> Source:
    try:
        with open(path, "rb") as file:
            return Source.of(file.read(), path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


def _ignore(path: str) -> bytes | None:
    """The content of the ignore file that belongs to the Dockerfile alone."""
    try:
        with open(f"{path}.dockerignore", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _patterns(path: str, context: str) -> tuple[str, ...] | None:
    """The patterns of the ignore file that the build uses; None when there is none."""
    found = find_ignore_file(path, context)
    if found is None:
        return None
    with open(found, "rb") as file:
        return read_patterns(file.read().decode("utf-8", "surrogateescape"))


def _measure(
    source: Source, engine: Engine, contexts: dict[str, str], options: Namespace, workshop: Workshop
) -> report.Comparison | None:
    """One file before and after; None when a build failed, which is told on standard error."""
    path = source.path
    setup = workshop.setup(path)
    where = options.context or os.path.dirname(path) or "."
    patterns = _patterns(path, where)
    dockerfile = model(source, setup, patterns)
    settled = settled_source(source, setup, run_rule, options.unsafe, patterns)
    build = Build(
        b"",
        where,
        _ignore(path),
        {**setup.config.build_args, **build_args(options.build_arg)},
        options.target or setup.config.target or None,
        contexts,
        options.no_cache,
        options.pull,
        options.network,
    )
    if not dockerfile.stages:
        raise UserError(f"{path} has no FROM, so there is nothing to build")
    if not os.path.isdir(build.context):
        raise UserError(f"the context {build.context} is not a folder")
    fixed = settled.look.dockerfile
    variants = [("as it is", dockerfile)]
    if fixed.source.text != source.text:
        variants.append((_FIXED, fixed))
    with Session(engine, options.keep) as session, Bench(session, build) as bench, _progress() as say:
        trials = []
        try:
            for what, variant in variants:
                title = f"building {path} {what} with {engine.name} {engine.version}"
                trials.append(bench.start(variant, say(title)))
            say(f"reading what was built of {path}")
            outcomes = [trial.outcome() for trial in trials]
        except (EngineError, ImageError) as error:
            session.keep = False
            _failed(path, variants[len(trials)][0] if len(trials) < len(variants) else "", error)
            return None
    for tag in session.left:
        _complain(f"{tag} could not be removed", f"remove it with {engine.name} rmi {tag}")
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


def _failed(path: str, what: str, error: EngineError | ImageError) -> None:
    tail = error.tail if isinstance(error, EngineError) else ()
    _complain(f"{path} {what}: {error}" if what else f"{path}: {error}", "")
    sys.stderr.write("".join(f"  | {visible(line)}\n" for line in tail[-15:]))
    if what == _FIXED:
        sys.stderr.write("  the file as it is could be built; nothing was written\n")


def _no_engine(error: NoEngine) -> None:
    _complain(f"{error}, so nothing can be measured", "")
    sys.stderr.write("".join(f"  {visible(line)}\n" for line in error.found))
    if error.hint:
        sys.stderr.write(f"  install one: {error.hint}\n")
    else:
        sys.stderr.write("  install Docker, podman or buildah\n")


def _complain(message: str, hint: str) -> None:
    sys.stderr.write(f"dockerlint: {visible(message)}\n")
    if hint:
        sys.stderr.write(f"  {visible(hint)}\n")


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


class _progress:
    """Shows on standard error what the engine is at: a line that changes on a terminal, one line a
    build elsewhere. Gives a function from the title of a build to the receiver of its lines."""

    def __enter__(self) -> Callable[[str], Callable[[str], None]]:
        self._status = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("")
            self._status.start()
        return self._begin

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def _begin(self, title: str) -> Callable[[str], None]:
        if self._status is None:
            sys.stderr.write(f"dockerlint: {visible(title)}\n")
            sys.stderr.flush()
            return lambda line: None
        from rich.text import Text

        status = self._status

        def show(text: str) -> None:
            room = status.console.width - 4
            status.update(Text(text if len(text) <= room else f"{text[: room - 1]}…"))

        def line(text: str) -> None:
            step = _STEP.search(text)
            if step is not None:
                show(f"{visible(title)}: {visible(step[0])}")

        show(visible(title))
        return line


# `STEP 2/6: RUN x` is buildah's, `#5 [2/4] RUN x` or `#5 [name 2/4] RUN x` BuildKit's.
_STEP = re.compile(r"(?:STEP \d+/\d+: .*|(?<=\] )[A-Z]+ .*)$")
