from __future__ import annotations

import pytest

from dockerlint.knowledge import development
from dockerlint.knowledge.tables import DEVELOPMENT


@pytest.mark.parametrize(
    "name", ["gcc", "gcc-12", "g++", "clang-14", "build-essential", "build-base", "Development Tools"]
)
def test_compilers_are_known_with_and_without_a_version(name: str) -> None:
    assert development.is_compiler(name)
    assert development.is_development(name)


@pytest.mark.parametrize(
    "name", ["libgcc-s1", "gcc-12-base", "libstdc++6", "golang-docker-credential-helpers", "make"]
)
def test_libraries_and_programs_are_no_compilers(name: str) -> None:
    assert not development.is_compiler(name)


@pytest.mark.parametrize("name", ["libpq-dev", "openssl-devel", "linux-headers", "python3-dev"])
def test_headers_are_known_by_their_tail(name: str) -> None:
    assert development.is_headers(name)


@pytest.mark.parametrize("name", ["libpq5", "eudev", "java-17-openjdk-devel", "devscripts", "dev", "udev"])
def test_other_packages_are_no_headers(name: str) -> None:
    assert not development.is_headers(name)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("team/app-builder:1", True),
        ("Dockerfile.dev", True),
        ("nvidia/cuda:12.4.1-devel-ubuntu22.04", True),
        ("CI", True),
        ("runtime", False),
        ("devices", False),
        ("latest", False),
        ("debian:12", False),
    ],
)
def test_a_place_to_build_is_known_by_whole_words(name: str, place: bool) -> None:
    assert development.is_place_to_build(name) is place


def test_no_command_both_compiles_and_never_compiles() -> None:
    commands = DEVELOPMENT["commands"]
    assert not set(commands["compile"]) & set(commands["harmless"])
    assert not set(DEVELOPMENT["compilers"]) & set(DEVELOPMENT["tools"])


def test_the_library_of_a_header_package_depends_on_the_distribution() -> None:
    assert development.runtime_packages("libpq-dev", "apt-get") == ("libpq5",)
    assert development.runtime_packages("libpq-dev", "apk") == ("libpq",)
    assert development.runtime_packages("libnothing-dev", "apk") is None
    assert development.runtime_packages("libpq-dev", "pacman") is None
