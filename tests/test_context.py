"""Which files of a context are sent, and which instruction takes which."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import dockerlint
from dockerlint.context import Context, Group, grouped, read, takes, untaken


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "main.c",
        "lib/a.c",
        "lib/b.h",
        "lib/deep/c.c",
        "docs/x.md",
        "docs/y.md",
        ".git/HEAD",
        "[odd]",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("12345")
    return tmp_path


def taken(context: Context, *lines: str) -> list[list[str] | None]:
    text = "FROM debian\n" + "".join(f"{line}\n" for line in lines)
    found = takes(dockerlint.parse(text), context)
    return [None if take.paths is None else list(take.paths) for take in found]


def test_the_ignore_file_tells_sent_from_ignored(folder: Path) -> None:
    context = read(str(folder), ("docs", "!docs/x.md", ".git"))
    assert sorted(context.ignored) == [".git/HEAD", "docs/y.md"]
    assert "docs/x.md" in context.sent
    assert context.sent["main.c"].bytes == 5


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("COPY main.c /", ["main.c"]),
        ("COPY /main.c ./lib/../main.c /x/", ["main.c"]),
        ("COPY ../../main.c /", ["main.c"]),
        ("COPY lib /lib", ["lib/a.c", "lib/b.h", "lib/deep/c.c"]),
        ("COPY lib/*.c /", ["lib/a.c"]),
        ("COPY */*.c /", ["lib/a.c"]),
        ("COPY l?b/deep /", ["lib/deep/c.c"]),
        ("COPY li[!a] /", []),
        ("COPY [[]odd] /", ["[odd]"]),
        ("COPY nothing* main.c /", ["main.c"]),
        ("ADD docs https://example.org/x /x/", ["docs/x.md", "docs/y.md"]),
        ("COPY --exclude=*/b.h --exclude=lib/deep lib /", ["lib/a.c"]),
        ("RUN --mount=type=bind,source=lib/deep,target=/x true", ["lib/deep/c.c"]),
        ("RUN --mount=type=bind,target=/x true", None),
        ("COPY $WHERE /", []),
    ],
)  # fmt: skip
def test_what_an_instruction_takes(folder: Path, line: str, paths: list[str] | None) -> None:
    context = read(str(folder), None)
    everything = sorted(context.sent)
    lines = ["ARG WHERE=nowhere", line] if "$" in line else [line]
    assert taken(context, *lines) == [everything if paths is None else paths]


def test_what_takes_nothing_of_the_context_is_left_out(folder: Path) -> None:
    context = read(str(folder), None)
    assert taken(context, "COPY --from=x / /", "ADD https://example.org/x /", "RUN true") == []


def test_a_source_that_is_not_known_takes_what_nobody_can_tell(folder: Path) -> None:
    context = read(str(folder), None)
    assert taken(context, "ARG WHERE", "COPY $WHERE /") == [None]
    assert untaken(context, takes(dockerlint.parse("FROM debian\nARG A\nCOPY $A /\n"), context)) is None


def test_a_link_that_is_named_is_followed_inside_the_context(folder: Path) -> None:
    os.symlink("lib/deep", folder / "link")
    os.symlink("/main.c", folder / "lib" / "up")
    os.symlink("round", folder / "round")
    context = read(str(folder), None)
    assert taken(context, "COPY link /") == [["lib/deep/c.c", "link"]]
    assert taken(context, "COPY link/c.c /") == [["lib/deep/c.c"]]
    assert taken(context, "COPY lib/up /") == [["lib/up", "main.c"]]
    assert taken(context, "COPY round /") == [["round"]]


def test_files_nobody_takes_are_told_by_folder(folder: Path) -> None:
    context = read(str(folder), None)
    left = untaken(context, takes(dockerlint.parse("FROM debian\nCOPY main.c lib/deep /\n"), context))
    assert left is not None
    assert grouped(context.sent, left) == [
        Group("docs/", 2, 10), Group(".git/", 1, 5), Group("[odd]", 1, 5), Group("lib/a.c", 1, 5), Group("lib/b.h", 1, 5),
    ]  # fmt: skip


def test_sockets_and_pipes_are_no_part_of_a_context(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert "pipe" not in read(str(folder), None).sent
