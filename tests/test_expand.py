"""Variable expansion, word splitting and here-document openers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.expand import (
    ExpansionError,
    expand,
    expand_heredoc,
    expand_reporting,
    expand_words,
    expand_words_reporting,
    heredoc_in_word,
    heredocs_in,
    references,
    split_words,
    variables_in,
)

ENV = {"dir": "/opt/tool", "empty": "", "list": "one  two", "file": "lib.tar.gz", "é": "accent"}


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("plain", "plain"),
        ("$dir/bin", "/opt/tool/bin"),
        ("${dir}s", "/opt/tools"),
        ("a$missing.b", "a.b"),
        ("'$dir \\n'", "$dir \\n"),
        ('"$dir" and \'x\'', "/opt/tool and x"),
        ('"a\\"b\\$c\\\\d\\e"', 'a"b$c\\d\\e'),
        ("a\\ b\\tc\\", "a btc"),
        ("costs 5$", "costs 5$"),
        ("$.$,", "$.$,"),
        ("$12x", "x"),
        ("$$$dir", "/opt/tool"),
        ("$é!", "accent!"),
        ("$²", "$²"),
        ("$(pwd)", "$(pwd)"),
        ("${dir:-other}", "/opt/tool"),
        ("${empty:-other}", "other"),
        ("${empty-other}", ""),
        ("${missing-$dir}", "/opt/tool"),
        ("${missing:-'}'}", "}"),
        ('${missing:-"a}b"}', "a}b"),
        ("${missing:-\\}}", "}"),
        ("${missing:-${other:-deep}}", "deep"),
        ("${dir:+yes}${missing:+no}${empty+set}${empty:+no}", "yesset"),
        ("${dir?gone}", "/opt/tool"),
        ("${empty?gone}", ""),
        ("${file#*.}", "tar.gz"),
        ("${file##*.}", "gz"),
        ("${file%.*}", "lib.tar"),
        ("${file%%.*}", "lib"),
        ("${file#?i}", "b.tar.gz"),
        ("${file#zip}", "lib.tar.gz"),
        ("${file/a/-}", "lib.t-r.gz"),
        ("${file/./-}", "lib-tar.gz"),
        ("${file//./-}", "lib-tar-gz"),
        ("${file/*./x}", "xgz"),
        ("${dir//\\//-}", "-opt-tool"),
        ("${file//lib/<$0>}", "<>.tar.gz"),
        ("${file//lib/'<$0>'}", "<lib>.tar.gz"),
        ("${file//lib/'$$'}", "$.tar.gz"),
        ("${file//lib/'${0}$1${x}$'}", "lib$.tar.gz"),
        ("${file/lib/'$0'}", "$0.tar.gz"),
        ("${missing/a/b}", ""),
        ("${file//?/.}", ".........."),
        ("${file/}", None),
        ("${file//}", None),
        ("${", None),
        ("${}", None),
        ("${:-x}", None),
        ("${{dir}}", None),
        ("${dir", None),
        ("${dir:-x", None),
        ("${missing:?}", None),
        ("${dir:=x}", None),
        ("${dir=x}", None),
        ("${dir^^}", None),
        ("${dir[0]}", None),
        ("${#dir}", None),
        ("${dir:#x}", None),
        ("${dir#\\x}", None),
        ("it's", None),
        ('5" disk', None),
    ],
)  # fmt: skip
def test_a_word_is_expanded_or_refused(word: str, result: str | None) -> None:
    if result is None:
        with pytest.raises(ExpansionError):
            expand(word, ENV)
    else:
        assert expand(word, ENV) == result


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("'x", "unexpected end of statement while looking for matching single-quote"),
        ('"x', "unexpected end of statement while looking for matching double-quote"),
        ("${", "syntax error: missing '}'"),
        ("${a:-${b:-", "syntax error: missing '}'"),
        ("${a:-'", "syntax error: missing '}'"),
        ('"${a:-x"', "syntax error: missing '}'"),
        ("${a/b", "syntax error: missing '/' in ${}"),
        ("${a/${b:-", "syntax error: missing '/' in ${}"),
        ("${a/b/c", "syntax error: missing '}'"),
        ("${:x}", "syntax error: bad substitution"),
        ("${a=b} ", "unsupported modifier (=) in substitution"),
        ("${a:=b} ", "unsupported modifier (:=) in substitution"),
        ("${a:%b} ", "unsupported modifier (:%) in substitution"),
        ("${a:-${b^}} ", "unsupported modifier (^) in substitution"),
        ("${a:?say $dir}", "a: say /opt/tool"),
        ("${a?}", "a: is not allowed to be unset"),
        ("${empty:?}", "empty: is not allowed to be empty"),
        ("${dir#a\\b} ", "invalid pattern (a\\b) in substitution: invalid escape '\\b'"),
    ],
)
def test_a_fault_is_told_in_the_words_of_buildkit(word: str, message: str) -> None:
    with pytest.raises(ExpansionError) as raised:
        expand(word, ENV)
    assert str(raised.value) == message


def test_the_escape_directive_changes_what_protects() -> None:
    assert expand("C:\\dir`$dir", ENV, "`") == "C:\\dir$dir"
    assert expand("a`b\\", ENV, "`") == "ab\\"


def test_words_are_split_where_nothing_protects_the_white_space() -> None:
    assert expand_words("a  b\u00a0c\td", {}) == ["a", "b", "c", "d"]
    assert expand_words("a\u001cb", {}) == ["a\u001cb"]
    assert expand_words("$list $missing \"$list\" 'x y' p\\ q", ENV) == [
        "one",
        "two",
        "one  two",
        "x y",
        "p q",
    ]
    assert expand_words("'' \"\"", {}) == []
    assert expand_words("pre$list", ENV) == ["preone", "two"]


def test_unset_names_are_told_once_and_in_order() -> None:
    assert expand_reporting("$b ${a:-x} $b $dir ${dir:-$c}", ENV) == (
        " x  /opt/tool /opt/tool",
        ("b", "a", "c"),
    )


def test_a_variable_without_a_known_value_makes_the_result_unknown() -> None:
    env: dict[str, str | None] = {"u": None, "k": "v"}
    assert expand_reporting("a $u", env) == (None, ())
    assert expand_reporting("${k:-$u}", env) == ("v", ())
    assert expand_reporting("${u:-x}", env) == (None, ())
    assert expand_reporting("${u:?no}", env) == (None, ())
    assert expand_reporting("${u%x}${k}", env) == (None, ())
    assert expand_reporting("'$u'", env) == ("$u", ())
    assert expand_words_reporting("80 $u", env) == (None, ())
    assert expand_words_reporting("80 $k", env) == (["80", "v"], ())


def test_in_an_open_environment_unset_names_are_unknown_but_told() -> None:
    assert expand_reporting("a$x", {}, open_environment=True) == (None, ("x",))
    assert expand_reporting("${x:?no}", {}, open_environment=True) == (None, ("x",))
    assert expand_reporting("${k:-$x}", {"k": "v"}, open_environment=True) == ("v", ("x",))


def test_a_heredoc_body_has_plain_quotes_and_loses_escapes() -> None:
    assert expand_heredoc("say \"$dir\" '$dir' \\$dir \\n it's\n", ENV) == (
        "say \"/opt/tool\" '/opt/tool' $dir n it's\n"
    )
    assert expand_heredoc("$u", {"u": None}) is None


def test_references_have_names_and_places() -> None:
    word = "a$b/${c:-${d}x}\"$e\"'$f'\\$g"
    assert [(name, word[start:end]) for name, start, end in references(word)] == [
        ("b", "$b"),
        ("c", "${c:-${d}x}"),
        ("d", "${d}"),
        ("e", "$e"),
    ]
    assert variables_in("$a$b${a}") == ("a", "b")
    assert variables_in("$a ${x[@]} $b") == ("a",)
    assert variables_in("no variables") == ()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("RUN <<EOF", [("EOF", 0, False, True, "<<EOF")]),
        ("RUN 3<<-'EOF' cat", [("EOF", 3, True, False, "3<<-'EOF'")]),
        ('COPY <<a "<<b" <<"c d" /x', [("a", 0, False, True, "<<a"), ("c d", 0, False, False, '<<"c d"')]),
        ("RUN cat << END > x", [("END", 0, False, True, "<< END")]),
        ("RUN << -E", [("-E", 0, False, True, "<< -E")]),
        ("RUN <<- E", []),
        ("RUN <<<word", []),
        ("RUN cat<<E", []),
        ("RUN <<''", []),
        ("RUN a <<", []),
        ("RUN <<E>out", [("E>out", 0, False, True, "<<E>out")]),
        ("RUN <<\\E", [("E", 0, False, True, "<<\\E")]),
        ("RUN <<$EOF", [("$EOF", 0, False, True, "<<$EOF")]),
        ("RUN # <<E", [("E", 0, False, True, "<<E")]),
        ("RUN echo $((1 << 2))", [("2))", 0, False, True, "<< 2))")]),
        ("RUN don't <<E", []),
        ("RUN ${x^^} <<E", []),
        ("RUN ${x:=y} <<E", [("E", 0, False, True, "<<E")]),
        ("RUN ${#x} <<E", []),
    ],
)
def test_openers_of_here_documents(line: str, found: list[tuple[str, int, bool, bool, str]]) -> None:
    assert [
        (opener.name, opener.fd, opener.strip_tabs, opener.expand, line[opener.start : opener.end])
        for opener in heredocs_in(line)
    ] == found


def test_a_name_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ExpansionError):
        heredoc_in_word("<<'E")
    assert heredoc_in_word("<<- E") is not None
    assert heredoc_in_word("a/b") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a=1  b=2", ["a=1", "b=2"]),
        ("a='x y' b=\"p q\"r", ["a='x y'", 'b="p q"r']),
        ("a=x\\ y z", ["a=x\\ y", "z"]),
        ("a='x\\' b", ["a='x\\'", "b"]),
        ('a="x\\" b" c', ['a="x\\" b"', "c"]),
        ("a='x y", ["a='x y"]),
        ("a=b\\", ["a=b"]),
        ("a \\", ["a"]),
        ("a\u00a0b\u001cc", ["a", "b\u001cc"]),
        ("''", ["''"]),
        ("", []),
    ],
)
def test_words_of_env_label_and_arg(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in split_words(text)] == words


def test_with_a_backtick_as_escape_a_backslash_is_text() -> None:
    text = "a=c:\\ b=x` y"
    assert [text[start:end] for start, end in split_words(text, "`")] == ["a=c:\\", "b=x` y"]


NASTY = st.text(alphabet="ab$${}{}''\"\"\\`:-+?#%/*<< \n1é\u00a0", max_size=40)


@given(NASTY, st.sampled_from("\\`"))
def test_any_word_is_expanded_or_refused(word: str, escape: str) -> None:
    env: dict[str, str | None] = {"a": "x y", "b": None}
    try:
        value, unset = expand_reporting(word, env, escape)
    except ExpansionError:
        pass
    else:
        assert value is None or isinstance(value, str)
        assert len(set(unset)) == len(unset)
    names = [word[start] for _, start, _ in references(word, escape)]
    assert set(names) <= {"$"}


@given(NASTY)
def test_any_line_has_its_openers_inside(line: str) -> None:
    try:
        found = heredocs_in(line)
    except ExpansionError:
        return
    assert all(0 <= opener.start < opener.end <= len(line) and opener.name for opener in found)


@given(NASTY, st.sampled_from("\\`"))
def test_split_words_are_in_order_and_apart(text: str, escape: str) -> None:
    spans = split_words(text, escape)
    assert all(start < end for start, end in spans)
    assert all(first[1] < second[0] for first, second in pairwise(spans))


@pytest.mark.parametrize(
    "word",
    [
        "${a:-" * 20_000,
        "${a:-" * 20_000 + "}" * 20_000,
        '"$b' * 30_000,
        "$" * 60_000,
        "'" * 60_001,
        "<< " * 30_000,
        "\\" * 60_001,
        "${b#" + "*b" * 2_000 + "c}",
        "${b//*b*b*b*c/x}",
    ],
    ids=lambda word: word[:8],
)
def test_a_word_made_to_backtrack_is_a_text_or_an_error(word: str) -> None:
    # A lexer that backtracks would not come back within anybody's life.
    answers: set[str] = set()
    env = {"b": "b" * 2_000, "a": ""} if len(word) < 10_000 else {"b": "b"}
    for _ in range(2):
        try:
            seen = expand(word, env)
        except ExpansionError as error:
            seen = str(error)
        answers.add(seen)
    assert len(answers) == 1
