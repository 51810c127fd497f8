"""The value of `RUN --mount=`: one line of CSV, as Go reads it."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_FIELD = re.compile(r'"((?:[^"]|"")*)"(?=,|\Z)|([^",]*)(?=,|\Z)')
ALIASES = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}
KEYS = frozenset(
    (
        "type", "from", "source", "target", "readonly", "readwrite", "required", "size", "id",
        "sharing", "mode", "uid", "gid", "env",
    )
)  # fmt: skip
_BARE = ("readonly", "readwrite", "required")


def csv_fields(line: str) -> list[str] | None:
    """The fields of one CSV line; None where Go refuses it (a quote in a bare field, an
    unclosed one, or no line at all)."""
    if not line:
        return None
    if '"' not in line:
        return line.split(",")
    fields: list[str] = []
    at = 0
    while True:
        match = _FIELD.match(line, at)
        if not match:
            return None
        fields.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        at = match.end() + 1
        if at > len(line):
            return fields


def mount_options(value: str, expand: Callable[[str], str | None]) -> dict[str, str] | None:
    """The options of a mount, keys folded; None for a mount that BuildKit refuses by its
    keys. A value that is not known stays as written."""
    fields = csv_fields(value)
    if fields is None:
        return None
    options: dict[str, str] = {}
    for field in fields:
        key, equals, raw = field.partition("=")
        key = key.lower()
        key = ALIASES.get(key, key)
        if key not in KEYS or (not equals and key not in _BARE):
            return None
        known = expand(raw) if equals else "true"
        options[key] = raw if known is None else known
    options.setdefault("type", "bind")
    options["type"] = options["type"].lower()
    return options
