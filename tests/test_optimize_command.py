"""`dockerlint optimize`: bad usage, no engine, and what its reports say."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockerlint
from dockerlint.cli import main
from dockerlint.contract import Verdict
from dockerlint.frozen import replace
from dockerlint.optimize.attempt import Attempt
from dockerlint.optimize.fixes import Fate, Fix
from dockerlint.optimize.ladder import Rung, Tried
from dockerlint.optimize.run import Optimized
from dockerlint.optimize.shares import Saved
from dockerlint.report import optimization as report
from dockerlint.source import Source

BEFORE = "FROM debian\nRUN make\nCMD x\n"
AFTER = "FROM debian AS build\nRUN make\n\nFROM scratch\nCMD x\n"


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a Dockerfile, on a machine without engines."""
    (tmp_path / "Dockerfile").write_text(BEFORE)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "no build engine can be used here, so nothing can be tried"),
        (("--budget", "soon"), "soon is not a number above 0"),
        (("--smoke-seconds", "-1"), "-1 is not a number above 0"),
        (("--lightest", "alpine"), "invalid choice: 'alpine'"),
        (("--accept-unproven", "scrach"), "scrach is no rule and no ground"),
        (("--accept-unproven", "scrach"), "did you mean scratch?"),
    ],
)
def test_bad_usage_and_a_missing_engine_end_with_2(
    options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str], bare: Path
) -> None:
    assert main(["optimize", "Dockerfile", "--isolated", *options]) == 2
    assert words in capsys.readouterr().err
    assert (bare / "Dockerfile").read_text() == BEFORE


def found(after: str = AFTER, **changes: object) -> Optimized:
    one = Attempt(Verdict.PROVEN, "", 400_000_000, 410_000_000, 150_000_000, 40.0, (), ((2, 12.34), (3, 1.0)))
    two = Attempt(
        Verdict.LISTED, "", 4_000_000, 4_100_000, 1_500_000, 2.0, (), ((2, 9.0),), ("/usr/bin/gcc: is gone (nobody needs it)",), ("smoke command: ./x",)
    )  # fmt: skip
    rungs = (
        Tried(Rung("scratch", "scratch", Source.of_text(AFTER)), "taken", "", two),
        Tried(Rung("slim", "debian:slim", None, "not here"), "not tried", "not here: debian:slim"),
    )
    fixes = (
        Fix("apt-lists-left", 2, ("remove lists",), "safe", Fate.KEPT, "", Saved(20_000_000, 2.5, "layers")),
        Fix("legacy", 3, ("x",), "safe", Fate.NOTHING),
        Fix("heavy", 1, ("x",), "unsafe", Fate.BREAKS, "it <does> not build"),
    )
    whole = Optimized(
        "Dockerfile", ("buildah", "1.2"), one, two, Source.of_text(after), rungs, fixes, (), (), ("./x",), ("odd",), False, 3, 61.0,
    )  # fmt: skip
    return replace(whole, **changes)


def test_the_text_says_what_was_tried_why_it_counts_and_what_would_be_written() -> None:
    lines = report.text(found(), BEFORE).splitlines()
    assert lines[0] == "Dockerfile: 400.0 MB -> 4.0 MB (-99.0%), proven with listed differences"
    for line in (
        "    scratch: taken, 4.0 MB", "    debian:slim: not tried (not here: debian:slim)",
        "    line 2: apt-lists-left (safe): kept, -20.0 MB, build -2.5 s",
 "    line 3: legacy (safe): saves nothing",
        "    line 1: heavy (unsafe): breaks it (it <does> not build)", "    smoke command: ./x",
        "    /usr/bin/gcc: is gone (nobody needs it)", "    odd", "3 builds in 61 s with buildah 1.2", "+FROM scratch",
    ):  # fmt: skip
        assert line in lines
    assert ["build", "13.3", "s", "9.0", "s", "-4.3", "s"] in [line.split() for line in lines]


def test_seconds_of_what_was_in_the_cache_are_not_known() -> None:
    whole = found()
    text = report.text(replace(whole, after=replace(whole.after, times=((2, None),))), BEFORE)
    assert "build 13.3 s not known" in " ".join(text.split())
    assert "--no-cache measures it" in text


def test_nothing_found_is_said_and_shows_no_diff() -> None:
    whole = found(BEFORE)
    text = report.text(replace(whole, after=whole.before), BEFORE)
    assert text.startswith("Dockerfile: 400.0 MB, and nothing that was tried is proven and pays\n")
    assert "---" not in text


def test_what_is_in_it_unproven_is_said_loudly() -> None:
    text = report.text(found(unproven=("scratch",), over=True), BEFORE)
    assert "NOT PROVEN, and in it because --accept-unproven names it\n    scratch\n" in text
    assert "run it again to go on" in text
    assert "**Not proven**, accepted by name: scratch" in report.markdown(
        found(unproven=("scratch",)), BEFORE
    )


def test_markdown_shows_everything_as_it_stands() -> None:
    text = report.markdown(found(), BEFORE)
    assert "| files | 400.0 MB | 4.0 MB | -396.0 MB |" in text
    assert "it &lt;does> not build" in text
    assert "```diff\n--- a/Dockerfile\n" in text


def test_json_has_every_figure_to_the_byte() -> None:
    said = report.document(found(), BEFORE)
    assert said["before"]["size"] == {"files": 400_000_000, "tar": 410_000_000, "gzip": 150_000_000}
    assert said["grounds"][0]["result"]["verdict"] == Verdict.LISTED
    assert (said["before"]["coldSeconds"], said["after"]["coldSeconds"]) == (13.34, 9.0)
    assert (said["fixes"][0]["bytes"], said["fixes"][0]["seconds"]) == (20_000_000, 2.5)
    assert said["fixes"][1]["seconds"] is None
    assert said["text"] == AFTER
    assert dockerlint.parse(said["text"]).stages[1].start.image.value == "scratch"
