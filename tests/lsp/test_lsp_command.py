"""Starting the server."""

from __future__ import annotations

import subprocess
import sys

from running import run


def test_without_its_libraries_it_says_how_to_get_them() -> None:
    code = "import sys; sys.modules['pygls'] = None\nfrom dockerlint.cli import main; sys.exit(main(['lsp']))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "pip install 'dockerlint[lsp]'" in ran.stderr


def test_it_is_among_the_commands() -> None:
    assert "lsp" in run("--help").out


def test_an_editor_that_just_goes_ends_it_with_an_exit_code_that_says_so() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "dockerlint", "lsp"], input=b"", capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"", b"")
