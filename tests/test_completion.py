"""Completion: the scripts are run by the shells they are for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dockerlint import completion
from dockerlint.config import FORMATS, PROFILES
from dockerlint.usage import commands
from running import run

ALL = commands()
BIN = Path(sys.executable).parent


def shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def offered(folder: Path, *words: str) -> list[str]:
    """What bash is given to complete the last of some words."""
    program = 'eval "$(cat script)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dockerlint; printf "%s\\n" "${COMPREPLY[@]}"'
    (folder / "script").write_text(completion.bash(ALL))
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [shell("bash"), "--norc", "-c", program, "bash", "dockerlint", *words],
        cwd=folder, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1] if done.stdout != "\n" else []


@pytest.mark.parametrize("command", ALL, ids=lambda c: c.name or "lint")
def test_bash_offers_every_option_of_every_command(tmp_path: Path, command: completion.Command) -> None:
    words = [command.name, "--"] if command.name else ["--"]
    told = run(*words[:-1], "--help").out
    for name in offered(tmp_path, *words):
        assert name in told
    names = {name for option in command.options for name in option.names if name.startswith("--")}
    assert set(offered(tmp_path, *words)) == names


def test_bash_offers_the_values_of_an_option(tmp_path: Path) -> None:
    assert set(offered(tmp_path, "--format", "")) == set(FORMATS)
    assert offered(tmp_path, "--format", "=", "sa") == ["sarif"]
    assert set(offered(tmp_path, "x", "--profile", "=")) == set(PROFILES)
    assert offered(tmp_path, "parse", "--format", "s") == ["sexp"]
    assert offered(tmp_path, "completion", "z") == ["zsh"]


def test_bash_offers_names_of_rules_also_in_the_middle_of_a_list(tmp_path: Path) -> None:
    assert offered(tmp_path, "explain", "apt-lists-l") == ["apt-lists-left"]
    assert offered(tmp_path, "--ignore", "DL3008,apt-lists-l") == ["DL3008,apt-lists-left"]


def test_bash_offers_commands_and_files_for_the_first_word(tmp_path: Path) -> None:
    (tmp_path / "my file").touch()
    assert offered(tmp_path, "m") == ["measure", "my file"]
    # Nothing of ours: bash then completes file names by itself.
    assert offered(tmp_path, "--config", "") == []


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_the_other_shells_can_read_their_scripts(tmp_path: Path, name: str) -> None:
    (tmp_path / "script").write_text(run("completion", name).out)
    subprocess.run([shell(name), "-n", str(tmp_path / "script")], check=True, capture_output=True)


def test_fish_offers_what_the_parser_knows(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(completion.fish(ALL))
    done = subprocess.run(
        [shell("fish"), "--no-config", "-c", "source script; complete -C 'dockerlint --format '"],
        cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} == set(FORMATS)


def test_a_shell_that_is_not_known_is_wrong_usage() -> None:
    ran = run("completion", "tcsh")
    assert ran.code == 2
    assert "bash" in ran.err
