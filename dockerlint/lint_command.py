"""`dockerlint [PATH ...]`: from options to results, a report, and an exit code."""

from __future__ import annotations

import os
import sys

from dockerlint.config import Config, wants_shellcheck
from dockerlint.config_files import Finder
from dockerlint.discover import STDIN, excluded, files
from dockerlint.errors import UserError
from dockerlint.frozen import replace
from dockerlint.job import UNREADABLE, Setup, lint_model, model
from dockerlint.lint import Result
from dockerlint.loader import load
from dockerlint.outcome import exit_code
from dockerlint.output import report
from dockerlint.rule import Severity
from dockerlint.source import Source
from dockerlint.versions import Versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dockerlint.arguments import Options
    from dockerlint.cli import Guard
    from dockerlint.loader import Rules
    from dockerlint.model import Dockerfile
    from dockerlint.pool import Work
    from dockerlint.resultcache import Cache
    from dockerlint.shellcheck import Checker
    from dockerlint.versions import Key

    Complain = Callable[[str, str], None]

# Files that share one ShellCheck process; their models are in memory together.
BATCH = 64
# From so many files on a cache pays: what it takes is imported first (benchmarks/result_cache.py).
ENOUGH = 8


def main(options: Options, complain: Complain, guard: Guard, worker: Callable[[Options], Work]) -> int:
    """Lint, fix when asked, report; the exit code comes back."""
    from time import perf_counter

    began = perf_counter()
    if options.unsafe and not (options.fix or options.diff):
        raise UserError("--unsafe goes with --fix or --diff", "add one of them")
    if options.update_baseline and options.baseline is None:
        raise UserError("--update-baseline goes with --baseline FILE", "name the file")
    _fits_changed_since(options)
    _fits_statistics(options)
    workshop = Workshop(options, complain)
    closed: list[OSError] = []
    paths = [path for path in files(options.paths or ["."], closed) if workshop.takes(path)]
    if not paths and not options.paths:
        complain("no Dockerfile found here", "name a file, or a folder that has one")
    for path in paths:
        workshop.setup(path)
    results = _all(workshop, options, paths, guard, worker)
    results += [Result(str(error.filename), None, error=_why(error)) for error in closed]
    if options.baseline is not None:
        results = _against(options, results)
    if options.changed_since is not None:
        from dockerlint.changes import only_changed

        results = only_changed(results, options.changed_since)
    config, rules = workshop.main()
    report(results, options, config, rules, perf_counter() - began)
    return exit_code(results, workshop, complain)


def _fits_statistics(options: Options) -> None:
    others = [name for name in options.format or () if name not in ("text", "tty", "json")]
    if options.stats and others:
        raise UserError(f"--stats has no place in the format {others[0]}", "use it with text, tty or json")


def _fits_changed_since(options: Options) -> None:
    if options.changed_since is not None and STDIN in options.paths:
        raise UserError("--changed-since cannot tell what changed in standard input", "name the file")
    if options.changed_since is not None and (options.fix or options.diff):
        raise UserError(
            "--changed-since does not go with --fix or --diff: fixes are for whole files",
            "lint with --changed-since, then fix the files that you want to",
        )


def _all(
    workshop: Workshop,
    options: Options,
    paths: list[str],
    guard: Guard,
    worker: Callable[[Options], Work],
) -> list[Result]:
    """The results of all files, in order: those that are kept from a run before, and new ones."""
    kept, left = workshop.kept(paths), paths
    if kept:
        left = [path for path in paths if path not in kept]
    if options.jobs != 1 and len(left) > 1 and STDIN not in left:
        from dockerlint.pool import run

        made = run(worker, options, left)
    else:
        made = workshop.results(left, guard)
    new: list[Result] = []
    for some in made:
        workshop.keep(left[len(new) : len(new) + len(some)], some)
        new += some
    if not kept:
        return new
    fresh = dict(zip(left, new))
    return [kept.get(path) or fresh[path] for path in paths]


def _why(error: OSError) -> str:
    """What is wrong with a path that gave no file."""
    return (
        str(error.strerror) if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
    )


def _against(options: Options, results: list[Result]) -> list[Result]:
    """The results without what the baseline knows, which is brought up to date first when that is asked for."""
    from dockerlint import baseline
    from dockerlint.output import write

    assert options.baseline is not None
    if options.update_baseline:
        write(options.baseline, baseline.text(options.baseline, results))
    return baseline.without(results, options.baseline, baseline.read(options.baseline))


class Workshop:
    """Options, and the setup of every folder that files are in."""

    def __init__(self, options: Options, complain: Complain) -> None:
        from dockerlint.arguments import build_args, settings

        self.options = options
        self._complain = complain
        self._build_args = build_args(options.build_arg)
        self._hadolint = options.profile == "hadolint"
        self._settings = settings(options)
        base = None
        if self._hadolint:
            from dockerlint.hadolint_config import of_environment, put_on

            base = put_on(Config(), of_environment(os.environ))
        self._finder = Finder(options.config, options.isolated, lambda text: complain(text, ""), base)
        self._setups: dict[int, tuple[Config, Setup]] = {}
        self._opened: dict[str, Dockerfile] = {}
        self._checker: Checker | None = None
        self._looked = False
        self._cache: Cache | None = None
        self._told_of_lock = False
        self._locks: dict[str, object] = {}
        # What else a result is of, for each file that may be kept.
        self._seen: dict[str, object] = {}

    def config(self, path: str) -> Config:
        """The configuration of a file, as it was found."""
        if path == STDIN and self.options.stdin_filename:
            path = self.options.stdin_filename
        return self._finder.of(path)

    def takes(self, path: str) -> bool:
        """Whether a file is to be linted: not when the configuration excludes it."""
        config = self.config(path)
        base = os.path.dirname(os.path.abspath(config.path)) if config.path else ""
        if path == STDIN or not excluded(path, config.exclude, base):
            return True
        if path in self.options.paths:
            self._complain(f"{path} is left out: `exclude` in {config.path} names it", "")
        return False

    def main(self) -> tuple[Config, Rules | None]:
        """The configuration that decides about reports, and the rules: those of the first file."""
        for _, setup in self._setups.values():
            return setup.config, setup.rules
        return merged(Config(), self.options, self._build_args), None

    def setup(self, path: str) -> Setup:
        """Rules and settings for a file."""
        found = self.config(path)
        known = self._setups.get(id(found))
        if known is None:
            config = self._config_of(found)
            rules = load(config.plugins, cache=not self.options.no_cache)
            known = self._setups[id(found)] = (found, Setup.of(config, rules, self._checker_for(config)))
        return known[1]

    def _config_of(self, found: Config) -> Config:
        """A configuration with the command line on top."""
        config = merged(found, self.options, self._build_args)
        if self._settings is not None:
            from dockerlint.hadolint_config import put_on

            config = put_on(config, self._settings, worst=self._hadolint)
        if self._hadolint:
            # A file that cannot be parsed is never passed over.
            ignore = tuple(word for word in config.ignore if word.upper() != UNREADABLE)
            config = replace(config, lenient=True, ignore=ignore)
        if config.verbose:
            from dockerlint.hadolint_config import described

            for line in described(config):
                self._complain(line, "")
        return config

    def _checker_for(self, config: Config) -> Checker | None:
        """ShellCheck, where it is wanted and found; one line when it was asked for and is not there."""
        if not wants_shellcheck(config):
            return None
        if not self._looked:
            from dockerlint.shellcheck import Checker, find

            self._looked = True
            program = find()
            if program is not None:
                self._checker = Checker(program)
            else:
                self._complain(
                    "ShellCheck is not installed: shell scripts are not checked",
                    "pip install 'dockerlint[shellcheck]'; --no-shellcheck does without it",
                )
        return self._checker

    def results(self, paths: Sequence[str], guard: Guard) -> Iterator[Sequence[Result]]:
        """The results of some files, in order, some at a time."""
        try:
            for at in range(0, len(paths), BATCH):
                part = paths[at : at + BATCH]
                self._ahead(part, guard)
                found = [guard.file(self.result, path) for path in part]
                if self._checker is not None and self._checker.faults:
                    notes = tuple(dict.fromkeys(self._checker.faults))
                    found[-1] = replace(found[-1], notes=(*found[-1].notes, *notes))
                    self._checker.faults.clear()
                yield found
        finally:
            if self._checker is not None:
                self._checker.close()

    def kept(self, paths: Sequence[str]) -> dict[str, Result]:
        """The results that are kept from a run before, by path."""
        options = self.options
        if options.no_cache or options.fix or options.diff or STDIN in paths or len(paths) < ENOUGH:
            return {}
        from dockerlint.resultcache import Cache

        self._cache = Cache()
        found: dict[str, Result] = {}
        for path in paths:
            try:
                with open(path, "rb") as file:
                    source = Source.of(file.read(), path)
                around = self._seen[path] = self._around(path)
                result = self._cache.get(source, self.setup(path), around)
            except OSError:
                # Its turn comes, and with it the message.
                continue
            if result is not None:
                found[path] = result
        return found

    def keep(self, paths: Sequence[str], results: Sequence[Result]) -> None:
        """Keep some results for the next run. Where ShellCheck failed on one of them, none is kept."""
        if self._cache is None or any(result.notes for result in results):
            return
        for path, result in zip(paths, results):
            try:
                around = self._around(path)
            except OSError:
                continue
            # It may have changed since the file was looked at first.
            if path in self._seen and self._seen[path] == around:
                self._cache.put(result, self.setup(path), around)
        self._cache.tidy()

    def _ahead(self, paths: Sequence[str], guard: Guard) -> None:
        """Read some files, and start ShellCheck for them, so that it works while the rules do."""
        for path in paths:
            if self.setup(path).checker is not None:
                guard.quietly(self._open, path)
        if self._checker is not None and self._opened:
            self._checker.ahead([(one, self.setup(path).config) for path, one in self._opened.items()])

    def _open(self, path: str) -> None:
        self._opened[path] = self._read(path)

    def _read(self, path: str) -> Dockerfile:
        """The model of a file, read once. OSError when it cannot be read."""
        known = self._opened.pop(path, None)
        if known is not None:
            return known
        name = path
        if path == STDIN:
            data = sys.stdin.buffer.read()
            name = self.options.stdin_filename or STDIN
        else:
            with open(path, "rb") as file:
                data = file.read()
        return model(Source.of(data, name), self.setup(path), self._patterns(name), self.versions(name))

    def _around(self, path: str) -> tuple[object, ...]:
        """What besides a file and its configuration findings are of: its ignore file, the lock of its project."""
        from dockerlint.lockfile import find

        folder = os.path.dirname(os.path.abspath(path))
        if folder not in self._locks:
            lock = find(path)
            status = os.stat(lock) if lock is not None else None
            self._locks[folder] = status and (lock, status.st_mtime_ns, status.st_size)
        return self._patterns(path), self._locks[folder]

    @staticmethod
    def _patterns(name: str) -> tuple[str, ...] | None:
        return ignore_patterns(name) if name != STDIN else None

    def versions(self, path: str) -> Versions | None:
        """The versions of packages that `dockerlint.lock` knows of a file."""
        return locked(path, self._complain_of_lock) if path != STDIN else None

    def _complain_of_lock(self, message: str, hint: str) -> None:
        if not self._told_of_lock:
            self._told_of_lock = True
            self._complain(message, hint)

    def result(self, path: str, guard: Guard) -> Result:
        """Read, lint and fix one file. OSError when it cannot be read."""
        setup = self.setup(path)
        dockerfile = self._read(path)
        if self.options.fix or self.options.diff:
            from dockerlint.fix_command import fix_file

            source = dockerfile.source
            patterns = self._patterns(source.path)
            return fix_file(path, source, setup, guard, self.options, patterns, dockerfile.versions)
        return lint_model(dockerfile, setup, guard)


def merged(config: Config, options: Options, build_args: dict[str, str]) -> Config:
    """A configuration with what the command line says on top."""
    levels = dict(config.severity)
    least = config.least
    for item in options.severity or ():
        word, equals, level = item.partition("=")
        level = level if equals else word
        if level not in Severity.ORDER:
            raise UserError(
                f"--severity {item}: {level} is no level", f"known are {', '.join(Severity.ORDER)}"
            )
        if equals:
            levels[word] = level
        else:
            least = level
    if config.target and not options.target:
        target = config.target
    else:
        target = options.target or ""
    return replace(
        config,
        profile=options.profile or config.profile,
        select=tuple(options.select) if options.select is not None else config.select,
        extend_select=(*config.extend_select, *(options.extend_select or ())),
        ignore=(*config.ignore, *(options.ignore or ())),
        severity=levels,
        least=least,
        fail_on=options.fail_on or config.fail_on,
        build_args={**config.build_args, **build_args},
        target=target,
        shellcheck=config.shellcheck if options.shellcheck is None else options.shellcheck,
    )


def locked(path: str, complain: Complain) -> Versions:
    """The versions of packages that the lock of a project knows of a file. It is looked for and read when
    a rule first asks; where it cannot be read that is said, and nothing is known."""

    def load(dockerfile: Dockerfile) -> Mapping[Key, str]:
        from dockerlint.lockfile import known

        try:
            return known(path, dockerfile)
        except UserError as error:
            complain(f"{error}; its versions are not used", error.hint)
            return {}

    return Versions(load)


def ignore_patterns(path: str) -> tuple[str, ...] | None:
    """The patterns of the ignore file that a build of a Dockerfile in its own folder would use;
    None when there is none."""
    from dockerlint.ignorefile import find_ignore_file, read_patterns

    found = find_ignore_file(path)
    if found is None:
        return None
    with open(found, "rb") as file:
        return read_patterns(file.read().decode("utf-8", "surrogateescape"))
