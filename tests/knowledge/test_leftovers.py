"""What builds leave behind."""

from __future__ import annotations

import pytest

from dockerlint.knowledge.running import is_leftover


@pytest.mark.parametrize(
    ("path", "folder", "left"),
    [
        ("app/main.c", False, True),
        ("app/settings.conf", False, False),
        ("app/target/release/deps/x", False, True),
        ("app/target/release/examples", True, True),
        ("app/target/release/examples", False, False),
        ("app/target/release", True, False),
        ("app/target/release/.cargo-build-lock", False, True),
        ("usr/local/cargo", True, True),
        ("app/build/lib.linux-x86_64", True, True),
        # Programs write there: that it is there, and for whom, is no leftover.
        ("tmp", True, False),
        ("var/tmp", True, False),
        ("tmp/x", False, True),
    ],
)
def test_folders_that_builds_work_in_are_leftovers_themselves(path: str, folder: bool, left: bool) -> None:
    assert is_leftover(path, folder) is left
