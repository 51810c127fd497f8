"""Reading the files that name builds."""

from __future__ import annotations

from dockerlint.errors import UserError


def content(path: str) -> str:
    """The text of a file. UserError when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
