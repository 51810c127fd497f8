"""What COPY and ADD refuse of their sources and of `--chmod` and `--checksum`."""

from __future__ import annotations

import re

from dockerlint.imageref import InvalidReference, check_digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_CLAUSE = "[ugoa]*(?:[-+=][rwxXstugo]*)+"
_SYMBOLIC = f"{_CLAUSE}(?:,{_CLAUSE})*"
_GIT = r"(?:git|ssh)://.|https?://[^?#]*\.git(?:[?#]|\Z)|[A-Za-z0-9_-]+@[A-Za-z0-9.-]+:"


def chmod_fault(mode: str) -> str | None:
    """What BuildKit says of an expanded `--chmod` that is not empty; None when it takes it."""
    if mode[0] not in "0123456789":
        return None if re.fullmatch(_SYMBOLIC, mode) else "invalid syntax"
    if not mode.strip("01234567") and len(mode.lstrip("0")) <= 4:
        return None
    return f"invalid chmod parameter: '{mode}'. it should be octal string and between 0 and 07777"


def is_git(source: str) -> bool:
    """Whether ADD would clone it."""
    return re.match(_GIT, source) is not None


def is_http(source: str) -> bool:
    """Whether ADD would download it as a file."""
    return source.startswith(("http://", "https://")) and not is_git(source)


def source_fault(add: bool, sources: Sequence[str | None], checksum: str | None) -> str | None:
    """What BuildKit says of expanded sources (None: not known) and `--checksum`."""
    if checksum != "":
        if len(sources) != 1:
            return "checksum can't be specified for multiple sources"
        only = sources[0]
        if only is not None and not is_http(only) and not is_git(only):
            return "checksum requires HTTP(S) or Git sources"
        if checksum is not None and only is not None and is_http(only):
            try:
                check_digest(checksum)
            except InvalidReference as error:
                return str(error)
    for source in sources if not add else ():
        if source is not None and is_git(source):
            return "source can't be a git ref for COPY"
        if source is not None and is_http(source):
            return "source can't be a URL for COPY"
    return None
