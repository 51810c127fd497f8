"""Comments that silence: ours, hadolint's, BuildKit's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import dockerlint
from dockerlint.config import Config
from dockerlint.job import Setup, lint_source
from dockerlint.loader import Origin, gather
from dockerlint.model import Cmd, Dockerfile
from dockerlint.rule import Finding, rule
from dockerlint.source import Source
from dockerlint.suppress import remarks

HEAD = "FROM debian:12\n"


def lines(text: str, *select: str, **more: object) -> list[int]:
    """The lines of the findings of some rules."""
    config = Config(select=select or ("DL3027",), **more)  # type: ignore[arg-type]
    return [found.start.line for found in dockerlint.lint(text, config=config).found]


def test_our_comment_is_for_the_whole_instruction_below() -> None:
    comment = "# dockerlint ignore=DL3027 -- the image has no apt-get\n"
    assert lines(HEAD + comment + "RUN apt update && \\\n    apt upgrade\nRUN apt update\n") == [5]


def test_other_comments_and_blank_lines_may_stand_between() -> None:
    assert lines(HEAD + "# dockerlint ignore=DL3027\n\n# why\nRUN apt update\n") == []


def test_it_is_not_for_the_instruction_above() -> None:
    assert lines(HEAD + "RUN apt update\n# dockerlint ignore=DL3027\n") == [2]


@pytest.mark.parametrize(
    "name", ["dl3027", "DL3027", "apt-instead-of-apt-get", "all", "DL3000,DL3027", "DL3000, DL3027"]
)
def test_names_and_codes_count_in_any_case(name: str) -> None:
    assert lines(HEAD + f"# dockerlint ignore={name}\nRUN apt update\n") == []


def test_another_name_silences_nothing() -> None:
    assert lines(HEAD + "# dockerlint ignore=DL3000\nRUN apt update\n") == [3]


def test_inside_an_instruction_it_is_for_the_next_line_that_is_no_comment() -> None:
    text = (
        HEAD
        + "RUN apt update && \\\n# dockerlint ignore=DL3027\n# and why\n    apt upgrade && \\\n    apt clean\n"
    )
    assert lines(text) == [2, 6]


def test_inside_a_here_document_it_is_for_the_next_line() -> None:
    assert lines(HEAD + "RUN <<EOF\n# dockerlint ignore=DL3027\napt update\napt upgrade\nEOF\n") == [5]


def test_file_ignore_is_for_the_whole_file_wherever_it_stands() -> None:
    assert lines(HEAD + "RUN apt update\n# dockerlint file-ignore=DL3027\nRUN apt update\n") == []


def test_a_word_in_a_text_is_no_comment() -> None:
    assert lines(HEAD + "RUN echo '# dockerlint file-ignore=DL3027' && apt update\n") == [2]


@pytest.mark.parametrize(
    ("comment", "error"),
    [
        ("dockerlint ignore=", "it names no rule"),
        ("dockerlint ignore DL3027", "it names no rule"),
        ("dockerlint ignore=DL3027 because", "names are separated by commas"),
        ("dockerlint ignores=DL3027", "it is neither"),
        ("dockerlint global ignore=DL3027", ""),
    ],
)
def test_a_comment_that_is_malformed_says_how(comment: str, error: str) -> None:
    found = list(remarks(dockerlint.parse(HEAD + f"# {comment}\n")))
    assert [remark.error[: len(error)] for remark in found] == ([error] if error else [])


def test_the_names_of_a_comment_have_spans() -> None:
    text = HEAD + "#   dockerlint  ignore = DL3027 ,x-y -- reason\n"
    (remark,) = remarks(dockerlint.parse(text))
    assert [(word, text[span.start : span.end]) for word, span in remark.names] == [
        ("DL3027", "DL3027"),
        ("x-y", "x-y"),
    ]


def test_hadolint_ignore_is_for_the_next_line_only() -> None:
    pragma = "# hadolint ignore=DL3027\n"
    assert lines(HEAD + pragma + "RUN apt update && \\\n    apt upgrade\nRUN apt update\n") == [5]
    assert lines(HEAD + pragma + "\nRUN apt update\n") == [4]
    assert lines(HEAD + pragma + "# why\nRUN apt update\n") == [4]


@pytest.mark.parametrize(
    ("pragma", "silent"),
    [
        ("hadolint ignore=DL3000, DL3027", True),
        ("hadolint ignore=DL3027 # reason", True),
        ("hadolint ignore=DL3027 reason", False),
        ("hadolint ignore=DL3027,apt-instead-of-apt-get", False),
        ("hadolint ignore=dl3027", False),
        ("Hadolint ignore=DL3027", False),
    ],
)
def test_hadolint_takes_codes_as_it_spells_them(pragma: str, silent: bool) -> None:
    assert (lines(HEAD + f"# {pragma}\nRUN apt update\n") == []) is silent


def test_hadolint_does_not_look_inside_instructions() -> None:
    assert lines(HEAD + "RUN true && \\\n# hadolint ignore=DL3027\n    apt update\n") == [4]


def test_hadolint_global_ignore_is_for_the_file() -> None:
    assert lines(HEAD + "RUN apt update\n# hadolint global ignore=DL3027\nRUN apt update\n") == []


def test_hadolint_stage_ignore_is_for_the_rest_of_the_stage_behind_the_next_line() -> None:
    two = (
        HEAD
        + "RUN apt update\n# hadolint stage ignore=DL3027\nRUN apt update\nRUN apt update\n"
        + HEAD
        + "RUN apt update\n"
    )
    assert lines(two) == [2, 4, 7]
    above = "# hadolint stage ignore=DL3027\n" + HEAD + "RUN apt update\n" + HEAD + "RUN apt update\n"
    assert lines(above) == [5]


def test_pragmas_of_hadolint_can_be_switched_off() -> None:
    assert lines(HEAD + "# hadolint ignore=DL3027\nRUN apt update\n", pragmas=False) == [3]


def test_silenced_findings_are_counted() -> None:
    result = dockerlint.lint(
        HEAD + "# dockerlint ignore=all\nRUN apt update\n", config=Config(select=("DL3027",))
    )
    assert (result.found, result.hidden) == ((), 1)


@rule(code="JSONArgsRecommended", summary="s", why="w", severity="warning", bad=[], good=[])
def shell_form(dockerfile: Dockerfile) -> Iterator[Finding]:
    for cmd in dockerfile.instructions(Cmd):
        yield Finding(cmd.span, "shell form")


@rule(code="MultipleInstructionsDisallowed", summary="s", why="w", severity="warning", bad=[], good=[])
def early_of_two(dockerfile: Dockerfile) -> Iterator[Finding]:
    for cmd in list(dockerfile.instructions(Cmd))[:-1]:
        yield Finding(cmd.span, "twice")


@rule(code="DuplicateStageName", summary="s", why="w", severity="warning", bad=[], good=[])
def stage_again(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages[1:]:
        yield Finding(stage.start.span, "again")


@rule(
    code="InvalidDefinitionDescription",
    summary="s",
    why="w",
    severity="warning",
    bad=[],
    good=[],
    profiles=[],
)
def first_line_found(dockerfile: Dockerfile) -> Iterator[Finding]:
    yield Finding(dockerfile.stages[0].start.span, "experimental")


OWN = gather((one, Origin("here", "")) for one in (shell_form, early_of_two, stage_again, first_line_found))
CMD = "CMD echo hello\n"


def buildkit(text: str, profile: str = "buildkit", **build_args: str) -> list[tuple[int, str, str]]:
    """(line, code, severity) of what the rules above find."""
    setup = Setup.of(Config(profile=profile, build_args=build_args), OWN)
    return [(f.start.line, f.code, f.severity) for f in lint_source(Source.of_text(text), setup).found]


def test_in_hadolints_profile_stage_ignore_reaches_the_next_from_as_there() -> None:
    text = "FROM a\n# hadolint stage ignore=DL3006\nRUN x\nFROM b\nRUN y\nFROM c\n"

    def lines(profile: str) -> list[int]:
        from dockerlint.loader import load

        setup = Setup.of(Config(profile=profile, select=("DL3006",)), load())
        return [found.start.line for found in lint_source(Source.of_text(text), setup).found]

    assert lines("hadolint") == [1, 6]
    assert lines("default") == [1, 4, 6]


def test_check_skip_of_buildkit_at_the_head_is_for_the_file() -> None:
    assert buildkit(HEAD + CMD) == [(2, "JSONArgsRecommended", "warning")]
    for skip in ("JSONArgsRecommended", "jsonargsrecommended", "StageNameCasing,JSONArgsRecommended", "all"):
        assert buildkit(f"# check=skip={skip}\n" + HEAD + CMD) == []


def test_check_skip_above_an_instruction_is_for_that_one() -> None:
    text = HEAD + "# check=skip=JSONArgsRecommended\n" + CMD + "FROM busybox\n" + CMD
    assert [f for f in buildkit(text) if f[1] == "JSONArgsRecommended"] == [
        (5, "JSONArgsRecommended", "warning")
    ]


def test_check_skip_of_two_instructions_stands_above_the_later_one() -> None:
    skip = "# check=skip=MultipleInstructionsDisallowed,JSONArgsRecommended\n"
    assert (3, "MultipleInstructionsDisallowed", "warning") in buildkit(HEAD + skip + CMD + CMD)
    assert buildkit(HEAD + CMD + skip + CMD) == [(2, "JSONArgsRecommended", "warning")]


def test_of_several_check_comments_above_an_instruction_the_first_counts() -> None:
    skip = "# check=skip=JSONArgsRecommended\n"
    finding = (4, "JSONArgsRecommended", "warning")
    assert buildkit(HEAD + skip + "# check=skip=Other\n" + CMD) == []
    assert buildkit(HEAD + "# check=skip=Other\n" + skip + CMD) == [finding]
    assert buildkit(HEAD + "# check=skip=all;level=1\n\n" + CMD) == [finding]


def test_an_indented_check_comment_counts_for_nothing() -> None:
    assert buildkit(HEAD + "  # check=skip=all\n" + CMD) == [(3, "JSONArgsRecommended", "warning")]


def test_checks_of_the_whole_file_cannot_be_skipped_in_place_in_the_profile_of_buildkit() -> None:
    text = HEAD + "# check=skip=DuplicateStageName\n" + HEAD
    assert buildkit(text) == [(3, "DuplicateStageName", "warning")]
    assert buildkit(text, profile="default") == []


def test_the_build_argument_replaces_the_directive() -> None:
    text = "# check=skip=all\n" + HEAD + CMD
    assert buildkit(text, BUILDKIT_DOCKERFILE_CHECK="skip=StageNameCasing") == [
        (3, "JSONArgsRecommended", "warning")
    ]


def test_check_error_makes_errors_of_the_findings_of_buildkit() -> None:
    assert buildkit("# check=error=true\n" + HEAD + CMD) == [(3, "JSONArgsRecommended", "error")]


def test_experimental_checks_are_on_when_the_file_asks_and_cannot_be_skipped() -> None:
    for asked in ("all", "InvalidDefinitionDescription"):
        text = f"# check=experimental={asked};skip=all\n" + HEAD + CMD
        assert buildkit(text) == [(2, "InvalidDefinitionDescription", "warning")]
    assert buildkit("# check=experimental=Other\n" + HEAD) == []


def test_check_skip_all_leaves_the_findings_of_others_alone() -> None:
    assert lines("# check=skip=all\n" + HEAD + "RUN apt update\n") == [3]
