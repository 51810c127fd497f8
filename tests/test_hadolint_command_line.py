"""`--profile hadolint`: its options, environment, configuration and exit codes. Expectations are from
running hadolint 2.15.1."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dockerlint.hadolint_config import of_environment, search
from running import Ran, run

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    (tmp_path / "work" / "Dockerfile").write_text("FROM debian\n")
    return tmp_path / "work"


def hadolint(*words: str) -> Ran:
    return run("--profile", "hadolint", "--no-shellcheck", *words)


def codes(*words: str) -> list[str]:
    return [row["code"] for row in json.loads(hadolint("-f", "json", "Dockerfile", *words).out)]


def test_it_prints_its_own_lines_in_colour_unless_told_not_to(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hadolint("Dockerfile").out.startswith("Dockerfile:1 DL3006 \x1b[1m\x1b[93mwarning\x1b[0m: ")
    assert hadolint("--no-color", "Dockerfile").out.startswith("Dockerfile:1 DL3006 warning: ")
    monkeypatch.setenv("NO_COLOR", "1")
    assert hadolint("Dockerfile").out.startswith("Dockerfile:1 DL3006 warning: ")


def test_a_parse_error_is_all_there_is_and_nothing_passes_it_over(here: Path) -> None:
    (here / "Dockerfile").write_text("FROM debian\nFRO x\n")
    for words in ((), ("--ignore", "DL1000"), ("-t", "error")):
        ran = hadolint("-f", "json", "Dockerfile", *words)
        assert [row["code"] for row in json.loads(ran.out)] == ["DL1000"]
        assert ran.code == 1
    assert hadolint("--no-fail", "Dockerfile").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("-t", "error"), 0),
        (("--failure-threshold", "warning"), 1),
        (("--style", "DL3006"), 0),
        (("--style", "DL3006", "-t", "none"), 1),
        (("--style", "DL3006", "-t", "ignore"), 1),
        (("--error", "DL3006", "-t", "error"), 1),
        (("--no-fail",), 0),
        (("--ignore", "DL3006"), 0),
        (("--ignore", "DL9999,SC1000"), 1),
        (("-f", "codeclimate"), 0),
        (("-f", "json", "-f", "codacy"), 0),
        (("-f", "gitlab_codeclimate"), 1),
        (("-f", "nonsense"), 1),
        (("-t", "loud"), 1),
        (("--require-label", "a:nonsense"), 1),
        (("--no-such-option",), 1),
        (("-c", "missing.yaml"), 1),
        (("missing",), 1),
    ],
)
def test_exit_codes_are_0_and_1(here: Path, words: tuple[str, ...], code: int) -> None:
    assert hadolint("Dockerfile", *words).code == code


def test_of_several_levels_the_worst_counts(here: Path) -> None:
    (here / ".hadolint.yaml").write_text("override: {info: [DL3006]}\n")
    (row,) = json.loads(hadolint("-f", "json", "--style", "DL3006", "Dockerfile").out)
    assert row["level"] == "info"
    (row,) = json.loads(hadolint("-f", "json", "--style", "DL3006", "--warning", "DL3006", "Dockerfile").out)
    assert row["level"] == "warning"


def test_formats_and_outputs_go_in_pairs(here: Path) -> None:
    ran = hadolint("-f", "json", "-f", "gnu", "-o", "one.json", "Dockerfile")
    assert json.loads((here / "one.json").read_text())[0]["code"] == "DL3006"
    assert ran.out.startswith("hadolint:Dockerfile:1: DL3006")
    hadolint("-f", "json", "-o", "two.json", "-o", "two.txt", "--no-color", "Dockerfile")
    assert (here / "two.txt").read_text().startswith("Dockerfile:1 DL3006")


def test_lists_of_file_and_command_line_are_put_together_formats_too(here: Path) -> None:
    (here / ".hadolint.yaml").write_text("ignored: [DL3006]\nformat: gnu\n")
    (here / "Dockerfile").write_text("FROM debian\nRUN sudo x\nMAINTAINER y\n")
    ran = hadolint("--ignore", "DL3004", "-f", "json", "Dockerfile")
    first, rest = ran.out.split("[", 1)
    assert first.startswith("hadolint:Dockerfile:3: DL4000")
    assert [row["code"] for row in json.loads("[" + rest)] == ["DL4000"]


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "ignored: DL3006\n", "trustedRegistries: x.io\n", "format: loud\n", "a: [\n",
             "label-schema: {a: loud}\n", "failure-threshold: loud\nignored: [DL3006]\n"],
)  # fmt: skip
def test_a_file_that_is_no_good_is_named_and_left_out(here: Path, text: str) -> None:
    (here / ".hadolint.yaml").write_text(text)
    ran = hadolint("Dockerfile", "-f", "json")
    assert ".hadolint.yaml is not used" in ran.err
    assert "DL3006" in ran.out
    assert ran.code == 1


def test_the_file_is_looked_for_where_one_stands_then_with_the_user(here: Path) -> None:
    home = here.parent / "home"
    places = [
        here / ".hadolint.yaml", here / ".hadolint.yml", home / ".config" / "hadolint.yaml",
        home / ".config" / "hadolint.yml", home / ".hadolint" / "hadolint.yaml", home / ".hadolint" / "hadolint.yml",
        home / ".hadolint" / "config.yaml", home / ".hadolint" / "config.yml", home / ".hadolint.yaml",
        home / ".hadolint.yml",
    ]  # fmt: skip
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("ignored: [DL3006]\n")
    environment = {"HOME": str(home)}
    for place in places:
        assert search(str(here), environment) == str(place)
        place.unlink()
    assert search(str(here), environment) is None
    (here / "sub").mkdir()
    (here / "sub" / ".hadolint.yaml").write_text("ignored: [DL3006]\n")
    (here / "sub" / "Dockerfile").write_text("FROM debian\n")
    assert "DL3006" in hadolint("sub/Dockerfile").out


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("IGNORE", "DL3006,DL3007", []),
        ("IGNORE", "DL3007", ["DL3006"]),
        ("TRUSTED_REGISTRIES", "x.io", ["DL3006", "DL3026"]),
        ("REQUIRE_LABELS", "a:text,b:nope", ["DL3006", "DL3049"]),
    ],
)
def test_the_environment_counts(
    here: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, found: list[str]
) -> None:
    monkeypatch.setenv(f"HADOLINT_{name}", value)
    assert sorted(codes()) == found


def test_single_values_of_the_environment_are_below_the_file_and_that_below_the_options(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HADOLINT_FAILURE_THRESHOLD", "error")
    assert hadolint("Dockerfile").code == 0
    (here / ".hadolint.yaml").write_text("failure-threshold: warning\n")
    assert hadolint("Dockerfile").code == 1
    assert hadolint("-t", "error", "Dockerfile").code == 0


def test_bad_values_of_the_environment_are_passed_over() -> None:
    said = of_environment({
        "HADOLINT_FORMAT": "json,loud", "HADOLINT_FAILURE_THRESHOLD": "loud", "HADOLINT_NOFAIL": "YES",
        "HADOLINT_STRICT_LABELS": "off",
    })  # fmt: skip
    assert (said.formats, said.threshold, said.no_fail, said.strict) == (("json",), None, True, False)


def test_verbose_shows_the_settings_on_standard_error(here: Path) -> None:
    (here / ".hadolint.yaml").write_text("ignored: [DL3006]\n")
    ran = hadolint("-V", "Dockerfile")
    assert "Configuration file used: " in ran.err
    assert "ignored: DL3006" in ran.err


def test_hadolints_options_work_in_our_profile_too(here: Path) -> None:
    def row(*words: str) -> dict[str, str]:
        return json.loads(run("Dockerfile", "--isolated", "--select", "DL3006", "-f", "json", *words).out)[0]

    assert row("--style", "DL3006")["level"] == "style"
    assert run("Dockerfile", "--isolated", "--select", "DL3006", "-t", "error").code == 0
    assert run("Dockerfile", "--isolated", "-f", "nonsense").code == 2


def test_init_writes_a_file_that_is_valid_and_never_over_another(here: Path) -> None:
    ran = run("init")
    assert ran.code == 0
    assert run("Dockerfile", "--select", "DL3006", "-f", "json").code == 1
    lines = (here / "dockerlint.toml").read_text().splitlines()
    (here / "dockerlint.toml").write_text("\n".join(line.removeprefix("# ") for line in lines[2:]))
    assert run("Dockerfile", "--no-shellcheck", "-f", "json").code == 1
    assert "is there already" in run("init").err


def test_init_takes_over_what_hadolint_is_told_and_names_the_rest(here: Path) -> None:
    (here / ".hadolint.yaml").write_text(
        "ignored: [DL3006, SC2086]\noverride: {error: [DL3001], style: [DL3001, DL3057], ignore: [X]}\n"
        "failure-threshold: none\ntrustedRegistries: [docker.io, 'a\"b']\nlabel-schema: {author: text, 'x y': ''}\n"
        "strict-labels: true\nformats: [json, tty]\nno-color: true\ndisable-ignore-pragma: true\nnonsense: 1\n"
    )
    ran = run("init", "--from-hadolint")
    assert ran.code == 0
    assert tomllib.loads((here / "dockerlint.toml").read_text()) == {
        "ignore": ["DL3006", "SC2086"],
        "extend-select": ["DL3001", "DL3057"],
        "fail-on": "style",
        "trusted-registries": ["docker.io", 'a"b'],
        "strict-labels": True,
        "format": "json",
        "severity": {"DL3001": "error", "DL3057": "style"},
        "label-schema": {"author": "text", "x y": "text"},
    }
    left = [line.split(": ")[2] for line in ran.err.splitlines()]
    assert left == [
        "disable-ignore-pragma", "no-color", "formats behind the first (tty)", "nonsense", "override.ignore",
    ]  # fmt: skip
    assert run("Dockerfile").code in (0, 1)


def test_init_from_a_file_that_is_not_there_or_no_good_is_an_error(here: Path) -> None:
    assert "has no configuration file here" in run("init", "--from-hadolint").err
    (here / "x.yaml").write_text("ignored: DL3006\n")
    assert run("init", "--from-hadolint", "x.yaml").code == 2
    assert "ignored must be a list" in run("init", "--from-hadolint", "x.yaml").err


def test_a_rule_says_a_thing_once_a_line_and_once_a_label(here: Path) -> None:
    (here / "Dockerfile").write_text(
        "FROM debian:12\nLABEL a=x b=y\nRUN gem install a && \\\n    gem install b\nRUN gem install c\n"
    )
    (here / ".hadolint.yaml").write_text("label-schema: {a: url, b: url}\n")
    rows = json.loads(hadolint("-f", "json", "Dockerfile").out)
    told = [(row["code"], row["line"]) for row in rows if row["code"] in ("DL3028", "DL3052")]
    assert told == [("DL3052", 2), ("DL3052", 2), ("DL3028", 3), ("DL3028", 5)]
    assert hadolint("Dockerfile").out.count("DL3028") == 2
