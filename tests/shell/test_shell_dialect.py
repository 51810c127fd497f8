from __future__ import annotations

import pytest
from shell_reading import dockerfile

from dockerlint.model import Run
from dockerlint.shell import scripts
from dockerlint.shell.dialect import dialect_of


@pytest.mark.parametrize(
    ("words", "dialect"),
    [
        (["/bin/sh", "-c"], "sh"),
        (["/bin/bash", "-o", "pipefail", "-c"], "bash"),
        (["/bin/ash", "-eo", "pipefail", "-c"], "sh"),
        (["/usr/bin/env", "bash", "-c"], "bash"),
        (["conda", "run", "-n", "base", "/bin/bash", "-c"], "bash"),
        (["/bin/bash --login", "-c"], "bash"),
        (["/bin/zsh", "-c"], "zsh"),
        (["powershell", "-Command", "$ErrorActionPreference = 'Stop';"], "powershell"),
        (["pwsh", "-c"], "powershell"),
        (["C:\\Windows\\System32\\cmd.exe", "/S", "/C"], "cmd"),
        (["python3", "-c"], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_words_of_a_shell_tell_the_dialect(words: list[str], dialect: str) -> None:
    assert dialect_of(words) == dialect


@pytest.mark.parametrize("shell", ['["powershell", "-Command"]', '["cmd", "/S", "/C"]', '["python3", "-c"]'])
def test_other_languages_have_no_commands(shell: str) -> None:
    model = dockerfile(f"FROM a\nSHELL {shell}\nRUN apt-get update; (Get-Item x).Name\n")
    (found,) = scripts(next(model.instructions(Run)))
    assert (found.commands, found.statements, found.ok) == ((), (), False)
    assert found.text.text == "apt-get update; (Get-Item x).Name"
