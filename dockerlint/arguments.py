"""The options of `dockerlint [PATH ...]`: one table, read by argparse when there is an option.

`argparse` costs 9 ms to import; a call with nothing but paths, as pre-commit makes it, does
without.
"""

from __future__ import annotations

from dockerlint.config import LEVELS, PROFILES
from dockerlint.errors import UserError
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from typing import Any

FORMATS = ("text", "json")

_USAGE = "dockerlint [OPTIONS] [PATH ...]\n       dockerlint COMMAND [OPTIONS] ..."


class Options:
    """What was given on the command line, one attribute an option; None or empty where not given."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.fix = self.unsafe = self.diff = False
        self.isolated = self.no_cache = self.stats = self.quiet = False
        self.format: str | None = None
        self.output: str | None = None
        self.select: list[str] | None = None
        self.extend_select: list[str] | None = None
        self.ignore: list[str] | None = None
        self.profile: str | None = None
        self.severity: list[str] | None = None
        self.fail_on: str | None = None
        self.config: str | None = None
        self.jobs = 1
        self.build_arg: list[str] | None = None
        self.target: str | None = None
        self.color = "auto"
        self.shellcheck: bool | None = None
        self.stdin_filename: str | None = None


def parse(argv: Sequence[str], commands: Sequence[tuple[str, str]]) -> Options:
    """The options of a lint. Exits as argparse does: for --help, --version and bad usage."""
    options = Options()
    if not any(word.startswith("-") and word != "-" for word in argv):
        options.paths = list(argv)
        return options
    parser(commands).parse_args(list(argv), namespace=options)
    return options


def _columns() -> int:
    """The width for help."""
    import os

    try:
        return min(os.get_terminal_size().columns, 110) - 2
    except OSError:
        return 98


def _names(value: str) -> list[str]:
    return [word for word in value.replace(" ", ",").split(",") if word]


def parser(commands: Sequence[tuple[str, str]]) -> ArgumentParser:
    """The argparse parser of a lint; `commands` are shown in its help."""
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    from dockerlint import __version__

    columns = _columns()
    broad = max(len(name) for name, _ in commands)
    made = ArgumentParser(
        prog="dockerlint",
        usage=_USAGE,
        allow_abbrev=False,
        # argparse makes a formatter for every option; without a width each would ask `shutil`.
        formatter_class=lambda prog: RawDescriptionHelpFormatter(prog, width=columns),
        description="Lints Dockerfiles, fixes them, and proves with real builds what each fix saves.",
        epilog="commands (`dockerlint COMMAND --help` says more):\n"
        + "\n".join(f"  {name:<{broad}}  {what}" for name, what in commands)
        + "\n\nexit code: 0 clean, 1 findings at or above --fail-on, 2 usage, configuration or unreadable"
        "\nfiles, 3 a bug in dockerlint or a plugin",
    )
    add = made.add_argument
    add("paths", nargs="*", metavar="PATH", help="file, folder, glob, or - for standard input (default: .)")
    add("--version", action="version", version=f"dockerlint {__version__}")

    group = made.add_argument_group("fixes")
    add = group.add_argument
    add("--fix", action="store_true", help="write safe fixes")
    add("--unsafe", action="store_true", help="with --fix or --diff: unsafe fixes too; the image may differ")
    add("--diff", action="store_true", help="show what --fix would write; write nothing")

    group = made.add_argument_group("rules")
    add = group.add_argument
    lists: dict[str, Any] = {"action": "extend", "type": _names, "metavar": "NAMES"}
    add("--profile", choices=PROFILES, help="default: all rules; hadolint, buildkit: exactly the peer's")
    add(
        "--select",
        **lists,
        help="only these: rule names, codes, code prefixes, groups, or all; commas between",
    )
    add("--extend-select", **lists, help="these too")
    add("--ignore", **lists, help="not these")
    add(
        "--severity",
        action="append",
        metavar="LEVEL|RULE=LEVEL",
        help=f"hide findings below a level ({', '.join(Severity.ORDER)}), or give a rule another one",
    )
    add(
        "--fail-on",
        choices=LEVELS,
        metavar="LEVEL",
        help="exit 1 from this level on (default: info), or never",
    )

    add(
        "--shellcheck",
        action="store_true",
        default=None,
        help="ShellCheck's findings too (default: where it is installed)",
    )
    add("--no-shellcheck", action="store_false", dest="shellcheck", help="without ShellCheck")

    group = made.add_argument_group("input")
    add = group.add_argument
    add("--config", metavar="FILE", help="use this configuration file")
    add("--isolated", action="store_true", help="read no configuration files")
    add("--build-arg", action="append", metavar="NAME=VALUE", help="a build argument, as docker build has it")
    add("--target", metavar="STAGE", help="findings only in this stage and those it needs")
    add("--stdin-filename", metavar="PATH", help="the name that standard input is linted under")

    group = made.add_argument_group("output")
    add = group.add_argument
    add("--format", choices=FORMATS, help="default: text")
    add("--output", metavar="FILE", help="write the report to a file")
    add("--stats", action="store_true", help="counts by rule, in place of the findings")
    add("--color", choices=("auto", "always", "never"), help="default: auto (NO_COLOR, FORCE_COLOR)")
    add("--quiet", action="store_true", help="findings only, no summary")

    group = made.add_argument_group("speed")
    add = group.add_argument
    add("--jobs", type=_count, metavar="N", help="lint in N processes; 0: as many as there are cores")
    add("--no-cache", action="store_true", help="neither read nor write caches")
    return made


def _count(value: str) -> int:
    if not value.isdecimal():
        raise ValueError(value)
    return int(value)


def build_args(given: Sequence[str] | None) -> dict[str, str]:
    """`NAME=VALUE` items as a dict; a bare NAME takes its value from the environment, as docker does."""
    import os

    found: dict[str, str] = {}
    for item in given or ():
        name, equals, value = item.partition("=")
        if not name:
            raise UserError(f"--build-arg {item} has no name", "write it as NAME=VALUE")
        if equals:
            found[name] = value
        elif name in os.environ:
            found[name] = os.environ[name]
    return found
