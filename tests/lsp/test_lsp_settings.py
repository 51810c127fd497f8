"""What the editor sets."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import tomli

from dockerlint.lsp.settings import KEYS, Settings, read, section

EDITORS = Path(__file__).resolve().parents[2] / "docs" / "editors.md"


def test_nothing_given_is_the_default() -> None:
    for given in (
        None,
        {},
        {"dockerlint": {}},
        {"profile": None, "select": []},
        {"config": ""},
        {"ignore": [], "extendSelect": []},
    ):
        assert read(given) == (Settings(), ())


def test_values_stand_at_the_top_or_below_the_section() -> None:
    wanted = Settings(profile="hadolint", ignore=("DL3008",), unsafe_fixes=False)
    given = {"profile": "hadolint", "ignore": ["DL3008"], "unsafeFixes": False}
    assert read(given) == (wanted, ())
    assert read({"dockerlint": given}) == (wanted, ())


def test_a_section_is_what_an_object_holds() -> None:
    assert section({"dockerlint": {"a": 1}, "b": 2}) == section({"a": 1}) == {"a": 1}
    assert section({"dockerlint": True}) == {"dockerlint": True}
    assert section(None) == section("x") == section([]) == {}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"ignor": []}, "dockerlint.ignor is not known: did you mean ignore?"),
        ({"profile": "hadolnt"}, "dockerlint.profile must be one of default, hadolint, buildkit"),
        ({"ignore": "DL3008"}, "dockerlint.ignore must be a list of strings"),
        ({"shellcheck": "yes"}, "dockerlint.shellcheck must be true or false"),
        (["profile"], "the settings of dockerlint must be an object"),
    ],
)
def test_what_is_no_good_is_named_and_left_out(given: object, fault: str) -> None:
    found, (line,) = read(given)
    assert found == Settings()
    assert line.endswith(fault)


def test_what_an_extension_keeps_for_itself_is_passed_over() -> None:
    assert read({"path": ["x"], "trace.server": "off", "trace": {"server": "off"}, "enable": True}) == (
        Settings(),
        (),
    )


def test_every_setting_is_in_the_documentation() -> None:
    table = re.findall(r"^\| `(\w+)` \|", EDITORS.read_text(), re.MULTILINE)
    assert table == list(KEYS)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", EDITORS.read_text(), re.MULTILINE | re.DOTALL)


def test_the_settings_for_editors_can_be_read_and_name_settings_that_there_are() -> None:
    given = [json.loads(block) for block in blocks("json")] + [tomli.loads(block) for block in blocks("toml")]
    zed, sublime, jetbrains, code, helix = given
    options = [
        zed["lsp"]["dockerfile-language-server"]["initialization_options"],
        sublime["clients"]["dockerlint"]["initializationOptions"],
        jetbrains,
        {key.partition(".")[2]: value for key, value in code.items() if key.startswith("dockerlint.")},
        helix["language-server"]["dockerlint"]["config"],
    ]
    for one in options:
        assert one
        assert read(one)[1] == ()
