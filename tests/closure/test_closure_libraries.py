"""What the loader loads: in its order, for its machine, with the versions that are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.closure import Closure, closure
from elves import cache, elf
from looking import Files, image

LOADER = "lib64/ld-linux-x86-64.so.2"
LIB = "lib/x86_64-linux-gnu"


def program(*needed: str, **more: object) -> bytes:
    return elf(needed=needed, interpreter=f"/{LOADER}", **more)  # type: ignore[arg-type]


def of(folder: Path, files: Files, *layers: Files, **config: object) -> Closure:
    whole = {LOADER: elf(soname="ld-linux-x86-64.so.2"), **files}
    return closure(image(folder, whole, *layers, **{"Cmd": ["/app"], **config}))


def lacking(found: Closure) -> list[tuple[str, str]]:
    return [(lack.what, lack.by) for lack in found.lacks]


def test_libraries_are_followed_from_library_to_library_with_links(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "app": program("liba.so.1"),
            f"{LIB}/liba.so.1": "-> liba.so.1.2",
            f"{LIB}/liba.so.1.2": elf(soname="liba.so.1", needed=["libb.so"]),
            f"{LIB}/libb.so": elf(soname="libb.so"),
        },
    )
    assert set(found.needs) == {"app", LOADER, f"{LIB}/liba.so.1", f"{LIB}/liba.so.1.2", f"{LIB}/libb.so"}
    assert not found.lacks


def test_what_is_nowhere_is_lacking_and_so_is_the_loader(tmp_path: Path) -> None:
    assert lacking(of(tmp_path / "a", {"app": program("libz.so.1")})) == [("libz.so.1", "/app")]
    made = image(tmp_path / "b", {"app": program("libz.so.1")}, Cmd=["/app"])
    assert lacking(closure(made)) == [(f"/{LOADER}", "/app")]


@pytest.mark.parametrize(
    ("more", "place", "env"),
    [
        ({"runpath": "$ORIGIN/lib"}, "lib/libz.so.1", ()),
        ({"runpath": "${ORIGIN}/../opt"}, "opt/libz.so.1", ()),
        ({"rpath": "/opt/$LIB"}, f"opt/{LIB}/libz.so.1", ()),
        ({}, "opt/z/libz.so.1", ["LD_LIBRARY_PATH=/nowhere:/opt/z"]),
        ({}, "usr/lib64/libz.so.1", ()),
        ({}, f"usr/{LIB}/libz.so.1", ()),
        ({"runpath": "$PLATFORM/$ORIGIN"}, "usr/lib/libz.so.1", ()),
    ],
)
def test_every_place_that_the_loader_looks_in_counts(
    tmp_path: Path, more: dict[str, str], place: str, env: list[str]
) -> None:
    found = of(tmp_path, {"app": program("libz.so.1", **more), place: elf(soname="libz.so.1")}, Env=list(env))
    assert place in found.needs
    assert not found.lacks


def test_a_runpath_is_not_handed_on_and_an_rpath_is(tmp_path: Path) -> None:
    for number, (key, whole) in enumerate((("runpath", False), ("rpath", True))):
        found = of(
            tmp_path / str(number),
            {
                "app": program("liba.so", **{key: "/opt"}),
                "opt/liba.so": elf(soname="liba.so", needed=["libb.so"]),
                "opt/libb.so": elf(soname="libb.so"),
            },
        )
        assert (not found.lacks) is whole


@pytest.mark.parametrize("big", [False, True])
def test_a_folder_in_ld_so_conf_counts_when_the_cache_has_it(tmp_path: Path, big: bool) -> None:
    files: dict[str, bytes | str | None] = {
        "app": program("libz.so.1"),
        "usr/local/lib/libz.so.1": elf(soname="libz.so.1"),
        "etc/ld.so.conf": "include ld.so.conf.d/*.conf\ninclude ld.so.conf\n",
        "etc/ld.so.conf.d/a.conf": "include /etc/ld.so.conf\n/usr/local/lib # ours\n",
    }
    found = of(tmp_path / "a", {**files, "etc/ld.so.cache": cache()})
    assert lacking(found) == [("libz.so.1", "/app")]
    assert (
        found.lacks[0].hint
        == "it is /usr/local/lib/libz.so.1, which is not in the loader's cache; run ldconfig"
    )
    listed = cache(("libz.so.1", "/usr/local/lib/libz.so.1"), big=big)
    there = of(tmp_path / "b", {**files, "etc/ld.so.cache": listed})
    assert not there.lacks
    assert there.needs["etc/ld.so.cache"] == "/app"
    # One that cannot be read is taken to say what ld.so.conf says.
    assert not of(tmp_path / "c", {**files, "etc/ld.so.cache": b"garbage"}).lacks


def test_a_library_for_another_machine_is_passed_over(tmp_path: Path) -> None:
    files = {"app": program("libz.so.1"), "lib/libz.so.1": elf(soname="libz.so.1", machine=183)}
    assert lacking(of(tmp_path / "a", files)) == [("libz.so.1", "/app")]
    found = of(tmp_path / "b", {**files, "usr/lib/libz.so.1": elf(soname="libz.so.1")})
    assert "usr/lib/libz.so.1" in found.needs
    assert "lib/libz.so.1" not in found.needs


def test_an_older_glibc_lacks_the_version_that_a_program_was_built_against(tmp_path: Path) -> None:
    app = program("libc.so.6", requires={"libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.34"]})
    old = elf(soname="libc.so.6", defines=["GLIBC_2.2.5", "GLIBC_2.31"])
    found = of(tmp_path / "a", {"app": app, f"{LIB}/libc.so.6": old})
    assert lacking(found) == [("GLIBC_2.34 of libc.so.6", "/app")]
    new = elf(soname="libc.so.6", defines=["GLIBC_2.2.5", "GLIBC_2.34"])
    assert not of(tmp_path / "b", {"app": app, f"{LIB}/libc.so.6": new}).lacks
    # One without versions is loaded with a warning.
    assert not of(tmp_path / "c", {"app": app, f"{LIB}/libc.so.6": elf(soname="libc.so.6")}).lacks


def test_musl_has_its_own_folders_and_answers_for_libc_itself(tmp_path: Path) -> None:
    loader = "lib/ld-musl-x86_64.so.1"
    files = {
        "app": elf(needed=["libc.musl-x86_64.so.1", "libz.so.1"], interpreter=f"/{loader}"),
        loader: elf(soname="ld-musl"),
        "opt/libz.so.1": elf(soname="libz.so.1"),
    }
    assert lacking(closure(image(tmp_path / "a", files, Cmd=["/app"]))) == [("libz.so.1", "/app")]
    listed = {**files, "etc/ld-musl-x86_64.path": "/lib:/opt\n"}
    assert not closure(image(tmp_path / "b", listed, Cmd=["/app"])).lacks


def test_links_in_a_circle_and_garbage_lead_nowhere(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "app": program("liba.so", "libb.so", "libc.so", rpath="/r"),
            "lib/liba.so": "-> libb.so",
            "lib/libb.so": "-> liba.so",
            "lib/libc.so": b"/* GNU ld script */",
            "r": "-> /r/r",
        },
    )
    assert lacking(found) == [("liba.so", "/app"), ("libb.so", "/app"), ("libc.so", "/app")]


def test_libraries_that_need_each_other_are_loaded_once(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "app": program("liba.so"),
            "lib/liba.so": elf(soname="liba.so", needed=["libb.so"]),
            "lib/libb.so": elf(soname="libb.so", needed=["liba.so", "libb.so"]),
        },
    )
    assert not found.lacks


def test_the_cache_is_needed_only_for_what_the_loader_finds_in_no_other_way(tmp_path: Path) -> None:
    listed = cache(("libz.so.1", "/usr/local/lib/libz.so.1"))
    files: Files = {
        "app": program("libz.so.1"), "usr/local/lib/libz.so.1": elf(soname="libz.so.1"), "etc/ld.so.cache": listed,
        }  # fmt: skip
    by_variable = of(tmp_path / "a", files, Env=["LD_LIBRARY_PATH=/usr/local/lib"])
    assert "etc/ld.so.cache" not in by_variable.needs
    default: Files = {**files, "usr/lib/libz.so.1": elf(soname="libz.so.1")}
    plain = cache(("libz.so.1", "/usr/lib/libz.so.1"))
    assert "etc/ld.so.cache" not in of(tmp_path / "b", {**default, "etc/ld.so.cache": plain}).needs
    # Both folders have one: which of them is loaded is told by the cache alone.
    assert "etc/ld.so.cache" in of(tmp_path / "c", default).needs
