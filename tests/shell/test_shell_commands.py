from __future__ import annotations

import pytest
from shell_reading import command, script, texts


def test_a_command_has_name_arguments_and_the_tool_that_it_calls() -> None:
    found = command("/usr/bin/apt-get install -y curl")
    assert (found.name, found.tool, found.subcommand) == ("apt-get", "apt-get", "install")
    assert texts(found.arguments) == ["install", "-y", "curl"]
    assert texts(found.operands) == ["curl"]
    assert found.at_top


def test_assignments_before_the_name_are_kept_apart() -> None:
    found = command("DEBIAN_FRONTEND=noninteractive A='b c' apt-get update")
    assert [word.raw for word in found.assignments] == ["DEBIAN_FRONTEND=noninteractive", "A='b c'"]
    assert found.name == "apt-get"


def test_an_assignment_alone_is_a_statement_and_no_command() -> None:
    found = script("A=b C=d && X=$(mktemp)")
    assert [statement.kind for statement in found.statements] == ["assignment", "assignment"]
    assert [(c.name, c.within) for c in found.commands] == [("mktemp", ("substitution",))]


@pytest.mark.parametrize(
    ("body", "wrappers"),
    [
        ("sudo -E -u root apt-get update", ("sudo",)),
        ("sudo -u root -- apt-get update", ("sudo",)),
        ("env -i A=b apt-get update", ("env",)),
        ("exec apt-get update", ("exec",)),
        ("time -p apt-get update", ("time",)),
        ("nice -n 10 apt-get update", ("nice",)),
        ("nohup apt-get update", ("nohup",)),
        ("command apt-get update", ("command",)),
        ("timeout -k 5 30 apt-get update", ("timeout",)),
        ("gosu app apt-get update", ("gosu",)),
        ("xargs -r -n 1 apt-get update", ("xargs",)),
        ("sudo env A=b nice apt-get update", ("sudo", "env", "nice")),
        ("busybox apt-get update", ("busybox",)),
    ],
)
def test_programs_that_run_another_one_are_looked_through(body: str, wrappers: tuple[str, ...]) -> None:
    found = command(body)
    assert (found.name, found.subcommand, found.wrappers) == ("apt-get", "update", wrappers)
    assert found.wrapper_span is not None
    assert found.wrapper_span.end < found.name_word.span.start


def test_assignments_given_through_env_and_sudo_count() -> None:
    assert [w.raw for w in command("A=1 env B=2 sudo C=3 make").assignments] == ["A=1", "B=2", "C=3"]


@pytest.mark.parametrize("body", ["command -v apt-get", "sudo -l", "exec 3>f", "env", "nice"])
def test_a_wrapper_that_runs_nothing_is_the_command_itself(body: str) -> None:
    found = command(body)
    assert (found.name, found.wrappers) == (body.split(maxsplit=1)[0], ())
    assert found.wrapper_span is None


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("$PIP", None),
        ("${HOME}/.cargo/bin/cargo", "cargo"),
        ('"$VENV/bin/pip"', "pip"),
        ("/opt/$X", None),
        ("$(which pip)", None),
        ("'apt-get'", "apt-get"),
        ("ap\\t-get", "apt-get"),
        ("./configure", "configure"),
    ],
)
def test_a_name_is_the_base_name_where_that_is_a_literal(word: str, name: str | None) -> None:
    assert script(f"{word} install x").commands[0].name == name


def test_a_local_program_is_not_taken_for_the_tool_of_that_name() -> None:
    assert command("./aws/install --update").tool is None
    assert command("/usr/bin/install -d /x").tool == "install"


def test_commands_in_constructs_say_what_is_around_them() -> None:
    found = script(
        "if a; then b; elif c; then d; else e; fi; for x in $(f); do g; done; while h; do i; done; "
        "until j; do k; done; case $x in 1) l;; *) m;; esac; n() { o; }; (p); { q; }; ! r; s | t"
    )
    assert found.ok
    within = {c.name: c.within for c in found.commands}
    assert within == {
        "a": ("if",), "b": ("if",), "c": ("if",), "d": ("if",), "e": ("if",), "f": ("for", "substitution"),
        "g": ("for",), "h": ("while",), "i": ("while",), "j": ("until",), "k": ("until",), "l": ("case",),
        "m": ("case",), "o": ("function", "group"), "p": ("subshell",), "q": ("group",), "r": ("negation",),
        "s": ("pipeline",), "t": ("pipeline",),
    }  # fmt: skip


def test_operators_around_a_command_are_those_of_its_own_list() -> None:
    found = script("a && (b || c; d) | e & f")
    around = {c.name: (c.before, c.after) for c in found.commands}
    assert around == {
        "a": (None, "&&"), "b": (None, "||"), "c": ("||", ";"), "d": (";", None), "e": ("|", "&"), "f": ("&", None),
    }  # fmt: skip


def test_redirects_belong_to_the_last_command_and_take_one_word_each() -> None:
    found = script("a && b > f 2>&1 c <g && d >>h")
    assert found.ok
    b, d = found.commands[1], found.commands[2]
    assert [(r.operator, r.target.text if r.target else None) for r in b.redirects] == [
        (">", "f"),
        ("2>&", "1"),
        ("<", "g"),
    ]
    assert texts(b.arguments) == ["c"]
    assert [(r.operator, r.target.text if r.target else None) for r in d.redirects] == [(">>", "h")]
    assert found.commands[0].redirects == ()


def test_a_test_has_its_words_as_arguments() -> None:
    found = command('[ ! -f "$x" -a y = z ]')
    assert found.name == "["
    assert [word.raw for word in found.arguments] == ["!", "-f", '"$x"', "-a", "y", "=", "z"]


@pytest.mark.parametrize(
    "shell", ["sh -c", "bash -euxc", "/bin/bash -o pipefail -c", "su app -c", "sudo -u x sh -c"]
)
def test_the_script_of_a_shell_is_read_too(shell: str) -> None:
    found = script(f"{shell} 'apt-get update && rm -rf \"/x y\"' && z")
    assert [(c.name, c.within) for c in found.commands[1:]] == [
        ("apt-get", ("shell-c",)),
        ("rm", ("shell-c",)),
        ("z", ()),
    ]
    assert texts(found.commands[2].operands) == ["/x y"]
    assert [c.statement for c in found.commands] == [0, 0, 0, 1]


def test_scripts_nest_in_scripts() -> None:
    found = script("""sh -c "a && bash -c 'b \\"c d\\"'" """)
    assert [(c.name, c.within) for c in found.commands] == [
        ("sh", ()),
        ("a", ("shell-c",)),
        ("bash", ("shell-c",)),
        ("b", ("shell-c", "shell-c")),
    ]
    assert texts(found.commands[-1].arguments) == ["c d"]


def test_a_shell_script_with_a_substitution_is_left_to_the_outer_shell() -> None:
    found = script('sh -c "a $(b)"')
    assert [(c.name, c.within) for c in found.commands] == [("sh", ()), ("b", ("substitution",))]


def test_substitutions_are_read_wherever_they_stand() -> None:
    found = script('x=$(a) b "c $(d)" `e` ${f:-$(g)} <(h) > $(i); [ -n "$(j)" ]; export k=$(l)')
    names = [c.name for c in found.commands if "substitution" in c.within]
    assert names == ["a", "d", "e", "g", "h", "i", "j", "l"]


def test_a_long_chain_does_not_exhaust_the_stack() -> None:
    found = script(" && ".join(f"echo {n} >> f | g" for n in range(1500)))
    assert found.ok
    assert len(found.statements) == 1500
    assert len(found.commands) == 3000


def test_nesting_beyond_reason_is_not_ok_and_no_crash() -> None:
    found = script("( " * 300 + "a" + " )" * 300)
    assert not found.ok


def test_named_finds_by_program_and_by_tool() -> None:
    found = script("pip3 install x && python3.11 -m pip install y && pip list")
    assert [c.name for c in found.named("pip")] == ["pip3", "python3.11", "pip"]
    assert [c.name for c in found.named("pip3")] == ["pip3"]


def test_endless_wrappers_take_no_endless_time() -> None:
    found = command("sudo " * 10000 + "a")
    assert found.name == "sudo"
    assert set(found.wrappers) == {"sudo"}
