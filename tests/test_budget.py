"""What an image may weigh: the lines of the lock, what grew, tolerances, the ratchet, and the reports."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import pytest

import dockerlint
import saved
from dockerlint import budget, budget_command, lockfile
from dockerlint.budget import Grown, Verdict, allowance, compared, entry, ratcheted
from dockerlint.cli import main
from dockerlint.errors import UserError
from dockerlint.frozen import replace
from dockerlint.image import read
from dockerlint.installed import Databases
from dockerlint.lockfile import Entry, Lock
from dockerlint.measure import Measured, measure
from dockerlint.report import budget as report
from dockerlint.report.comparison import exact

BASE = saved.layer(("bin/sh", b"s" * 100))
FILE = "FROM base:1\nRUN make\nCOPY data /data\nENV A=1\n"


def weighed(
    folder: Path, *layers: bytes, file: str = FILE, base: bytes = BASE, **settings: object
) -> Measured:
    """An image of a file: its base, and a layer each for the RUN and COPY in it."""
    dockerfile = dockerlint.parse(file)
    steps = [i.text.text for i in dockerfile.stages[-1].instructions if i.keyword.name in ("RUN", "COPY")]
    history = [{"created_by": "ADD rootfs"}, *({"created_by": step} for step in steps)]
    number = len(list(folder.iterdir()))
    parts = saved.plain_dir((base, *layers), saved.config((base, *layers), history, **settings))
    image = read(saved.as_folder(parts, folder / str(number)))
    return measure(dockerfile, image, [saved.digest(base)])


def run(size: int, *more: tuple[str, bytes]) -> bytes:
    return saved.layer(("usr/lib/app/a.so", b"a" * size), ("usr/lib/app/b.so", b"b" * 10), *more)


DATA = saved.layer(("data", b"d" * 50))


@pytest.fixture
def first(tmp_path: Path) -> Measured:
    return weighed(tmp_path, run(90), DATA)


def locked(measured: Measured) -> Entry:
    return entry("Dockerfile", "", measured)


def test_the_lock_has_every_line_that_weighs_something_and_its_heaviest_paths(first: Measured) -> None:
    made = locked(first)
    assert (made.bytes, made.platform) == (250, "linux/amd64")
    (part,) = made.parts
    assert (part.name, part.base, part.bytes, part.shipped) == ("0", "base:1", 250, True)
    assert [(line.text, line.bytes, line.paths) for line in part.lines] == [
        ("FROM base:1", 100, (("/bin/sh", 100),)),
        ("RUN make", 100, (("/usr/lib/app/", 100),)),
        ("COPY data /data", 50, (("/data", 50),)),
    ]


def test_an_image_that_grew_names_the_line_and_the_paths_that_grew(first: Measured, tmp_path: Path) -> None:
    now = weighed(tmp_path, run(140, ("opt/new", b"n" * 30)), DATA)
    verdict = compared(locked(first), now, "")
    assert verdict.over
    assert (verdict.budget, verdict.now) == (250, 330)
    (row,) = verdict.grown
    assert (row.line, row.text, row.before, row.after) == (2, "RUN make", 100, 180)
    assert row.grown == (Grown("/usr/lib/app/", 50, True), Grown("/opt/new", 30, False))


def test_lines_are_known_again_when_they_move_and_change(first: Measured, tmp_path: Path) -> None:
    moved = "FROM base:1\n\n\nRUN make --all\n# and\nCOPY data /data\n"
    verdict = compared(locked(first), weighed(tmp_path, run(100), DATA, file=moved), "")
    assert [(row.line, row.before, row.after) for row in verdict.grown] == [(4, 100, 110)]


def test_a_lock_in_the_image_does_not_count(first: Measured, tmp_path: Path) -> None:
    data = saved.layer(("data", b"d" * 50), ("app/dockerlint.lock", b"v" * 500))
    verdict = compared(locked(first), weighed(tmp_path, run(90), data), "")
    assert not verdict.over
    assert not verdict.grown


def test_a_heavier_base_is_told_by_its_from(first: Measured, tmp_path: Path) -> None:
    base = saved.layer(("bin/sh", b"s" * 100), ("lib/libc.so", b"c" * 40))
    verdict = compared(locked(first), weighed(tmp_path, run(90), DATA, base=base), "")
    assert [(row.line, row.text, row.change) for row in verdict.grown] == [(1, "FROM base:1", 40)]
    assert verdict.grown[0].grown == (Grown("/lib/libc.so", 40, False),)


def test_what_one_line_gained_another_may_have_lost(first: Measured, tmp_path: Path) -> None:
    now = weighed(tmp_path, run(120), saved.layer(("data", b"d" * 20)))
    verdict = compared(locked(first), now, "")
    assert not verdict.over
    assert [row.line for row in verdict.grown] == [2]


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [
        ("", 0), ("0", 0), ("1000", 1000), ("1 %", 20), ("0.5%", 10), ("2kB", 2000), ("2 KiB", 2048), ("1.5 MB", 1_500_000),
        ("1 b", 1),
    ],
)  # fmt: skip
def test_a_tolerance_is_bytes_or_a_share(text: str, bytes_: int) -> None:
    assert allowance(text, 2000) == bytes_


@pytest.mark.parametrize("text", ["x", "-1", "1 TB", "1 % more", "%", "1e9", "¹%"])
def test_anything_else_is_no_tolerance(text: str) -> None:
    with pytest.raises(UserError, match="no tolerance"):
        allowance(text, 2000)


def test_growth_within_the_tolerance_passes_and_one_byte_more_does_not(
    first: Measured, tmp_path: Path
) -> None:
    known = locked(first)
    for size, over in ((95, False), (96, True)):
        assert compared(known, weighed(tmp_path, run(size), DATA), "2 %").over is over


def test_the_ratchet_goes_down_and_up_only_when_it_may(first: Measured) -> None:
    made = locked(first)
    lower, higher = replace(made, bytes=200), replace(made, bytes=300, tolerance="1 %")
    assert ratcheted(higher, made, None, grow=False).bytes == 250
    assert ratcheted(lower, made, None, grow=False).bytes == 200
    assert ratcheted(lower, made, None, grow=True).bytes == 250
    assert ratcheted(None, made, "5 kB", grow=False).tolerance == "5 kB"
    assert ratcheted(higher, made, None, grow=False).tolerance == "1 %"
    assert ratcheted(higher, made, "", grow=False).tolerance == ""


RELEASE = 'ID=debian\nVERSION_ID="12"\n'


@pytest.mark.parametrize(
    ("image", "system", "env", "found"),
    [
        ("debian", RELEASE, [], ("debian", "12")),
        ("docker.io/library/debian:latest", RELEASE, [], ("debian", "12")),
        ("debian:12", RELEASE, [], None),
        ("debian", "ID=debian\n", [], None),
        ("example.org/debian", RELEASE, [], None),
        ("alpine", "VERSION_ID=3.20.3\n", [], ("alpine", "3.20")),
        ("python:latest", RELEASE, ["A=1", "PYTHON_VERSION=3.12.4"], ("python", "3.12.4")),
        ("python", RELEASE, ["PYTHON_VERSION=3.14.0rc1"], None),
        ("node", RELEASE, [], None),
    ],
)
def test_the_release_of_a_base_without_a_tag_is_what_the_base_tells(
    tmp_path: Path, image: str, system: str, env: list[str], found: tuple[str, str] | None
) -> None:
    base = saved.layer(("usr/lib/os-release", system.encode()), ("etc/os-release", "../usr/lib/os-release"))
    own = saved.layer(("etc/os-release", b"ID=debian\nVERSION_ID=99\n"))
    parts = saved.plain_dir((base, own), saved.config((base, own), config={"Env": env}))
    made = read(saved.as_folder(parts, tmp_path / "image"), look=Databases(False))
    file = dockerlint.parse(f"FROM {image}\nRUN step 1\n")
    (part,) = entry("Dockerfile", "", measure(file, made, [saved.digest(base)])).parts
    assert part.lines[0].packages == (() if found is None else (("image", *found),))


def test_engines_that_say_v8_of_arm64_mean_the_same_platform(tmp_path: Path) -> None:
    one = weighed(tmp_path, run(1), DATA, architecture="arm64", variant="v8", os="linux")
    two = weighed(tmp_path, run(1), DATA, architecture="arm64", os="linux")
    three = weighed(tmp_path, run(1), DATA, architecture="arm", variant="v7", os="linux")
    assert [budget.platform(m.image) for m in (one, two, three)] == [
        "linux/arm64",
        "linux/arm64",
        "linux/arm/v7",
    ]


def verdict_of(first: Measured, tmp_path: Path) -> Verdict:
    return compared(locked(first), weighed(tmp_path, run(140, ("opt/n|w\x1b[0m", b"n" * 30)), DATA), "")


def test_the_text_names_line_paths_and_the_way_out(first: Measured, tmp_path: Path) -> None:
    shown = report.text(
        [report.Outcome("a/Dockerfile", "dockerlint.lock", verdict_of(first, tmp_path))], 10, exact
    )
    assert shown == (
        "a/Dockerfile: too heavy: 330, 80 more than its budget of 250\n\n"
        "  a/Dockerfile:2  +80  (100 -> 180)  RUN make\n"
        "    +50  /usr/lib/app/\n"
        "    +30  /opt/n|w\\x1b[0m  (not in the lock)\n\n"
        "  when it is meant to be so heavy: dockerlint measure --update --allow-growth a/Dockerfile\n"
    )


def test_the_json_has_all_lines_and_the_markdown_no_cell_too_many(first: Measured, tmp_path: Path) -> None:
    outcome = report.Outcome("Dockerfile", "dockerlint.lock", verdict_of(first, tmp_path))
    (document,) = json.loads(report.json([outcome], 10))
    assert (document["over"], document["budget"], document["bytes"], document["written"]) == (
        True,
        250,
        330,
        False,
    )
    assert [row["difference"] for row in document["instructions"]] == [0, 80, 0]
    assert document["instructions"][1]["grown"][0] == {"path": "/usr/lib/app/", "bytes": 50, "inLock": True}
    table = report.markdown([outcome], 10)
    assert "**too heavy**" in table
    assert {line.count("|") for line in table.splitlines() if line.startswith("|")} == {6, 7}


def test_an_image_within_its_budget_is_one_line(first: Measured) -> None:
    known = locked(first)
    for had, words in ((250, "within its budget of 250"), (300, "50 to spare")):
        verdict = compared(replace(known, bytes=had), first, "")
        shown = report.text([report.Outcome("Dockerfile", "l", verdict)], 10, exact)
        assert words in shown
        assert len(shown.splitlines()) == 1
    verdict = compared(replace(known, bytes=240), first, "10")
    assert report.text([report.Outcome("Dockerfile", "l", verdict)], 10, exact) == (
        "Dockerfile: 250, within its budget of 240 and 10 of tolerance\n"
    )


def options(**given: object) -> Namespace:
    plain = {
        "check": False,
        "update": False,
        "allow_growth": False,
        "tolerance": None,
        "lock": None,
        "format": "text",
    }
    return Namespace(**{**plain, "top": 10, "bytes": True, "output": None, **given})


@pytest.mark.parametrize(
    "given",
    [
        {"check": True, "update": True},
        {"allow_growth": True},
        {"check": True, "allow_growth": True},
        {"tolerance": "1 %"},
        {"lock": "x"},
        {"check": True, "format": "html"},
        {"check": True, "unsafe": True},
        {"check": True, "tolerance": "much"},
    ],
)
def test_options_that_do_not_fit_together_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(UserError):
        budget_command.asked(options(**given))


def test_without_options_it_is_not_about_budgets() -> None:
    assert not budget_command.asked(options())
    assert budget_command.asked(options(check=True))


@pytest.fixture
def project(tmp_path: Path, first: Measured, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a Dockerfile, its lock, and an image that was saved."""
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    (root / "Dockerfile").write_text(FILE)
    (root / "dockerlint.lock").write_text(lockfile.text(Lock((locked(first),))))
    return root


def save(project: Path, size: int, **settings: object) -> None:
    layers = (BASE, run(size), DATA)
    history = [{"created_by": step} for step in ("ADD rootfs", "RUN make", "COPY data /data")]
    parts = saved.plain_dir(layers, saved.config(layers, history, **settings))
    saved.as_folder(parts, project / "image")


CHECK = ["measure", "--check", "image", "--dockerfile", "Dockerfile", "--isolated"]


def test_an_image_that_is_there_is_checked_without_an_engine(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, 90)
    assert main(CHECK) == 0
    assert "within its budget of 250 B" in capsys.readouterr().out


@pytest.mark.parametrize("format", ["text", "json", "markdown"])
def test_an_image_that_grew_fails_in_every_format(
    project: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    save(project, 5000)
    assert main([*CHECK, "--format", format]) == 1
    assert "/usr/lib/app/" in capsys.readouterr().out.replace("&#47;", "/")


def test_the_tolerance_of_the_command_line_goes_before_that_of_the_lock_and_of_the_configuration(
    project: Path, first: Measured
) -> None:
    save(project, 92)
    assert main(CHECK) == 1
    (project / "dockerlint.toml").write_text('budget-tolerance = "1 %"\n')
    assert main([w for w in CHECK if w != "--isolated"]) == 0
    lock = Lock((replace(locked(first), tolerance="1"),))
    (project / "dockerlint.lock").write_text(lockfile.text(lock))
    assert main([w for w in CHECK if w != "--isolated"]) == 1
    assert main([*CHECK, "--tolerance", "2"]) == 0


def test_without_a_lock_or_a_budget_in_it_there_is_nothing_to_check(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(project, 90)
    assert main([*CHECK, "--target", "0"]) == 2
    assert "has no budget for Dockerfile with target 0" in capsys.readouterr().err
    (project / "dockerlint.lock").unlink()
    assert main(CHECK) == 2
    errors = capsys.readouterr().err
    assert "there is no dockerlint.lock" in errors
    assert "dockerlint measure --update Dockerfile" in errors


def test_a_lock_of_another_platform_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(project, 90, architecture="arm64")
    assert main(CHECK) == 2
    assert "for linux/amd64, and this image is for linux/arm64" in capsys.readouterr().err


def test_a_budget_belongs_to_a_dockerfile(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(project, 90)
    assert main(["measure", "--check", "image"]) == 2
    assert "--dockerfile" in capsys.readouterr().err
    assert main(["measure", "--update", "image", "--dockerfile", "Dockerfile"]) == 2
    assert "--update builds" in capsys.readouterr().err
