"""What commands leave, who cleans it, and where COPY puts things."""

from __future__ import annotations

import pytest

from dockerlint.model import Add, Copy, Run
from dockerlint.resolve import parse
from dockerlint.shell import Command, scripts
from dockerlint.shell.copied import target_file
from dockerlint.shell.leftover import (
    calls,
    cleaned,
    first_user,
    head,
    left,
    prefix,
    program,
    removes_tool,
    starts,
)
from dockerlint.shell.moving import between, known
from dockerlint.source import Source


def read(text: str):  # type: ignore[no-untyped-def]
    return parse(Source.of_text(text))


def is_npm(command) -> bool:  # type: ignore[no-untyped-def]
    return calls(command, ("npm",), ("install", "ci"))


def leftovers(text: str):  # type: ignore[no-untyped-def]
    model = read(text)
    return model, list(left(model, is_npm, ("~/.npm",), lambda c: calls(c, ("npm",), ("cache clean",))))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("FROM x\nRUN npm ci\n", 1),
        ("FROM x\nRUN npm ci && npm install\n", 1),
        ("FROM x\nRUN npm ci && npm cache clean --force\n", 0),
        ("FROM x\nRUN npm cache clean --force && npm ci\n", 1),
        ("FROM x\nRUN npm ci && rm -rf /root/.npm\n", 0),
        ("FROM x\nRUN rm -rf /root/.npm && npm ci\n", 1),
        ("FROM x\nRUN --mount=type=cache,target=/root/.npm npm ci\n", 0),
        ("FROM x AS y\nRUN npm ci\nFROM z\n", 0),
        ("FROM x\nONBUILD RUN npm ci\n", 1),
    ],
)
def test_what_stays_in_a_layer_is_found(text: str, count: int) -> None:
    assert len(leftovers(text)[1]) == count


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("npm ci", ""),
        ("sudo npm ci", "sudo "),
        ("sudo -E npm ci", "sudo "),
        ("sudo -u node npm ci", None),
        ("gosu node npm ci", None),
        ("time npm ci", ""),
        ("CI=1 npm ci", ""),
        ("HOME=/x npm ci", None),
        ("npm_config_cache=/x npm ci", None),
    ],
)
def test_a_second_command_runs_as_the_first_did(run: str, wanted: str | None) -> None:
    model, found = leftovers(f"FROM x\nRUN {run}\n")
    assert prefix(model, found[0].made[-1]) == wanted


@pytest.mark.parametrize(
    "run",
    [
        "if a; then npm ci; fi",
        "npm ci || a",
        "sh -c 'npm ci'",
        "su node -c 'npm ci'",
        "(cd a && npm ci)",
    ],
)
def test_a_tool_that_may_not_be_there_is_not_called(run: str) -> None:
    model, found = leftovers(f"FROM x\nRUN {run}\n")
    assert cleaned(model, found[0], "npm cache clean --force", "clean", "npm") is None


@pytest.mark.parametrize(
    ("command", "does"),
    [
        ("apk del npm", True),
        ("apt-get purge -y --auto-remove", True),
        ("rm -rf /usr/lib/node_modules", True),
        ("rm -rf /x/npm", True),
        ("rm -rf /tmp/npm-x", False),
        ("npm uninstall -g npm", True),
        ("apt-get install -y a", False),
    ],
)
def test_a_command_may_take_a_tool_away(command: str, does: bool) -> None:
    run = next(read(f"FROM x\nRUN {command}\n").instructions(Run))
    assert removes_tool(scripts(run)[0].commands[0], "npm") is does


def test_the_head_of_a_command_is_program_and_subcommand() -> None:
    text = "FROM x\nRUN sudo apt-get -q install -y a && ./x b\n"
    one, two = scripts(next(read(text).instructions(Run)))[0].commands
    assert [text[head(c).start : head(c).end] for c in (one, two)] == ["apt-get -q install", "./x b"]
    assert program(two) == "./x"


def test_the_first_later_user_of_a_layer_is_found() -> None:
    model = read(
        "FROM x AS y\nRUN npm ci\nRUN npm run a\nFROM y AS w\nRUN npm test && npm ci --offline\n"
        "FROM z\nRUN npm ci --offline\nFROM w\nRUN npm ci --offline\n"
    )

    def line(run: Run) -> int | None:
        user = first_user(model, run, _is_offline)
        return None if user is None else user.first_line

    assert [line(run) for run in model.instructions(Run)] == [5, 5, 9, None, None]


def _is_offline(command: Command) -> bool:
    return command.has("--offline")


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ('FROM x\nCMD ["go", "run"]\n', True),
        ("FROM x\nENTRYPOINT exec go run .\n", True),
        ('FROM x AS y\nCMD ["go"]\nFROM y\n', True),
        ('FROM x\nCMD ["./app"]\n', False),
        ('FROM x\nCMD ["sh", "-c", "go test ./..."]\n', True),
    ],
)
def test_what_the_image_starts_is_known(text: str, does: bool) -> None:
    assert starts(read(text), ("go",)) is does


@pytest.mark.parametrize(
    ("copy", "file"),
    [
        ("COPY a.sh /b/", "/b/a.sh"),
        ("COPY a.sh /b/c.sh", "/b/c.sh"),
        ("COPY a.sh .", "/w/a.sh"),
        ("COPY x/a.sh /usr/local/bin/a", "/usr/local/bin/a"),
        ("COPY a.sh /b", None),
        ("COPY a /b/", None),
        ("COPY *.sh /b/", None),
        ("COPY a.sh b.sh /c/", None),
        ("COPY . /b/", None),
        ("ADD a.tar.gz /b/", None),
        ("ADD https://x.org/a.sh /b/", None),
        ("COPY <<EOF /b\na\nEOF", "/b"),
    ],
)
def test_the_one_file_that_copy_writes_is_told_only_when_that_is_sure(copy: str, file: str | None) -> None:
    model = read(f"FROM x\nWORKDIR /w\n{copy}\n")
    made = next(i for i in model.body if isinstance(i, (Copy, Add)))
    assert target_file(made) == file


def test_what_lies_between_two_instructions_of_a_stage() -> None:
    model = read("FROM x\nRUN a\nENV B=1\nCOPY c d\nRUN e\nFROM y\nRUN f\n")
    first, second, other = model.instructions(Run)
    middle = between(model, first, second)
    assert middle is not None
    assert [i.keyword.name for i in middle] == ["ENV", "COPY"]
    assert between(model, first, other) is None


def test_variables_are_the_same_only_when_the_file_sets_them_once() -> None:
    model = read("FROM x\nENV A=1\nRUN a\nENV B=1\nRUN b\n")
    first, second = model.instructions(Run)
    assert known(first, second, "/x/$A-${A}.tgz")
    assert known(first, second, "/x")
    assert not known(first, second, "/x/$B")
    assert not known(first, second, "/x/$C")
