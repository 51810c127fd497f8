"""A RUN as text -> its scripts, and the check that every span points where it says."""

from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.resolve import parse
from dockerlint.shell import Command, Script, ShellWord, scripts
from dockerlint.source import Source


def dockerfile(text: str) -> Dockerfile:
    """The model of a whole file."""
    return parse(Source.of_text(text))


def scripts_in(body: str) -> tuple[Script, ...]:
    """The scripts of `RUN body`."""
    model = dockerfile(f"FROM debian\nRUN {body}\n")
    return scripts(next(model.instructions(Run)))


def script(body: str) -> Script:
    """The one script of `RUN body`."""
    found = scripts_in(body)
    assert len(found) == 1
    return found[0]


def command(body: str) -> Command:
    """The one command of `RUN body`."""
    found = script(body)
    assert found.ok
    assert len(found.commands) == 1
    return found.commands[0]


def texts(words: tuple[ShellWord, ...]) -> list[str]:
    """What the words say."""
    return [word.text for word in words]


def given(one: Command) -> list[tuple[str, str | None]]:
    """Names and values of a command's options."""
    return [(option.name, option.value) for option in one.options]
