from __future__ import annotations

import pytest

from dockerlint.knowledge import tool
from dockerlint.knowledge.caches import homes, manager, managers
from dockerlint.knowledge.generate import TABLES, TableError, _check, generated, main
from dockerlint.knowledge.tables import NAMES, TOOLS


def test_the_generated_tables_are_fresh() -> None:
    assert TABLES.read_text("utf-8") == generated(), "run python -m dockerlint.knowledge.generate"
    assert main(["--check"]) == 0


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_every_tool_loads_with_all_its_subcommands(name: str) -> None:
    found = tool(name)
    assert found is not None
    levels = [found.level]
    while levels:
        level = levels.pop()
        for option, (aliases, _) in level.options.items():
            assert option in aliases
            assert option[0] in "-+"
        for word, (canonical, _) in level._specs.items():
            inner = level.subcommand(word)
            assert inner is not None
            assert inner.path.split()[-1] == canonical
            levels.append(inner)


def test_every_name_leads_to_a_tool() -> None:
    assert {tool(name).name for name in NAMES} == set(TOOLS)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("pip3", "pip"), ("pip3.11", "pip"), ("pip-3.6", "pip"), ("python3.12", "python"), ("gcc-12", "gcc"),
        ("x86_64-linux-gnu-gcc", "gcc"), ("aarch64-linux-musl-g++-13", "gcc"), ("clang++-15", "gcc"), ("dnf5", "dnf"),
        ("mamba", "conda"), ("gradlew", "gradle"), ("bash", "sh"), ("yarnpkg", "yarn"),
    ],
)  # fmt: skip
def test_other_names_of_a_program_lead_to_its_tool(program: str, name: str) -> None:
    found = tool(program)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "program", ["pip-compile", "docker-php-ext-install", "echo", "apt-mark", "x-make", "rm2", ""]
)
def test_programs_that_only_look_like_a_tool_are_unknown(program: str) -> None:
    assert tool(program) is None


@pytest.mark.parametrize(
    "table",
    [
        {"flags": ["-a", "-a --all"]},
        {"flags": ["-a"], "values": ["-a"]},
        {"flag": ["-a"]},
        {"subcommands": {"x": {"options": []}}},
    ],
)
def test_a_table_with_a_mistake_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(TableError, match=r"described twice|unknown key"):
        _check("x.toml: y", table)


def test_every_manager_has_known_tools_and_subcommands() -> None:
    for found in managers():
        for name in found.tools:
            known = tool(name)
            assert known is not None
            assert manager(name) is found
        for line in (*found.fills, *found.updates, *found.removes, *found.cleans):
            assert any(_knows(name, line) for name in found.tools), (found.name, line)


def _knows(name: str, line: str) -> bool:
    """Whether a tool's table has a subcommand, under its canonical name."""
    level = tool(name).level  # type: ignore[union-attr]
    if line in level.operations.values():
        return True
    for word in line.split():
        if level._specs.get(word, ("",))[0] != word:
            return False
        level = level.subcommand(word)  # type: ignore[assignment]
    return True


def test_folders_of_managers_are_absolute_or_in_the_home() -> None:
    for found in managers():
        for path in (*found.lists, *found.caches, *found.mounts):
            assert path[0] in "/~" or path.startswith("vendor/")
            assert not path.endswith("/")
        assert found.sharing in ("shared", "locked")
        assert found.clean


def test_the_command_that_cleans_is_one_that_the_manager_knows() -> None:
    from dockerlint.model import CommandLine
    from dockerlint.shell import scripts_of
    from dockerlint.source import Mapped, Span

    for found in managers():
        line = CommandLine(Span(0, len(found.clean)), Mapped(found.clean, ((0, 0),)), None)
        (script,) = scripts_of(line, None)
        assert script.ok
        command = script.commands[0]
        assert command.tool in (*found.tools, "rm")
        if command.tool != "rm" and command.subcommand is not None and command.tool != "pacman":
            assert command.subcommand in found.cleans


def test_homes_puts_the_home_in() -> None:
    assert homes(("~/.npm", "/x"), "/home/a") == ("/home/a/.npm", "/x")
    assert homes(("~/.npm",)) == ("/root/.npm",)
