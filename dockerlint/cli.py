"""The command line. Everything that may be raised is caught here, and nowhere else."""

from __future__ import annotations

import os
import sys

from dockerlint.errors import UserError
from dockerlint.report.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockerlint.arguments import Options
    from dockerlint.config import Active
    from dockerlint.lint import Crash, Result
    from dockerlint.model import Dockerfile
    from dockerlint.pool import Work
    from dockerlint.rule import Finding

# Name, what it does, and its module, which has `main(argv) -> int` and `parser()`: completion and the
# man page are made from the parsers.
COMMANDS = (
    ("measure", "build before and after the fixes, bytes by line", "measure_command"),
    (
        "context",
        "what a build takes of its context, and what an ignore file could keep out",
        "context_command",
    ),
    (
        "cache",
        "what a change to a file makes a build run again, and the order that costs less",
        "cache_command",
    ),
    ("optimize", "try every fix by real builds, keep what is proven and pays", "optimize_command"),
    (
        "verify",
        "prove that two images keep one contract, a file's before and after its fixes",
        "verify_command",
    ),
    ("explain", "what a rule is about, with examples", "explain"),
    ("rules", "all rules", "rules_command"),
    ("parse", "what a Dockerfile is read as", "parse_command"),
    ("init", "write a configuration to start from, or out of a .hadolint.yaml", "init_command"),
    ("new-rule", "write the skeleton of a rule", "scaffold"),
    ("test-rules", "run the examples of rules as tests", "testing"),
    ("completion", "what bash, zsh or fish needs to complete options and names", "completion"),
    ("lsp", "serve an editor on standard input and output", "lsp"),
)
CLEAN, FOUND, USAGE, BUG, STOPPED, PIPE = 0, 1, 2, 3, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run dockerlint with some arguments; the exit code comes back.

    Writes to `sys.stdout` and `sys.stderr` as they are at the time, and can be called many times
    in one process.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _command(argv)
        sys.stdout.flush()
        return code
    except UserError as error:
        complain(f"error: {error}", error.hint)
        return _usage(argv)
    except SystemExit as stop:
        if stop.code == USAGE:
            return _usage(argv)
        return stop.code if isinstance(stop.code, int) else CLEAN if stop.code is None else USAGE
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        return PIPE
    except Exception:
        from traceback import format_exc

        sys.stderr.write("".join(f"{visible(line)}\n" for line in format_exc().splitlines()))
        complain("this is a bug in dockerlint: please report it with the lines above")
        return BUG


def _usage(argv: list[str]) -> int:
    """The exit code for wrong usage; who asks for hadolint's profile gets hadolint's."""
    asks = any(a == "--profile" and b == "hadolint" for a, b in zip(argv, [*argv[1:], ""]))
    return FOUND if asks or "--profile=hadolint" in argv else USAGE


def entry() -> None:
    """The console script: `main`, then out without the time that tidying up would take."""
    import gc

    gc.set_threshold(100_000, 20, 20)
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = PIPE
    os._exit(code)


def complain(message: str, hint: str = "") -> None:
    """One line on standard error, and one for the hint."""
    sys.stderr.write(f"dockerlint: {visible(message)}\n")
    if hint:
        sys.stderr.write(f"  {visible(hint)}\n")


def _command(argv: list[str]) -> int:
    for name, _, module in COMMANDS:
        if argv[:1] == [name]:
            from importlib import import_module

            code: int = import_module(f"dockerlint.{module}").main(argv[1:])
            return code
    from dockerlint import arguments, lint_command

    return lint_command.main(arguments.parse(argv, COMMANDS), complain, Guard(), worker)


def worker(options: Options) -> Work:
    """What one process of `--jobs` does with some paths. What there is to say, the first process says."""
    from dockerlint.lint_command import Workshop

    workshop, guard = Workshop(options, lambda message, hint: None), Guard()
    return lambda paths: [result for some in workshop.results(paths, guard) for result in some]


class Guard:
    """Runs rules, and keeps what they raise so that the others go on."""

    def __init__(self) -> None:
        self.crashes: list[Crash] = []

    def __call__(self, active: Active, dockerfile: Dockerfile) -> tuple[Finding, ...]:
        """The findings of one rule; none when it raises."""
        try:
            return tuple(active.rule.run(dockerfile, active.options, active.as_peer))
        except Exception as error:
            self.note(error, dockerfile.source.path, active.rule.name)
            return ()

    def note(self, error: Exception, path: str, rule: str = "") -> None:
        """Keep what was raised for a file, by a rule or by us."""
        from traceback import format_exception

        from dockerlint.lint import Crash

        trace = "".join(format_exception(type(error), error, error.__traceback__))
        self.crashes.append(Crash(rule, path, f"{type(error).__name__}: {error}", trace))

    def quietly(self, work: Callable[[str], None], path: str) -> None:
        """Do something for a file that is done again, with all it raises, when its turn comes."""
        from contextlib import suppress

        with suppress(Exception):
            work(path)

    def file(self, work: Callable[[str, Guard], Result], path: str) -> Result:
        """The result of some work on one file; a result with the crash in it when that raises."""
        from dockerlint.frozen import replace
        from dockerlint.lint import Result

        self.crashes = []
        try:
            result = work(path, self)
        except (UserError, KeyboardInterrupt):
            raise
        except OSError as error:
            return Result(path, None, error=f"cannot be read: {error.strerror or error}")
        except Exception as error:
            self.note(error, path)
            return Result(path, None, crashes=tuple(self.crashes))
        if self.crashes:
            # A file is linted again after every pass of fixes: each crash counts once.
            once = {(crash.rule, crash.error): crash for crash in self.crashes}
            result = replace(result, crashes=tuple(once.values()))
        return result
