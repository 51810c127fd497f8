"""Fixes that pin packages: what they take for a package, and where the version goes."""

from __future__ import annotations

import pytest

from dockerlint.config import Config
from dockerlint.frozen import replace
from dockerlint.job import Setup, lint_source
from dockerlint.lint import run_rule
from dockerlint.loader import load
from dockerlint.shell.pins import Place, place, spelled
from dockerlint.source import Source
from dockerlint.versions import Versions

KNOWN = {
    ("debian:12", "apt", "curl"): "7.88.1-10",
    ("debian:11", "apt", "curl"): "7.74.0-1",
    ("debian:12", "apt", "odd"): "1;reboot",
}


def edits(text: str, profile: str = "default", known: dict[tuple[str, str, str], str] = KNOWN) -> list[str]:
    """What the fixes of DL3008 write into a file, in order."""
    config = replace(Config(), profile=profile, select=("DL3008",))
    setup = Setup.of(config, load(()))
    result = lint_source(Source.of_text(text), setup, run_rule, None, Versions(lambda _: known))
    return [edit.text for found in result.found if found.fix for edit in found.fix.edits]


@pytest.mark.parametrize(
    ("manager", "word", "found"),
    [
        ("apt", "curl", Place("curl", 4, 4)),
        ("apt", "libc6:arm64", Place("libc6", 11, 11)),
        ("apt", "task^", None),
        ("apt", "lib*", None),
        ("apt", "./a.deb", None),
        ("dnf", "glibc.i686", Place("glibc", 5, 5)),
        ("dnf", "python3.12", Place("python3.12", 10, 10)),
        ("dnf", "@dev", None),
        ("pip", "Foo_Bar[a, b] ; x", Place("foo-bar", 13, 13)),
        ("pip", "foo @ git+x", None),
        ("npm", "@a/b@latest", Place("@a/b", 4, 11)),
        ("npm", "a/b", None),
        ("go", "example.org/x@v1.2.3", None),
        ("go", "example.org/x@main", Place("example.org/x", 13, 18)),
        ("go", "fmt", None),
    ],
)
def test_a_version_has_its_place_in_a_package_and_none_in_anything_else(
    manager: str, word: str, found: Place | None
) -> None:
    assert place(manager, word) == found


def test_dnf_takes_a_version_without_its_epoch() -> None:
    assert spelled("dnf", "2:9.1-1") == "9.1-1"
    assert spelled("zypper", "2:9.1-1") == "2:9.1-1"


@pytest.mark.parametrize("profile", ["default", "hadolint"])
def test_each_stage_gets_the_version_of_its_own_base(profile: str) -> None:
    text = "FROM debian:12 AS a\nRUN apt-get install -y curl\nFROM debian:11\nRUN apt-get install -y curl\nFROM a\nRUN apt-get install -y curl\n"
    assert edits(text, profile) == ["=7.88.1-10", "=7.74.0-1", "=7.88.1-10"]


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:13\nRUN apt-get install -y curl\n",
        "FROM $BASE\nRUN apt-get install -y curl\n",
        "FROM debian:12\nONBUILD RUN apt-get install -y curl\n",
        "FROM debian:12\nRUN apt-get install -y ${X}curl\n",
        "FROM debian:12\nRUN apt-get install -y odd\n",
        "FROM debian:12\nRUN apt-get install -y curl &&\n",
    ],
)
def test_what_is_not_known_is_not_pinned(text: str) -> None:
    assert edits(text) == []


def test_quotes_continuations_and_nested_scripts_keep_their_form() -> None:
    text = "FROM debian:12\nRUN apt-get install -y \"curl\" cu\\\nrl && sh -c 'apt-get install curl'\n"
    config = replace(Config(), select=("DL3008",))
    result = lint_source(
        Source.of_text(text), Setup.of(config, load(())), run_rule, None, Versions(lambda _: KNOWN)
    )
    from dockerlint.fix import apply

    fixed, _ = apply(text, [found.fix for found in result.found if found.fix])
    assert fixed == (
        'FROM debian:12\nRUN apt-get install -y "curl=7.88.1-10" cu\\\nrl=7.88.1-10 && '
        "sh -c 'apt-get install curl=7.88.1-10'\n"
    )


def test_versions_are_loaded_when_a_rule_first_asks_and_once() -> None:
    asked: list[str] = []

    def load_them(dockerfile: object) -> dict[tuple[str, str, str], str]:
        asked.append("")
        return KNOWN

    setup = Setup.of(replace(Config(), select=("DL3008", "DL3013")), load(()))
    versions = Versions(load_them)
    for text in ("FROM debian:12\nRUN ls\n", "FROM debian:12\nRUN apt-get install $X b=1\n"):
        lint_source(Source.of_text(text), setup, run_rule, None, versions)
    assert not asked
    for _ in range(2):
        lint_source(
            Source.of_text("FROM debian:12\nRUN apt-get install -y curl a\n"), setup, run_rule, None, versions
        )
    assert len(asked) == 1
