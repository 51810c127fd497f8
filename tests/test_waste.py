"""Waste: who made the bytes and who spoiled them, what is there twice, what only caches explain."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import dockerlint
import saved
from dockerlint.image import Image, merged, read
from dockerlint.knowledge.caches import managers
from dockerlint.measure import Measured, measure
from dockerlint.waste import cached, copies, duplicates, spoiled


def image(folder: Path, *layers: bytes, **more: Any) -> Image:
    return read(saved.as_folder(saved.plain_dir(layers, saved.config(layers, **more)), folder))


def file(name: str, content: bytes, mode: int = 0o644, uid: int = 0, **headers: str) -> bytes:
    """A layer of one file."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.uid, info.pax_headers = len(content), mode, uid, headers
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(info, BytesIO(content))
    return out.getvalue()


def hard(name: str, target: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.LNKTYPE, target
    return info


def blames(folder: Path, *layers: bytes) -> list[tuple[int, int, str, int, list[str]]]:
    """Who made, who spoiled, how, how many bytes, which paths; and what is live is what a container sees."""
    found = image(folder, *layers)
    all_copies = copies(found.layers)
    seen = {path for path, entry in merged(found.layers).items() if entry.kind in ("file", "hardlink")}
    assert {name for copy in all_copies for name in copy.names} == seen
    wasted = spoiled(all_copies)
    live = sum(copy.size for copy in all_copies if copy.spoiler is None)
    assert live + sum(blame.bytes for blame in wasted) == found.size().files
    return [(b.made, b.spoiled, b.how, b.bytes, [copy.path for copy in b.copies]) for b in wasted]


@pytest.mark.parametrize(
    ("upper", "how"),
    [
        (saved.layer((".wh.a", b"")), "removed"),
        (file("a", b"12345", mode=0o755), "mode changed"),
        (file("a", b"12345", uid=7), "owner changed"),
        (file("a", b"12345", mode=0o755, uid=7), "mode and owner changed"),
        (file("a", b"12345", **{"SCHILY.xattr.user.x": "1"}), "attributes changed"),
        (file("a", b"12345"), "written again"),
        (file("a", b"54321"), "overwritten"),
        (file("a", b"1"), "overwritten"),
        (saved.layer(("a", None)), "replaced"),
        (saved.layer(("a", "elsewhere")), "replaced"),
        (saved.layer((".wh.a", b""), ("b", b"12345")), "moved"),
    ],
)
def test_a_later_layer_spoils_what_an_earlier_one_made(upper: bytes, how: str, tmp_path: Path) -> None:
    assert blames(tmp_path, saved.layer(("a", b"12345")), saved.layer(("x", None)), upper) == [
        (0, 2, how, 5, ["a"])
    ]


def test_the_live_copy_is_no_waste(tmp_path: Path) -> None:
    layers = [file("a", bytes([n]) * 10) for n in range(4)]
    assert blames(tmp_path, *layers) == [
        (0, 1, "overwritten", 10, ["a"]), (1, 2, "overwritten", 10, ["a"]), (2, 3, "overwritten", 10, ["a"]),
    ]  # fmt: skip


def test_a_directory_that_goes_takes_its_files_along(tmp_path: Path) -> None:
    lower = saved.layer(("d", None), ("d/a", b"1"), ("d/deep/b", b"22"), ("e", b"3"))
    assert blames(tmp_path / "1", lower, saved.layer((".wh.d", b""))) == [
        (0, 1, "removed", 3, ["d/deep/b", "d/a"])
    ]
    assert blames(tmp_path / "2", lower, saved.layer(("d", b"now a file"))) == [
        (0, 1, "replaced", 3, ["d/deep/b", "d/a"])
    ]


def test_an_opaque_marker_spoils_only_what_was_there(tmp_path: Path) -> None:
    marker = saved.layer(("d", None), ("d/.wh..wh..opq", b""), ("d/new", b"55555"))
    assert blames(tmp_path / "1", saved.layer(("e", b"1")), marker) == []
    assert blames(tmp_path / "2", saved.layer(("d/old", b"1")), marker) == [(0, 1, "removed", 1, ["d/old"])]


def test_a_file_with_several_names_lives_until_the_last_one_goes(tmp_path: Path) -> None:
    lower = saved.layer(("a", b"12345"), hard("b", "a"))
    one, two = saved.layer((".wh.a", b"")), saved.layer((".wh.b", b""))
    assert blames(tmp_path / "1", lower, one) == []
    assert blames(tmp_path / "2", lower, one, two) == [(0, 2, "removed", 5, ["a"])]
    # Both names go on in a new copy of the file, as engines write it when its mode is changed.
    info = tarfile.TarInfo("a")
    info.size, info.mode = 5, 0o755
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(info, BytesIO(b"12345"))
        tar.addfile(hard("b", "a"))
    assert blames(tmp_path / "3", lower, out.getvalue()) == [(0, 1, "mode changed", 5, ["a"])]


def test_a_name_may_be_given_to_a_file_of_a_lower_layer(tmp_path: Path) -> None:
    assert (
        blames(
            tmp_path, saved.layer(("a", b"12345")), saved.layer(hard("b", "a")), saved.layer((".wh.a", b""))
        )
        == []
    )


def test_a_path_that_a_layer_holds_twice_is_spoiled_by_that_layer(tmp_path: Path) -> None:
    assert blames(tmp_path, saved.layer(("a", b"1"), ("a", b"22"))) == [(0, 0, "overwritten", 1, ["a"])]


def test_blames_come_largest_first_and_so_do_their_files(tmp_path: Path) -> None:
    one = saved.layer(("a", b"1"), ("b", b"22"))
    two = saved.layer(("c", b"x" * 50))
    gone = saved.layer((".wh.a", b""), (".wh.b", b""), (".wh.c", b""))
    assert blames(tmp_path, one, two, gone) == [
        (1, 2, "removed", 50, ["c"]),
        (0, 2, "removed", 3, ["b", "a"]),
    ]


def test_equal_contents_are_duplicates_across_paths_and_layers(tmp_path: Path) -> None:
    found = image(
        tmp_path,
        saved.layer(("a", b"12345"), hard("link", "a"), ("empty", b""), ("other", b"54321")),
        saved.layer(("b", b"12345"), ("empty2", b"")),
        saved.layer(("c", b"12345"), ("gone", b"12345")),
        saved.layer((".wh.gone", b"")),
    )
    (one,) = duplicates(copies(found.layers))
    assert [copy.path for copy in one.copies] == ["a", "b", "c"]
    assert one.bytes == 10
    assert (one.own(0), one.own(1), one.own(2), one.own(4)) == (10, 10, 5, 0)


def test_hard_links_are_no_duplicates(tmp_path: Path) -> None:
    found = image(tmp_path, saved.layer(("a", b"12345"), hard("b", "a"), hard("c", "b")))
    assert duplicates(copies(found.layers)) == []


def built(folder: Path, text: str, *layers: bytes) -> Measured:
    steps = [{"created_by": f"RUN /bin/sh -c step{n}"} for n in range(len(layers))]
    return measure(dockerlint.parse(text), image(folder, *layers, history=steps), ())


def leftovers(measured: Measured) -> list[tuple[str, str, str, int, int]]:
    return [
        (one.kind.name, one.kind.rule, one.folder, one.layer, one.bytes)
        for one in cached(copies(measured.image.layers), measured.origins)
    ]


def test_caches_are_known_by_their_place(tmp_path: Path) -> None:
    layer = saved.layer(
        ("var/lib/apt/lists/deb_main", b"1" * 50), ("var/lib/apt/lists/partial/x", b"1"), ("var/lib/apt/listsx", b"22"),
        ("root/.cache/pip/http/x", b"1" * 40), ("home/me/.cache/pip/y", b"1" * 30), ("srv/.cache/pip/y", b"2"),
        ("usr/local/lib/ruby/gems/3.3.0/cache/x.gem", b"1" * 20), ("app/vendor/bundle/ruby/3.3/cache/x.gem", b"1" * 10),
        ("var/cache/apt/lock", b""),
    )  # fmt: skip
    measured = built(tmp_path, "FROM scratch\nRUN step0\n", layer)
    assert leftovers(measured) == [
        ("apt", "apt-lists-left", "var/lib/apt/lists", 0, 51),
        ("pip", "pip-cache-left", "root/.cache/pip", 0, 40),
        ("pip", "pip-cache-left", "home/me/.cache/pip", 0, 30),
        ("gem", "", "usr/local/lib/ruby/gems/3.3.0/cache", 0, 20),
        ("bundle", "bundle-cache-left", "app/vendor/bundle/ruby/3.3/cache", 0, 10),
    ]


def test_of_tools_that_share_a_folder_the_one_that_ran_is_named(tmp_path: Path) -> None:
    layer = saved.layer(("var/cache/yum/x", b"1"), ("root/.cache/pip/x", b"22"))
    named = built(tmp_path / "1", "FROM scratch\nRUN microdnf install x && pipenv sync # step0\n", layer)
    assert [one[0] for one in leftovers(named)] == ["pipenv", "microdnf"]
    assert [one[0] for one in leftovers(built(tmp_path / "2", "FROM scratch\nRUN step0\n", layer))] == [
        "pip",
        "yum",
    ]


def test_a_cache_that_is_removed_later_is_waste_and_not_told_twice(tmp_path: Path) -> None:
    measured = built(
        tmp_path, "FROM scratch\nRUN step0\nRUN step1\n",
        saved.layer(("root/.npm/x", b"1234")), saved.layer(("root/.wh..npm", b"")),
    )  # fmt: skip
    assert leftovers(measured) == []
    assert [b.bytes for b in spoiled(copies(measured.image.layers))] == [4]


def test_every_rule_that_a_cache_names_is_there() -> None:
    from dockerlint.loader import load

    rules = load().names
    named = {rule for manager in managers() for rule in (manager.rule, manager.lists_rule) if rule}
    assert not [rule for rule in named if rule not in rules]


def origins(measured: Measured) -> Sequence[tuple[int | None, str, bool]]:
    return [(origin.line, origin.text, origin.base) for origin in measured.origins]


def test_layers_are_told_by_their_lines_or_by_the_history(tmp_path: Path) -> None:
    layers = [saved.layer((str(n), b"x")) for n in range(5)]
    history = [
        {"created_by": "/bin/sh -c #(nop) ADD file:12 in / "},
        {"created_by": "RUN |1 A=1 /bin/sh -c make   it # buildkit"},
        {"created_by": "|1 A=1 /bin/sh -c make it"},
        {"created_by": "COPY a b # buildkit"},
        {"created_by": "WORKDIR /x"},
    ]
    found = image(tmp_path, *layers, history=history)
    told = [
        (None, "ADD file:12 in /", False), (None, "RUN make it", False), (None, "RUN make it", False),
        (None, "COPY a b", False), (None, "WORKDIR /x", False),
    ]  # fmt: skip
    assert origins(measure(dockerlint.parse(""), found, ())) == told
    text = "FROM a\nRUN make \\\n it\nRUN  make it\nCOPY a b\nWORKDIR /x\n"
    with_base = measure(dockerlint.parse(text), found, [saved.digest(layers[0])])
    assert origins(with_base) == [
        (1, "ADD file:12 in /", True), (2, "RUN make it", False), (4, "RUN make it", False),
        (5, "COPY a b", False), (6, "WORKDIR /x", False),
    ]  # fmt: skip


def test_without_its_layers_the_base_is_what_no_instruction_made(tmp_path: Path) -> None:
    layers = [saved.layer((str(n), b"x")) for n in range(3)]
    history = [{"created_by": "base"}, {"created_by": "RUN /bin/sh -c more"}, {"created_by": "COPY a b"}]
    found = image(tmp_path, *layers, history=history)
    assert measure(dockerlint.parse("FROM a\nCOPY a b\n"), found, None).base == 2
    assert measure(dockerlint.parse("FROM scratch\nCOPY a b\n"), found, None).base == 0
    assert measure(dockerlint.parse("FROM a\n"), found, None).base == 3
    assert measure(dockerlint.parse(""), found, None).base == 0


def test_stages_have_the_bytes_that_they_put_into_the_image(tmp_path: Path) -> None:
    text = "FROM a AS one\nRUN x\nFROM b AS two\nCOPY a b\nFROM two\nRUN y\n"
    layers = [saved.layer((str(n), b"x" * 10**n)) for n in range(3)]
    history = [{"created_by": "base"}, {"created_by": "COPY a b"}, {"created_by": "RUN /bin/sh -c y"}]
    measured = measure(
        dockerlint.parse(text), image(tmp_path, *layers, history=history), [saved.digest(layers[0])]
    )
    assert [(stage.index, size and size.files) for stage, size in measured.stages()] == [
        (0, None),
        (1, 11),
        (2, 100),
    ]
