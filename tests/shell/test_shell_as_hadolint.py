"""Each of these is what hadolint 2.15.1 makes of the same RUN."""

from __future__ import annotations

import pytest

from dockerlint.lint import read
from dockerlint.model import Run
from dockerlint.shell.as_hadolint import Call, View, calls, ours, view
from dockerlint.source import Source


def _view(text: str) -> View:
    dockerfile = read(Source.of_text(f"FROM a:1\nRUN {text}\n"))
    return view(next(dockerfile.instructions(Run)))


def _call(text: str) -> Call:
    return _view(text).calls[0]


@pytest.mark.parametrize(
    "body",
    [
        "sudo x",
        "x=1 sudo x",
        "command sudo x",
        "exec -a y sudo x",
        "busybox sudo x",
        "time -p sudo x",
        "! sudo x",
        "f() { sudo x; }",
        "x=$(sudo y | cat)",
        "echo `sudo x`",
        "if a; then (sudo x); fi",
        "'su'do x",
        '["sudo", "x"]',
        '["a", "&&", "sudo"]',
        "sudo x && cat <<EOF > /x\ny\nEOF",
        "<<EOF\nsudo x\nEOF",
        "<<EOF sudo x\ny\nEOF",
    ],
)
def test_a_command_is_found_wherever_it_stands(body: str) -> None:
    assert _view(body).named("sudo")


@pytest.mark.parametrize(
    "body",
    [
        "/usr/bin/sudo x",
        "env sudo x",
        "command -v sudo",
        "sh -c 'sudo x'",
        '["sh", "-c", "sudo x"]',
        '["\'", "sudo"]',
        "sudo x && (",
        "bash <<EOF\nsudo x\nEOF",
        "cat <<EOF > /x && sudo y\nz\nEOF",
    ],
)
def test_other_names_and_unreadable_scripts_are_not_seen(body: str) -> None:
    assert not _view(body).named("sudo")


def test_the_shell_in_force_makes_no_difference() -> None:
    dockerfile = read(
        Source.of_text('FROM a:1\nSHELL ["powershell", "-c"]\nRUN sudo x\nONBUILD RUN sudo y\n')
    )
    assert [(run.onbuild, call.arguments) for run, call in calls(dockerfile, "sudo")] == [
        (False, ("x",)),
        (True, ("y",)),
    ]


def test_short_flags_are_letters_and_long_ones_have_no_value() -> None:
    call = _call("apt-get -qy --yes=no install -- -x -")
    assert [flag for flag, _ in call.flags] == ["q", "y", "yes", "", "x"]
    assert call.plain() == ["install", "--", "-"]
    assert call.has_flag("y", "n")
    assert not call.has_flag("n")
    assert call.count("q") == 1


def test_the_word_behind_a_flag_is_its_value_unless_it_has_one() -> None:
    call = _call("apt-get install -yt a --target-release=b c -t d")
    assert call.plain("t", "target-release") == ["install", "c"]
    assert call.value("t") == "a"


def test_variables_have_braces_and_quotes_are_gone() -> None:
    call = _call("a $x \"$x/y\" ${x:-y} $(b 'c d') `e` 'f g' ${h}i")
    assert call.arguments == ("${x}", "${x}/y", "${x:-y}", "${b c d}", "", "f g", "${h}i")


def test_a_pipeline_is_seen_anywhere() -> None:
    assert _view("a; (b | c)").pipes
    assert not _view("a || b").pipes


def test_the_command_for_a_fix_is_the_same_one() -> None:
    dockerfile = read(Source.of_text("FROM a:1\nRUN x && \\\n  apt-get install y\n"))
    run, call = next(calls(dockerfile, "apt-get"))
    found = ours(run, call)
    assert found is not None
    assert found[1].subcommand == "install"
    assert ours(run, _call("apt-get install y")) is None


def test_a_comment_in_backticks_is_a_command_without_a_name() -> None:
    assert [call.name for call in _view("a && `# b` && sudo c `#d` e").calls] == ["a", "", "sudo"]
    assert _view("a && `# b` && sudo c `#d` e").calls[2].arguments == ("c", "e")


def test_what_is_looked_through_leaves_the_program_among_the_arguments() -> None:
    call = _call("exec -a x apk add")
    assert (call.name, call.arguments) == ("apk", ("-a", "x", "apk", "add"))
