"""Platforms of FROM."""

from __future__ import annotations

import pytest

from dockerlint.platforms import InvalidPlatform, Platform, parse


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", Platform("linux", "amd64", "")),
        ("Linux/X86_64", Platform("linux", "amd64", "")),
        ("linux/arm/v6", Platform("linux", "arm", "v6")),
        ("linux/arm/7", Platform("linux", "arm", "v7")),
        ("linux/aarch64", Platform("linux", "arm64", "")),
        ("linux/armel", Platform("linux", "arm", "v6")),
        ("macos/arm64/v8", Platform("darwin", "arm64", "")),
        ("windows(10.0.1+win32k)/amd64", Platform("windows", "amd64", "", "10.0.1")),
        ("made-up/thing", Platform("made-up", "thing", "")),
        ("windows", Platform("windows", None, "")),
        ("riscv64", Platform(None, "riscv64", "")),
    ],
)
def test_a_platform_has_its_parts(text: str, platform: Platform) -> None:
    assert parse(text) == platform


@pytest.mark.parametrize(
    "text", ["", "made-up", "linux/", "linux/amd64/v1/x", "linux amd64", "linux/*", "linux(", "é"]
)
def test_what_is_no_platform_is_refused(text: str) -> None:
    with pytest.raises(InvalidPlatform, match="invalid argument"):
        parse(text)
