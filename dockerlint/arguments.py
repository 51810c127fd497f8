"""The options of `dockerlint [PATH ...]`: one table, read by argparse when there is an option.

`argparse` costs 9 ms to import; a call with nothing but paths, as pre-commit makes it, does
without.
"""

from __future__ import annotations

from dockerlint.config import FORMATS, LEVELS, PROFILES
from dockerlint.errors import UserError
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, _ArgumentGroup
    from collections.abc import Sequence
    from typing import Any

    from dockerlint.hadolint_config import Settings

_USAGE = "dockerlint [OPTIONS] [PATH ...]\n       dockerlint COMMAND [OPTIONS] ..."


class Options:
    """What was given on the command line, one attribute an option; None or empty where not given."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.fix = self.unsafe = self.diff = False
        self.isolated = self.no_cache = self.stats = self.quiet = False
        self.format: list[str] | None = None
        self.output: list[str] | None = None
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
        self.baseline: str | None = None
        self.update_baseline = False
        self.changed_since: str | None = None
        self.shellcheck: bool | None = None
        self.failure_threshold: str | None = None
        self.no_fail: bool | None = None
        self.no_color: bool | None = None
        self.verbose: bool | None = None
        self.strict_labels: bool | None = None
        self.disable_ignore_pragma: bool | None = None
        self.trusted_registry: list[str] | None = None
        self.require_label: list[str] | None = None
        self.file_path_in_report = ""
        self.error: list[str] | None = None
        self.warning: list[str] | None = None
        self.info: list[str] | None = None
        self.style: list[str] | None = None
        self.stdin_filename: str | None = None


def parse(argv: Sequence[str], commands: Sequence[tuple[str, str, str]]) -> Options:
    """The options of a lint. Exits as argparse does: for --help, --version and bad usage."""
    options = Options()
    if not any(word.startswith("-") and word != "-" for word in argv):
        options.paths = list(argv)
        return options
    parser(commands).parse_args(_told_apart(argv), namespace=options)
    return options


_NAMES = ("dockerfile", "containerfile")


def _told_apart(argv: Sequence[str]) -> list[str]:
    """The words with files whose names begin with a dash made plain: git and pre-commit hand
    over names as they are, and no option of ours is a file name by accident."""
    import os

    return [
        os.path.join(os.curdir, word)
        if word[0:1] == "-" and any(name in word.lower() for name in _NAMES) and os.path.isfile(word)
        else word
        for word in argv
    ]


def _columns() -> int:
    """The width for help."""
    import os

    try:
        return min(os.get_terminal_size().columns, 110) - 2
    except OSError:
        return 98


def _names(value: str) -> list[str]:
    return [word for word in value.replace(" ", ",").split(",") if word]


def parser(commands: Sequence[tuple[str, str, str]]) -> ArgumentParser:
    """The argparse parser of a lint; `commands` are shown in its help."""
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    from dockerlint import __version__

    columns = _columns()
    broad = max(len(name) for name, _, _ in commands)
    made = ArgumentParser(
        prog="dockerlint",
        usage=_USAGE,
        allow_abbrev=False,
        # argparse makes a formatter for every option; without a width each would ask `shutil`.
        formatter_class=lambda prog: RawDescriptionHelpFormatter(prog, width=columns),
        description="Lints Dockerfiles, fixes them, and proves with real builds what each fix saves.",
        epilog="commands (`dockerlint COMMAND --help` says more):\n"
        + "\n".join(f"  {name:<{broad}}  {what}" for name, what, _ in commands)
        + "\n\nexit code: 0 clean, 1 findings at or above --fail-on, 2 usage, configuration or unreadable"
        "\nfiles, 3 a bug in dockerlint or a plugin",
    )
    add = made.add_argument
    add("paths", nargs="*", metavar="PATH", help="file, folder, glob, or - for standard input (default: .)")
    add(
        "-v",
        "--version",
        action="version",
        version=f"dockerlint {__version__}",
        help="show the version and exit",
    )

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
        help="ShellCheck's findings too (default: only in --profile hadolint)",
    )
    add("--no-shellcheck", action="store_false", dest="shellcheck", help="without ShellCheck")

    add("--baseline", metavar="FILE", help="leave out the findings that are recorded in a file")
    add("--update-baseline", action="store_true", help="record all findings there are now in that file")

    add(
        "--changed-since",
        metavar="REV",
        help="only findings in instructions that changed since a git revision; files git does not know count wholly",
    )

    group = made.add_argument_group("input")
    add = group.add_argument
    add("-c", "--config", metavar="FILE", help="use this configuration file")
    add("--isolated", action="store_true", help="read no configuration files")
    add("--build-arg", action="append", metavar="NAME=VALUE", help="a build argument, as docker build has it")
    add("--target", metavar="STAGE", help="findings only in this stage and those it needs")
    add("--stdin-filename", metavar="PATH", help="the name that standard input is linted under")

    group = made.add_argument_group("output")
    add = group.add_argument
    add(
        "-f",
        "--format",
        choices=tuple(FORMATS),
        action="append",
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (default: text); again for another report, each with its --output",
    )
    add("-o", "--output", action="append", metavar="FILE", help="write the report to a file")
    add(
        "--stats",
        action="store_true",
        help="counts by rule, in place of the findings; with text, tty and json",
    )
    add("--color", choices=("auto", "always", "never"), help="default: auto (NO_COLOR, FORCE_COLOR)")
    add("--quiet", action="store_true", help="findings only, no summary")

    _as_hadolint(made.add_argument_group("as hadolint has them"))
    group = made.add_argument_group("speed")
    add = group.add_argument
    add("--jobs", type=_count, metavar="N", help="lint in N processes; 0: as many as there are cores")
    add("--no-cache", action="store_true", help="neither read nor write caches")
    return made


def _as_hadolint(group: _ArgumentGroup) -> None:
    """hadolint's options, under their own names."""
    from dockerlint.hadolint_config import LABEL_TYPES, THRESHOLDS

    add = group.add_argument
    thresholds = tuple(THRESHOLDS)
    add(
        "-t",
        "--failure-threshold",
        choices=thresholds,
        metavar="LEVEL",
        help="as --fail-on; none: any finding",
    )
    flag: dict[str, Any] = {"action": "store_true", "default": None}
    add("--no-fail", **flag, help="exit 0 whatever is found")
    add("--no-color", **flag, help="as --color never")
    add("-V", "--verbose", **flag, help="show the configuration on standard error")
    for level in Severity.ORDER:
        add(
            f"--{level}",
            action="append",
            metavar="CODE",
            help=f"as --severity CODE={level}, and switch it on",
        )
    add("--trusted-registry", action="append", metavar="REGISTRY", help="add a registry that may be used")
    labels = ", ".join(LABEL_TYPES)
    add("--require-label", action="append", metavar="NAME:TYPE", help=f"a label that must be there: {labels}")
    add("--strict-labels", **flag, help="no other labels than those required")
    add("--disable-ignore-pragma", **flag, help="hadolint's comments silence nothing")
    add("--file-path-in-report", metavar="PATH", default="", help="the path that reports for services show")


_HADOLINT = (
    "failure_threshold", "no_fail", "no_color", "verbose", "strict_labels", "disable_ignore_pragma",
    "trusted_registry", "require_label", "error", "warning", "info", "style",
)  # fmt: skip


def settings(options: Options) -> Settings | None:
    """hadolint's options as settings; None where there are none. Raises UserError for a label type that is not known."""
    if not any(getattr(options, name) for name in _HADOLINT):
        return None
    from dockerlint.hadolint_config import LABEL_TYPES, Settings, label

    labels: dict[str, str] = {}
    for word in options.require_label or ():
        pair = label(word)
        if pair is None:
            raise UserError(
                f"--require-label {word} has no known type", f"known are {', '.join(LABEL_TYPES)}"
            )
        labels[pair[0]] = pair[1]
    levels = {level: tuple(getattr(options, level) or ()) for level in Severity.ORDER}
    return Settings(
        levels={level: codes for level, codes in levels.items() if codes},
        registries=tuple(options.trusted_registry or ()),
        labels=labels,
        threshold=options.failure_threshold,
        strict=options.strict_labels,
        no_fail=options.no_fail,
        no_color=options.no_color,
        verbose=options.verbose,
        no_pragmas=options.disable_ignore_pragma,
    )


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
