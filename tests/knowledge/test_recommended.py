"""Recommended packages that others are of no use without."""

from __future__ import annotations

import pytest

from dockerlint.knowledge.recommended import counted_on


@pytest.mark.parametrize(
    ("package", "others", "https", "wanted"),
    [
        ("gcc", (), False, ("libc6-dev",)),
        ("gcc-12=12.2.0-14", (), False, ("libc6-dev",)),
        ("gcc", ("g++",), False, ()),
        ("gcc", ("g++-12",), False, ()),
        ("gcc", ("libstdc++-12-dev",), False, ()),
        ("gcc", ("build-essential",), False, ()),
        ("clang", ("libc6-dev",), False, ()),
        ("clang-14", (), False, ("libc6-dev",)),
        ("g++", (), False, ()),
        ("curl", (), True, ("ca-certificates",)),
        ("curl", (), False, ()),
        ("git", ("ca-certificates",), True, ()),
        ("make", (), True, ()),
    ],
)
def test_what_a_package_counts_on(
    package: str, others: tuple[str, ...], https: bool, wanted: tuple[str, ...]
) -> None:
    assert counted_on(package, others, https, building=False) == wanted


@pytest.mark.parametrize(
    ("package", "others", "wanted"),
    [
        ("python3-pip", (), ("build-essential", "python3-dev")),
        ("python3-pip", ("gcc",), ("python3-dev",)),
        ("golang-go", (), ("gcc", "libc6-dev", "pkg-config")),
        ("golang-go", ("build-essential",), ("pkg-config",)),
        ("python3", (), ()),
    ],
)
def test_what_a_package_counts_on_where_things_are_built(
    package: str, others: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    assert counted_on(package, others, https=False, building=True) == wanted
