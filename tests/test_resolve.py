from __future__ import annotations

import pytest

import dockerlint
from dockerlint.model import (
    Add,
    Arg,
    Cmd,
    Copy,
    Dockerfile,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Instruction,
    Invalid,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Word,
    Workdir,
)
from dockerlint.source import Source, Span


def parse(text: str, **options: object) -> Dockerfile:
    return dockerlint.parse(text, **options)  # type: ignore[arg-type]


def only(text: str) -> Instruction:
    """The instruction behind the first FROM."""
    return parse(f"FROM scratch\n{text}").stages[0].instructions[-1]


def last_value(text: str, **options: object) -> str | None:
    """The value of the last WORKDIR or LABEL of a file."""
    found = parse(text, **options).body[-1]
    if isinstance(found, Label):
        assert found.pairs[0].value is not None
        return found.pairs[0].value.value
    assert isinstance(found, Workdir)
    return found.path.value


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("FROM a", From), ("RUN a", Run), ("run", Run), ("CMD", Cmd), ("ENTRYPOINT []", Entrypoint),
        ('SHELL ["a"]', Shell), ("HEALTHCHECK NONE", Healthcheck), ("HEALTHCHECK CMD a", Healthcheck),
        ("COPY a b", Copy), ("ADD a b", Add), ("ENV a=b", Env), ("LABEL a b", Label), ("ARG a", Arg),
        ("EXPOSE 80", Expose), ("VOLUME /a", Volume), ("USER a", User), ("WORKDIR a", Workdir),
        ("STOPSIGNAL 9", Stopsignal), ("MAINTAINER a", Maintainer), ("ONBUILD RUN a", Onbuild),
        ("FROM", Invalid), ("FROM a b", Invalid), ("SHELL a", Invalid), ("SHELL []", Invalid),
        ("HEALTHCHECK", Invalid), ("HEALTHCHECK CMD", Invalid), ("HEALTHCHECK CMD []", Invalid),
        ("HEALTHCHECK NONE a", Invalid), ("HEALTHCHECK RUN a", Invalid), ("COPY a", Invalid),
        ("COPY []", Invalid), ("ADD", Invalid), ("ENV", Invalid), ("ENV a", Invalid), ("LABEL", Invalid),
        ("ARG", Invalid), ("EXPOSE", Invalid), ("VOLUME []", Invalid), ("USER", Invalid), ("WORKDIR ", Invalid),
        ("ONBUILD", Invalid), ("NOPE a", Invalid), ("FROM\u00a0a", Invalid), ("RUN [1]", Invalid),
        ("RUN <<E", Invalid),
    ],
)  # fmt: skip
def test_each_line_becomes_its_class_and_a_malformed_one_an_invalid(
    line: str, kind: type[Instruction]
) -> None:
    assert type(parse(line).body[-1]) is kind


def test_what_buildkit_refuses_in_its_line_parser_is_a_problem() -> None:
    text = "FROM a\n  ENV b\nRUN c"
    (problem,) = parse(text).problems
    assert (problem.line, problem.phase, problem.message) == (2, "B", "ENV must have two arguments")
    assert text[problem.span.start : problem.span.end] == "ENV b"


def test_an_invalid_instruction_keeps_keyword_flags_and_text() -> None:
    made = only("  Nope --a=b \\\n c")
    assert isinstance(made, Invalid)
    assert (made.keyword.text, made.keyword.name) == ("Nope", "NOPE")
    assert [flag.name for flag in made.flags] == ["a"]
    assert made.text.text == "Nope --a=b  c"


def test_spans_point_into_the_file_across_continuations() -> None:
    text = "FROM a\nCOPY --from=b \\\n  # c\n  d \\\n\n  e\\\nf  \nRUN g"
    copy = parse(text).body[1]
    assert isinstance(copy, Copy)
    assert text[copy.span.start : copy.span.end] == text[7 : text.index("\nRUN")]
    assert text[copy.sources[0].span.start : copy.sources[0].span.end] == "d"
    assert copy.destination.raw == "ef"
    assert text[copy.destination.span.start : copy.destination.span.end] == "e\\\nf"
    assert text[copy.flags[0].span.start : copy.flags[0].span.end] == "--from=b"
    assert text[copy.flags[0].value_span.start : copy.flags[0].value_span.end] == "b"
    assert (copy.first_line, copy.last_line) == (2, 7)
    assert [comment.text for comment in copy.comments] == ["c"]
    assert [text[blank.start : blank.end] for blank in copy.blank_continuations] == ["\n"]


def test_flags_lose_their_quotes_and_escapes() -> None:
    run = only("RUN --a --b= --c='d e' --f=g\\ h i")
    assert [(flag.name, flag.value) for flag in run.flags] == [
        ("a", None), ("b", ""), ("c", "d e"), ("f", "g h"),
    ]  # fmt: skip
    assert run.flag("c") is run.flags[2]
    assert run.flag("z") is None


def test_flags_are_expanded_where_buildkit_expands_them() -> None:
    copy = parse("FROM a\nARG u=1\nCOPY --chown=$u --from=$u --chmod=$v b c").body[-1]
    assert [flag.expanded for flag in copy.flags] == ["1", "$u", None]
    start = parse("ARG p=linux/amd64\nFROM --platform=$p a").body[-1]
    assert start.flags[0].expanded == "linux/amd64"
    assert parse("FROM --platform=$BUILDPLATFORM a").body[-1].flags[0].expanded is None


def test_mounts_fold_their_aliases() -> None:
    run = parse("FROM a\nENV d=/x\nRUN --mount=Type=Cache,DST=$d/y,ro --mount=nope=1 --mount=src=a b").body[
        -1
    ]
    assert isinstance(run, Run)
    assert [dict(mount.options) for mount in run.mounts] == [
        {"type": "cache", "target": "/x/y", "readonly": "true"},
        {"source": "a", "type": "bind"},
    ]
    assert run.mounts[0].type == "cache"
    assert run.mounts[0].target == "/x/y"
    assert run.mounts[1].flag is run.flags[2]


def test_a_mount_in_quotes_is_read_as_csv() -> None:
    run = only("RUN --mount='type=bind,\"target=/a,b\"' x")
    assert isinstance(run, Run)
    assert run.mounts[0].target == "/a,b"


@pytest.mark.parametrize("value", ["'target=a\"b'", "target", "type=bind,nope=1", "''"])
def test_an_invalid_mount_is_none(value: str) -> None:
    broken = only(f"RUN --mount={value} x")
    assert isinstance(broken, Run)
    assert broken.mounts == ()


def test_commands_know_their_form() -> None:
    shell = only("RUN --x echo \\\n  a")
    assert isinstance(shell, Run)
    assert not shell.command.is_exec
    assert shell.command.text.text == "echo   a"
    made = only('RUN ["echo", "a\\tb", ""]')
    assert isinstance(made, Run)
    assert made.command.words is not None
    assert [word.value for word in made.command.words] == ["echo", "a\tb", ""]
    assert made.command.words[1].raw == '"a\\tb"'


def test_a_health_check_has_a_kind_and_a_command() -> None:
    check = only("HEALTHCHECK --interval=5s cmd  curl \\\n x")
    assert isinstance(check, Healthcheck)
    assert check.command is not None
    assert (check.kind.raw, check.command.text.text) == ("cmd", "curl  x")
    made = only('HEALTHCHECK CMD ["curl", "x"]')
    assert isinstance(made, Healthcheck)
    assert made.command is not None
    assert made.command.words is not None
    assert [word.value for word in made.command.words] == ["curl", "x"]
    none = only("HEALTHCHECK NONE")
    assert isinstance(none, Healthcheck)
    assert none.command is None


def test_heredocs_are_sources_of_copy_and_bodies_of_run() -> None:
    text = "FROM scratch\nCOPY <<A b <<-'C' /d\nx\nA\n\ty\n\tC\nRUN cat 3<<E\n$z\nE\n"
    _, copy, run = parse(text).body
    assert isinstance(copy, Copy)
    assert [source.raw for source in copy.sources] == ["b"]
    assert copy.destination.raw == "/d"
    assert [(h.name, h.expand, h.strip_tabs, h.content) for h in copy.heredocs] == [
        ("A", True, False, "x\n"), ("C", False, True, "\ty\n"),
    ]  # fmt: skip
    assert [text[h.opener.start : h.opener.end] for h in copy.heredocs] == ["<<A", "<<-'C'"]
    assert isinstance(run, Run)
    (body,) = run.command.heredocs
    assert (body.fd, text[body.body.start : body.body.end], text[body.end.start : body.end.end]) == (
        3,
        "$z\n",
        "E",
    )
    assert text[run.span.start : run.span.end] == "RUN cat 3<<E\n$z\nE"


def test_a_word_that_only_looks_like_an_opener_is_a_path() -> None:
    copy = only("COPY 'x <<A y' <<B /d\nb\nB")
    assert isinstance(copy, Copy)
    assert [source.raw for source in copy.sources] == ["'x", "<<A", "y'"]
    assert [heredoc.name for heredoc in copy.heredocs] == ["B"]


def test_onbuild_holds_its_instruction_with_spans_of_its_own() -> None:
    text = "FROM a\nENV v=1\nONBUILD copy --from=x $v c"
    outer = parse(text).body[-1]
    assert isinstance(outer, Onbuild)
    inner = outer.inner
    assert isinstance(inner, Copy)
    assert inner.onbuild
    assert text[inner.keyword.span.start : inner.keyword.span.end] == "copy"
    assert inner.text.text == "copy --from=x $v c"
    assert inner.sources[0].value is None, "what fires the trigger may have set v anew"
    assert [i.keyword.name for i in parse(text).instructions(Copy, onbuild=True)] == ["COPY"]


@pytest.mark.parametrize("inner", ["FROM a", "MAINTAINER a", "ONBUILD RUN a", "COPY a", "NOPE"])
def test_a_trigger_that_cannot_be_is_invalid(inner: str) -> None:
    outer = only(f"ONBUILD {inner}")
    assert isinstance(outer, Onbuild)
    assert isinstance(outer.inner, Invalid)


def pairs(text: str) -> list[tuple[str, str | None, str | None]]:
    made = only(text)
    assert isinstance(made, (Env, Label, Arg))
    values = [pair.value for pair in made.pairs]
    return [
        (pair.name.raw, value.raw if value else None, value.value if value else None)
        for pair, value in zip(made.pairs, values)
    ]


def test_pairs_have_names_and_values() -> None:
    assert pairs("ENV a=b c='d $e' f=\"g\"") == [("a", "b", "b"), ("c", "'d $e'", "d $e"), ("f", '"g"', "g")]
    assert pairs("ENV a  b c ") == [("a", "b c", "b c")]
    assert pairs("ENV a=") == [("a", "", "")]
    assert pairs('ENV "a=b"=c') == [('"a', 'b"=c', None)]
    assert pairs("ARG a b= 'c=d'") == [("a", None, None), ("b", "", ""), ("'c", "d'", None)]
    assert pairs("LABEL a.b=c\\ d") == [("a.b", "c\\ d", "c d")]


def test_only_one_form_of_env_is_legacy() -> None:
    env, label = only("ENV a b"), only("LABEL a=b")
    assert isinstance(env, Env)
    assert isinstance(label, Label)
    assert (env.legacy, label.legacy) == (True, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("FROM scratch\nENV a=1\nLABEL x=$a", "1"),
        ("FROM scratch\nENV a=1\nENV a=2 b=$a\nLABEL x=$a$b", "21"),
        ("FROM scratch\nARG a=1 b=$a\nLABEL x=$b", "1"),
        ("FROM scratch\nLABEL x=$a", ""),
        ("FROM busybox\nLABEL x=$a", None),
        ("FROM busybox\nLABEL x=a'$b'\\$c", "a$b$c"),
        ("FROM scratch\nARG a\nLABEL x=$a", None),
        ("ARG a=1\nFROM scratch\nLABEL x=$a", ""),
        ("ARG a=1\nFROM scratch\nARG a\nLABEL x=$a", "1"),
        ("ARG a=1\nFROM scratch\nARG a=2\nLABEL x=$a", "2"),
        ("FROM scratch\nARG TARGETARCH\nLABEL x=$TARGETARCH", None),
        ("FROM scratch\nARG a=1\nENV a=2\nLABEL x=$a", "2"),
        ("FROM scratch\nENV a=2\nARG a=1\nLABEL x=$a", "1"),
        ("FROM scratch AS b\nENV a=2\nARG a=1 c=3\nFROM b\nLABEL x=$a$c", "23"),
        ("FROM scratch AS B\nENV a=2\nFROM b\nLABEL x=$a", "2"),
        ("FROM scratch AS b\nENV a=2\nFROM B\nLABEL x=$a", None),
        ("FROM scratch\nENV a=/r\nWORKDIR $a/b", "/r/b"),
        ("FROM scratch\nLABEL x=$PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("FROM scratch\nENV x=$a a=1\nLABEL x=$x", ""),
        ("FROM scratch\nARG n\nENV $n=1\nLABEL x=$a", None),
        ("FROM scratch\nENV n=a\nENV $n=1\nLABEL x=$a", "1"),
        ("FROM scratch\nENV a=${b:-c}\nLABEL x=$a", "c"),
        ("FROM scratch\nLABEL x=${a", None),
        ("# escape=`\nFROM scratch\nENV a=c:\\d\nLABEL x=$a`$a", "c:\\d$a"),
    ],
)
def test_variables_are_those_in_scope(text: str, value: str | None) -> None:
    assert last_value(text) == value


def test_build_arguments_win_over_defaults() -> None:
    text = "ARG g=1\nFROM scratch\nARG g a=2 b\nLABEL x=$g$a$b"
    assert last_value(text, build_args={"g": "7", "a": "8", "b": "9"}) == "789"
    assert last_value("FROM scratch\nARG a=1\nARG b=$a\nLABEL x=$b", build_args={"a": "5"}) == "5"
    start = parse("FROM --platform=$BUILDPLATFORM a", build_args={"BUILDPLATFORM": "linux/arm64"}).body[0]
    assert start.flags[0].expanded == "linux/arm64"


def test_words_name_their_variables() -> None:
    made = only("LABEL a=$b${c:-$d}'$e'")
    assert isinstance(made, Label)
    assert made.pairs[0].value is not None
    assert made.pairs[0].value.variables == ("b", "c", "d")


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("FROM a:1", "a:1"), ("ARG v=2\nFROM a:$v", "a:2"), ("ARG v\nFROM a:$v", None),
        ("ARG v\nFROM a:${v:-3}", None), ("FROM scratch", "scratch"), ("ARG v=1\nARG w=$v\nFROM a:$w", "a:1"),
        ("FROM $x", ""),
    ],
)  # fmt: skip
def test_the_image_of_a_stage_is_expanded_with_global_arguments(text: str, image: str | None) -> None:
    (stage,) = parse(text).stages
    assert stage.image == image
    assert stage.base is None


def test_target_stage_is_the_target_or_the_last_stage() -> None:
    text = "FROM a:$TARGETSTAGE AS one\nFROM one AS two"
    assert parse(text).stages[0].image == "a:two"
    assert parse(text, target="one").stages[0].image == "a:one"
    assert parse("FROM a:$TARGETSTAGE").stages[0].image == "a:default"


def test_a_stage_builds_on_the_last_earlier_one_of_that_name() -> None:
    file = parse("FROM a AS x\nFROM b AS x\nFROM x AS y\nFROM y\nFROM X")
    assert [stage.base.index if stage.base else None for stage in file.stages] == [None, None, 1, 2, None]
    assert [stage.name for stage in file.stages] == ["x", "x", "y", None, None]
    assert [stage.index for stage in file.stages[3].lineage] == [3, 2, 1]
    assert file.stages[4].image == "X"
    assert file.stages[2].image is None


def test_a_stage_does_not_build_on_itself_or_a_later_one() -> None:
    assert [s.base for s in parse("FROM x AS x\nFROM y\nFROM z AS y").stages] == [None, None, None]


def test_stages_hold_their_instructions() -> None:
    text = "ARG a\nFROM a AS b\nRUN c\nFROM d\nRUN e\n"
    file = parse(text)
    assert [i.keyword.name for i in file.head] == ["ARG"]
    assert [[i.text.text for i in stage.instructions] for stage in file.stages] == [["RUN c"], ["RUN e"]]
    assert [i.stage for i in file.body] == [None, 0, 0, 1, 1]
    assert [file.source.slice(stage.span) for stage in file.stages] == ["FROM a AS b\nRUN c", "FROM d\nRUN e"]
    assert file.stage_of(file.body[2]) is file.stages[0]
    assert file.final_stage is file.stages[1]


def test_workdir_user_and_shell_are_in_force_until_changed_and_pass_to_the_next_stage() -> None:
    text = (
        'FROM scratch AS b\nWORKDIR a/b\nWORKDIR ../c\nUSER u:g\nSHELL ["sh", "-e"]\nRUN x\n'
        "FROM b\nRUN y\nWORKDIR /z\nFROM busybox\nWORKDIR rel\nRUN z"
    )
    states = {i.text.text: i.state for i in parse(text).instructions(Run)}
    for line in ("RUN x", "RUN y"):
        assert states[line].workdir == "/a/c"
        assert states[line].user == "u:g"
        assert states[line].shell == ("sh", "-e")
    assert states["RUN z"].workdir is None
    assert states["RUN z"].user is None
    assert states["RUN z"].shell is None
    assert states["RUN z"].open_environment
    assert not states["RUN y"].open_environment


def test_an_instruction_sees_the_state_before_it() -> None:
    first, second = parse("FROM scratch\nWORKDIR /a\nWORKDIR /b").stages[0].instructions
    assert (first.state.workdir, second.state.workdir) == ("/", "/a")


def test_a_view_of_the_variables_does_not_change_later() -> None:
    file = parse("FROM scratch\nRUN a\nENV x=1\nRUN b\nENV x=2\nARG y\nRUN c")
    seen = [dict(run.state.variables) for run in file.instructions(Run)]
    path = {"PATH": seen[0]["PATH"]}
    assert seen == [path, {**path, "x": "1"}, {**path, "x": "2", "y": None}]
    assert [set(run.state.arguments) for run in file.instructions(Run)] == [set(), set(), {"y"}]


def test_an_arg_stands_in_the_state_before_its_first_word() -> None:
    made = only("ARG a=1 b=$a")
    assert "a" not in made.state.variables


@pytest.mark.parametrize("count", [3, 500])
def test_many_variables_pass_to_the_next_stage_as_few_do(count: int) -> None:
    names = "\n".join(f"ENV v{n}={n}\nARG v{n}=x a{n}" for n in range(count))
    file = parse(f"FROM scratch AS a\n{names}\nFROM a AS b\nENV v1=new\nRUN x\nFROM b\nRUN y")
    before, after = (run.state for run in file.instructions(Run))
    for state in (before, after):
        expected = {"PATH": state.variables["PATH"], **{f"v{n}": str(n) for n in range(count)}, "v1": "new"}
        expected.update({f"a{n}": None for n in range(count)})
        assert dict(state.variables) == expected
        assert len(state.variables) == 2 * count + 1
        assert set(state.arguments) == {f"a{n}" for n in range(count)}
        assert "none" not in state.variables


@pytest.mark.parametrize(
    ("lines", "workdir"),
    [
        ("WORKDIR C:/a", "C:/a"), ("WORKDIR /a/./b//c/..", "/a/b"), ("WORKDIR ../..", "/"),
        ("WORKDIR /a\nWORKDIR $b", "/a"), ("WORKDIR /a\nWORKDIR ${b", None),
    ],
)  # fmt: skip
def test_the_working_directory_is_a_clean_absolute_path(lines: str, workdir: str | None) -> None:
    assert only(f"{lines}\nRUN x").state.workdir == workdir


def test_states_are_shared_where_nothing_changed() -> None:
    one, two = parse("FROM a\nRUN b\nRUN c").stages[0].instructions
    assert one.state is two.state


def test_a_malformed_from_leaves_nothing_known() -> None:
    file = parse("FROM scratch\nENV a=1\nFROM b c\nLABEL x=$a")
    assert last_value("FROM scratch\nENV a=1\nFROM b c\nLABEL x=$a") is None
    assert isinstance(file.body[2], Invalid)
    assert len(file.stages) == 1


def test_comments_are_listed_in_order_and_belong_to_what_they_stand_above() -> None:
    text = "# syntax=x\n# one\nFROM a\n  # two\n\n# three\nRUN b \\\n # four\n c\n# five"
    file = parse(text)
    assert [comment.text for comment in file.comments] == ["one", "two", "three", "four", "five"]
    assert [text[c.span.start : c.span.end] for c in file.comments][1] == "# two"
    assert [[c.text for c in i.doc] for i in file.body] == [["one"], ["two", "three"]]
    (directive,) = file.directives
    assert (directive.name, directive.value, text[directive.value_span.start]) == ("syntax", "x", "x")


def test_the_source_may_be_bytes_text_or_a_source() -> None:
    source = Source.of(b"FROM a", "x")
    assert dockerlint.parse(source).source is source
    assert dockerlint.parse(b"FROM a", path="y").source.path == "y"
    assert dockerlint.parse("FROM a").source.data == b"FROM a"
    assert dockerlint.parse("FROM a", ignore_patterns=("b",)).ignore_patterns == ("b",)


def test_a_word_of_one_line_and_of_many_have_the_same_value() -> None:
    def words(text: str) -> list[Word]:
        made = only(text)
        assert isinstance(made, Expose)
        return list(made.ports)

    assert [w.raw for w in words("EXPOSE 80 90")] == [w.raw for w in words("EXPOSE 8\\\n0 \\\n 90")]
    assert words("EXPOSE 80")[0].span == Span(20, 22)
