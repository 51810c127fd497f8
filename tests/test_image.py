"""Reading saved images, each made here."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import json
import random
import shutil
import subprocess
import sys
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

import saved
from dockerlint.image import Entry, ImageError, Layer, Size, facts, merged, read

ONE = saved.layer(("etc", None), ("etc/a", b"12345"), ("etc/b", b"b" * 1000), ("l", "etc/a"))
TWO = saved.layer(("etc/.wh.a", b""), ("new", b"x"))

FORMS: dict[str, Callable[[Path], str]] = {
    "OCI layout": lambda at: saved.as_folder(saved.oci([ONE, TWO]), at),
    "OCI archive": lambda at: saved.as_tar(saved.oci([ONE, TWO]), at),
    "OCI archive, layers compressed": lambda at: saved.as_tar(saved.oci([ONE, TWO], packed=True), at),
    "OCI archive, layers in zstd": lambda at: saved.as_tar(saved.oci([ONE, TWO], packed=saved.zstd), at),
    "OCI archive, layers in zstd in parts": lambda at: saved.as_tar(
        saved.oci([ONE, TWO], packed=saved.zstd_chunked), at
    ),
    "OCI archive, layers in gzip in parts": lambda at: saved.as_tar(
        saved.oci([ONE, TWO], packed=saved.in_members), at
    ),
    "OCI archive, nested index with attestation": lambda at: saved.as_tar(
        saved.oci([ONE, TWO], nested=True), at
    ),
    "docker save, legacy": lambda at: saved.as_tar(saved.legacy([ONE, TWO]), at),
    "docker save, since 25": lambda at: saved.as_tar(saved.modern([ONE, TWO]), at),
    "docker save, compressed as a whole": lambda at: saved.as_tar(saved.legacy([ONE, TWO]), at, "gz"),
    "docker save, xz": lambda at: saved.as_tar(saved.modern([ONE, TWO]), at, "xz"),
    "dir": lambda at: saved.as_folder(saved.plain_dir([ONE, TWO]), at),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_one_image_reads_the_same(form: str, tmp_path: Path) -> None:
    image = read(FORMS[form](tmp_path / "image"))
    assert image.diff_ids == (saved.digest(ONE), saved.digest(TWO))
    assert [step.layer for step in image.history] == [0, 1]
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    assert image.layers[0].size == Size(1005, len(ONE), len(packer.compress(ONE) + packer.flush()))
    assert image.layers[1].size.files == 1
    assert sorted(merged(image.layers)) == ["etc", "etc/b", "l", "new"]
    assert image.size() == image.layers[0].size + image.layers[1].size
    assert image.size(1) == image.layers[1].size


def test_an_entry_tells_all_there_is_to_compare(tmp_path: Path) -> None:
    special = tarfile.TarInfo("./bin/tool")
    special.mode, special.uid, special.gid = 0o104755, 7, 8
    special.pax_headers = {"SCHILY.xattr.security.capability": "cap", "comment": "no"}
    hard = tarfile.TarInfo("also")
    hard.type, hard.linkname = tarfile.LNKTYPE, "./bin/tool"
    data = saved.layer(special, hard, ("link", "../up"), ("file", b"hello\n"))
    image = read(saved.as_tar(saved.oci([data]), tmp_path / "i"))
    assert image.layers[0].entries == (
        Entry(
            "bin/tool", "file", 0, 0o4755, 7, 8, "",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            (("security.capability", "cap"),),
        ),
        Entry("also", "hardlink", 0, 0o644, 0, 0, "bin/tool"),
        Entry("link", "symlink", 0, 0o644, 0, 0, "../up"),
        Entry(
            "file", "file", 6, 0o644, 0, 0, "",
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
        ),
    )  # fmt: skip


def test_layers_belong_to_the_history_in_order(tmp_path: Path) -> None:
    history: list[dict[str, object]] = [
        {"created_by": "base"},
        {"created_by": "ENV a=b", "empty_layer": True},
        {"created_by": "RUN x", "comment": "c"},
        {"empty_layer": True},
    ]
    image = read(saved.as_tar(saved.legacy([ONE, TWO], saved.config([ONE, TWO], history)), tmp_path / "i"))
    assert [(s.created_by, s.comment, s.layer) for s in image.history] == [
        ("base", "", 0), ("ENV a=b", "", None), ("RUN x", "c", 1), ("", "", None),
    ]  # fmt: skip


def test_layers_that_were_read_before_are_not_read_again(tmp_path: Path) -> None:
    known: dict[str, Layer] = {}
    first = read(saved.as_tar(saved.legacy([ONE]), tmp_path / "one"), known)
    parts = saved.legacy([ONE, TWO])
    parts[f"{0:064x}/layer.tar"] = b"it is not looked at"
    both = read(saved.as_tar(parts, tmp_path / "two"), known)
    assert both.layers[0] is first.layers[0]
    assert set(known) == set(both.diff_ids)


def test_equal_layers_may_be_links_to_one_file(tmp_path: Path) -> None:
    parts = saved.legacy([ONE, ONE])
    second = f"{1:064x}/layer.tar"
    del parts[second]
    image = read(saved.as_tar(parts, tmp_path / "i", links={second: f"../{0:064x}/layer.tar"}))
    assert image.layers[0] is image.layers[1]


def test_a_history_may_be_missing(tmp_path: Path) -> None:
    image = read(saved.as_tar(saved.oci([ONE], saved.config([ONE], [])), tmp_path / "i"))
    assert image.history == ()


def test_an_image_is_chosen_by_its_platform(tmp_path: Path) -> None:
    parts = saved.platforms({"linux/amd64": [ONE], "linux/arm/v5": [TWO], "linux/arm/v7": [ONE, TWO]})
    path = saved.as_tar(parts, tmp_path / "i")
    assert read(path, platform="linux/amd64").diff_ids == (saved.digest(ONE),)
    assert read(path, platform="x86_64").diff_ids == (saved.digest(ONE),)
    assert read(path, platform="linux/arm/v5").diff_ids == (saved.digest(TWO),)
    assert read(path, platform="linux/armhf/7").diff_ids == (saved.digest(ONE), saved.digest(TWO))
    for wanted, why in (
        ("linux/s390x", "no image for linux/s390x, only for linux/amd64, linux/arm/v5, linux/arm/v7"),
        ("linux/arm", r"2 images \(app linux/arm/v5, app linux/arm/v7\)"),
        ("a/b/c/d", "--platform a/b/c/d"),
    ):
        with pytest.raises(ImageError, match=why):
            read(path, platform=wanted)


def test_a_platform_is_looked_up_in_the_index_that_docker_writes_beside_its_manifest(tmp_path: Path) -> None:
    parts = saved.platforms({"linux/amd64": [ONE], "linux/arm64": [TWO]})
    settings = saved.config([ONE], os="linux", architecture="amd64")
    parts["manifest.json"] = saved.modern([ONE], settings)["manifest.json"]
    path = saved.as_tar(parts, tmp_path / "i")
    assert read(path).diff_ids == (saved.digest(ONE),)
    assert read(path, platform="linux/arm64").diff_ids == (saved.digest(TWO),)


def test_the_only_image_has_to_be_of_the_platform_too(tmp_path: Path) -> None:
    path = saved.as_tar(saved.legacy([ONE], saved.config([ONE], os="linux")), tmp_path / "i")
    assert read(path, platform="linux/amd64").diff_ids == (saved.digest(ONE),)
    with pytest.raises(ImageError, match="is for linux/amd64, not for linux/arm64"):
        read(path, platform="linux/arm64")


@pytest.mark.parametrize("form", ["gnu", "pax 0.0", "pax 0.1", "pax 1.0"])
def test_a_sparse_file_counts_with_its_holes(form: str, tmp_path: Path) -> None:
    gnu = shutil.which("tar")
    if (
        not gnu
        or b"GNU tar" not in subprocess.run([gnu, "--version"], capture_output=True, check=True).stdout
    ):
        pytest.skip("no GNU tar here")
    with open(tmp_path / "holes", "wb") as file:
        file.seek(1 << 20)
        file.write(b"in the middle")
        file.truncate(3 << 20)
    (tmp_path / "next").write_bytes(b"next")
    kind, _, version = form.partition(" ")
    command = [gnu, "--sparse", f"--format={'posix' if version else kind}", "-cf", "-"]
    command += [f"--sparse-version={version}"] if version else []
    data = subprocess.run([*command, "holes", "next"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert len(data) < 1 << 20
    image = read(saved.as_tar(saved.oci([data]), tmp_path / "i"))
    plain = read(
        saved.as_tar(saved.oci([saved.layer(("holes", (tmp_path / "holes").read_bytes()))]), tmp_path / "j")
    )
    holes, following = image.layers[0].entries
    assert (holes.path, holes.size, holes.digest) == ("holes", 3 << 20, plain.layers[0].entries[0].digest)
    assert (following.path, following.size) == ("next", 4)


def test_a_file_that_claims_a_terabyte_of_holes_is_not_read_out(tmp_path: Path) -> None:
    def claims(content: bytes, length: int) -> bytes:
        info = tarfile.TarInfo("var/log/lastlog")
        info.size = len(content)
        info.pax_headers = {
            "GNU.sparse.map": f"{length - len(content)},{len(content)}",
            "GNU.sparse.size": str(length),
        }
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            tar.addfile(info, io.BytesIO(content))
        return out.getvalue()

    entries = [
        read(saved.as_tar(saved.oci([claims(*what)]), tmp_path / "i")).layers[0].entries[0]
        for what in ((b"same", 10**12), (b"same", 10**12), (b"else", 10**12), (b"same", 10**12 + 1))
    ]
    assert [entry.size for entry in entries] == [10**12, 10**12, 10**12, 10**12 + 1]
    assert entries[0].digest == entries[1].digest
    assert len({entry.digest for entry in entries}) == 3


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_and_bytes_that_are_no_utf8_are_read_in_every_form(form: int, tmp_path: Path) -> None:
    long = "a" * 90 + "/" + "b" * 90
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, errors="surrogateescape") as tar:
        for name in (long, "caf\udce9", "caf\xe9"):
            tar.addfile(tarfile.TarInfo(name))
    image = read(saved.as_tar(saved.oci([out.getvalue()]), tmp_path / "i"))
    assert [entry.path for entry in image.layers[0].entries] == [long, "caf\udce9", "caf\xe9"]


def test_notes_of_aufs_and_markers_that_name_nothing_are_no_paths(tmp_path: Path) -> None:
    notes = saved.layer(
        (".wh..wh.plnk", None), (".wh..wh.plnk/12.34", b"link"), (".wh..wh.aufs", b""), ("a/.wh.", b""),
        ("a/.wh...", b""), ("a/.wh..", b""), ("a/b", b"1"),
    )  # fmt: skip
    image = read(saved.as_tar(saved.oci([notes]), tmp_path / "i"))
    assert [entry.path for entry in image.layers[0].entries] == ["a/b"]
    assert image.layers[0].size.files == 1


def test_a_layer_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    chance = random.Random(5)
    whole = saved.layer(("etc", None), ("f" * 120, b"12345"), ("l", "etc/a"))
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.randrange(1, 5)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path = saved.as_folder(saved.plain_dir([bytes(broken)]), tmp_path / "i")
        with contextlib.suppress(ImageError):
            read(path)


@pytest.mark.parametrize("form", [saved.oci, saved.modern, saved.legacy, saved.plain_dir])
def test_documents_with_anything_anywhere_are_read_or_refused(
    form: Callable[[list[bytes]], dict[str, bytes]], tmp_path: Path
) -> None:
    chance = random.Random(7)
    odd: list[Any] = [None, 0, 3, -1.5, "", "x", "sha256:0", [], {}, [[]], [3], {"a": 1}, True]

    def spoil(value: Any) -> Any:
        if chance.random() < 0.12:
            return chance.choice(odd)
        if isinstance(value, dict):
            return {key: spoil(inner) for key, inner in value.items()}
        return [spoil(inner) for inner in value] if isinstance(value, list) else value

    for turn in range(150):
        parts = form([ONE, TWO])
        for name, data in parts.items():
            if data[:1] in (b"{", b"[") and len(data) > 2:
                parts[name] = json.dumps(spoil(json.loads(data))).encode()
        path = saved.as_folder(parts, tmp_path / f"{turn}")
        for platform in (None, "linux/amd64"):
            with contextlib.suppress(ImageError):
                read(path, platform=platform)


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = saved.as_tar(saved.legacy([ONE]), tmp_path / "x", "gz")
    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(ImageError, match=r"No space left on device in .*set TMPDIR"):
        read(path)


class TestMerged:
    """Layers on top of each other."""

    @staticmethod
    def of(*layers: bytes) -> dict[str, Entry]:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            return merged(read(saved.as_folder(saved.plain_dir(layers), Path(folder))).layers)

    def test_a_removed_directory_takes_all_below_it_along(self) -> None:
        files = self.of(saved.layer(("a", None), ("a/b", None), ("a/b/c", b"1")), saved.layer((".wh.a", b"")))
        assert files == {}

    def test_an_opaque_directory_hides_only_what_lower_layers_have(self) -> None:
        lower = saved.layer(("a", None), ("a/old", b"1"), ("a/deep/old", b"1"))
        upper = saved.layer(("a", None), ("a/new", b"1"), ("a/.wh..wh..opq", b""))
        assert sorted(self.of(lower, upper)) == ["a", "a/new"]

    def test_an_opaque_marker_where_nothing_was_removes_nothing(self) -> None:
        upper = saved.layer(("b", None), ("b/.wh..wh..opq", b""), ("b/x", b"1"))
        assert sorted(self.of(saved.layer(("a", b"1")), upper)) == ["a", "b", "b/x"]

    def test_directories_need_no_entries_of_their_own(self) -> None:
        files = self.of(saved.layer(("a/b/c", b"1"), ("a/d", b"1")), saved.layer(("a/.wh.b", b"")))
        assert sorted(files) == ["a/d"]

    def test_a_file_in_place_of_a_directory_takes_its_children_away(self) -> None:
        files = self.of(saved.layer(("a", None), ("a/b", b"1")), saved.layer(("a", b"now a file")))
        assert [(path, entry.kind) for path, entry in files.items()] == [("a", "file")]

    def test_a_directory_that_comes_again_keeps_its_children(self) -> None:
        files = self.of(saved.layer(("a", None), ("a/b", b"1")), saved.layer(("a", None)))
        assert sorted(files) == ["a", "a/b"]

    def test_a_path_removed_and_made_again_is_the_new_one(self) -> None:
        files = self.of(saved.layer(("a", b"1")), saved.layer((".wh.a", b"")), saved.layer(("a", b"22")))
        assert files["a"].size == 2


class TestRefused:
    """What is not an image, or damaged."""

    @staticmethod
    def why(path: str) -> str:
        with pytest.raises(ImageError) as raised:
            read(path)
        return str(raised.value)

    def test_a_file_that_is_no_archive(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"hello" * 1000)
        assert "not a saved image" in self.why(str(tmp_path / "x"))

    def test_a_path_that_is_not_there(self, tmp_path: Path) -> None:
        assert "not a saved image" in self.why(str(tmp_path / "none"))

    def test_an_archive_of_something_else(self, tmp_path: Path) -> None:
        assert "neither a manifest.json" in self.why(saved.as_tar({"a": b"b"}, tmp_path / "x"))

    def test_several_images(self, tmp_path: Path) -> None:
        parts = saved.legacy([ONE])
        parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) * 2).encode()
        assert "holds 2 images" in self.why(saved.as_tar(parts, tmp_path / "x"))

    def test_several_images_are_named(self, tmp_path: Path) -> None:
        parts = saved.legacy([ONE])
        (one,) = json.loads(parts["manifest.json"])
        both = [{**one, "RepoTags": ["a:1"]}, {**one, "RepoTags": ["b:2", "b:3"]}]
        parts["manifest.json"] = json.dumps(both).encode()
        why = self.why(saved.as_tar(parts, tmp_path / "x"))
        assert "holds 2 images (a:1, b:2, b:3), save one" in why

    def test_an_index_of_several_platforms_names_them(self, tmp_path: Path) -> None:
        path = saved.as_tar(saved.platforms({"linux/amd64": [ONE], "linux/arm/v7": [TWO]}), tmp_path / "x")
        assert "holds 2 images (app linux/amd64, app linux/arm/v7), choose one with --platform" in self.why(
            path
        )

    def test_an_index_that_holds_itself(self, tmp_path: Path) -> None:
        index = b'{"manifests": [{"digest": "sha256:self"}]}'
        parts = {"index.json": index, "blobs/sha256/self": index}
        assert "nested too deep" in self.why(saved.as_tar(parts, tmp_path / "x"))

    def test_a_layer_with_other_content_than_the_configuration_says(self, tmp_path: Path) -> None:
        parts = saved.legacy([ONE])
        parts[f"{0:064x}/layer.tar"] = TWO
        assert "is damaged" in self.why(saved.as_tar(parts, tmp_path / "x"))

    def test_a_layer_that_is_cut_off(self, tmp_path: Path) -> None:
        parts = saved.oci([ONE], packed=True)
        name = next(n for n, data in parts.items() if data[:2] == b"\x1f\x8b")
        parts[name] = parts[name][:-20]
        assert "cannot be read" in self.why(saved.as_folder(parts, tmp_path / "x"))

    def test_a_layer_that_is_no_archive(self, tmp_path: Path) -> None:
        junk = b"junk" * 500
        assert "cannot be read" in self.why(saved.as_folder(saved.plain_dir([junk]), tmp_path / "x"))

    def test_a_layer_that_is_missing(self, tmp_path: Path) -> None:
        parts = saved.legacy([ONE])
        del parts[f"{0:064x}/layer.tar"]
        assert "lacks its layer" in self.why(saved.as_tar(parts, tmp_path / "x"))

    def test_a_layer_in_zstd_that_is_damaged(self, tmp_path: Path) -> None:
        for content in (b"\0" * 100, b"\xff" * 100):
            parts = saved.legacy([ONE])
            parts[f"{0:064x}/layer.tar"] = b"\x28\xb5\x2f\xfd" + content
            self.why(saved.as_tar(parts, tmp_path / "x"))

    def test_a_layer_in_zstd_where_nothing_unpacks_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = saved.as_tar(saved.oci([ONE], packed=saved.zstd), tmp_path / "x")
        monkeypatch.setitem(sys.modules, "compression.zstd", None)
        monkeypatch.setitem(sys.modules, "zstandard", None)
        why = self.why(path)
        assert "pip install 'dockerlint[zstd]'" in why
        assert "save the image without compression" in why

    def test_a_history_that_tells_of_more_layers(self, tmp_path: Path) -> None:
        settings = saved.config([ONE], [{}, {}])
        assert "tells of 2 layers, it has 1" in self.why(
            saved.as_tar(saved.oci([ONE], settings), tmp_path / "x")
        )

    def test_a_manifest_with_more_layers_than_the_configuration(self, tmp_path: Path) -> None:
        parts = saved.legacy([ONE, TWO], saved.config([ONE]))
        assert "has 2 layers" in self.why(saved.as_tar(parts, tmp_path / "x"))

    @pytest.mark.parametrize("text", [b"[]", b"{}", b"[{}]", b"[[]]", b"{", b"null", b"3", b"[" * 100_000])
    def test_a_manifest_of_the_wrong_shape(self, text: bytes, tmp_path: Path) -> None:
        self.why(saved.as_tar({"manifest.json": text}, tmp_path / "x"))

    @pytest.mark.parametrize(
        "text", [b"[]", b"{}", b'{"manifests": [{}]}', b'{"manifests": 3}', b'{"manifests": []}']
    )
    def test_an_index_of_the_wrong_shape(self, text: bytes, tmp_path: Path) -> None:
        self.why(saved.as_tar({"index.json": text}, tmp_path / "x"))

    def test_a_layer_outside_the_folder_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "outside").write_bytes(ONE)
        parts = saved.legacy([ONE])
        manifest = json.loads(parts["manifest.json"])
        manifest[0]["Layers"] = ["../outside"]
        parts["manifest.json"] = json.dumps(manifest).encode()
        assert "lacks its layer" in self.why(saved.as_folder(parts, tmp_path / "image"))

    def test_links_that_go_round(self, tmp_path: Path) -> None:
        parts = saved.legacy([ONE])
        name = f"{0:064x}/layer.tar"
        del parts[name]
        path = saved.as_tar(parts, tmp_path / "x", links={name: "layer.tar"})
        assert "lacks its layer" in self.why(path)

    def test_reading_that_is_stopped(self, tmp_path: Path) -> None:
        path = saved.as_tar(saved.legacy([ONE]), tmp_path / "x")
        with pytest.raises(ImageError, match="stopped"):
            read(path, stopped=lambda: True)


def test_memory_stays_bounded_by_the_number_of_files_not_by_their_size(tmp_path: Path) -> None:
    big = saved.layer(("big", b"\0" * (48 << 20)))
    path = saved.as_tar(saved.oci([gzip.compress(big, 1)], saved.config([big])), tmp_path / "x")
    parts = len(big)
    del big
    tracemalloc.start()
    image = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert image.size().tar == parts
    assert peak < 16 << 20


class Lines:
    """Wants files that begin with `#`, and knows of each how long its whole content is."""

    def wants(self, entry: Entry, head: bytes) -> bool:
        return head.startswith(b"#")

    def fact(self, entry: Entry, content: BinaryIO) -> object | None:
        start = content.read(1)
        content.seek(0)
        return f"{entry.path} {start!r} {len(content.read())}"


def test_a_look_reads_facts_out_of_the_files_that_it_wants(tmp_path: Path) -> None:
    large = b"#" + b"x" * (3 << 20)
    hard = tarfile.TarInfo("also")
    hard.type, hard.linkname = tarfile.LNKTYPE, "run.sh"
    layers = [
        saved.layer(
            ("run.sh", b"#!/bin/sh\n"), ("data", b"x"), ("empty", b""), ("gone", b"#1"), ("new", b"#")
        ),
        saved.layer(("large", large), (".wh.gone", b""), ("new", b"now without")),
        saved.layer(hard),
    ]
    known: dict[str, Layer] = {}
    image = read(saved.as_tar(saved.oci(layers), tmp_path / "i"), known, look=Lines())
    assert facts(image) == {
        "run.sh": "run.sh b'#' 10",
        "also": "run.sh b'#' 10",
        "large": f"large b'#' {len(large)}",
    }
    plain = read(str(tmp_path / "i"))
    assert plain.layers[1].entries == image.layers[1].entries
    assert facts(plain) == {}
