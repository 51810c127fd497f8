"""What is shown about a place."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from marked import cursor

from dockerlint.config import Config
from dockerlint.job import Setup, findings
from dockerlint.loader import load
from dockerlint.lsp.hover import hover
from dockerlint.measured_store import Bytes
from dockerlint.model import Instruction
from dockerlint.resolve import parse

RULES = load()
NONE: Mapping[Instruction, Bytes] = {}


def shown(marked: str, lint: bool = False, build_args: Mapping[str, str] | None = None) -> str:
    text, at = cursor(marked)
    dockerfile = parse(text, build_args=build_args)
    found = findings(dockerfile, Setup.of(Config(), RULES))[0] if lint else ()
    one = hover(dockerfile, at, found, RULES, NONE)
    return "" if one is None else one.text


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("FROM debian\nRU⌖N true\n", "keeps the files it changed as a new layer"),
        ("from debian\nru⌖n true\n", "RUN [FLAGS] COMMAND"),
        ("FROM debian\nONBUILD CO⌖PY a b\n", "Copies files of the build context"),
        ("FROM debian\nONB⌖UILD COPY a b\n", "Keeps an instruction for later"),
        ("FROM debian\nCOPY --ch⌖own=a b c\n", "The owner of what is copied"),
        ("FROM debian\nCOPY --ch⌖own=a b c\n", "**--chown**=USER[:GROUP]\n"),
        ("FROM debian\nCOPY --li⌖nk b c\n", "**--link**\n"),
        ("FROM debian\nCO⌖PY b c\n", "- `--link`: Makes a layer"),
        ("FROM debian\nCO⌖PY b c\n", "- `--chown=USER[:GROUP]`: The owner"),
        ("FROM deb⌖ian:12\n", "- lighter: `debian:12-slim`, about"),
        ("FROM deb⌖ian:7\n", "Debian 7: updates ended 2018-05-31"),
        ("FROM open⌖jdk:8\n", "- deprecated: "),
        ("FROM debian\nRUN --mo⌖unt=type=cache,target=/x true\n", "`type=cache`: A folder that is kept"),
        ("FROM debian\nRUN --mo⌖unt=type= true\n", "Puts something into the file system"),
        ("# syn⌖tax=docker/dockerfile:1\nFROM debian\n", "The image with the Dockerfile frontend"),
        ("FROM deb⌖ian:12\n", "Debian 12: updates until 2028-06-30"),
        ("FROM scr⌖atch\n", "no files at all"),
        ("FROM ghcr.io/x/y⌖:1\n", "**ghcr.io/x/y:1**"),
        ("ARG V=12\nFROM deb⌖ian:$V\n", "**debian:12**"),
    ],
)
def test_what_stands_there_is_explained(marked: str, said: str) -> None:
    assert said in shown(marked)


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("FROM debian\nENV A=1 B=2\nRUN echo $⌖A\n", "- here `1`"),
        ("FROM debian\nENV ⌖A=1\nRUN true\n", "- here `1`"),
        ("FROM debian\nENV ⌖A=1", "- here `1`"),
        ("FROM debian\nARG V=1\nENV V=${⌖V}x\nENV W=$V\n", "**ARG V**"),
        ("FROM debian\nARG V=1\nENV V=${V}x\nENV W=$⌖V\n", "- here `1x`"),
        ("FROM debian\nARG V\nRUN echo $⌖V\n", "only known when it is built"),
        ("FROM debian\nENV A=1\nENV A=2\nRUN echo $⌖A $A\n", "- set in lines 2, 3\n- used 2 times"),
        ("FROM debian\nENV A='`'\nRUN echo $⌖A\n", "- here `` ` ``"),
    ],
)
def test_a_variable_has_its_value_and_where_it_is_from(marked: str, said: str) -> None:
    assert said in shown(marked)


def test_a_build_argument_of_the_configuration_is_the_value() -> None:
    assert "- the configuration sets it to `9`" in shown("FROM debian\nARG ⌖V=1\n", build_args={"V": "9"})


def test_a_stage_is_summed_up() -> None:
    text = shown("FROM debian:12 AS a\nUSER 1\nWORKDIR /w\nFROM a AS b\nFROM scratch\nCOPY --from=⌖a / /\n")
    assert "**stage a** (number 0, lines 1 to 3)" in text
    assert (
        "- on `debian:12`\n- working directory `/w`\n- user `1`\n- 2 instructions\n- stages on it: `b`"
        in text
    )
    assert "begins with `debian:12`" in shown("FROM debian:12 AS a\nFROM a AS ⌖b\n")


def test_the_rule_of_a_finding_is_explained_below_what_it_is_about() -> None:
    text = shown("FROM debian:12\nAD⌖D a b\n", lint=True)
    assert text.index("downloads a source that is a URL") < text.index("add-for-local-path")
    assert "docs/rules/add-for-local-path.md" in text
    assert "Fix: safe" in text


def test_measured_bytes_are_told_and_whether_they_are_of_this_file() -> None:
    text, at = cursor("FROM debian:12\nRU⌖N true\n")
    dockerfile = parse(text)
    run = dockerfile.body[1]
    fresh = hover(dockerfile, at, (), RULES, {run: Bytes(12_345_678, False)})
    stale = hover(dockerfile, at, (), RULES, {run: Bytes(12_345_678, True)})
    assert fresh is not None
    assert stale is not None
    assert fresh.text.endswith("Last measured: **12.3 MB** in the image")
    assert stale.text.endswith("in the image, before the file was changed")


@pytest.mark.parametrize("marked", ["⌖", "# x⌖y\nFROM a\n", "FROM a\nNO⌖PE x\n", "FROM a\nRUN true ⌖\n\n"])
def test_nothing_is_said_where_there_is_nothing(marked: str) -> None:
    assert shown(marked) == ""
