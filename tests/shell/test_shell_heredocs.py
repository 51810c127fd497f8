from __future__ import annotations

import pytest
from shell_reading import dockerfile, scripts_in

from dockerlint.model import Run
from dockerlint.shell import scripts


def test_a_run_that_is_one_heredoc_has_its_body_as_script() -> None:
    text = "FROM a\nRUN <<EOF\napt-get update\napt-get install -y x\nEOF\n"
    model = dockerfile(text)
    (found,) = scripts(next(model.instructions(Run)))
    assert (found.heredoc, found.dialect, found.ok) == (True, "sh", True)
    assert [model.source.slice(c.span) for c in found.commands] == ["apt-get update", "apt-get install -y x"]


@pytest.mark.parametrize("opener", ["<<EOF", "<<-EOF", '<<"EOF"', "<< EOF", "0<<EOF", "<<'EOF'"])
def test_all_ways_to_open_a_heredoc_are_known(opener: str) -> None:
    (found,) = scripts_in(f"{opener}\n\tapt-get update\nEOF")
    assert [c.name for c in found.commands] == ["apt-get"]


@pytest.mark.parametrize(
    ("line", "dialect", "names"),
    [
        ("#!/bin/bash -e", "bash", ["a"]),
        ("#!/usr/bin/env bash", "bash", ["a"]),
        ("#!/bin/sh", "sh", ["a"]),
        ("#!/usr/bin/env python3", "unknown", []),
        ("#!/usr/bin/pwsh", "powershell", []),
    ],
)
def test_the_first_line_names_the_language(line: str, dialect: str, names: list[str]) -> None:
    (found,) = scripts_in(f"<<EOF\n{line}\na\nEOF")
    assert found.dialect == dialect
    assert [c.name for c in found.commands] == names
    assert found.ok == bool(names)


def test_text_with_a_heredoc_is_the_script() -> None:
    (found,) = scripts_in("cat <<EOF > /etc/x && b\nhello; there (\nEOF")
    assert found.ok
    assert not found.heredoc
    assert [c.name for c in found.commands] == ["cat", "b"]
    assert [(r.operator, r.target.text if r.target else None) for r in found.commands[0].redirects] == [
        ("<<", None),
        (">", "/etc/x"),
    ]


@pytest.mark.parametrize("shell", ["sh", "bash -e", "sudo bash", "/bin/bash -s --", "bash -"])
def test_the_body_for_a_shell_is_a_second_script(shell: str) -> None:
    text = f"FROM a\nRUN {shell} <<EOF && z\napt-get update\nEOF\n"
    model = dockerfile(text)
    first, second = scripts(next(model.instructions(Run)))
    assert [c.name for c in first.commands if c.name == "z"] == ["z"]
    assert (second.heredoc, second.dialect) == (True, "bash" if "bash" in shell else "sh")
    assert [model.source.slice(c.span) for c in second.commands] == ["apt-get update"]


@pytest.mark.parametrize("reader", ["python3", "cat", "sh script.sh", "sh -c x", "sh 3"])
def test_the_body_for_anything_else_is_no_script(reader: str) -> None:
    opener = "<<EOF" if reader != "sh 3" else "3<<EOF"
    assert len(scripts_in(f"{reader} {opener}\nimport os\nEOF")) == 1


def test_two_heredocs_of_one_run_are_told_apart() -> None:
    first, second = scripts_in("cat <<A > f && sh <<B\nno\nA\nyes\nB")
    assert [c.name for c in first.commands] == ["cat", "sh"]
    assert [c.name for c in second.commands] == ["yes"]


def test_the_shell_in_force_is_that_of_the_stage() -> None:
    text = 'FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN <<EOF\na\nEOF\nRUN b\nFROM c\nRUN d\n'
    found = [scripts(run)[0].dialect for run in dockerfile(text).instructions(Run)]
    assert found == ["bash", "bash", "sh"]
