"""The page of `dockerlint measure --format html`."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import dockerlint
import saved
from dockerlint.image import read
from dockerlint.measure import Measured, measure
from dockerlint.report.comparison import Comparison
from dockerlint.report.comparison.page import page
from dockerlint.report.comparison.tree import by_layer, by_path

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&\u202e\x1b[31m"
BASE = saved.layer(("base", b"b" * 1000))


def measured(folder: Path, text: str, *layers: bytes) -> Measured:
    steps = [{"created_by": f"RUN /bin/sh -c {HOSTILE} step{n}"} for n in range(len(layers))]
    image = read(saved.as_folder(saved.plain_dir(layers, saved.config(layers, steps)), folder))
    return measure(dockerlint.parse(text), image, [saved.digest(BASE)])


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    big = saved.layer((f"app/{HOSTILE}", b"x" * 500), ("app/a", b"same" * 9), ("app/b", b"same" * 9))
    rubbish = saved.layer((f"app/.wh.{HOSTILE.partition('/')[0]}", b""), ("root/.npm/x", b"n" * 70))
    text = f"FROM base AS one\nRUN {HOSTILE} step1\nRUN step2\n"
    return Comparison(
        f"{HOSTILE}/Dockerfile", ("buildah", "1"), measured(tmp_path / "1", text, BASE, big, rubbish),
        measured(tmp_path / "2", text, BASE, big), {"a-rule": 1}, 1, (f"why {HOSTILE}",), (1.0, 2.0),
        file=f"{HOSTILE}/Dockerfile",
    )  # fmt: skip


class Reader(HTMLParser):
    """Elements, their attributes and the text outside scripts and styles; checks that all are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.script: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.script.append(data)
        elif self.open and self.open[-1] != "style":
            self.texts.append(data)


def test_nothing_that_a_file_or_a_path_says_is_markup(comparison: Comparison) -> None:
    text = page([comparison], 10)
    found = Reader(text)
    assert found.names.count("script") == 2
    assert "img" not in found.names
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<img src=x onerror=alert(2)>" in "".join(found.texts)
    assert text.isascii() or not re.search("[\udc80-\udcff]", text)


def test_the_page_needs_no_other_file(comparison: Comparison) -> None:
    text = page([comparison], 10)
    found = Reader(text)
    policy = next(value for name, value in found.attributes if name == "content" and "default-src" in value)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    assert not {name for name, _ in found.attributes} & {"src", "href", "srcset", "action", "data-src"}
    assert not re.search(r"url\(|@import|https?://|\bfetch\(|XMLHttpRequest|\beval\(|localStorage", text)


def test_all_figures_are_in_tables_too(comparison: Comparison) -> None:
    shown = " ".join("".join(Reader(page([comparison], 10)).texts).split())
    for caption in (
        "Bytes by line", "Spoiled by a later layer before: 500 B", "In the image more than once before: 36 B",
        "Left in caches before: 70 B", "Layers before", "Layers after", "Paths that differ", "Builds",
    ):  # fmt: skip
        assert caption in shown
    assert "npm-cache-left" in shown
    assert "removed by Dockerfile:3" in shown
    assert "1 unsafe fix left out" in shown
    assert "Fixes by rule: a-rule (1)" in shown


def data(text: str) -> Any:
    return json.loads(Reader(text).script[0])


def total(node: dict[str, Any]) -> int:
    """The bytes of the leaves, which every directory must have, too."""
    if "c" not in node:
        return int(node["s"])
    inside = sum(total(child) for child in node["c"])
    assert inside == node["s"]
    return inside


def test_the_map_holds_every_byte(comparison: Comparison) -> None:
    (one,) = data(page([comparison], 10))
    assert [side["base"] for side in one["sides"]] == [1, 1]
    assert [total(side["layers"]) for side in one["sides"]] == [1642, 1572]
    assert [total(side["paths"]) for side in one["sides"]] == [1142, 1572]
    layers = one["sides"][0]["layers"]["c"]
    assert layers[0]["n"] == "the base image"
    app = {node["n"]: node for node in layers[1]["c"][0]["c"]}
    assert app["b"]["k"] == 2
    assert app["b"]["t"] == "the same as /app/a of Dockerfile:2"
    assert layers[2]["c"][0]["n"] == "root/.npm/x"
    assert layers[2]["c"][0]["t"] == "cache of npm (rule npm-cache-left)"


def test_a_large_image_is_folded_into_a_small_page(tmp_path: Path) -> None:
    members = [(f"usr/{n % 70}/{n % 7}/{'long name ' * 12}{n}", b"%d" % n * (n % 50)) for n in range(20_000)]
    side = measured(tmp_path, "FROM scratch\nRUN step0\n", saved.layer(*members))
    one = Comparison("x", None, side, None, {}, 0, (), (), file="Dockerfile")
    text = page([one] * 3, 10)
    assert len(text) < 3_000_000
    for tree in (by_layer(side, "Dockerfile", 500), by_path(side, "Dockerfile", 500)):
        assert total(tree) == side.total.files
        assert nodes(tree) < 620


def test_a_tree_without_end_is_cut(tmp_path: Path) -> None:
    deep = [("/".join(["d"] * n) + "/f", b"x" * 10) for n in range(1, 1500)]
    side = measured(tmp_path, "FROM scratch\nRUN step0\n", saved.layer(*deep))
    text = page([Comparison("x", None, side, None, {}, 0, (), (), file="Dockerfile")], 10)
    assert total(data(text)[0]["sides"][0]["paths"]) == side.total.files


def nodes(tree: dict[str, Any]) -> int:
    return 1 + sum(nodes(child) for child in tree.get("c", ()))


def test_several_files_are_on_one_page_each_with_its_map(comparison: Comparison) -> None:
    text = page([comparison, comparison], 10)
    assert len(data(text)) == 2
    assert Reader(text).names.count("article") == 2
    assert [value for name, value in Reader(text).attributes if name == "data-index"] == ["0", "1"]


def test_an_empty_image_has_a_page(tmp_path: Path) -> None:
    side = measured(tmp_path, "FROM scratch\n", saved.layer())
    text = page([Comparison("x", None, side, None, {}, 0, (), ())], 0)
    assert total(data(text)[0]["sides"][0]["layers"]) == 0
