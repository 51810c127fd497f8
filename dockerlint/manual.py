"""`python -m dockerlint.manual [--check] [FILE]`: the man page, written from the options themselves.

`--check` writes nothing and exits 1 when the page is not as the options say.
"""

from __future__ import annotations

import os
import sys

from dockerlint.usage import Command, Option, commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGE = os.path.join("docs", "man", "dockerlint.1")

_EXIT = (
    ("0", "nothing was found at or above --fail-on"),
    ("1", "findings at or above --fail-on"),
    ("2", "wrong usage or configuration, or a file that cannot be read"),
    ("3", "a bug in dockerlint or a plugin"),
)
_FILES = (
    ("pyproject.toml", "settings in the table [tool.dockerlint]"),
    ("dockerlint.toml", "the same settings at the top of a file of its own"),
    (".hadolint.yaml", "read where there is no configuration of ours"),
    ("$XDG_CACHE_HOME/dockerlint", "results and compiled rules; may be removed at any time"),
)
_ENVIRONMENT = (
    ("NO_COLOR, FORCE_COLOR", "no colours, or colours where there is no terminal"),
    ("XDG_CACHE_HOME", "where caches are kept (default: ~/.cache)"),
)
_EXAMPLES = (
    ("Lint every Dockerfile below the current folder:", "dockerlint"),
    ("Write the safe fixes:", "dockerlint --fix Dockerfile"),
    ("Show what all fixes would do:", "dockerlint --fix --unsafe --diff Dockerfile"),
    ("Build before and after the fixes:", "dockerlint measure Dockerfile --unsafe"),
    (
        "Reports for people and for a service:",
        "dockerlint -f text -o /dev/stdout -f sarif -o dockerlint.sarif",
    ),
)


def page() -> str:
    """The man page in roff."""
    from dockerlint import __version__

    all = commands()
    lint, others = all[0], all[1:]
    lines = [
        '.\\" Written by `python -m dockerlint.manual`; do not edit.',
        f'.TH DOCKERLINT 1 "" "dockerlint {__version__}" "User Commands"',
        ".SH NAME",
        r"dockerlint \- lint Dockerfiles, fix them, and measure what each fix saves",
        ".SH SYNOPSIS",
        ".B dockerlint",
        r"[\fIOPTIONS\fR] [\fIPATH\fR ...]",
        ".br",
        ".B dockerlint",
        r"\fICOMMAND\fR [\fIOPTIONS\fR] ...",
        ".SH DESCRIPTION",
        roff(lint.about),
    ]
    for operand in lint.operands:
        lines += [".PP", f"\\fI{roff(operand.value)}\\fR is a {roff(operand.help)}."]
    lines.append(".SH OPTIONS")
    lines += _groups(lint)
    lines.append(".SH COMMANDS")
    for command in others:
        lines += _command(command)
    lines += _table("EXIT STATUS", _EXIT)
    lines += _table("ENVIRONMENT", _ENVIRONMENT)
    lines += _table("FILES", _FILES)
    lines.append(".SH EXAMPLES")
    for what, example in _EXAMPLES:
        lines += [roff(what), ".PP", ".RS 4", ".nf", roff(example), ".fi", ".RE", ".PP"]
    lines.pop()
    return "\n".join(lines) + "\n"


def _groups(command: Command) -> Iterator[str]:
    for title, options in command.groups:
        named = [option for option in options if option.names]
        if title and named:
            yield f'.SS "{roff(title)}"'
        for option in named:
            yield from _option(option)


def _command(command: Command) -> Iterator[str]:
    operands = " ".join(
        f"{o.value} ..." if o.many and o.needed else f"[{o.value} ...]" if o.many else o.value
        for o in command.operands
    )
    yield f'.SS "{roff(f"dockerlint {command.name} {operands}".strip())}"'
    yield roff(command.about)
    for option in (*command.operands, *command.options):
        yield from _option(option)


def _option(option: Option) -> Iterator[str]:
    value = f"\\fI{roff(option.value)}\\fR" if option.value else ""
    if option.value and option.names and not option.needed:
        value = f"[{value}]"
    heads = [f"\\fB{roff(name)}\\fR" for name in option.names]
    yield ".TP"
    yield ", ".join(heads) + (f" {value}" if heads and value else value)
    yield roff(option.help) or roff(f"one of {', '.join(option.choices)}" if option.choices else option.value)


def _table(title: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f".SH {title}"
    for head, text in rows:
        yield from (".TP", f"\\fB{roff(head)}\\fR", roff(text))


def roff(text: str) -> str:
    """A text as roff shows it: nothing in it is a request or an escape."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    plain = plain.replace('"', "\\(dq").replace("^", "\\(ha").replace("~", "\\(ti")
    return "\n".join(f"\\&{line}" if line.startswith(".") else line for line in plain.split("\n"))


def main(argv: Sequence[str]) -> int:
    """Write the page, or check it."""
    from argparse import ArgumentParser

    parser = ArgumentParser("python -m dockerlint.manual", description="Write the man page from the options.")
    parser.add_argument("file", nargs="?", default=PAGE)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when it is not fresh")
    options = parser.parse_args(argv)
    old = ""
    if os.path.isfile(options.file):
        with open(options.file, encoding="utf-8", newline="") as file:
            old = file.read()
    new = page()
    if options.check:
        if old != new:
            sys.stdout.write(f"not fresh: {options.file}\n")
        return int(old != new)
    os.makedirs(os.path.dirname(options.file) or ".", exist_ok=True)
    with open(options.file, "w", encoding="utf-8", newline="\n") as file:
        file.write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
