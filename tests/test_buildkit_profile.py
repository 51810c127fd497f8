"""`--profile buildkit`: which checks it has, and what examples of single rules cannot tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.config import Config
from dockerlint.job import Setup, lint_source
from dockerlint.loader import load
from dockerlint.model import Dockerfile, From, Word, Workdir
from dockerlint.presumed import presumed, presumed_without_arguments
from dockerlint.removal import removal
from dockerlint.resolve import parse
from dockerlint.source import Source

CHECKS = {
    "StageNameCasing", "FromAsCasing", "NoEmptyContinuation", "ConsistentInstructionCasing", "DuplicateStageName",
    "ReservedStageName", "JSONArgsRecommended", "MaintainerDeprecated", "UndefinedArgInFrom",
    "WorkdirRelativePath", "UndefinedVar", "MultipleInstructionsDisallowed", "LegacyKeyValueFormat",
    "InvalidBaseImagePlatform", "RedundantTargetPlatform", "SecretsUsedInArgOrEnv", "InvalidDefaultArgInFrom",
    "FromPlatformFlagConstDisallowed", "CopyIgnoredFile", "ExposeProtoCasing", "ExposeInvalidFormat",
}  # fmt: skip
EXPERIMENTAL = {"InvalidDefinitionDescription"}
# One check of BuildKit is several rules: DL3012, DL4003 and DL4004; DL3025 and DK501 (an array that is no
# JSON); LegacyKeyValueFormat and DK504 (`A = b`). Each finding is one rule's.
SHARED = {"MultipleInstructionsDisallowed": 3, "JSONArgsRecommended": 2, "LegacyKeyValueFormat": 2}


def found(text: str, target: str = "", **build_args: str) -> list[tuple[int, str]]:
    """(line, check) of the findings in the profile."""
    setup = Setup.of(Config(profile="buildkit", target=target, build_args=build_args), load())
    return [(one.start.line, one.code) for one in lint_source(Source.of_text(text), setup).found]


def test_the_profile_has_exactly_the_checks_of_buildkit_that_are_on() -> None:
    setup = Setup.of(Config(profile="buildkit"), load())
    assert {active.code for active in setup.active} == CHECKS
    assert len(setup.active) == len(CHECKS)
    assert {active.severity for active in setup.active} == {"warning"}


def test_the_experimental_check_is_on_where_the_file_asks() -> None:
    text = "# the release\nARG VERSION=1\nFROM busybox\n"
    assert found(text) == []
    (name,) = EXPERIMENTAL
    assert found(f"# check=experimental={name}\n{text}") == [(3, name)]
    assert found(f"# check=experimental=all;skip=all\n{text}") == [(3, name)]


def test_each_check_of_buildkit_is_in_the_default_profile_once() -> None:
    rules = load()
    for check in CHECKS:
        home = [rule for rule in rules.find(check) if "default" in rule.profiles]
        assert len(home) == SHARED.get(check, 1), check


def test_findings_stand_where_buildkit_puts_them() -> None:
    text = "FROM busybox AS \\\n  Build\nRUN a \\\n\n  b\nEXPOSE 80 \\\n  81/TCP\nCMD a\nCMD b\n"
    assert found(text) == [
        (1, "StageNameCasing"),
        (5, "NoEmptyContinuation"),
        (6, "ExposeProtoCasing"),
        (8, "JSONArgsRecommended"),
        (8, "MultipleInstructionsDisallowed"),
        (9, "JSONArgsRecommended"),
    ]


def test_a_target_leaves_out_what_is_found_while_stages_are_built() -> None:
    text = "FROM busybox AS One\nENV a b\nFROM busybox AS Two\nENV c d\n"
    legacy, casing = "LegacyKeyValueFormat", "StageNameCasing"
    assert found(text) == [(1, casing), (2, legacy), (3, casing), (4, legacy)]
    assert found(text, target="one") == [(1, casing), (2, legacy), (3, casing)]


def test_a_check_comment_ends_at_the_first_blank() -> None:
    text = "FROM busybox\n# check=skip=UndefinedVar, LegacyKeyValueFormat -- why\nENV a $b\n"
    assert found(text) == [(3, "LegacyKeyValueFormat")]


def test_a_base_image_is_taken_to_set_what_is_known_of_it() -> None:
    assert found("FROM golang:1.24\nWORKDIR $GOPATH/src\n") == []
    assert found("FROM golang:1.24\nWORKDIR $GEM_HOME\n") == [(2, "UndefinedVar"), (2, "WorkdirRelativePath")]


def test_build_arguments_count_but_not_for_the_default_of_an_image() -> None:
    text = "ARG TAG\nFROM busybox:$TAG\nARG A=$B\n"
    assert found(text, TAG="1", A="2") == [(2, "InvalidDefaultArgInFrom")]
    assert found(text) == [(2, "InvalidDefaultArgInFrom"), (3, "UndefinedVar")]


def test_with_buildkits_eyes_a_leading_slash_is_part_of_a_source(tmp_path: Path) -> None:
    setup = Setup.of(Config(profile="buildkit"), load())
    source = Source.of_text("FROM scratch\nCOPY /a /\nCOPY a /\n")
    lines = [one.start.line for one in lint_source(source, setup, ignore_patterns=("a",)).found]
    assert lines == [3]


def test_presumed_files_know_every_word() -> None:
    file = parse("ARG A\nFROM x-$A-$TARGETARCH\nENV P=/p:$PATH\nWORKDIR $HOME/$A/x\n", build_args={"A": "1"})
    usual = presumed(file)
    assert usual is presumed(file)
    assert usual.stages[0].image == "x-1-amd64"
    assert [word.span for word in _words(usual)] == [word.span for word in _words(file)]
    assert [word.value for word in _words(usual)] == ["x-1-amd64", "//x"]
    assert presumed_without_arguments(file).stages[0].image == "x--amd64"


def _words(file: Dockerfile) -> list[Word]:
    starts = [start.image for start in file.instructions(From)]
    return [*starts, *(workdir.path for workdir in file.instructions(Workdir))]


@pytest.mark.parametrize("end", ["", "\n"])
def test_an_instruction_is_removed_with_its_lines_but_not_with_its_comments(end: str) -> None:
    file = parse(f"FROM busybox\nRUN a \\\n  # why\n  b{end}")
    edit = removal(file, file.body[1])
    assert file.source.text[: edit.span.start] + edit.text == "FROM busybox\n  # why\n"
    assert edit.span.end == len(file.source.text)
