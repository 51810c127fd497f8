from __future__ import annotations

import pytest

from dockerlint.dump import arguments
from dockerlint.parser import NO_INSTRUCTIONS, NOT_STRINGS, parse_tree, read
from dockerlint.source import Source
from dockerlint.tree import InstructionNode, Tree


def tree(data: str | bytes) -> Tree:
    return parse_tree(Source.of(data.encode() if isinstance(data, str) else data))


def flags(text: str, escape: str = "\\") -> tuple[list[str], str]:
    reading = read(text, escape)
    start, end = reading.arguments
    return [text[a:b] for _, a, b in reading.flags], text[start:end]


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("RUN --a --b=c d", ["--a", "--b=c"], "d"),
        ("RUN --a='b c' d", ["--a='b c'"], "d"),
        ("RUN --a=b\\ c d", ["--a=b\\ c"], "d"),
        ("RUN --a='b\\'c' d", ["--a='b\\'c'"], "d"),
        ("RUN -- --a", [], "--a"),
        ('RUN --"" --a', [], "--a"),
        ("RUN d --a", [], "d --a"),
        ("RUN --a='b c", ["--a='b c"], ""),
        ("RUN -a", [], "-a"),
        ("RUN --a", ["--a"], ""),
        ("RUN --a \u00a0 b", ["--a"], "b"),
        ("RUN \u00a0--a", [], "--a"),
        ("RUN --a=à b", ["--a=à"], "b"),
        ("RUN --a=àb c", ["--a=à"], "b c"),
        ("RUN --a=é b", ["--a=é"], "b"),
        ("RUN", [], ""),
    ],
)
def test_flags_stand_before_the_arguments(text: str, found: list[str], rest: str) -> None:
    assert flags(text) == (found, rest)


def test_the_escape_character_of_flags_is_that_of_the_directive() -> None:
    assert flags("RUN --a=b` c d", "`") == (["--a=b` c"], "d")
    assert flags("RUN --a=b\\ c d", "`") == (["--a=b\\"], "c d")


@pytest.mark.parametrize(
    ("text", "form", "values"),
    [
        ('RUN ["a", "b"]', "exec", ["a", "b"]),
        ('RUN [ "a\\u0041\\n\\"" ]', "exec", ['aA\n"']),
        ('RUN ["\\ud83d\\ude00", "\\ud83d"]', "exec", ["\U0001f600", "\ufffd"]),
        ("RUN []", "exec", []),
        ("RUN ['a']", "text", ["['a']"]),
        ('RUN ["a"] b', "text", ['["a"] b']),
        ('RUN ["a",]', "text", ['["a",]']),
        ('RUN ["a\tb"]', "text", ['["a\tb"]']),
        ('RUN ["a", NaN]', "text", ['["a", NaN]']),
        ('RUN ["a", 1e999]', "text", ['["a", 1e999]']),
        ('RUN ["a",\u00a0"b"]', "text", ['["a",\u00a0"b"]']),
        ("RUN [ -f x ]", "text", ["[ -f x ]"]),
        ('COPY ["a b", "c"]', "exec", ["a b", "c"]),
        ('COPY [ "a", "b ]', "words", ["[", '"a",', '"b', "]"]),
        ('VOLUME ["a"]', "exec", ["a"]),
        ('EXPOSE ["a"]', "words", ['["a"]']),
        ('HEALTHCHECK CMD ["a"]', "exec", ["CMD", "a"]),
        ("HEALTHCHECK --a=b CMD  a b", "text", ["CMD", "a b"]),
        ("USER 'a' # b", "text", ["'a' # b"]),
        ("FROM a\tas b", "words", ["a", "as", "b"]),
        ("FROM a b", "malformed", ["a", "b"]),
        ("COPY a", "malformed", ["a"]),
        ("COPY a\u00a0b c", "words", ["a\u00a0b", "c"]),
        ("ARG a b=c 'd e=f'", "pairs", ["a", "b=c", "'d e=f'"]),
        ("ENV a=b c='d e'", "pairs", ["a", "b", "=", "c", "'d e'", "="]),
        ("ENV a=b\u00a0c=d", "pairs", ["a", "b", "=", "c", "d", "="]),
        ("ENV a=b\x1cc", "pairs", ["a", "b\x1cc", "="]),
        ("ENV a\x1fb=c", "pairs", ["a\x1fb", "c", "="]),
        ("ENV a b=c", "legacy", ["a", "b=c", ""]),
        ('ENV "a b" c', "legacy", ['"a', 'b" c', ""]),
        ('ENV "a=b"=c', "pairs", ['"a', 'b"=c', "="]),
        ("ENV a=b\\ c", "pairs", ["a", "b\\ c", "="]),
        ("ENV a=b\\", "pairs", ["a", "b", "="]),
        ("ENV \\", "nothing", []),
        ("ENV", "nothing", []),
        ("NOPE a b", "nothing", []),
    ],
)
def test_arguments_are_read_as_each_instruction_wants_them(text: str, form: str, values: list[str]) -> None:
    reading = read(text, "\\")
    assert reading.fault is None
    assert (reading.form, arguments(reading, text)) == (form, values)


@pytest.mark.parametrize("element", ["1", "-0.5e3", "null", "true", "[]", "{}", '{"a": [1]}', '["a"]'])
def test_an_array_of_other_things_than_strings_is_refused(element: str) -> None:
    assert read(f'CMD ["a", {element}]', "\\").fault == NOT_STRINGS


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ENV a", "ENV must have two arguments"),
        ("label a", "LABEL must have two arguments"),
        ("ENV a=b c", 'Syntax error - can\'t find = in "c". Must be of the form: name=value'),
        ("ENV a=b c\\\td", 'Syntax error - can\'t find = in "c\\\\\\td". Must be of the form: name=value'),
        ("ONBUILD ENV a", "ENV must have two arguments"),
    ],
)
def test_malformed_pairs_are_refused(text: str, fault: str) -> None:
    assert read(text, "\\").fault == fault


def test_the_backtick_quotes_in_pairs_where_it_is_the_escape_character() -> None:
    assert arguments(read("ENV a=b` c", "`"), "ENV a=b` c") == ["a", "b` c", "="]
    assert arguments(read("ENV a=c:\\ d=e", "`"), "ENV a=c:\\ d=e") == ["a", "c:\\", "=", "d", "e", "="]


def test_the_exec_form_has_backslashes_whatever_the_escape_character_is() -> None:
    assert arguments(read('RUN ["a\\"b`c"]', "`"), 'RUN ["a\\"b`c"]') == ['a"b`c']


def test_onbuild_holds_an_instruction_with_its_own_flags() -> None:
    text = "ONBUILD COPY --from=a b c"
    inner = read(text, "\\").inner
    assert inner is not None
    assert inner.name == "copy"
    assert [text[a:b] for _, a, b in inner.flags] == ["--from=a"]


def test_onbuild_may_nest_as_deep_as_it_likes() -> None:
    reading = read("ONBUILD " * 20_000 + "RUN x", "\\")
    depth = 0
    while reading.inner is not None:
        reading = reading.inner
        depth += 1
    assert (depth, reading.name) == (20_000, "run")


@pytest.mark.parametrize("data", ["", "\n \n", "# c\n", "# escape=`\n# c\n"])
def test_a_file_without_instructions_is_refused(data: str) -> None:
    assert [message for *_, message in tree(data).faults] == [NO_INSTRUCTIONS]


def test_faults_come_in_the_order_of_the_file() -> None:
    found = tree("# escape=x\nFROM a\nENV b\nRUN <<E\nLABEL c\n").faults
    assert [(line, message.split()[0]) for line, _, _, message in found] == [
        (0, "invalid"), (3, "ENV"), (4, "unterminated"), (5, "LABEL"),
    ]  # fmt: skip


def test_a_malformed_line_spoils_no_other() -> None:
    nodes = tree("FROM a\nENV b\nRUN c\n").nodes
    assert [n.reading.fault is None for n in nodes if isinstance(n, InstructionNode)] == [True, False, True]


@pytest.mark.parametrize(
    ("line", "bodies"),
    [
        ("RUN <<E", 1),
        ("ONBUILD RUN <<E", 1),
        ("copy <<E /x", 1),
        ('RUN ["<<E"]', 0),
        ("ENV a=<<E", 0),
        ("RUN cat<<E", 0),
        ("RUN <<- E", 0),
        ("RUN <<<E", 0),
        ('RUN "<<E"', 0),
        ("RUN don't <<E", 0),
        ("CMD <<E", 0),
    ],
)
def test_heredocs_follow_only_where_buildkit_sees_them(line: str, bodies: int) -> None:
    first = tree(f"{line}\nx\nE\n").nodes[0]
    assert isinstance(first, InstructionNode)
    assert len(first.lines.bodies) == bodies


SAMPLE = b"""\xef\xbb\xbf# syntax=docker/dockerfile:1\r
# a comment

 FROM --platform=$BUILDPLATFORM  alpine:3.20   AS build  \r
RUN --mount=type=cache,target=/x   apk add \\ \t
   # inside \\

    curl \\
\tgit ; echo \xff\xfe
COPY --from=build ["a b", "c"]
ADD <<-ONE <<"TWO" /etc/  \t
\tone
\tONE
two $x
TWO
ENV a=b c="d e" f=g\\ h "i=j"=k \\
LABEL z
ONBUILD   HEALTHCHECK --interval=5s CMD   curl x
NOPE this is not known
RUN <<EOF"""


def test_the_leaves_of_a_tree_are_the_file() -> None:
    made = tree(SAMPLE)
    at = 0
    for kind, start, end in made.leaves():
        assert start == at, kind
        assert end > start, kind
        at = end
    assert at == len(made.source.text)
    assert made.text() == made.source.text


def test_leaves_are_named_for_what_they_are() -> None:
    data = "  RUN --a b \\\n# c\n\n d <<E\nx\nE\n"
    made = tree(data)
    assert [(kind, data[start:end]) for kind, start, end in made.leaves()] == [
        ("white", "  "), ("KEYWORD", "RUN"), ("white", " "), ("FLAG", "--a"), ("white", " "), ("TEXT", "b "),
        ("continuation", "\\\n"), ("comment", "# c\n"), ("blank", "\n"), ("TEXT", " d <<E"), ("white", "\n"),
        ("heredoc", "x\n"), ("heredoc-end", "E"), ("white", "\n"),
    ]  # fmt: skip


def test_a_word_that_is_not_utf_8_is_shown_as_go_reads_it() -> None:
    assert tree(b"ENV a=b \xff").faults[0][3] == (
        'Syntax error - can\'t find = in "\ufffd". Must be of the form: name=value'
    )


def test_the_exec_form_of_a_health_check_may_stand_behind_any_white_space() -> None:
    assert read('HEALTHCHECK CMD \u2028["a"]', "\\").form == "exec"
    assert read("HEALTHCHECK CMD \u00a0[1]", "\\").fault == NOT_STRINGS
    assert read("HEALTHCHECK CMD \u00a0", "\\").form == "text"
