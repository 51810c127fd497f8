"""`RUN --mount=` as it is read when the instruction runs: every key and value checked."""

from __future__ import annotations

import re

from dockerlint.go import GoError, csv_fields, parse_bool, parse_uint, quote
from dockerlint.mounts import ALIASES
from dockerlint.names import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_KEYS = (
    "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid",
    "src", "dst", "destination", "ro", "rw", "readwrite", "env",
)  # fmt: skip
_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_SHARING = ("shared", "private", "locked")
_SWITCHES = ("readonly", "ro", "readwrite", "rw")
_SIZE = r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? ?(?:[kmgtp](?:i?b)?|b)?"


def mount_fault(value: str, expand: Callable[[str], str | None], workdir: str | None) -> str | None:
    """What BuildKit says of a mount when it runs the instruction; None when it takes it.

    `expand` gives a value with its variables replaced, None where that is not known; such a
    value is not checked. `workdir` is the working directory there, None when not known.
    Raises what `expand` raises.
    """
    try:
        parts = csv_fields(value)
    except GoError as error:
        return f"failed to parse csv mounts: {error}"
    # The options so far; None is a value that is not known.
    options: dict[str, str | None] = {"type": "bind"}
    for part in parts:
        key, equals, written = part.partition("=")
        key = key.lower()
        said = expand(written) if equals else "true"
        if not equals and key not in (*_SWITCHES, "required"):
            return f"invalid field '{part}' must be a key=value pair"
        message = _key_fault(key, part, options["type"])
        if message is None and said is not None:
            message = _value_fault(key, said)
        if message is not None:
            return message
        lowered = key in ("type", "sharing") and said is not None
        options[ALIASES.get(key, key)] = said.lower() if lowered and said is not None else said
    return _whole_fault(options, workdir)


def _key_fault(key: str, part: str, kind: str | None) -> str | None:
    if key not in _KEYS:
        return f"unexpected key '{key}' in '{part}'{did_you_mean(key, _KEYS)}"
    # `required` and `size` look at the type that was read so far.
    for name, kinds in (("required", ("secret", "ssh")), ("size", ("tmpfs",))):
        if key == name and kind is not None and kind not in kinds:
            return f"unexpected key '{key}' for mount type '{kind}'"
    return None


def _value_fault(key: str, said: str) -> str | None:
    if key == "type" and said.lower() not in _TYPES:
        return f"unsupported mount type {quote(said)}{did_you_mean(said, _TYPES)}"
    if key == "sharing" and said.lower() not in _SHARING:
        return f"unsupported sharing value {quote(said)}{did_you_mean(said, _SHARING)}"
    if key in (*_SWITCHES, "required") and parse_bool(said) is None:
        return f"invalid value for {key}: {said}"
    if key == "size" and not re.fullmatch(_SIZE, said, re.IGNORECASE | re.ASCII):
        return f"invalid value for {key}: {said}"
    if key in ("mode", "uid", "gid") and parse_uint(said, 8 if key == "mode" else 10) is None:
        return f"invalid value {said} for {key}"
    return None


def _whole_fault(options: dict[str, str | None], workdir: str | None) -> str | None:
    """What must hold between options, as far as their values are known."""
    kind = options["type"]
    if kind is None:
        return None
    if kind in ("bind", "tmpfs"):
        for key in ("mode", "uid", "gid"):
            if key in options:
                return f"{key} not allowed for {quote(kind)} type mounts"
    if kind == "secret":
        if options.get("from"):
            return "secret mount should not have a from"
        if "sharing" in options:
            return "secret mount should not define sharing"
        if all(options.get(key, "") == "" for key in ("source", "target", "id")):
            return "invalid secret mount. one of source, target required"
        if options.get("source") and options.get("id"):
            return "both source and id can't be set"
    if "sharing" in options and kind != "cache":
        return f"invalid cache sharing set for {kind} mount"
    if kind not in ("secret", "ssh") and _is_root(options.get("target", ""), workdir):
        return 'invalid mount target "/"'
    return None


def _is_root(target: str | None, workdir: str | None) -> bool:
    """Whether a mount would cover the whole file system."""
    if target is None:
        return False
    if not target.startswith("/"):
        if workdir is None:
            return False
        target = f"{workdir}/{target}"
    depth = 0
    for part in target.split("/"):
        if part == "..":
            depth = max(0, depth - 1)
        elif part not in ("", "."):
            depth += 1
    return depth == 0
