"""The tables of `dockerlint measure`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import dockerlint
import saved
from dockerlint.frozen import replace
from dockerlint.image import read
from dockerlint.measure import measure
from dockerlint.report.comparison import Comparison, exact, human, share_of, signed
from dockerlint.report.comparison.json import document
from dockerlint.report.comparison.markdown import markdown
from dockerlint.report.comparison.page import page
from dockerlint.report.comparison.text import text
from dockerlint.steps import Step
from dockerlint.timing import Timing
from dockerlint.waste import copies, heaviest

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
        (12.4, 3.1), file="sub/Dockerfile",
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
    ] in [line[:-2] for line in lines]
    assert ["3", "FROM", "a", "1,000", "+1,000"] in [line[:-2] for line in lines]
    assert ["Dockerfile:2", "2", "RUN", "make", "5,200", "not", "in", "the", "image", "-5,200"] in [
        line[:-2] for line in lines
    ]
    assert ["4", "COPY", "--from=build", "/app", "/", "200", "+200"] in [line[:-2] for line in lines]
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


def test_a_line_that_makes_waste_and_the_line_that_spoils_it_are_named_with_what_fixes_leave(
    tmp_path: Path,
) -> None:
    sides = []
    for name, layers in (
        (
            "one",
            [saved.layer(("big", b"1" * 700)), saved.layer((".wh.big", b""), ("a", b"same"), ("b", b"same"))],
        ),
        ("two", [saved.layer(("a", b"same")), saved.layer(("root/.npm/x", b"123"))]),
    ):
        file = dockerlint.parse("FROM scratch\nRUN make big\nRUN rm big\n")
        history = [{"created_by": "RUN /bin/sh -c make big"}, {"created_by": "RUN /bin/sh -c rm big"}]
        image = read(saved.as_folder(saved.plain_dir(layers, saved.config(layers, history)), tmp_path / name))
        sides.append(measure(file, image, ()))
    both = Comparison("Dockerfile", ("x", "1"), *sides, {}, 0, (), (1.0, 1.0), file="Dockerfile")
    shown = text(both, 5, exact)
    assert "spoiled by a later layer: 700 before, 0 after" in shown
    assert "made by Dockerfile:2 RUN make big" in shown
    assert "removed by Dockerfile:3 RUN rm big: /big" in shown
    assert "in the image more than once: 4 before, 0 after" in shown
    assert "/b of Dockerfile:3 RUN rm big" in shown
    assert "is /a of Dockerfile:3" in shown
    assert "left in caches: 0 before, 3 after" in shown
    comment = markdown([both], 5, exact)
    assert "| spoiled by a later layer | 700 | 0 |" in comment
    assert "removed by <code>Dockerfile&#58;3</code> <code>RUN rm big</code>" in comment


def test_stages_are_summed(comparison: Comparison) -> None:
    lines = [line.split() for line in text(comparison, 5, exact).splitlines()]
    assert ["stage", "before", "after"] in lines
    assert ["number", "0", "6,200"] in lines
    assert ["build", "not", "in", "the", "image"] in lines
    assert ["number", "1", "1,200"] in lines


def test_cache_hits_and_medians_are_told(comparison: Comparison) -> None:
    steps = (Step(2, "RUN a", True), Step(3, "RUN b", False))
    timing = Timing((3.0, 1.0, 2.0, 9.0), (0.5, 0.1, 0.2, 0.4), steps[:1])
    timed = replace(comparison, steps=(steps, steps[:1]), timings=(timing, timing))
    shown = text(timed, 5, exact)
    assert "from the cache before: 1 of 2 steps, from line 3 on built anew" in shown
    assert "from the cache after: 1 of 1 step" in shown
    assert "seconds, medians of 4:" in shown
    assert "before: cold 2.5, again 0.3 (from the cache: 1 of 1 step)" in shown
    said = document(timed, 5)["after"]["seconds"]
    assert (said["coldMedian"], said["rebuild"]) == (2.5, [0.5, 0.1, 0.2, 0.4])
    assert said["build"] == 3.1


def test_a_comment_is_bounded_and_nothing_in_it_is_markup(tmp_path: Path) -> None:
    hostile = "RUN echo '|`<img src=x>@team #1 www.example.org http://x' \u202e**b** ~~s~~ [a](b)"
    body = "".join(f"{hostile} {n} {'y' * 300}\n" for n in range(300))
    layers = [saved.layer((f"a|`{n}<b>@me", bytes([n % 256]) * 10)) for n in range(300)]
    history = [{"created_by": f"{hostile} {n} {'y' * 300}"} for n in range(300)]
    image = read(saved.as_folder(saved.plain_dir(layers, saved.config(layers, history)), tmp_path))
    measured = measure(dockerlint.parse(f"FROM scratch\n{body}"), image, ())
    one = Comparison(
        "a|<b>/Dockerfile", ("x", "1"), measured, None, {}, 0, ("why @x <i>",), (1.0,), file="Dockerfile"
    )
    comment = markdown([one] * 10, 1000, human)
    assert len(comment) <= 60_100
    assert "is left out" in comment
    assert not re.search(r"<(?!/?(?:code|details|summary|sub)>)", comment)
    inside = "".join(re.findall(r"<code>(.*?)</code>", comment))
    assert not set(inside) & set("|`<>@*[]~_\u202e.:'\"\\")
    for line in comment.splitlines():
        if line.startswith("|"):
            assert line.count("|") in (3, 4, 5)


def test_the_heaviest_paths_do_not_overlap_and_even_directories_stand_for_their_files(tmp_path: Path) -> None:
    members = [(f"usr/share/doc/{n}", b"x" * 10) for n in range(40)]
    layer = saved.layer(
        *members, ("usr/lib/big.so", b"y" * 1000), ("usr/lib/small.so", b"z" * 30), ("e", b"")
    )
    image = read(saved.as_folder(saved.plain_dir([layer]), tmp_path))
    found = copies(image.layers)
    assert [(one.path, one.bytes, one.files) for one in heaviest(found, 9)] == [
        ("/usr/lib/big.so", 1000, 1), ("/usr/share/doc/", 400, 40), ("/usr/lib/small.so", 30, 1),
    ]  # fmt: skip
    assert len(heaviest(found, 1)) == 1
    assert heaviest(found, 0) == heaviest([], 5) == []


def test_an_image_that_was_there_already_is_told_as_it_is_in_every_form(comparison: Comparison) -> None:
    for engine, words in ((None, "an image as it is"), (("podman", "4"), "an image of podman 4 as it is")):
        alone = replace(comparison, engine=engine, after=None, fixed={}, left=0, refused=(), seconds=())
        assert text(alone, 5, exact).startswith(f"sub/Dockerfile, {words}\n")
        assert words in page([alone], 5).lower()
        assert "as it is" in markdown([alone], 5, exact)
        assert document(alone, 5)["before"]["seconds"] == {}
