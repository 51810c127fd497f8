"""`dockerlint lsp`: the language server.

`server.py` and `wire.py` speak with the editor and are the only modules that import pygls; `handlers.py`
has the messages, `convert.py` makes the protocol's types of our records. Every feature is a function of
the model that gives records of `answers.py`.
"""

from __future__ import annotations

import os
import sys

from dockerlint.errors import UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Serve an editor on standard input and output until it is done. UserError without pygls."""
    parser().parse_args(argv)
    try:
        from dockerlint.lsp.server import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("dockerlint"):
            raise
        raise UserError(
            f"the language server needs {error.name}, which is not installed", "pip install 'dockerlint[lsp]'"
        ) from error
    # Whatever a plugin prints must not get between the messages.
    taken = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return serve(sys.stdin.buffer, taken)


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser

    made = ArgumentParser(
        "dockerlint lsp",
        allow_abbrev=False,
        description="A language server for Dockerfiles, on standard input and output. Editors start it; see "
        "docs/editors.md.",
    )
    made.add_argument("--stdio", action="store_true", help="as it is anyway; some editors add it")
    return made
