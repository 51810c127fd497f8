"""Two images under a promise: what differs is listed, what may differ says why, and the rest is refused."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

import saved
from dockerlint.contract import Promise, Smoke, Verdict, judge, promise, unbuilt
from dockerlint.engine import Ran
from dockerlint.image import Image, read
from dockerlint.rule import Rule, safe, unsafe
from looking import Files, image, layer

NOTHING = Promise()


def rows(one: Image, two: Image, promised: Promise = NOTHING) -> list[tuple[str, str, str]]:
    return [(d.where, d.text, d.allowed) for d in judge(one, two, promised).differences]


@pytest.fixture
def base(tmp_path: Path) -> Image:
    return image(tmp_path / "base", {"a": b"x", "d/b": b"y"})


def test_two_equal_images_are_proven_however_their_layers_are_cut(tmp_path: Path, base: Image) -> None:
    other = image(tmp_path / "o", {"a": b"old", "gone": b"z"}, {"a": b"x", ".wh.gone": b""}, {"d/b": b"y"})
    assert judge(base, other, Promise()).verdict == Verdict.PROVEN
    assert judge(base, other, Promise()).holds


@pytest.mark.parametrize(
    ("files", "seen"),
    [
        ({"a": b"other", "d/b": b"y"}, ("/a", "content")),
        ({"a": b"x"}, ("/d/b", "is gone")),
        ({"a": b"x", "d/b": b"y", "n": b""}, ("/n", "is new")),
        ({"a": "-> d/b", "d/b": b"y"}, ("/a", "kind")),
        ({"a": b"x", "d/b": b"y", "e": None}, ("/e", "is new (a directory)")),
    ],
)
def test_every_difference_of_files_is_refused(
    tmp_path: Path, base: Image, files: Files, seen: tuple[str, str]
) -> None:
    found = rows(base, image(tmp_path / "o", files))
    assert any(
        where == seen[0] and text.startswith(seen[1]) and not allowed for where, text, allowed in found
    ), found
    assert judge(base, image(tmp_path / "p", files), Promise()).verdict == Verdict.DIFFERS


def test_mode_owner_target_and_attributes_count(tmp_path: Path) -> None:
    plain = image(tmp_path / "a", layer({"a": b"x", "l": "-> a"}))
    assert (
        "mode 644 -> 755"
        in rows(plain, image(tmp_path / "b", layer({"a": b"x", "l": "-> a"}, {"a": 0o755})))[0][1]
    )
    assert (
        "owner 0 -> 7"
        in rows(plain, image(tmp_path / "c", layer({"a": b"x", "l": "-> a"}, None, {"a": 7})))[0][1]
    )
    assert "target 'a' -> 'b'" in rows(plain, image(tmp_path / "d", layer({"a": b"x", "l": "-> b"})))[0][1]
    info = tarfile.TarInfo("a")
    info.size, info.pax_headers = 1, {"SCHILY.xattr.security.capability": "x"}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(info, io.BytesIO(b"x"))
    assert (
        "attributes"
        in rows(image(tmp_path / "e", layer({"a": b"x"})), image(tmp_path / "f", out.getvalue()))[0][1]
    )


def test_a_hard_link_is_the_file_that_it_links_to(tmp_path: Path) -> None:
    link = tarfile.TarInfo("b")
    link.type, link.linkname, link.mode = tarfile.LNKTYPE, "a", 0o644
    first = image(tmp_path / "a", saved.layer(("a", b"x"), link))
    assert judge(first, image(tmp_path / "b", {"a": b"x", "b": b"x"}), Promise()).verdict == Verdict.PROVEN
    assert judge(first, image(tmp_path / "c", {"a": b"x", "b": b"y"}), Promise()).verdict == Verdict.DIFFERS


def test_paths_that_a_rule_names_may_differ_and_are_listed(tmp_path: Path) -> None:
    lists = {"var/lib/apt/lists/a": b"1", "var/lib/apt/lists/partial": None, "kept": b"x"}
    one, two = image(tmp_path / "a", lists), image(tmp_path / "b", {"kept": b"x"})
    judgement = judge(one, two, Promise(("/var/lib/apt/lists/*",)))
    assert judgement.verdict == Verdict.LISTED
    assert {d.allowed for d in judgement.differences} == {"a rule that was applied says so"}
    assert judge(one, two, Promise(("/var/lib/dpkg/*",))).verdict == Verdict.DIFFERS


def test_a_directory_that_held_something_else_too_may_not_go(tmp_path: Path) -> None:
    one = image(tmp_path / "a", {"c/pip/x": b"", "c/other": b""})
    found = rows(one, image(tmp_path / "b", {"k": b""}), Promise(("/c/pip/*", "/k")))
    assert ("/c/other", "is gone", "") in found


def test_what_no_two_builds_have_in_common_is_listed_with_its_reason(tmp_path: Path) -> None:
    one = image(
        tmp_path / "a",
        {"var/log/dpkg.log": b"1", "etc/hosts": b"", "etc/machine-id": b"1", "var/lib/dpkg/status-old": b""},
    )
    two = image(tmp_path / "b", {"var/log/dpkg.log": b"2", "etc/machine-id": b"2"})
    judgement = judge(one, two, Promise())
    assert judgement.verdict == Verdict.LISTED
    assert len({d.allowed for d in judgement.differences}) == 4


def test_a_log_that_is_gone_needs_a_rule_that_says_so(tmp_path: Path) -> None:
    one, two = image(tmp_path / "a", {"var/log/x.log": b"1", "k": b""}), image(tmp_path / "b", {"k": b""})
    assert judge(one, two, Promise()).verdict == Verdict.DIFFERS
    assert judge(one, two, Promise(("/var/log/*",))).verdict == Verdict.LISTED


def test_compiled_python_may_differ_only_beside_the_same_source(tmp_path: Path) -> None:
    def made(name: str, source: bytes, compiled: bytes) -> Image:
        return image(tmp_path / name, {"a/m.py": source, "a/__pycache__/m.cpython-311.pyc": compiled})

    assert judge(made("a", b"1", b"c1"), made("b", b"1", b"c2"), Promise()).verdict == Verdict.LISTED
    assert judge(made("c", b"1", b"c1"), made("d", b"2", b"c2"), Promise()).verdict == Verdict.DIFFERS
    alone = image(tmp_path / "e", {"a/m.pyc": b"1"}), image(tmp_path / "f", {"a/m.pyc": b"2"})
    assert judge(*alone, Promise()).verdict == Verdict.DIFFERS


def test_what_differs_between_two_builds_of_the_first_is_no_fault_of_the_second(tmp_path: Path) -> None:
    one, again, two = (image(tmp_path / n, {"stamp": n.encode(), "a": b"x"}) for n in "abc")
    assert judge(one, two, Promise()).verdict == Verdict.DIFFERS
    judgement = judge(one, two, Promise(), twice=again)
    assert judgement.verdict == Verdict.LISTED
    assert judgement.differences[0].allowed == "two builds of the file as it is differ here, too"
    other = image(tmp_path / "d", {"stamp": b"d", "a": b"y"})
    assert judge(one, other, Promise(), twice=again).verdict == Verdict.DIFFERS


def test_an_archive_with_the_same_members_differs_in_times_alone(tmp_path: Path) -> None:
    def jar(content: bytes, year: int) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(zipfile.ZipInfo("Main.class", (year, 1, 1, 0, 0, 0)), content)
        return made.getvalue()

    def seen(name: str, content: bytes, year: int) -> Image:
        return image(tmp_path / name, {"app.jar": jar(content, year)})

    one, later, other = seen("a", b"x", 2020), seen("b", b"x", 2026), seen("c", b"y", 2026)
    judgement = judge(one, later, Promise())
    assert judgement.verdict == Verdict.LISTED
    assert judgement.differences[0].allowed == "an archive with the same members; only their times differ"
    assert judge(one, other, Promise()).rewritten == ("app.jar",)
    # A second build whose archive has other times is no excuse for other members.
    assert judge(one, other, Promise(), twice=later).verdict == Verdict.DIFFERS
    assert judge(one, other, Promise(), twice=seen("d", b"z", 2026)).verdict == Verdict.LISTED


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ({"Cmd": ["a"]}, {"Cmd": ["b"]}, "Cmd"),
        ({"Entrypoint": ["a"]}, {}, "Entrypoint"),
        ({"User": "a"}, {"User": "b"}, "User"),
        ({"WorkingDir": "/a"}, {"WorkingDir": "/b"}, "WorkingDir"),
        ({"Labels": {"a": "1"}}, {"Labels": {"a": "2"}}, "Labels a"),
        ({"ExposedPorts": {"80/tcp": {}}}, {}, "ExposedPorts 80/tcp"),
        ({"Volumes": {}}, {"Volumes": {"/v": {}}}, "Volumes /v"),
        ({"Env": ["A=1"]}, {"Env": ["A=2"]}, "Env A"),
        ({"StopSignal": "SIGTERM"}, {"StopSignal": "SIGINT"}, "StopSignal"),
        ({"Shell": ["/bin/bash", "-c"]}, {}, "Shell"),
        ({"OnBuild": ["RUN x"]}, {}, "OnBuild"),
        ({"Healthcheck": {"Test": ["CMD", "a"]}}, {"Healthcheck": {"Test": ["NONE"]}}, "Healthcheck Test"),
    ],
)
def test_every_difference_of_settings_is_refused_unless_a_rule_says_so(
    tmp_path: Path, old: dict[str, object], new: dict[str, object], where: str
) -> None:
    one, two = image(tmp_path / "a", {"a": b""}, **old), image(tmp_path / "b", {"a": b""}, **new)
    assert [(d.kind, d.where, d.allowed) for d in judge(one, two, Promise()).differences] == [
        ("config", where, "")
    ]
    assert judge(one, two, Promise(config=(where.split(maxsplit=1)[0],))).verdict == Verdict.LISTED


def test_empty_and_absent_settings_are_one_and_the_order_of_variables_means_nothing(tmp_path: Path) -> None:
    one = image(tmp_path / "a", {"a": b""}, Labels=None, Env=["A=1", "B=2"], Hostname="x")
    two = image(tmp_path / "b", {"a": b""}, Labels={}, Env=["B=2", "A=1"], OnBuild=[])
    judgement = judge(one, two, Promise())
    assert judgement.verdict == Verdict.LISTED
    assert judgement.differences[0].allowed == "order means nothing"


def test_the_path_that_every_container_has_may_be_said_or_left_out(tmp_path: Path) -> None:
    default = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    bare = image(tmp_path / "a", {"a": b""})
    assert judge(bare, image(tmp_path / "b", {"a": b""}, Env=[default]), Promise()).verdict == Verdict.LISTED
    assert (
        judge(bare, image(tmp_path / "c", {"a": b""}, Env=["PATH=/bin"]), Promise()).verdict
        == Verdict.DIFFERS
    )


def test_the_architecture_counts(tmp_path: Path) -> None:
    one, two = image(tmp_path / "a", {"a": b""}), image(tmp_path / "b", {"a": b""}, architecture="arm64")
    assert rows(one, two) == [("architecture", "'amd64' -> 'arm64'", "")]


def test_rules_promise_together_what_each_may_change() -> None:
    def rule(name: str, fix: object) -> Rule:
        return Rule("X", name, "", "", "info", fix, (), (), (), frozenset(), None, "", "", lambda file: ())  # type: ignore[arg-type]

    made = promise(
        [
            rule("one", safe("/a/*")),
            rule("two", unsafe("it may", "/b/*", config=("Labels",))),
            rule("three", unsafe("files go", closure=True)),
            rule("four", None),
        ]
    )
    assert made == Promise(("/a/*", "/b/*"), ("two: it may", "three: files go"), True, ("Labels",))


def ran(out: bytes = b"", code: int = 0, err: bytes = b"", late: bool = False) -> Ran:
    return Ran(code, out, err, 0.1, late)


@pytest.mark.parametrize(
    ("one", "two", "seen"),
    [
        (ran(b"a"), ran(b"a"), ""),
        (ran(b"a\nb"), ran(b"a\nc"), "its output differs from line 2: 'b' -> 'c'"),
        (ran(err=b"a"), ran(err=b"b"), "its error output differs from line 1"),
        (ran(code=0), ran(code=127, err=b"sh: x: not found\n"), "exit code 0 -> 127 (sh: x: not found)"),
        (ran(late=True), ran(), "it did not end in time in the first image"),
        (ran(late=True), ran(late=True), "it did not end in time in both images"),
    ],
)
def test_smoke_commands_have_to_do_the_same(base: Image, one: Ran, two: Ran, seen: str) -> None:
    judgement = judge(base, base, Promise(), [Smoke("x", one, two)])
    assert (judgement.verdict == Verdict.PROVEN) is not bool(seen)
    assert any(seen in d.text for d in judgement.differences) is bool(seen)


def test_the_output_of_smoke_commands_can_be_left_out_and_that_is_said(base: Image) -> None:
    judgement = judge(base, base, Promise(), [Smoke("x", ran(b"a"), ran(b"b"), True)])
    assert judgement.verdict == Verdict.PROVEN
    assert "smoke command: x (exit code only)" in judgement.checked


def test_what_could_not_be_built_is_no_proof() -> None:
    assert unbuilt("why").verdict == Verdict.UNBUILT
    assert not unbuilt("why").holds


def test_images_read_without_an_inspector_can_be_compared_by_files(tmp_path: Path) -> None:
    path = saved.as_tar(saved.oci([layer({"a": b"x"})]), tmp_path / "x.tar")
    assert judge(read(path), read(path), Promise()).verdict == Verdict.PROVEN


def test_no_working_directory_is_the_root(tmp_path: Path) -> None:
    none, root, other = (
        image(tmp_path / name, {"a": b"x"}, **({"WorkingDir": place} if place is not None else {}))
        for name, place in (("a", None), ("b", "/"), ("c", "/app"))
    )
    assert judge(none, root, Promise()).verdict == judge(root, none, Promise()).verdict == Verdict.PROVEN
    assert judge(none, other, Promise()).verdict == judge(other, root, Promise()).verdict == Verdict.DIFFERS
