"""What becomes of packages in the runtime stage."""

from __future__ import annotations

import pytest

from dockerlint.split.packages import Fate, Packages, bare

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("release", "package", "instead"),
    [
        ("bookworm", "libssl-dev", ("libssl3",)),
        ("20.04", "libssl-dev", ("libssl1.1",)),
        ("noble", "libssl-dev", ("libssl3t64",)),
        ("bookworm", "libboost-thread-dev", tuple(f"libboost-{n}1.74.0" for n in ("thread", "atomic", "chrono", "date-time", "system"))),
        ("", "libpq-dev", ("libpq5",)),
        ("bookworm", "gcc", ()),
        ("bookworm", "gcc-12=12.2.0-14", ()),
        ("bookworm", "openjdk-17-jdk-headless", ("openjdk-17-jre-headless",)),
        ("bookworm", "gfortran-12", ("libgfortran5",)),
        ("bookworm", "nlohmann-json3-dev", ()),
    ],
)  # fmt: skip
def test_what_only_builds_need_leaves_its_runtime_part(
    release: str, package: str, instead: tuple[str, ...]
) -> None:
    assert Packages("apt", release).fate(package, False, NONE) == Fate(False, instead)


@pytest.mark.parametrize(
    ("release", "package"),
    [
        ("", "libssl-dev"),
        ("18.04", "libssl-dev"),
        ("bookworm", "libodd-dev"),
        ("bookworm", "curl"),
        ("bookworm", "gccgo-like"),
    ],
)
def test_what_is_not_known_stays(release: str, package: str) -> None:
    assert Packages("apt", release).fate(package, True, NONE) == Fate(True)


def test_recommended_certificates_stay_when_the_package_that_brings_them_goes() -> None:
    assert Packages("apt", "").fate("git", True, NONE).instead == ("ca-certificates",)
    assert Packages("apt", "").fate("git", False, NONE).instead == ()


def test_the_parallel_library_comes_where_a_program_may_be_linked_against_it() -> None:
    assert Packages("apt", "").fate("g++", False, frozenset(("opaque",))).instead == ("libgomp1",)
    assert Packages("apt", "").fate("g++", False, frozenset(("c++",))).instead == ()
    assert Packages("apk", "").fate("build-base", False, frozenset(("openmp",))).instead == (
        "libstdc++",
        "libgomp",
    )


def test_pip_is_a_toolchain_by_what_it_recommends() -> None:
    assert Packages("apt", "").heavy("python3-pip", True)
    assert not Packages("apt", "").heavy("python3-pip", False)


@pytest.mark.parametrize(
    ("word", "name"),
    [("g++=4:12", "g++"), ("gcc:arm64", "gcc"), ("curl/stable", "curl"), ("bash>5", "bash"), ("a~=1", "a")],
)
def test_a_package_word_without_its_version(word: str, name: str) -> None:
    assert bare(word) == name
