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
    assert counted_on(package, others, https) == wanted
