from __future__ import annotations

import json

import pytest

import dockerlint
from dockerlint import dump
from dockerlint.parser import parse_tree
from dockerlint.source import Source


def sexp(data: str | bytes) -> list[str]:
    return dump.sexp(dockerlint.parse(data)).splitlines()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("From alpine:3  As x", '(from "alpine:3" "As" "x")'),
        ("RUN echo  a", '(run "echo  a")'),
        ("RUN", "(run)"),
        ("RUN --mount=type=tmpfs --x=\"a b\" c", '(run ["--mount=type=tmpfs" "--x=a b"] "c")'),
        ('CMD ["a", "b\\n"]', '(cmd "a" "b\\n")'),
        ("CMD []", "(cmd)"),
        ("ENV a b", '(env "a" "b" "")'),
        ("ENV a=b c=\"d\"", '(env "a" "b" "=" "c" "\\"d\\"" "=")'),
        ("ARG a=b c", '(arg "a=b" "c")'),
        ("HEALTHCHECK --interval=1s CMD a b", '(healthcheck ["--interval=1s"] "CMD" "a b")'),
        ('HEALTHCHECK CMD ["a"]', '(healthcheck "CMD" "a")'),
        ("ONBUILD ONBUILD RUN a", '(onbuild (onbuild (run "a")))'),
        ("NOPE a b", "(nope)"),
        ("\\", "()"),
        ("EXPOSE 80\t90", '(expose "80" "90")'),
        ("USER 'a' # b", "(user \"'a' # b\")"),
        ("COPY a", '(copy "a")'),
        ("RUN \t\x01\x7f\u00a0é\U0001f600\u200b", '(run "\\x01\\x7f\\u00a0é\U0001f600\\u200b")'),
        ("# escape=`\nRUN a ` \n b", '(run "a  b")'),
        ("RUN <<E\nx\nE", '(run "<<E")'),
        ("CMD --a=b\u00a0", '(cmd ["--a=b"])'),
        ("CMD --a\\\f", '(cmd ["--a"])'),
        ('HEALTHCHECK CMD \u2028["a"]', '(healthcheck "CMD" "a")'),
    ],
)  # fmt: skip
def test_the_dump_is_that_of_buildkit(data: str, expected: str) -> None:
    assert sexp(data) == [expected]


def test_bytes_that_are_not_utf_8_are_shown_as_bytes_or_as_what_go_makes_of_them() -> None:
    assert sexp(b"RUN a\xff") == ['(run "a\\xff")']
    assert sexp(b'RUN ["a\xff"]') == ['(run "a\ufffd")']
    assert sexp(b"ENV a=\xff") == ['(env "a" "\ufffd" "=")']
    assert sexp("COPY --a=é b c") == ['(copy ["--a=Ã©"] "b" "c")']
    assert sexp("COPY --a=à b c") == ['(copy ["--a=Ã"] "b" "c")']


def test_a_trigger_may_nest_deep() -> None:
    (line,) = sexp("ONBUILD " * 8_000 + "RUN x")
    assert line.startswith("(onbuild (onbuild (")
    assert line.endswith('(run "x"' + ")" * 8_001)


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfFROM a\r\nRUN b \\\r\n c", b"\xff\x00", b"", b"RUN <<E\nx"])
def test_the_text_is_every_byte_of_the_file(data: bytes) -> None:
    assert dump.text(parse_tree(Source.of(data))) == data
    assert dump.text(dockerlint.parse(data)) == data


def test_json_holds_the_model_with_lines_and_columns() -> None:
    text = "# syntax=x\nFROM a AS b\n# doc\nRUN --mount=type=cache,target=/x echo \\\n c\nFROM b\nENV x\n"
    whole = json.loads(dump.as_json(dockerlint.parse(text, path="some/Dockerfile")))
    assert whole["path"] == "some/Dockerfile"
    assert [directive["name"] for directive in whole["directives"]] == ["syntax"]
    assert [i["kind"] for i in whole["instructions"]] == ["From", "Run", "From", "Invalid"]
    run = whole["instructions"][1]
    assert run["span"] == {"start": 29, "end": 71, "line": 4, "column": 1, "endLine": 5, "endColumn": 3}
    assert run["command"]["text"] == "echo  c"
    assert run["mounts"][0]["options"] == {"type": "cache", "target": "/x"}
    assert run["doc"][0]["text"] == "doc"
    assert [(stage["name"], stage["base"], stage["image"]) for stage in whole["stages"]] == [
        ("b", None, "a"), (None, 0, None),
    ]  # fmt: skip
    assert [problem["message"] for problem in whole["problems"]] == ["ENV must have two arguments"]


def test_json_is_ascii_whatever_the_file_holds() -> None:
    assert dump.as_json(dockerlint.parse(b"FROM a\nRUN \xff \xc3\xa9")).isascii()
