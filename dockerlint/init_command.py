"""`dockerlint init`: a configuration to start from, or one made of a `.hadolint.yaml`."""

from __future__ import annotations

import os
import sys

from dockerlint.errors import UserError
from dockerlint.hadolint_config import THRESHOLDS, load, of_data, search
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Sequence

    from dockerlint.hadolint_config import Settings

TARGET = "dockerlint.toml"
_STARTER = """\
# Settings of dockerlint (docs/configuration.md); what stands behind # is the default.

# profile = "default"          # or "hadolint", "buildkit": exactly the rules of that tool
# fail-on = "info"             # the level from which findings make the exit code 1
# extend-select = []           # rules, codes, prefixes or groups on top of the profile
# ignore = []                  # the same, to leave out
# exclude = []                 # Dockerfiles that are not linted: "vendor", "tests/*"
# trusted-registries = []      # with names in it, images from elsewhere are findings
# shellcheck = true            # without the key: where ShellCheck is installed

# [severity]
# unmerged-run-layers = "warning"
"""
_KNOWN = frozenset((
    "ignored", "override", "failure-threshold", "trustedRegistries", "label-schema", "strict-labels", "no-fail",
    "format", "formats", "no-color", "disable-ignore-pragma", "verbose",
))  # fmt: skip


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser("dockerlint init", description="Write a configuration to start from.")
    made.add_argument(
        "--from-hadolint",
        nargs="?",
        const="",
        metavar="FILE",
        help="take over what a .hadolint.yaml says (default: the one that hadolint would use here)",
    )
    made.add_argument("--output", default=TARGET, metavar="FILE", help=f"default: {TARGET}; - shows it only")
    return made


def main(argv: Sequence[str]) -> int:
    """Write `dockerlint.toml`, and say what of a `.hadolint.yaml` could not be taken over."""
    options = parser().parse_args(argv)
    notes: list[str] = []
    text = _STARTER
    if options.from_hadolint is not None:
        path = options.from_hadolint or search(os.getcwd(), os.environ)
        if path is None:
            raise UserError("hadolint has no configuration file here", "name it: --from-hadolint FILE")
        text, notes = converted(path)
    if options.output == "-":
        sys.stdout.write(text)
    else:
        _write(options.output, text)
        sys.stdout.write(f"{options.output} is written\n")
    for note in notes:
        sys.stderr.write(f"dockerlint: not taken over: {note}\n")
    return 0


def _write(path: str, text: str) -> None:
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UserError(
            f"{path} is there already", "name another file with --output, or - to see it"
        ) from error
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error


def converted(path: str) -> tuple[str, list[str]]:
    """A `.hadolint.yaml` as settings of ours, and a line for all that has no place in them. Raises
    UserError when it cannot be read."""
    said: list[str] = []
    data = load(path, said.append)
    if data is None:
        raise UserError(said[0] if said else f"{path} is empty")
    try:
        settings = of_data(data)
    except ValueError as error:
        raise UserError(f"{path} is not one that hadolint would use: {error}") from error
    notes = list(_left(settings))
    notes += [f"{key}: hadolint does not know this key either" for key in data if str(key) not in _KNOWN]
    unknown = [key for key in data.get("override") or () if key not in Severity.ORDER]
    notes += [f"override.{key}: hadolint passes it over as well" for key in unknown]
    return "\n".join(_lines(settings, os.path.basename(path))) + "\n", notes


def _lines(settings: Settings, name: str) -> Iterable[str]:
    yield f"# Made of {name}"
    levels = {c: level for level in reversed(Severity.ORDER) for c in settings.levels.get(level, ())}
    if settings.ignored:
        yield f"ignore = {_list(settings.ignored)}"
    if levels:
        # As in hadolint, a level also switches on what is off by default.
        yield f"extend-select = {_list(levels)}"
    if settings.no_fail:
        yield 'fail-on = "never"'
    elif settings.threshold is not None:
        yield f"fail-on = {_string(THRESHOLDS[settings.threshold])}"
    if settings.registries:
        yield f"trusted-registries = {_list(settings.registries)}"
    if settings.strict is not None:
        yield f"strict-labels = {'true' if settings.strict else 'false'}"
    if settings.formats:
        yield f"format = {_string(settings.formats[0])}"
    for table, rows in (("severity", levels), ("label-schema", settings.labels)):
        if rows:
            yield ""
            yield f"[{table}]"
            yield from (f"{_string(key)} = {_string(value)}" for key, value in rows.items())


def _left(settings: Settings) -> Iterable[str]:
    if settings.no_pragmas:
        yield "disable-ignore-pragma: give --disable-ignore-pragma on the command line"
    if settings.no_color:
        yield "no-color: there is colour on a terminal only; NO_COLOR or --color never turn it off"
    if len(settings.formats) > 1:
        yield f"formats behind the first ({', '.join(settings.formats[1:])}): give -f again on the command line"
    if settings.verbose:
        yield "verbose: give --verbose on the command line"


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_string, words))}]"


def _string(value: str) -> str:
    """A TOML basic string (https://toml.io/en/v1.0.0#string)."""
    escaped = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else f"\\{c}" if c in '"\\' else c for c in value
    )
    return f'"{escaped}"'
