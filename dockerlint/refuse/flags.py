"""Phase C: the flags of each instruction, and those values of RUN that are read this early."""

from __future__ import annotations

import re

from dockerlint.go import GoError, csv_fields, parse_bool, quote
from dockerlint.names import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockerlint.model import Flag

# b: true or false, s: a value, m: a value, may be repeated.
TABLE: Mapping[str, Mapping[str, str]] = {
    "FROM": {"platform": "s"},
    "RUN": {"mount": "m", "network": "s", "security": "s", "device": "m"},
    "COPY": {
        "from": "s", "chown": "s", "chmod": "s", "link": "b", "parents": "b", "exclude": "m",
    },
    "ADD": {
        "chown": "s", "chmod": "s", "link": "b", "keep-git-dir": "b", "checksum": "s", "unpack": "b",
        "exclude": "m",
    },
    "HEALTHCHECK": {
        "interval": "s", "timeout": "s", "start-period": "s", "start-interval": "s", "retries": "s",
    },
}  # fmt: skip
NEVER_LOOKED_AT = ("ARG", "STOPSIGNAL")
_VARIABLE = re.compile(r"\$[^\n]")


def flag_fault(name: str, flags: Iterable[Flag]) -> str | None:
    """What BuildKit says of the flags of an instruction (name in upper case); None when it takes them."""
    if name in NEVER_LOOKED_AT:
        return None
    table = TABLE.get(name, {})
    seen: set[str] = set()
    for flag in flags:
        kind = table.get(flag.name)
        if kind is None:
            return f"unknown flag: --{flag.name}{did_you_mean(flag.name, table)}"
        if flag.name in seen and kind != "m":
            return f"duplicate flag specified: --{flag.name}"
        seen.add(flag.name)
        if (flag.value is None and kind != "b") or (flag.value == "" and kind == "b"):
            return f"missing a value on flag: --{flag.name}"
        if kind == "b" and flag.value is not None and flag.value.lower() not in ("true", "false"):
            return f"expecting boolean value for flag --{flag.name}, not: {flag.value}"
    return None


def run_flag_fault(flags: Iterable[Flag]) -> str | None:
    """What BuildKit says of the values of RUN's flags before it runs anything."""
    for name, fault in (
        ("device", _device_fault),
        ("mount", _mount_fault),
        ("network", _network_fault),
        ("security", _security_fault),
    ):
        for flag in flags:
            message = fault(flag.value or "") if flag.name == name else None
            if message:
                return message
    return None


def _network_fault(value: str) -> str | None:
    return None if value in ("default", "none", "host") else f"invalid network mode {quote(value)}"


def _security_fault(value: str) -> str | None:
    return None if value in ("sandbox", "insecure") else f"security {quote(value)} is not valid"


def _mount_fault(value: str) -> str | None:
    try:
        fields = csv_fields(value)
    except GoError as error:
        return f"failed to parse csv mounts: {error}"
    for field in fields:
        key, _, said = field.partition("=")
        if key.lower() == "from" and _VARIABLE.search(said):
            return f"'{key.lower()}' doesn't support variable expansion, define alias stage instead"
    return None


def _device_fault(value: str) -> str | None:
    try:
        fields = csv_fields(value)
    except GoError as error:
        return f"failed to parse csv devices: {error}"
    name = ""
    for field in fields:
        key, equals, said = field.partition("=")
        key = key.lower()
        if key == "required":
            if equals and parse_bool(said) is None:
                return f"invalid value for {key}: {said}"
        elif equals and key == "name":
            if name:
                return f"device name already set to {name}"
            name = said
        elif not name:
            name = field
        elif not equals:
            return f"invalid field '{field}' must be a key=value pair"
        else:
            return f"unexpected key '{key}' in '{field}'{did_you_mean(key, ('name', 'required'))}"
    return None
