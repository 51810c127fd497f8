from __future__ import annotations

from shell_reading import dockerfile, scripts_in, texts

from dockerlint.model import Cmd, Run
from dockerlint.shell import script_of, scripts


def test_an_exec_form_is_one_command() -> None:
    (found,) = scripts_in('["apt-get", "install", "-y", "a b", "$x"]')
    assert (found.exec_form, found.ok, found.statements) == (True, True, ())
    (only,) = found.commands
    assert (only.name, only.subcommand) == ("apt-get", "install")
    assert texts(only.operands) == ["a b", "$x"]


def test_its_words_have_spans_in_the_file() -> None:
    text = 'FROM a\nRUN ["pip", \\\n  "install", "x\\u0041\\"y"]\n'
    model = dockerfile(text)
    (only,) = scripts(next(model.instructions(Run)))[0].commands
    assert [model.source.slice(w.span) for w in only.arguments] == ['"install"', '"x\\u0041\\"y"']
    assert texts(only.operands) == ['xA"y']


def test_a_shell_in_exec_form_brings_its_script() -> None:
    text = 'FROM a\nRUN ["/bin/bash", "-c", "apt-get update && echo \\"a b\\" \\\\\\" > /x"]\n'
    model = dockerfile(text)
    first, second = scripts(next(model.instructions(Run)))
    assert [c.name for c in first.commands] == ["bash"]
    assert (second.exec_form, second.dialect) == (True, "bash")
    assert [c.name for c in second.commands] == ["apt-get", "echo"]
    assert model.source.slice(second.commands[0].span) == "apt-get update"
    assert model.source.slice(second.commands[1].redirects[0].span) == "> /x"
    assert second.commands[1].arguments[0].value == "a b"


def test_an_empty_array_has_no_script() -> None:
    assert scripts_in("[]") == ()


def test_what_looks_like_an_array_and_is_none_is_a_shell_script() -> None:
    (found,) = scripts_in("['a', 'b']")
    assert not found.exec_form


def test_any_command_line_can_be_read() -> None:
    model = dockerfile("FROM a\nCMD exec nginx -g 'daemon off;'\n")
    cmd = next(model.instructions(Cmd))
    found = script_of(cmd.command, cmd.state.shell)
    assert found is not None
    assert [(c.name, c.wrappers) for c in found.commands] == [("nginx", ("exec",))]
