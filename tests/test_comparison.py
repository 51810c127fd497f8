"""The tables of `dockerlint measure`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dockerlint
import saved
from dockerlint.frozen import replace
from dockerlint.image import read
from dockerlint.measure import measure
from dockerlint.report.comparison import Comparison, document, exact, human, share_of, signed, text

BASE = saved.layer(("base", b"b" * 1000))


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    listed = saved.layer(("lists/\x1b[31ma\nb", b"1" * 5_000), ("app", b"a" * 200))
    lean = saved.layer(("app", b"a" * 200))
    sides = []
    for name, file, layers in (
        ("one", "FROM a\nRUN make\n", (BASE, listed)),
        ("two", "FROM a AS build\nRUN make\nFROM a\nCOPY --from=build /app /\n", (BASE, lean)),
    ):
        history = [
            {"created_by": "base"},
            {"created_by": "RUN /bin/sh -c make" if name == "one" else "COPY /app /"},
        ]
        image = read(saved.as_folder(saved.plain_dir(layers, saved.config(layers, history)), tmp_path / name))
        sides.append(measure(dockerlint.parse(file), image, [saved.digest(BASE)]))
    return Comparison(
        "sub/Dockerfile", ("buildah", "1.28.2"), sides[0], sides[1], {"a-rule": 1}, 2, ("fixes of b are left out: why",),
        (12.4, 3.1),
    )  # fmt: skip


def test_bytes_have_decimal_units() -> None:
    assert [human(n) for n in (0, 999, 1000, 999_949, 999_950, 341_995_918, -1_500_000_000, 10**16)] == [
        "0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB", "342.0 MB", "-1.5 GB", "10000.0 TB",
    ]  # fmt: skip
    assert exact(341995918) == "341,995,918"
    assert (signed(5, exact), signed(-5, exact), signed(0, exact)) == ("+5", "-5", "-")
    assert (share_of(-1, 4), share_of(1, 0)) == ("-25.0 %", "-")


def test_two_images_stand_side_by_side_by_line(comparison: Comparison) -> None:
    shown = text(comparison, 5, exact)
    lines = [line.split() for line in shown.splitlines()]
    assert "sub/Dockerfile, built with buildah 1.28.2 before and after 1 fix (in 12 s and 3 s)" in shown
    assert [
        "Dockerfile:1",
        "1",
        "FROM",
        "a",
        "AS",
        "build",
        "1,000",
        "not",
        "in",
        "the",
        "image",
        "-1,000",
    ] in [line[:-1] for line in lines]
    assert ["3", "FROM", "a", "1,000", "+1,000"] in [line[:-1] for line in lines]
    assert ["Dockerfile:2", "2", "RUN", "make", "5,200", "not", "in", "the", "image", "-5,200"] in [
        line[:-1] for line in lines
    ]
    assert ["4", "COPY", "--from=build", "/app", "/", "200", "+200"] in [line[:-1] for line in lines]
    assert ["files", "6,200", "1,200", "-5,000", "-5.0", "kB", "-80.6", "%"] in lines
    assert "of it the base image: 1,000 in both" in shown
    assert "gone: -5,000 in 1 file" in shown
    assert "fixes of b are left out: why" in shown
    assert "2 fixes are unsafe and left out; --unsafe measures with them too" in shown


def test_no_control_character_of_a_path_reaches_the_terminal(comparison: Comparison) -> None:
    shown = text(comparison, 5, human)
    assert "/lists/\\x1b[31ma\\x0ab" in shown
    assert "\x1b" not in shown


def test_one_image_alone_says_that_there_is_nothing_to_fix(comparison: Comparison) -> None:
    alone = replace(comparison, after=None, fixed={}, left=0, refused=(), seconds=(1.0,))
    shown = text(alone, 5, exact)
    assert "there is nothing to fix" in shown
    assert "image: 6,200 bytes of files" in shown
    assert "before" not in shown


def test_a_wide_instruction_is_cut_to_the_terminal(comparison: Comparison) -> None:
    file = dockerlint.parse(f"FROM a\nRUN make {'x' * 300}\n")
    wide = replace(comparison, after=measure(file, comparison.before.image, ()))
    table = text(wide, 0, human, 110).splitlines()[2:8]
    assert max(map(len, table)) == 110
    assert any("xxx…" in line for line in table)


def test_only_the_greatest_paths_are_listed(tmp_path: Path, comparison: Comparison) -> None:
    many = saved.layer(*((f"f{n}", b"x" * n) for n in range(20)))
    image = read(saved.as_folder(saved.plain_dir([many]), tmp_path / "many"))
    before = measure(comparison.before.dockerfile, image, ())
    shown = text(replace(comparison, before=before), 3, exact)
    assert shown.count("  /f") == 3
    assert "16 more" in shown
    assert "1 path of the same size" in shown


def test_the_document_holds_the_same_in_bytes(comparison: Comparison) -> None:
    said = json.loads(json.dumps(document(comparison, 5)))
    assert said["engine"] == {"name": "buildah", "version": "1.28.2"}
    assert said["before"]["size"]["files"] == 6200
    assert said["after"]["base"]["files"] == 1000
    assert said["fixed"] == {"a-rule": 1}
    assert [row["difference"]["files"] for row in said["instructions"]] == [-1000, -5200, 1000, 200]
    assert said["instructions"][1]["after"]["size"] is None
    assert {"path": "/lists/\x1b[31ma\nb", "change": "removed", "bytes": -5000, "files": 1} in said["paths"]
