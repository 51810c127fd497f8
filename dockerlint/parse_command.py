"""`dockerlint parse FILE`: what a Dockerfile is read as."""

from __future__ import annotations

import sys

from dockerlint.errors import UserError
from dockerlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser("dockerlint parse", description="Print what a Dockerfile is read as.")
    made.add_argument("path", metavar="FILE", help="a file, or - for standard input")
    made.add_argument(
        "--format",
        choices=("sexp", "json", "text"),
        default="sexp",
        help="sexp: BuildKit's dump form; json: the model with spans; text: the file as the tree gives it back",
    )
    made.add_argument("--strict", action="store_true", help="refuse what BuildKit refuses, with its message")
    return made


def main(argv: Sequence[str]) -> int:
    """Print a file in one of the forms of `dockerlint.dump`. 0, or with `--strict` 1 and BuildKit's
    message when BuildKit would refuse the file before it builds."""
    options = parser().parse_args(argv)
    source = Source.of(_read(options.path), options.path)

    from dockerlint import dump
    from dockerlint.parser import parse_tree

    if options.strict:
        from dockerlint.lint import read
        from dockerlint.refuse import first_error

        message = first_error(read(source))
        if message is not None:
            from dockerlint.report.escape import visible

            sys.stderr.write(f"{visible(str(message))}\n")
            return 1
    if options.format == "text":
        write_bytes(dump.text(parse_tree(source)))
    elif options.format == "sexp":
        write_bytes(dump.sexp(parse_tree(source)).encode("utf-8", "surrogateescape"))
    else:
        from dockerlint.lint import read

        write_bytes(dump.as_json(read(source)).encode("utf-8", "surrogateescape"))
    return 0


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output as they are."""
    raw = getattr(sys.stdout, "buffer", None)
    sys.stdout.flush()
    if raw is None:
        sys.stdout.write(data.decode("utf-8", "backslashreplace"))
    else:
        raw.write(data)
        raw.flush()
