"""The reference of instructions agrees with what the builder takes."""

from __future__ import annotations

import pytest

from dockerlint.lsp.reference import reference
from dockerlint.model import Invalid
from dockerlint.mounts import KEYS
from dockerlint.refuse import problems
from dockerlint.refuse.flags import TABLE
from dockerlint.resolve import parse


def test_every_instruction_and_every_flag_is_in_it_and_no_other() -> None:
    instructions = reference().instructions
    for name in instructions:
        assert not isinstance(parse(f"FROM a\n{name}\n").body[-1].keyword.name, Invalid)
    assert {name: set(entry.flags) for name, entry in instructions.items() if entry.flags} == {
        name: set(flags) for name, flags in TABLE.items()
    }
    assert len(instructions) == 18


def test_a_flag_without_a_form_is_a_switch() -> None:
    for name, entry in reference().instructions.items():
        for flag, one in entry.flags.items():
            assert (one.form == "") == (TABLE[name][flag] == "b")


VALUES = [
    (flag, value)
    for flag, one in reference().instructions["RUN"].flags.items()
    for value in one.values
    if flag != "mount"
]


@pytest.mark.parametrize(("flag", "value"), VALUES)
def test_the_builder_takes_every_value(flag: str, value: str) -> None:
    assert not list(problems(parse(f"FROM a\nRUN --{flag}={value} true\n")))


VALUE_OF = {
    "source": "/s", "target": "/t", "from": "a", "readonly": "true", "readwrite": "true", "required": "true",
    "id": "i", "sharing": "locked", "size": "1", "mode": "0600", "uid": "1", "gid": "1", "env": "E",
}  # fmt: skip


@pytest.mark.parametrize("kind", list(reference().mounts))
def test_the_builder_takes_every_key_of_a_mount(kind: str) -> None:
    for key in reference().mounts[kind].keys:
        target = "" if key in ("target", "env") or kind in ("secret", "ssh") else ",target=/t"
        text = f"FROM x AS a\nFROM a\nRUN --mount=type={kind}{target},{key}={VALUE_OF[key]} true\n"
        if kind in ("secret", "ssh") and key not in ("id", "target"):
            text = text.replace(f",{key}", f",id=i,{key}")
        assert not list(problems(parse(text))), text


def test_every_key_of_a_mount_is_explained() -> None:
    assert set(reference().mount_keys) == KEYS
