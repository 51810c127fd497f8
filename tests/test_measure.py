"""Bytes by instruction and by path, from images made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import dockerlint
import saved
from dockerlint.image import Image, read
from dockerlint.measure import Measured, base_text, chain, measure, paths, rows

BASE = saved.layer(("base", b"b" * 100))
ONE = saved.layer(("one", b"1" * 10))
TWO = saved.layer(("two", b"2" * 20))
THREE = saved.layer(("three", b"3" * 30))
NOTHING = saved.layer(("work", None))


def made(folder: Path, *layers: bytes, history: Sequence[Mapping[str, Any]] | None = None) -> Image:
    return read(saved.as_folder(saved.plain_dir(layers, saved.config(layers, history)), folder))


def empty(created_by: str) -> dict[str, Any]:
    return {"created_by": created_by, "empty_layer": True}


def full(created_by: str) -> dict[str, Any]:
    return {"created_by": created_by}


def sizes(measured: Measured) -> list[tuple[str, int | None]]:
    return [(s.instruction.keyword.name, s.size.files if s.size else None) for s in measured.shares]


FILE = "FROM base\nARG A\nENV B=1\nRUN one\nWORKDIR /work\nCOPY two /\nCMD x\n"
BUILDKIT = [
    full("ADD rootfs"), empty("CMD base"), empty("ARG A"), empty("ENV B=1"), full("RUN |1 A= /bin/sh -c one # buildkit"),
    full("WORKDIR /work"), full("COPY two / # buildkit"), empty('CMD ["/bin/sh" "-c" "x"]'),
]  # fmt: skip
BUILDAH = [
    full("/bin/sh"), empty("/bin/sh -c #(nop) CMD base"), empty("/bin/sh -c #(nop) ARG A"),
    empty("/bin/sh -c #(nop) ENV B=1"), full("|1 A= /bin/sh -c one"), empty("/bin/sh -c #(nop) WORKDIR /work"),
    full("/bin/sh -c #(nop) COPY file:0123 in / "), empty("/bin/sh -c #(nop) CMD x"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "history"),
    [((BASE, ONE, NOTHING, TWO), BUILDKIT), ((BASE, ONE, TWO), BUILDAH)],
    ids=["BuildKit, where WORKDIR makes a layer", "buildah, where it makes none"],
)
def test_every_instruction_has_the_bytes_of_its_own_layer(
    layers: tuple[bytes, ...], history: list[dict[str, Any]], tmp_path: Path
) -> None:
    image = made(tmp_path, *layers, history=history)
    measured = measure(dockerlint.parse(FILE), image, [saved.digest(BASE)])
    assert sizes(measured) == [
        ("FROM", 100), ("ARG", 0), ("ENV", 0), ("RUN", 10), ("WORKDIR", 0), ("COPY", 20), ("CMD", 0),
    ]  # fmt: skip
    assert measured.base == 1
    assert measured.base_size.files == 100
    assert measured.total.files == 130
    assert sum(s.size.tar for s in measured.shares if s.size) == measured.total.tar


def test_a_layer_of_the_base_is_known_by_its_digest_not_by_its_place(tmp_path: Path) -> None:
    history = [full("RUN base"), full("RUN more of the base"), full("RUN one")]
    image = made(tmp_path, BASE, TWO, ONE, history=history)
    measured = measure(
        dockerlint.parse("FROM base\nRUN one\n"), image, [saved.digest(BASE), saved.digest(TWO)]
    )
    assert sizes(measured) == [("FROM", 120), ("RUN", 10)]


def test_the_base_ends_where_its_layers_and_those_of_the_image_part(tmp_path: Path) -> None:
    # A trigger of the base ran in both builds, and made another layer each time.
    history = [full("base"), full("RUN /bin/sh -c trigger"), full("RUN /bin/sh -c one")]
    image = made(tmp_path, BASE, TWO, ONE, history=history)
    base = [saved.digest(BASE), saved.digest(THREE)]
    measured = measure(dockerlint.parse("FROM base\nRUN one\n"), image, base)
    assert measured.base == 1
    assert measured.base_size.files == 100


def test_what_triggers_of_the_base_make_counts_for_from(tmp_path: Path) -> None:
    history = [full("base"), full("RUN /bin/sh -c trigger"), full("RUN /bin/sh -c one")]
    measured = measure(
        dockerlint.parse("FROM base\nRUN one\n"),
        made(tmp_path, BASE, TWO, ONE, history=history),
        [saved.digest(BASE)],
    )
    assert sizes(measured) == [("FROM", 120), ("RUN", 10)]


def test_an_instruction_without_a_history_entry_does_not_shift_the_others(tmp_path: Path) -> None:
    history = [full("base"), full("RUN /bin/sh -c one"), full("COPY two /")]
    image = made(tmp_path, BASE, ONE, TWO, history=history)
    measured = measure(
        dockerlint.parse("FROM base\nRUN one\nARG X\nCOPY two /\n"), image, [saved.digest(BASE)]
    )
    assert sizes(measured) == [("FROM", 100), ("RUN", 10), ("ARG", 0), ("COPY", 20)]


def test_scratch_has_no_base(tmp_path: Path) -> None:
    image = made(tmp_path, ONE, history=[full("COPY one / # buildkit")])
    file = dockerlint.parse("FROM scratch\nCOPY one /\n")
    assert base_text(file) is None
    measured = measure(file, image, ())
    assert sizes(measured) == [("FROM", 0), ("COPY", 10)]
    assert measured.base_size.files == 0


STAGES = "ARG V=1\nFROM a AS build\nRUN one\nFROM b$V AS run\nRUN two\nFROM run\nCOPY --from=build /x /\n"


def test_stages_that_are_not_part_of_the_image_have_no_size(tmp_path: Path) -> None:
    history = [full("base"), full("RUN /bin/sh -c two"), full("COPY /x / # buildkit")]
    image = made(tmp_path, BASE, TWO, THREE, history=history)
    measured = measure(dockerlint.parse(STAGES), image, [saved.digest(BASE)])
    assert sizes(measured) == [
        ("FROM", None), ("RUN", None), ("FROM", 100), ("RUN", 20), ("FROM", 0), ("COPY", 30),
    ]  # fmt: skip


def test_the_base_is_that_of_the_first_stage_in_the_chain() -> None:
    file = dockerlint.parse(STAGES)
    assert [stage.index for stage in chain(file)] == [1, 2]
    assert base_text(file) == "ARG V=1\nFROM b$V AS run\n"
    assert [stage.index for stage in chain(file, "BUILD")] == [0]
    assert [stage.index for stage in chain(file, "0")] == [0]
    assert base_text(file, "build") == "ARG V=1\nFROM a AS build\n"
    assert chain(file, "nothing") == ()
    assert chain(dockerlint.parse("# nothing here\n")) == ()


def side_by_side(before: str, after: str, folder: Path) -> list[tuple[int | None, int | None]]:
    """The lines of two files that belong together."""
    image = made(folder, BASE)
    one, two = (measure(dockerlint.parse(text), image, ()) for text in (before, after))
    return [
        (
            row.before.instruction.first_line if row.before else None,
            row.after.instruction.first_line if row.after else None,
        )
        for row in rows(one.shares, two.shares)
    ]


def test_an_instruction_stands_beside_what_became_of_it(tmp_path: Path) -> None:
    before = "FROM a\nRUN apt-get install -y g++\nADD x /\nWORKDIR /app\nCMD x\n"
    after = "FROM a\nRUN apt-get install -y g++ && rm -rf /lists\nCOPY x /\nWORKDIR /app\nUSER me\nCMD x\n"
    assert side_by_side(before, after, tmp_path) == [(1, 1), (2, 2), (3, 3), (4, 4), (None, 5), (5, 6)]


def test_of_merged_instructions_the_most_alike_stays_and_the_others_are_gone(tmp_path: Path) -> None:
    before = "FROM a\nRUN echo one two three four\nRUN rm x\nCMD x\n"
    after = "FROM a\nRUN echo one two three four && rm x\nCMD x\n"
    assert side_by_side(before, after, tmp_path) == [(1, 1), (2, 2), (3, None), (4, 3)]


def test_a_split_into_stages_pairs_the_build_lines_with_the_build_stage(tmp_path: Path) -> None:
    before = "FROM a\nRUN apt-get install g++\nCOPY main.cpp .\nRUN g++ main.cpp\nCMD x\n"
    after = (
        "FROM a AS build\nRUN apt-get install g++\nCOPY main.cpp .\nRUN g++ main.cpp\n"
        "FROM a\nCOPY --from=build /x .\nCMD x\n"
    )
    assert side_by_side(before, after, tmp_path) == [
        (1, 1), (2, 2), (3, 3), (4, 4), (None, 5), (None, 6), (5, 7),
    ]  # fmt: skip


def test_commands_with_nothing_in_common_are_not_a_pair(tmp_path: Path) -> None:
    assert side_by_side("FROM a\nRUN x y z\n", "FROM a\nRUN p q r\n", tmp_path) == [
        (1, 1),
        (2, None),
        (None, 2),
    ]


def difference(
    folder: Path, before: Sequence[bytes], after: Sequence[bytes]
) -> list[tuple[str, str, int, int]]:
    one, two = made(folder / "1", *before), made(folder / "2", *after)
    found = paths(one, two)
    assert sum(path.bytes for path in found) == two.size().files - one.size().files
    return [(path.path, path.kind, path.bytes, path.files) for path in found]


def test_paths_are_gone_new_or_changed_and_add_up(tmp_path: Path) -> None:
    before = [saved.layer(("same", b"x"), ("gone", b"12345"), ("grown", b"1"), ("other", b"ab"))]
    after = [saved.layer(("same", b"x"), ("grown", b"1234"), ("other", b"ba"), ("new", b"12"))]
    assert difference(tmp_path, before, after) == [
        ("gone", "removed", -5, 1),
        ("grown", "changed", 3, 1),
        ("new", "added", 2, 1),
        ("other", "changed", 0, 1),
    ]


def test_a_file_that_a_later_layer_hides_still_weighs(tmp_path: Path) -> None:
    before = [
        saved.layer(("a", b"12345")),
        saved.layer((".wh.a", b"")),
        saved.layer(("b", b"1")),
        saved.layer(("b", b"2")),
    ]
    after = [saved.layer(("b", b"2"))]
    assert difference(tmp_path, before, after) == [("a", "removed", -5, 1), ("b", "changed", -1, 1)]


def test_a_directory_with_nothing_left_in_it_is_named_once(tmp_path: Path) -> None:
    before = [
        saved.layer(
            ("usr/lib/gcc/a", b"12"), ("usr/lib/gcc/deep/b", b"345"), ("usr/lib/x", b"1"), ("usr/y", b"2")
        )
    ]
    after = [saved.layer(("usr/lib/x", b"1"))]
    assert difference(tmp_path, before, after) == [
        ("usr/lib/gcc/", "removed", -5, 2),
        ("usr/y", "removed", -1, 1),
    ]


def test_a_directory_at_the_top_is_never_named_as_a_whole(tmp_path: Path) -> None:
    before = [saved.layer(("srv/a", b"12"), ("srv/b", b"3"))]
    assert difference(tmp_path, before, [saved.layer(("x", None))]) == [
        ("srv/a", "removed", -2, 1),
        ("srv/b", "removed", -1, 1),
    ]


def test_commands_that_share_a_word_in_many_are_not_a_pair(tmp_path: Path) -> None:
    one = "RUN a " + " ".join(f"b{n}" for n in range(20))
    two = "RUN a " + " ".join(f"c{n}" for n in range(20))
    assert side_by_side(f"FROM a\n{one}\n", f"FROM a\n{two}\n", tmp_path) == [(1, 1), (2, None), (None, 2)]
