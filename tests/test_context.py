"""Which files of a context are sent, and which instruction takes which."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import dockerlint
from dockerlint.context import Context, Group, grouped, large, read, takes, untaken


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


def sparse(path: Path, size: int) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def test_what_is_large_is_what_instructions_take_of_it(folder: Path) -> None:
    sparse(folder / ".git" / "pack", 400_000_000)
    sparse(folder / "data" / "a", 300_000_000)
    everything = dockerlint.parse("FROM debian\nCOPY . /\n")
    found = large(everything, str(folder), None)
    assert found is not None
    assert found[:2] == [Group(".git/", 2, 400_000_005), Group("data/", 1, 300_000_000)]
    assert sum(group.files for group in found) == len(read(str(folder), None).sent)
    # Nothing of it is sent: it is ignored, or no instruction asks for it.
    assert large(everything, str(folder), [".git"]) is None
    assert large(everything, str(folder), ["*", "!data"]) is None
    assert large(dockerlint.parse("FROM debian\nCOPY data main.c /\n"), str(folder), None) is None
    assert large(dockerlint.parse("FROM debian\nARG A\nCOPY $A /\n"), str(folder), None) is None
    taken_back = large(everything, str(folder), [".git/*", "!.git/pack"])
    assert taken_back is not None
    assert Group(".git/", 1, 400_000_000) in taken_back


def test_what_is_ignored_is_not_looked_through(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    scandir = os.scandir

    def look(path: str) -> object:
        seen.append(os.path.relpath(path, folder))
        return scandir(path)

    monkeypatch.setattr("os.scandir", look)
    file = dockerlint.parse("FROM debian\nCOPY . /\n")
    assert large(file, str(folder), [".git", "lib/deep"]) is None
    assert sorted(seen) == [".", "docs", "lib"]
    seen.clear()
    assert large(dockerlint.parse("FROM debian\nCOPY ./lib/a.c main.c /\n"), str(folder), None) is None
    assert sorted(seen) == [".", "lib", "lib/deep"]
    seen.clear()
    assert large(dockerlint.parse("FROM debian\nCOPY */x.md /\n"), str(folder), None) is None
    assert sorted(seen) == [".", ".git", "docs", "lib", "lib/deep"]
    seen.clear()
    assert large(dockerlint.parse("FROM debian\nCOPY --from=x / /\n"), str(folder), None) is None
    assert seen == []


def test_many_small_files_are_large_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = dockerlint.parse("FROM debian\nCOPY . /\n")
    monkeypatch.setattr("dockerlint.context._MANY", 7)
    found = large(file, str(folder), None)
    assert found is not None
    assert sum(group.files for group in found) == 8
    monkeypatch.setattr("dockerlint.context._MANY", 8)
    assert large(file, str(folder), None) is None
