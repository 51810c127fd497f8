"""Edits of scripts: their layout, what they refuse, and that a shell sees no other difference."""

from __future__ import annotations

import random
import subprocess

import pytest

from dockerlint.fix import Edit, splice
from dockerlint.model import Dockerfile, Run
from dockerlint.resolve import parse
from dockerlint.shell import Script, scripts
from dockerlint.shell.edits import (
    append,
    insert_behind,
    insert_option,
    remove_command,
    remove_instruction,
    remove_word,
    replace_word,
    stops_at_failure,
)
from dockerlint.source import Source


def read(text: str) -> tuple[Dockerfile, Run, Script]:
    model = parse(Source.of_text(text))
    assert not model.problems
    run = next(model.instructions(Run, onbuild=True))
    return model, run, scripts(run)[0]


def appended(text: str, command: str = "CLEAN") -> str | None:
    """The file with a command at the end of its first RUN."""
    model, run, script = read(text)
    edit = append(model, run, script, command)
    return None if edit is None else splice(text, [edit])


def in_file(run: str) -> str:
    """A file with a RUN; a directive stays at its top."""
    head, line, rest = run.partition("\n") if run.startswith("#") else ("", "", run)
    return f"{head}{line}FROM x\n{rest}"


def spliced(text: str, edit: Edit | None) -> str | None:
    return None if edit is None else splice(text, [edit])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN a\n", "RUN a && CLEAN\n"),
        ("RUN a", "RUN a && CLEAN"),
        ("RUN a && b\nRUN c\n", "RUN a && b && CLEAN\nRUN c\n"),
        ("RUN a; b\n", "RUN a; b && CLEAN\n"),
        ("RUN a;\n", "RUN a && CLEAN;\n"),
        ("RUN a || b\n", "RUN a || b && CLEAN\n"),
        ("RUN a && \\\n    b\n", "RUN a && \\\n    b && \\\n    CLEAN\n"),
        ("RUN a \\\n    && b\n", "RUN a \\\n    && b \\\n    && CLEAN\n"),
        ("RUN a \\\n&&  b\n", "RUN a \\\n&&  b \\\n&&  CLEAN\n"),
        ("RUN a \\\n  x \\\n  y\n", "RUN a \\\n  x \\\n  y \\\n  && CLEAN\n"),
        ("RUN a && \\\n    # about b\n    b\n", "RUN a && \\\n    # about b\n    b && \\\n    CLEAN\n"),
        ("RUN a \\\n  # about y\n  y  \n", "RUN a \\\n  # about y\n  y \\\n  && CLEAN  \n"),
        ("RUN a && \\\r\n  b\r\n", "RUN a && \\\r\n  b && \\\r\n  CLEAN\r\n"),
        ("# escape=`\nRUN a && `\n  b\n", "# escape=`\nRUN a && `\n  b && `\n  CLEAN\n"),
        ("RUN set -e; \\\n  a; \\\n  b\n", "RUN set -e; \\\n  a; \\\n  b; \\\n  CLEAN\n"),
        ("RUN set -e; \\\n  a; \\\n  b;\n", "RUN set -e; \\\n  a; \\\n  b; \\\n  CLEAN;\n"),
        ("RUN set -e; a; for i in 1; do b; done\n", "RUN set -e; a; for i in 1; do b; done; CLEAN\n"),
        ("RUN <<EOF\nset -e\na\nEOF\n", "RUN <<EOF\nset -e\na\nCLEAN\nEOF\n"),
        ("RUN <<EOF\na\nb\nEOF\n", "RUN <<EOF\na\nb && CLEAN\nEOF\n"),
        ("RUN <<-EOF\n\tset -e\n\ta\n\t# bye\nEOF\n", "RUN <<-EOF\n\tset -e\n\ta\n\tCLEAN\n\t# bye\nEOF\n"),
        ("ONBUILD RUN a\n", "ONBUILD RUN a && CLEAN\n"),
    ],
)
def test_a_command_is_appended_in_the_layout_of_the_run(before: str, after: str) -> None:
    assert appended(in_file(before)) == in_file(after)


@pytest.mark.parametrize(
    "run",
    [
        'RUN ["a"]\n',
        "RUN a &\n",
        "RUN a & b\n",
        "RUN a # why\n",
        "RUN <<EOF\na # why\nEOF\n",
        "RUN exec a\n",
        "RUN a && exit 0\n",
        "RUN a &&\n",
        "RUN if a; then b\n",
        "RUN a\nRUN b\n".replace("RUN a\n", 'SHELL ["pwsh", "-c"]\nRUN a\n'),
        "RUN cat <<EOF > /x\na\nEOF\n",
        "RUN <<EOF\ncat > /x <<A\na\nA\nEOF\n",
        "RUN set -e; a; for i in 1; do b && c; done\n",
        "RUN set -e; f() { a; b; }; f\n",
        "RUN f() { a; }\n",
    ],
)
def test_nothing_is_appended_where_it_would_not_be_exact(run: str) -> None:
    assert appended(f"FROM x\n{run}") is None


def test_a_command_goes_right_behind_another_one() -> None:
    text = "FROM x\nRUN a \\\n  && b \\\n  # about c\n  && c\n"
    model, run, script = read(text)
    edit = insert_behind(model, run, script, script.commands[1], "CLEAN")
    assert spliced(text, edit) == "FROM x\nRUN a \\\n  && b \\\n  && CLEAN \\\n  # about c\n  && c\n"


def test_options_of_the_shell_do_not_reach_a_script_that_another_shell_reads() -> None:
    model = parse(
        Source.of_text('FROM x\nSHELL ["bash", "-ec"]\nRUN bash <<EOF\na\nEOF\nRUN sh -e <<EOF\na\nEOF\n')
    )
    plain, strict = model.instructions(Run)
    assert stops_at_failure(plain, scripts(plain)[1]) is False
    assert stops_at_failure(strict, scripts(strict)[1]) is True


def test_nothing_is_appended_on_windows() -> None:
    text = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN a\n"
    assert appended(text) is None


def test_nothing_goes_behind_a_command_inside_a_construct() -> None:
    model, run, script = read("FROM x\nRUN if a; then b; fi && c\n")
    assert insert_behind(model, run, script, script.commands[1], "CLEAN") is None


def test_an_option_goes_behind_the_subcommand_or_the_program() -> None:
    text = "FROM x\nRUN pip -q install x && curl y\n"
    _, _, script = read(text)
    assert (
        spliced(text, insert_option(script, script.commands[0], "-n"))
        == "FROM x\nRUN pip -q install -n x && curl y\n"
    )
    assert (
        spliced(text, insert_option(script, script.commands[1], "-f"))
        == "FROM x\nRUN pip -q install x && curl -f y\n"
    )


def test_a_word_is_replaced() -> None:
    text = "FROM x\nRUN apt install y\n"
    _, _, script = read(text)
    assert (
        spliced(text, replace_word(script, script.commands[0].name_word, "apt-get"))
        == "FROM x\nRUN apt-get install y\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN a -x b\n", "RUN a b\n"),
        ("RUN a b -x\n", "RUN a b\n"),
        ("RUN a \\\n  -x \\\n  b\n", "RUN a \\\n  b\n"),
        ("RUN a \\\n  -x \\\n  # about b\n  b\n", None),
        ("RUN a \\\n  -x\n", None),
    ],
)
def test_a_word_is_taken_out_with_its_blanks(before: str, after: str | None) -> None:
    text = f"FROM x\n{before}"
    model, _, script = read(text)
    command = script.commands[0]
    word = next(w for w in command.arguments if w.text == "-x")
    found = spliced(text, remove_word(model, script, command, word))
    assert found == (None if after is None else f"FROM x\n{after}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN X && a\n", "RUN a\n"),
        ("RUN a && X\n", "RUN a\n"),
        ("RUN a && X && b\n", "RUN a && b\n"),
        ("RUN a && \\\n  X && \\\n  b\n", "RUN a && \\\n  b\n"),
        ("RUN a \\\n  && X \\\n  # about b\n  && b\n", "RUN a \\\n  # about b\n  && b\n"),
        ("RUN a \\\n  # about X\n  && X \\\n  && b\n", "RUN a \\\n  # about X\n  && b\n"),
        ("RUN a; X && b\n", "RUN a; b\n"),
        ("RUN <<EOF\na\nX\nb\nEOF\n", "RUN <<EOF\na\nb\nEOF\n"),
        ("RUN X\n", None),
        ("RUN a || X\n", None),
        ("RUN X || a\n", None),
        ("RUN a; X\n", None),
        ("RUN a & X && b\n", None),
        ("RUN (X && a)\n", None),
        ("RUN a \\\n # about X\n && X \\\n # about b\n && b\n", None),
    ],
)
def test_a_command_is_taken_out_with_its_operator(before: str, after: str | None) -> None:
    text = f"FROM x\n{before}"
    model, run, script = read(text)
    command = next(c for c in script.commands if c.name == "X")
    found = spliced(text, remove_command(model, run, script, command))
    assert found == (None if after is None else f"FROM x\n{after}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM x\nRUN a\nRUN b\n", "FROM x\nRUN b\n"),
        ("FROM x\n\nRUN a\n\nRUN b\n", "FROM x\n\nRUN b\n"),
        ("FROM x\n# why\nRUN a\nRUN b\n", "FROM x\n# why\nRUN b\n"),
        ("FROM x\nRUN a", "FROM x\n"),
        ("FROM x\nRUN a \\\n # why\n b\nRUN c\n", "FROM x\n # why\nRUN c\n"),
        ("FROM x\nONBUILD RUN a\n", None),
    ],
)
def test_an_instruction_is_taken_out_with_its_lines(before: str, after: str | None) -> None:
    model, run, _ = read(before)
    assert spliced(before, remove_instruction(model, run)) == after


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("RUN a", False),
        ("RUN set -e; a", True),
        ("RUN set -o errexit; a", True),
        ("RUN set -eux; a", True),
        ("RUN A=1; set -e; a", True),
        ("RUN a; set -e; b", None),
        ("RUN set -e; a; set +e; b", None),
        ('SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN a', True),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a', False),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-ec"]\nRUN a', True),
        ('SHELL ["/bin/bash", "-ec"]\nRUN <<EOF\na\nEOF', True),
        ('SHELL ["/bin/bash", "-ec"]\nRUN <<EOF\n#!/bin/sh\na\nEOF', False),
        ("RUN <<EOF\n#!/bin/sh -e\na\nEOF", True),
    ],
)
def test_whether_a_script_stops_at_the_first_failure(text: str, stops: bool | None) -> None:
    _, run, script = read(f"FROM x\n{text}\n")
    assert stops_at_failure(run, script) is stops


# Lists that a shell really runs: what an edit must not change is what they print and how they end.

PARTS = (
    "true", "false", "echo a", "echo b; false", "{ false; echo c; }", "( false; echo d )",
    "if false; then false; fi", "for i in 1; do false; echo e; done", "! true", "! false", "true | false",
)  # fmt: skip


def lists(seed: int, count: int, last: str = "") -> list[str]:
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        words = [chance.choice(("", "set -e; "))]
        for part in range(chance.randint(1, 3)):
            words += [chance.choice((" && ", " || ", "; ")) if part else "", chance.choice(PARTS)]
        found.append("".join(words) + last)
    return found


def outcome(script: str) -> tuple[int, str]:
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def body(text: str | None) -> str | None:
    return None if text is None else text.removeprefix("FROM x\nRUN ").removesuffix("\n")


def test_a_shell_sees_nothing_of_an_appended_command_but_what_it_does() -> None:
    edited = 0
    for script in lists(1, 160):
        after = body(appended(f"FROM x\nRUN {script}\n", "echo CLEAN"))
        if after is None:
            continue
        edited += 1
        code, output = outcome(script)
        assert outcome(after) == (code, output + "CLEAN\n" if code == 0 else output), (script, after)
    assert edited > 100


def test_a_shell_sees_nothing_of_an_inserted_command_but_what_it_does() -> None:
    edited = 0
    for script in lists(2, 160):
        text = f"FROM x\nRUN {script}\n"
        model, run, found = read(text)
        made = next((c for c in found.commands if c.at_top and c.name in ("echo", "true")), None)
        if made is None:
            continue
        after = body(spliced(text, insert_behind(model, run, found, made, "echo CLEAN")))
        if after is None:
            continue
        edited += 1
        code, output = outcome(script)
        code_after, output_after = outcome(after)
        assert (code_after, output_after.replace("CLEAN\n", "")) == (code, output), (script, after)
    assert edited > 50


def test_a_shell_does_not_miss_a_command_that_did_nothing() -> None:
    edited = 0
    chance = random.Random(3)
    for script in lists(3, 160):
        parts = script.split(" && ")
        parts.insert(chance.randint(0, len(parts)), ":")
        whole = " && ".join(parts)
        text = f"FROM x\nRUN {whole}\n"
        model, run, found = read(text)
        command = next((c for c in found.commands if c.name == ":"), None)
        if command is None or not found.ok:
            continue
        after = body(spliced(text, remove_command(model, run, found, command)))
        if after is None:
            continue
        edited += 1
        assert outcome(after) == outcome(whole), (whole, after)
    assert edited > 80
