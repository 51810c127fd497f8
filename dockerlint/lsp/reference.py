"""The reference of instructions, flags and mounts: `reference.toml`, typed."""

from __future__ import annotations

import os
import sys
from functools import cache

from dockerlint.frozen import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


@record
class FlagEntry:
    """A flag: the form of its value (empty for a switch), values there are, what it does."""

    form: str
    values: tuple[str, ...]
    text: str


@record
class InstructionEntry:
    """An instruction: the forms it is written in, what it does, its flags."""

    forms: tuple[str, ...]
    text: str
    flags: Mapping[str, FlagEntry]


@record
class MountEntry:
    """A type of mount: what it is, and the keys it takes."""

    text: str
    keys: tuple[str, ...]


@record
class Reference:
    """All of it. `mount_keys`, `directives` and `labels` say what each is for."""

    instructions: Mapping[str, InstructionEntry]
    mounts: Mapping[str, MountEntry]
    mount_keys: Mapping[str, str]
    directives: Mapping[str, str]
    labels: Mapping[str, str]


@cache
def reference() -> Reference:
    """The reference; read once."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    with open(os.path.join(os.path.dirname(__file__), "reference.toml"), "rb") as file:
        table = tomllib.load(file)
    return Reference(
        {
            name: InstructionEntry(
                tuple(entry["forms"]),
                " ".join(entry["text"].split()),
                {
                    flag: FlagEntry(one["form"], tuple(one["values"]), one["text"])
                    for flag, one in entry.get("flags", {}).items()
                },
            )
            for name, entry in table["instructions"].items()
        },
        {name: MountEntry(entry["text"], tuple(entry["keys"])) for name, entry in table["mounts"].items()},
        table["mount_keys"],
        table["directives"],
        table["labels"],
    )
