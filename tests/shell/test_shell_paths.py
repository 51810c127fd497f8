"""Where commands run, what they remove, what they bring."""

from __future__ import annotations

import pytest

from dockerlint.model import Run
from dockerlint.resolve import parse
from dockerlint.shell import Script, scripts
from dockerlint.shell.fetching import fetched
from dockerlint.shell.paths import covers, folders, joined, matches, mounted, normal, removals
from dockerlint.source import Source


def run_of(body: str, *, before: str = "") -> Run:
    return next(parse(Source.of_text(f"FROM x\n{before}RUN {body}\n")).instructions(Run))


def script(body: str) -> Script:
    return scripts(run_of(body))[0]


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("/a//b/./c/", "/a/b/c"),
        ("/a/../b", "/b"),
        ("/a/$X/../b", "/a/$X/../b"),
        ("/root/.npm", "~/.npm"),
        ("$HOME/.npm", "~/.npm"),
        ("${HOME}/.npm", "~/.npm"),
        ("/home/node/.npm", "~/.npm"),
        ("/home", "/home"),
        ("/rooted", "/rooted"),
        ("/", "/"),
    ],
)
def test_every_spelling_of_a_path_is_one(path: str, same: str) -> None:
    assert normal(path) == same


@pytest.mark.parametrize(
    ("pattern", "target", "does"),
    [
        ("/var/lib/apt/lists/*", "/var/lib/apt/lists", True),
        ("/var/lib/apt/lists", "/var/lib/apt/lists", True),
        ("/var/lib/apt", "/var/lib/apt/lists", True),
        ("/var/lib/apt/lists/partial", "/var/lib/apt/lists", False),
        ("/var/lib/apt/lists/*_dists_*", "/var/lib/apt/lists", True),
        ("/var/lib/apt-old", "/var/lib/apt/lists", False),
        ("/root/.cache", "~/.cache/pip", True),
        ("/*", "/var/lib/apt/lists", False),
        ("/", "/var", False),
    ],
)
def test_a_removal_covers_a_folder(pattern: str, target: str, does: bool) -> None:
    assert covers(pattern, target) is does


def test_a_glob_matches_a_file_beside_it() -> None:
    assert matches("/tmp/*.tgz", "/tmp/a-$V.tgz")
    assert not matches("/tmp/*.zip", "/tmp/a-$V.tgz")
    assert not matches("/tmp/a", "/tmp/ab")


def test_a_relative_path_is_seen_from_its_folder() -> None:
    assert joined("/a", "b/../c") == "/a/c"
    assert joined("/a", "/c") == "/c"
    assert joined(None, "c") is None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("cd /a && x", [None, "/a"]),
        ("cd /a && cd b && x", [None, "/a", "/a/b"]),
        ("(cd /a && x) && y", [None, "/a", None]),
        ("cd /a && { cd b; x; } && y", [None, "/a", "/a/b", "/a/b"]),
        ("cd /a && if b; then cd c; x; fi; y", [None, "/a", "/a", "/a/c", None]),
        ("cd /a || x; y", [None, "/a", "/a"]),
        ("cd && x", [None, "~"]),
        ("cd $D/e && x", [None, "$D/e"]),
        ("cd /a && cd - && x", [None, "/a", None]),
    ],
)
def test_the_folder_of_each_command_is_followed(body: str, found: list[str | None]) -> None:
    assert list(folders(script(body), None)) == found


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("rm -rf /a /b/*", ["/a", "/b/*"]),
        ("cd /a && rm -f b", ["/a/b"]),
        ("rm b", ["?/b"]),
        ("sudo rm -r -- /a", ["/a"]),
        ('rm -rf "$X"/c', ["$X/c"]),
        ("find /a /b -name c -delete", ["/a", "/b"]),
        ("find /a -type f -exec rm {} +", ["/a"]),
        ("find /a -type f", []),
        ("rm -rf /a/{b,c}", ["/a/{b,c}"]),
        ("echo rm /a", []),
    ],
)
def test_removed_paths_are_told(body: str, paths: list[str]) -> None:
    assert [path for _, path in removals(script(body), None)] == paths


def test_braces_are_expanded_only_by_a_shell_that_does() -> None:
    run = run_of("rm -rf /a/{b,c}/d", before='SHELL ["/bin/bash", "-c"]\n')
    assert [path for _, path in removals(scripts(run)[0], None)] == ["/a/b/d", "/a/c/d"]


@pytest.mark.parametrize(
    ("flags", "is_mounted"),
    [
        ("--mount=type=cache,target=/root/.npm", True),
        ("--mount=type=cache,target=/root", True),
        ("--mount=type=tmpfs,target=/root/.npm", True),
        ("--mount=type=bind,target=/root/.npm", False),
        ("--mount=type=cache,target=/root/.npm/x", False),
        ("--mount=type=cache,target=/roo", False),
    ],
)
def test_a_mount_keeps_a_folder_out_of_the_layer(flags: str, is_mounted: bool) -> None:
    assert mounted(run_of(f"{flags} npm ci"), ("~/.npm",)) is is_mounted


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("curl -fsSLo /a.tgz https://x.org/b.tgz", [("/a.tgz", "download")]),
        ("cd /t && curl -LO https://x.org/b.tgz?x=1", [("/t/b.tgz", "download")]),
        ("curl https://x.org/b > /a", [("/a", "download")]),
        ("curl -o /dev/null https://x.org/b", []),
        ("curl https://x.org/b | sh", []),
        ("cd /t && wget https://x.org/b.tgz", [("/t/b.tgz", "download")]),
        ("wget -O - https://x.org/b.tgz | tar xz -C /o", [("/o", "unpacked")]),
        ("wget -P /t https://x.org/b.tgz", [("/t/b.tgz", "download")]),
        ("wget $URL", []),
        ("wget https://x.org/$(x).tgz", []),
        ("cd /t && git clone https://x.org/b.git", [("/t/b", "clone")]),
        ("git clone --depth 1 https://x.org/b.git /c", [("/c", "clone")]),
        ("tar -cf /a.tar /b", []),
        ("unzip -d /o /a.zip", [("/o", "unpacked")]),
    ],
)
def test_what_a_script_brings_is_told(body: str, found: list[tuple[str, str]]) -> None:
    assert [(f.path, f.kind) for f in fetched(script(body), None)] == found
