"""The value of `RUN --mount=`: one line of CSV, as Go reads it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ALIASES = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}
KEYS = frozenset(
    (
        "type", "from", "source", "target", "readonly", "readwrite", "required", "size", "id",
        "sharing", "mode", "uid", "gid", "env",
    )
)  # fmt: skip
_BARE = ("readonly", "readwrite", "required")


def mount_options(value: str, expand: Callable[[str], str | None]) -> dict[str, str] | None:
    """The options of a mount, keys folded; None for a mount that BuildKit refuses by its
    keys. A value that is not known stays as written."""
    if '"' in value:
        from dockerlint.go import GoError, csv_fields

        try:
            fields = csv_fields(value)
        except GoError:
            return None
    else:
        fields = value.split(",")
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
