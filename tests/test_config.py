"""Configuration files: where they are found, what they may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockerlint.config import Config, activate, fitted
from dockerlint.config_files import Finder, of_table
from dockerlint.errors import UserError
from dockerlint.hadolint_config import of_data, put_on
from dockerlint.loader import load
from running import run

FAULTY = "FROM debian:12\nRUN apt update\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(FAULTY)
    return tmp_path


def codes(*argv: str) -> set[str]:
    ran = run(*argv, "--format", "json")
    assert ran.code <= 1, ran.err
    return {row["code"] for row in json.loads(ran.out)}


def test_pyproject_and_a_file_of_our_own_say_the_same_things(here: Path) -> None:
    assert "DL3027" in codes()
    (here / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.dockerlint]\nignore = ["DL3027"]\n')
    assert "DL3027" not in codes()
    (here / "pyproject.toml").unlink()
    (here / "dockerlint.toml").write_text('ignore = ["apt-instead-of-apt-get"]\n')
    assert "DL3027" not in codes()
    (here / "dockerlint.toml").write_text('[tool.dockerlint]\nignore = ["apt-instead-of-apt-get"]\n')
    assert "DL3027" not in codes()


def test_isolated_reads_no_file(here: Path) -> None:
    (here / "dockerlint.toml").write_text('ignore = ["DL3027"]\n')
    assert "DL3027" in codes("--isolated")


def test_the_nearest_file_upward_counts_up_to_the_root_of_the_repository(here: Path) -> None:
    (here / "a" / "b").mkdir(parents=True)
    (here / "a" / "b" / "Dockerfile").write_text(FAULTY)
    (here / "dockerlint.toml").write_text('select = ["DL3027"]\n')
    assert codes("a/b/Dockerfile") == {"DL3027"}
    (here / "a" / "dockerlint.toml").write_text('select = ["DL3006"]\n')
    assert codes("a/b/Dockerfile") == set()
    (here / "a" / "b" / ".git").mkdir()
    assert len(codes("a/b/Dockerfile")) > 1


def test_a_pyproject_without_our_table_is_passed_over(here: Path) -> None:
    (here / "a").mkdir()
    (here / "a" / "Dockerfile").write_text(FAULTY)
    (here / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (here / "dockerlint.toml").write_text('select = ["DL3027"]\n')
    assert codes("a/Dockerfile") == {"DL3027"}


def test_outside_a_repository_the_search_ends_at_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dockerlint.toml").write_text('select = ["DL3027"]\n')
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    (work / "sub" / "Dockerfile").write_text(FAULTY)
    monkeypatch.chdir(work)
    assert len(codes("sub/Dockerfile")) > 1
    (work / "dockerlint.toml").write_text('select = ["DL3027"]\n')
    assert codes("sub/Dockerfile") == {"DL3027"}


def test_a_named_file_counts_for_every_dockerfile(here: Path) -> None:
    (here / "dockerlint.toml").write_text('select = ["DL3006"]\n')
    (here / "other.toml").write_text('select = ["DL3027"]\n')
    assert codes("--config", "other.toml") == {"DL3027"}
    assert run("--config", "nowhere.toml").code == 2
    (here / "pyproject.toml").write_text("")
    ran = run("--config", "pyproject.toml")
    assert ran.code == 2
    assert "has no [tool.dockerlint] table" in ran.err


@pytest.mark.parametrize(
    ("text", "error", "hint"),
    [
        ('ignored = ["DL3027"]', "a key that is not known: ignored", "did you mean ignore?"),
        ('ignore = "DL3027"', "ignore in", "must be a list of strings, not 'DL3027'"),
        ("ignore = [1]", "must be a list of strings", ""),
        ('profile = "hadolnt"', "profile in", "did you mean hadolint?"),
        ('fail-on = "warn"', "fail-on in", "did you mean warning?"),
        ('severity = {DL3027 = "eror"}', "severity in", "did you mean error?"),
        ('select = ["DL9999"]', "select in", "names no rule: DL9999"),
        ("rules = 3", "must be a table of tables", ""),
        ("[rules.DL3027]\nx = 1", "the rule apt-instead-of-apt-get has no options", ""),
        ("[rules.no-such-rule]\nx = 1", "names no rule: no-such-rule", ""),
        ("strict-labels = 1", "must be true or false, not 1", ""),
        ("a = [", "is not valid TOML", ""),
        ("format = 3", "format in", "must be a string"),
    ],
)
def test_what_is_not_known_or_of_another_type_is_an_error(
    here: Path, text: str, error: str, hint: str
) -> None:
    (here / "dockerlint.toml").write_text(text + "\n")
    ran = run()
    assert ran.code == 2
    assert error in ran.err
    assert hint in ran.err
    assert "dockerlint.toml" in ran.err


def test_settings_of_the_file_count_and_the_command_line_comes_first(here: Path) -> None:
    (here / "dockerlint.toml").write_text(
        'select = ["DL3027"]\nfail-on = "never"\nformat = "json"\nseverity = {DL3027 = "error"}\n'
    )
    ran = run()
    assert ran.code == 0
    assert json.loads(ran.out)[0]["level"] == "error"
    assert run("--fail-on", "error").code == 1
    assert run("--format", "text").out.startswith("Dockerfile:2:5: error:")


def test_minimum_severity_hides_what_is_below(here: Path) -> None:
    (here / "dockerlint.toml").write_text('select = ["DL3027"]\nminimum-severity = "error"\n')
    assert codes() == set()


def test_excluded_files_are_left_out_and_a_named_one_is_mentioned(here: Path) -> None:
    (here / "vendor" / "deep").mkdir(parents=True)
    (here / "vendor" / "deep" / "Dockerfile").write_text(FAULTY)
    (here / "dockerlint.toml").write_text('select = ["DL3027"]\nexclude = ["vendor"]\n')
    files = {row["file"] for row in json.loads(run("--format", "json").out)}
    assert files == {"Dockerfile"}
    ran = run("vendor/deep/Dockerfile")
    assert ran.code == 0
    assert "is left out" in ran.err


def test_extend_select_adds_to_the_profile_and_groups_and_prefixes_are_names() -> None:
    rules = load()
    default = {one.rule.name for one in activate(Config(), rules)}
    size = {one.rule.name for one in activate(Config(select=("size",)), rules)}
    assert size == {rule.name for rule in rules.all if rule.group == "size"}
    prefix = {one.rule.code for one in activate(Config(select=("DL3",)), rules)}
    assert prefix
    assert all(code.startswith("DL3") for code in prefix)
    more = {one.rule.name for one in activate(Config(select=("DL3027",), extend_select=("size",)), rules)}
    assert more == size | {"apt-instead-of-apt-get"}
    less = {one.rule.name for one in activate(Config(ignore=("size",)), rules)}
    assert less == default - size


def test_profiles_hold_exactly_the_rules_that_say_so() -> None:
    rules = load()
    for profile in ("default", "hadolint", "buildkit"):
        active = activate(Config(profile=profile), rules)
        assert {one.rule.name for one in active} == {r.name for r in rules.all if profile in r.profiles}
        assert all(one.as_peer is (profile != "default") for one in active)


PLUGIN = '''
from dockerlint.frozen import record
from dockerlint.rule import *

@record
class Words:
    """Words that nobody wants to see."""
    words: tuple[str, ...] = ("foo",)
    limit: int = 3

@rule(code="XX100", summary="A word", why="It hurts.", severity="warning", options=Words, bad=[], good=[])
def unwanted_word(dockerfile, options):
    for word in options.words:
        at = dockerfile.source.text.find(word)
        if at >= 0:
            yield Finding(Span(at, at + len(word)), f"{word} is unwanted; remove it ({options.limit})")
'''


def test_a_plugin_folder_brings_rules_and_their_options_are_checked(here: Path) -> None:
    (here / "checks").mkdir()
    (here / "checks" / "words.py").write_text(PLUGIN)
    config = here / "dockerlint.toml"
    config.write_text('plugins = ["checks"]\n[rules.unwanted-word]\nwords = ["apt"]\nlimit = 5\n')
    rows = json.loads(run("--format", "json", "--select", "XX100").out)
    assert [row["message"] for row in rows] == ["apt is unwanted; remove it (5)"]
    for text, error in (
        ("word = []", "has no option word"),
        ("limit = 'x'", "rules.unwanted-word.limit"),
        ("words = 'apt'", "must be a list of strings"),
    ):
        config.write_text(f'plugins = ["checks"]\n[rules.unwanted-word]\n{text}\n')
        ran = run()
        assert ran.code == 2
        assert error in ran.err


def test_a_plugin_that_does_not_load_is_named_with_its_line(here: Path) -> None:
    (here / "checks").mkdir()
    (here / "checks" / "bad.py").write_text("import os\nimport no_such_module_at_all\n")
    (here / "dockerlint.toml").write_text('plugins = ["checks"]\n')
    ran = run()
    assert ran.code == 2
    assert f"{here / 'checks' / 'bad.py'}:2: ModuleNotFoundError" in ran.err


def test_plugins_of_a_project_that_the_user_does_not_stand_in_are_not_run(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "checks").mkdir()
    (here / "checks" / "evil.py").write_text("raise SystemExit('ran')\n")
    (here / "dockerlint.toml").write_text('plugins = ["checks"]\n')
    elsewhere = here / "elsewhere"
    (elsewhere / ".git").mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    ran = run(str(here / "Dockerfile"))
    assert ran.code == 2
    assert "not in the project you stand in" in ran.err
    assert "--config" in ran.err


def test_hadolint_yaml_is_read_when_there_is_no_file_of_ours(here: Path) -> None:
    (here / ".hadolint.yaml").write_text("ignored:\n  - DL3027\n")
    assert "DL3027" not in codes()
    (here / "dockerlint.toml").write_text('select = ["DL3027"]\n')
    assert codes() == {"DL3027"}


def test_hadolint_yaml_says_levels_and_threshold(here: Path) -> None:
    (here / ".hadolint.yaml").write_text("failure-threshold: error\noverride:\n  error: [DL3027, SC1000]\n")
    ran = run("--profile", "hadolint", "--format", "json")
    assert ran.code == 1
    assert [row["level"] for row in json.loads(ran.out) if row["code"] == "DL3027"] == ["error"]
    (here / ".hadolint.yaml").write_text("failure-threshold: error\n")
    assert run("--profile", "hadolint").code == 0


def test_hadolint_yaml_that_is_no_good_is_said_to_be_so_and_not_used(here: Path) -> None:
    for text in ("ignored: DL3027\n", "a: [\n", "- x\n", "failure-threshold: loud\n"):
        (here / ".hadolint.yaml").write_text(text)
        ran = run("--format", "json")
        assert ran.code == 1
        assert ".hadolint.yaml is not used" in ran.err
        assert "DL3027" in ran.out


def test_hadolint_keys_become_options_that_rules_share() -> None:
    settings = of_data(
        {
            "trustedRegistries": ["docker.io"],
            "label-schema": {"author": "text", "x": ""},
            "strict-labels": True,
            "override": {"error": ["DL3001"], "style": ["DL3001", "DL3002"]},
            "no-fail": True,
            "unknown": 3,
        }
    )
    config = put_on(Config(), settings)
    assert config.shared == {
        "trusted-registries": ("docker.io",),
        "label-schema": {"author": "text", "x": "text"},
        "strict-labels": True,
    }
    assert config.severity == {"DL3001": "error", "DL3002": "style"}
    assert config.no_fail


def test_without_pyyaml_a_note_names_the_extra(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "yaml", None)
    (here / ".hadolint.yaml").write_text("ignored: &all [DL3027]\n")
    ran = run()
    assert ran.code == 1
    assert "install dockerlint[hadolint]" in ran.err


def test_values_are_fitted_to_the_type_that_is_written() -> None:
    assert fitted(["a"], "tuple[str, ...]", "k", "") == ("a",)
    assert fitted(["a"], "frozenset[str]", "k", "") == frozenset(("a",))
    assert fitted(3, "float", "k", "") == 3.0
    assert fitted({"a": "b"}, "Mapping[str, str]", "k", "") == {"a": "b"}
    assert fitted("x", "str | None", "k", "") == "x"
    for value, annotation in (
        (True, "int"),
        (1, "bool"),
        ("1", "int"),
        ({"a": 1}, "Mapping[str, str]"),
        (1, "str"),
    ):
        with pytest.raises(UserError):
            fitted(value, annotation, "k", "")


def test_the_table_must_be_a_table() -> None:
    with pytest.raises(UserError, match="must be a table"):
        of_table([], "x")


def test_every_folder_is_searched_once(here: Path) -> None:
    finder = Finder(None, False, lambda _: None)
    assert finder.of("Dockerfile") is finder.of("Dockerfile.dev")
