"""The extension for VS Code in editors/vscode: its settings are the server's, and it compiles."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dockerlint import __version__
from dockerlint.lsp.settings import _OF_EXTENSIONS, KEYS, read

FOLDER = Path(__file__).resolve().parent.parent / "editors" / "vscode"
if not FOLDER.is_dir():
    pytest.skip("editors/ is not part of the source distribution", allow_module_level=True)

PACKAGE: dict[str, Any] = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
PROPERTIES: dict[str, dict[str, Any]] = {
    name.removeprefix("dockerlint."): value
    for name, value in PACKAGE["contributes"]["configuration"]["properties"].items()
}
TYPES = {"text": "string", "switch": "boolean", "list": "array"}


def test_the_extension_has_the_settings_that_the_server_knows_and_those_of_its_own() -> None:
    own = {name for name in PROPERTIES if name.split(".")[0] in _OF_EXTENSIONS}
    assert set(PROPERTIES) - own == set(KEYS)
    assert own == {"enable", "path", "interpreter", "trace.server"}


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_setting_has_the_type_and_the_values_that_the_server_takes(name: str) -> None:
    _, kind, values = KEYS[name]
    given = PROPERTIES[name]
    types = [given["type"]] if isinstance(given["type"], str) else given["type"]
    assert set(types) - {"null"} == {TYPES[kind]}
    assert [one for one in given.get("enum", []) if one] == list(values)


def test_the_defaults_of_the_extension_say_nothing_that_the_configuration_files_do_not() -> None:
    settings, faults = read({name: value["default"] for name, value in PROPERTIES.items() if "." not in name})
    assert not faults
    assert settings == read({})[0]


def test_every_setting_of_the_table_in_the_docs_is_one_of_the_extension() -> None:
    docs = (FOLDER.parent.parent / "docs" / "editors.md").read_text(encoding="utf-8")
    table = docs[docs.index("## Settings") : docs.index("## What it does")]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(KEYS)


def test_the_extension_is_of_this_version_and_what_the_workspace_may_not_set_are_settings() -> None:
    assert PACKAGE["version"] == __version__
    assert PACKAGE["license"] == "Apache-2.0"
    restricted = PACKAGE["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert {"dockerlint.path", "dockerlint.interpreter", "dockerlint.plugins"} <= set(restricted)
    assert {name.removeprefix("dockerlint.") for name in restricted} <= set(PROPERTIES)


def test_the_commands_of_the_extension_are_those_it_registers() -> None:
    source = (FOLDER / "src" / "commands.ts").read_text(encoding="utf-8")
    table = source[source.index("const commands:") : source.index("return vscode.Disposable")]
    registered = re.findall(r"^    (\w+): ", table, re.MULTILINE)
    declared = [one["command"] for one in PACKAGE["contributes"]["commands"]]
    assert sorted(declared) == sorted(f"dockerlint.{name}" for name in registered)


def test_the_lock_file_has_no_addresses_of_downloads() -> None:
    assert '"resolved"' not in (FOLDER / "package-lock.json").read_text(encoding="utf-8")


def test_the_extension_compiles_and_passes_its_own_tests_with_this_server(tmp_path: Path) -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not here")
    if not (FOLDER / "node_modules" / "esbuild").is_dir():
        pytest.skip("its packages are not installed: npm ci in editors/vscode")
    work = tmp_path / "vscode"
    shutil.copytree(FOLDER, work, ignore=shutil.ignore_patterns("node_modules", "dist", "out", "*.vsix"))
    (work / "node_modules").symlink_to(FOLDER / "node_modules", target_is_directory=True)
    environment = {**os.environ, "DOCKERLINT": "", "DOCKERLINT_PYTHON": sys.executable, "NO_COLOR": "1"}
    for script in ("compile", "test"):
        ran = subprocess.run(
            ["npm", "run", script], cwd=work, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (work / "dist" / "extension.js").is_file()
    assert re.search(r"^(# |ℹ )skipped 0$", ran.stdout, re.MULTILINE), ran.stdout
