"""Calls the command line in this process."""

from __future__ import annotations

import io
import sys
from typing import NamedTuple
from unittest.mock import patch

from dockerlint.cli import main


class Ran(NamedTuple):
    """What a call gave."""

    code: int
    out: str
    err: str


class Terminal(io.TextIOWrapper):
    """A standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(*argv: str, stdin: bytes = b"", terminal: bool = False, encoding: str = "utf-8") -> Ran:
    """Exit code, standard output and standard error of `dockerlint argv`."""
    raw = io.BytesIO()
    kind = Terminal if terminal else io.TextIOWrapper
    out = kind(raw, encoding=encoding, newline="")
    err = io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(stdin))
    with patch.multiple(sys, stdout=out, stderr=err, stdin=given):
        code = main([str(word) for word in argv])
        out.flush()
    return Ran(code, raw.getvalue().decode(encoding, "surrogateescape"), err.getvalue())
