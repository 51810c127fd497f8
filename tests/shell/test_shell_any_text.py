from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.model import Run
from dockerlint.resolve import parse
from dockerlint.shell import Script, scripts
from dockerlint.source import Source, Span

PIECES = st.sampled_from(
    [
        " ", "  ", "&&", "||", ";", "|", "&", "(", ")", "{", "}", "'", '"', "`", "$(", "${x}", "$x", "\\", "\\\n", "\n",
        "# c\n", "<<EOF", "\nEOF\n", "<", ">", "2>&1", "if", "then", "fi", "for", "do", "done", "case", "esac", "in",
        "apt-get", "install", "-y", "sh -c ", "su -c ", "sudo ", "env A=b ", "A=b ", "tar xzf", "é", "\0", "\r\n", "\t",
        "!", "[[", "]]", "[", "]", "=", "a", "-", "--", "+", "$'", "((", "))", ";;", "*", "function f", "\udcff",
    ]
)  # fmt: skip


def check(text: str) -> None:
    source = Source.of_text(f"FROM a\nRUN {text}\n")
    for run in parse(source).instructions(Run):
        for script in scripts(run):
            _check_script(run.span, script)


def _check_script(span: Span, script: Script) -> None:
    whole = script.text.text
    for statement in script.statements:
        assert span.covers(statement.span)
        assert 0 <= statement.start <= statement.end <= len(whole)
        assert statement.start < statement.end or not script.ok
    for one, two in zip(script.statements, script.statements[1:]):
        assert one.end <= two.start
        assert one.after == two.before or not script.ok
    for command in script.commands:
        assert span.covers(command.span)
        assert 0 <= command.start <= command.end <= len(whole)
        assert command.start < command.end or not script.ok
        for word in (command.name_word, *command.arguments, *command.assignments):
            assert span.covers(word.span)
            assert 0 <= word.start <= word.end <= len(whole)
        for operand in command.operands:
            assert operand in command.arguments
    starts = [command.start for command in script.commands]
    assert starts == sorted(starts)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_shell_like_text_never_fails_and_spans_stay_inside(text: str) -> None:
    check(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_never_fails_and_spans_stay_inside(text: str) -> None:
    check(text)
