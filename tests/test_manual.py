"""The man page: fresh, complete, and without complaint from those who show it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from dockerlint import manual
from dockerlint.usage import commands

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / manual.PAGE


def test_the_man_page_is_as_the_options_say() -> None:
    assert manual.main(["--check", str(PAGE)]) == 0, "run `python -m dockerlint.manual`"


def test_a_page_that_is_old_is_told_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "man" / "x.1"
    assert manual.main(["--check", str(page)]) == 1
    assert "not fresh" in capsys.readouterr().out
    assert manual.main([str(page)]) == 0
    assert page.read_text() == PAGE.read_text()


def test_every_option_of_every_command_is_in_it() -> None:
    text = PAGE.read_text()
    for command in commands():
        for option in command.options:
            for name in option.names:
                assert f"\\fB{manual.roff(name)}\\fR" in text


def test_text_cannot_become_a_request_or_an_escape() -> None:
    assert manual.roff(".so /etc/passwd\n'x \\fB-") == "\\&.so /etc/passwd\n\\(aqx \\efB\\-"


@pytest.mark.parametrize(
    "command",
    [["groff", "-man", "-ww", "-z"], ["mandoc", "-T", "lint", "-W", "error"], ["man", "--warnings", "-l"]],
)
def test_its_readers_have_nothing_to_complain_about(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, str(PAGE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_wheel_puts_it_where_man_looks() -> None:
    settings = (ROOT / "pyproject.toml").read_text()
    assert f'"{Path(manual.PAGE).as_posix()}" = "share/man/man1/dockerlint.1"' in settings
