from __future__ import annotations

import pytest
from shell_reading import dockerfile, script, scripts_in


def around(body: str) -> list[tuple[str, str | None, str | None]]:
    return [(s.kind, s.before, s.after) for s in script(body).statements]


def test_an_and_list_is_one_chain() -> None:
    found = script("a && b | c && { d; }")
    assert found.is_and_list
    assert [s.kind for s in found.statements] == ["command", "pipeline", "group"]


@pytest.mark.parametrize("body", ["a && b; c", "a || b", "a & b", "a;", "a &"])
def test_other_operators_make_it_no_and_list(body: str) -> None:
    assert script(body).is_and_list is False


def test_statements_know_the_operators_around_them() -> None:
    assert around("a && b || c; d & e") == [
        ("command", None, "&&"),
        ("command", "&&", "||"),
        ("command", "||", ";"),
        ("command", ";", "&"),
        ("command", "&", None),
    ]


def test_a_trailing_operator_is_seen() -> None:
    assert around("a;") == [("command", None, ";")]
    assert around("a &") == [("command", None, "&")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("a", "command"), ("a | b", "pipeline"), ("A=b", "assignment"), ("A=b C=d", "assignment"), ("! a", "negation"),
        ("! a | b", "negation"), ("(a)", "subshell"), ("{ a; }", "group"), ("if a; then b; fi", "if"),
        ("for x in y; do z; done", "for"), ("while a; do b; done", "while"), ("until a; do b; done", "until"),
        ("case x in y) z;; esac", "case"), ("f() { a; }", "function"), ("[ -f x ]", "test"), ("[[ -f x ]]", "test"),
        ("((x++))", "other"), ("export A=b", "command"), ("if a; then b; fi > f", "if"), ("A=b c", "command"),
    ],
)  # fmt: skip
def test_statements_have_a_kind(body: str, kind: str) -> None:
    found = script(body)
    assert found.ok
    assert [s.kind for s in found.statements] == ["negation" if body == "! a | b" else kind]


def test_a_comment_ends_the_line_and_is_no_statement() -> None:
    found = script("a && b # && c")
    assert [s.kind for s in found.statements] == ["command", "command"]
    assert len(found.comments) == 1
    assert [c.name for c in found.commands] == ["a", "b"]


def test_lines_of_a_heredoc_are_joined_by_line_ends() -> None:
    found = scripts_in("<<EOF\na && b\n\n# c\nd; e\n  f \\\n g\nEOF")[0]
    assert found.heredoc
    assert [(s.before, s.after) for s in found.statements] == [
        (None, "&&"), ("&&", "\n"), ("\n", ";"), (";", "\n"), ("\n", None),
    ]  # fmt: skip
    assert found.commands[-1].arguments[0].raw == "g"


@pytest.mark.parametrize("body", ["a &&", "a '", "if a; then b", "(a", "a | | b", "a ;; b", 'a "$(b"'])
def test_a_script_that_does_not_parse_is_not_ok(body: str) -> None:
    assert [s.ok for s in scripts_in(body)] == [False]


def test_commands_of_a_broken_script_are_still_read_where_possible() -> None:
    found = script("apt-get update && if true; then x")
    assert not found.ok
    assert "apt-get" in [c.name for c in found.commands]


def test_an_empty_run_has_no_script() -> None:
    assert scripts_in("") == ()


def test_what_stands_behind_a_heredoc_word_is_read() -> None:
    found = scripts_in("<<X\ncat <<EOF | grep a > f && b || c\nhi $(d)\nEOF\ne\nX")[0]
    assert found.ok
    assert [s.kind for s in found.statements] == ["pipeline", "command", "command", "command"]
    assert [(c.name, c.before, c.after) for c in found.commands if c.at_top] == [
        ("b", "&&", "||"), ("c", "||", "\n"), ("e", "\n", None),
    ]  # fmt: skip
    assert [c.name for c in found.commands if "pipeline" in c.within] == ["cat", "grep", "d"]


def test_scripts_are_read_once() -> None:
    from dockerlint.model import Run
    from dockerlint.shell import scripts

    run = next(dockerfile("FROM a\nRUN b\n").instructions(Run))
    assert scripts(run) is scripts(run)


def test_a_keyword_may_end_a_construct_right_behind_another() -> None:
    found = script("if a; then for x in b; do sudo c; done fi && d")
    assert found.ok
    assert [c.name for c in found.commands] == ["a", "c", "d"]
    assert not script("if a; then b; done fi").ok
