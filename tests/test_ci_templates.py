"""The GitHub Action and the GitLab template: valid, and their scripts run as the services would run them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
BAD = "FROM debian:12\nRUN apt install x\n"


def checked(schema: str, *files: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_fits_githubs_schema() -> None:
    checked("vendor.github-actions", ROOT / "action.yml")


def test_no_input_is_a_part_of_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_every_input_is_used_and_documented() -> None:
    told = (ROOT / "docs" / "ci.md").read_text()
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    for name, about in ACTION["inputs"].items():
        assert about["description"]
        assert f"| `{name}` |" in told


class Runner:
    """Runs the steps of the action as GitHub does, in a scratch repository. What the first step installs is
    this dockerlint: `pip` gets no network here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work space"
        self.work.mkdir()
        for name in ("output", "path"):
            (folder / name).touch()

    def step(self, number: int, **inputs: str) -> subprocess.CompletedProcess[str]:
        given = {name: about.get("default", "") for name, about in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}

        def filled(text: str) -> str:
            text = re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: given[match.group(1)], text)
            return text.replace("${{ github.action_path }}", str(ROOT))

        step = ACTION["runs"]["steps"][number]
        (self.folder / "script.sh").write_text(step["run"])
        environment = {
            **os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "GITHUB_ACTIONS": "true", "CI": "true",
            "RUNNER_TEMP": str(self.folder), "GITHUB_WORKSPACE": str(self.work),
            "GITHUB_OUTPUT": str(self.folder / "output"), "GITHUB_PATH": str(self.folder / "path"),
            **{name: filled(value) for name, value in step["env"].items()},
        }  # fmt: skip
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(self.folder / "script.sh")],
            cwd=self.work / filled(step.get("working-directory", ".")), env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def git(self, *words: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
        subprocess.run(["git", *who, *words], cwd=self.work, check=True, capture_output=True)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(tmp_path)
    made.git("init", "-q", "-b", "main")
    return made


def test_the_action_annotates_and_fails_on_findings(runner: Runner) -> None:
    (runner.work / "odd dir").mkdir()
    (runner.work / "odd dir" / "Dockerfile").write_text(BAD)
    done = runner.step(1)
    assert done.returncode == 1
    assert re.search(r"^::warning file=odd dir/Dockerfile,line=2,.*DL3027", done.stdout, re.MULTILINE)
    assert (runner.folder / "output").read_text() == "exit-code=1\n"


def test_the_action_passes_where_nothing_is_wrong(runner: Runner) -> None:
    (runner.work / "Dockerfile").write_text(BAD)
    done = runner.step(1, fail_on="never")
    assert done.returncode == 0
    assert "::warning" in done.stdout
    assert (runner.folder / "output").read_text() == "exit-code=0\n"


def test_the_action_hands_all_inputs_on(runner: Runner) -> None:
    (runner.work / "sub").mkdir()
    (runner.work / "sub" / "own.toml").write_text('ignore = ["DL3027"]\n')
    (runner.work / "sub" / "-Dockerfile").write_text(BAD)
    (runner.work / "sub" / "b.Dockerfile").write_text("FROM debian:12\nADD a /a\n")
    done = runner.step(
        1, working_directory="sub", paths="-Dockerfile\n\n*.Dockerfile\n", args="--select\nDL3027,DL3020\n",
        config="own.toml", sarif="out put.sarif", annotations="false",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "DL3027" not in done.stdout
    assert "b.Dockerfile:2:1: " in done.stdout
    assert "::" not in done.stdout
    report = json.loads((runner.work / "sub" / "out put.sarif").read_text())
    assert [row["ruleId"] for row in report["runs"][0]["results"]] == ["DL3020"]


def test_the_action_looks_at_changed_lines_only_when_asked(runner: Runner) -> None:
    (runner.work / "Dockerfile").write_text(BAD)
    runner.git("add", "-A")
    runner.git("commit", "-qm", "x")
    assert runner.step(1, changed_since="main").returncode == 0
    assert runner.step(1, changed_since="no-such-branch").returncode == 2


@pytest.mark.parametrize("name", ["paths", "args", "config", "fail_on", "changed_since", "sarif"])
def test_what_is_in_an_input_is_never_run(runner: Runner, name: str) -> None:
    (runner.work / "Dockerfile").write_text(BAD)
    runner.step(1, **{name: '$(touch owned); `touch owned`\n"; touch owned; "'})
    assert not (runner.work / "owned").exists()


def test_the_action_installs_itself(runner: Runner, tmp_path: Path) -> None:
    # A stand-in for Python that makes the environment and says what pip is asked for.
    fake = tmp_path / "python"
    fake.write_text(
        '#!/bin/sh\nmkdir -p "$3/bin"\nprintf \'#!/bin/sh\\necho "$@"\\n\' > "$3/bin/python"\nchmod +x "$3/bin/python"\n'
    )
    fake.chmod(0o755)
    done = runner.step(0, python=str(fake))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        str(ROOT),
    ]
    assert (tmp_path / "path").read_text() == f"{tmp_path}/dockerlint/bin\n"


def template(**inputs: str) -> dict[str, Any]:
    """The job of the GitLab template with its inputs filled in."""
    text = (ROOT / "templates" / "dockerlint.yml").read_text()
    spec, job = text.split("\n---\n")
    known = yaml.safe_load(spec)["spec"]["inputs"]
    assert set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", job)) == set(known)
    given = {name: about["default"] for name, about in known.items()} | inputs
    return yaml.safe_load(re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda m: json.dumps(given[m.group(1)]), job))


def test_the_template_fits_gitlabs_schema(tmp_path: Path) -> None:
    (tmp_path / "ci.yml").write_text(yaml.safe_dump(template()))
    checked("vendor.gitlab-ci", tmp_path / "ci.yml")


@pytest.mark.parametrize(("inputs", "code", "found"), [
    ({}, 1, {"DL3027", "DL3020"}),
    ({"args": "--select DL3027 --fail-on never"}, 0, {"DL3027"}),
    ({"paths": "sub *.Dockerfile", "args": "--select DL3020,DL3027"}, 1, {"DL3020"}),
    ({"changed_since": "HEAD"}, 0, set()),
    ({"changed_since": "nothing"}, 2, None),
])  # fmt: skip
def test_the_job_runs_and_leaves_its_report(
    tmp_path: Path, inputs: dict[str, str], code: int, found: set[str] | None
) -> None:
    programs, work = tmp_path / "bin", tmp_path / "work"
    programs.mkdir()
    (work / "sub").mkdir(parents=True)
    (programs / "pip").write_text('#!/bin/sh\necho "$@" > ../asked\n')
    (programs / "pip").chmod(0o755)
    (work / "Dockerfile").write_text(BAD)
    (work / "sub" / "Dockerfile").write_text("FROM debian:12\nADD a /a\n")
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=work, check=True, capture_output=True)
    job = template(**inputs)["dockerlint"]
    path = os.pathsep.join((str(programs), str(BIN), os.environ["PATH"]))
    # GitLab's runner: one shell for all lines, which stops at the first that fails.
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])], cwd=work,
        env={**os.environ, **job["variables"], "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert (tmp_path / "asked").read_text() == "install --quiet --disable-pip-version-check dockerlint\n"
    report = work / job["artifacts"]["reports"]["codequality"]
    if found is None:
        assert not report.exists()
    else:
        rows = json.loads(report.read_text())
        names = {row["check_name"] for row in rows}
        assert found <= names if not inputs else found == names


def blocks() -> list[tuple[str, str]]:
    """(comment on the first line, text) of every block of YAML in docs/ci.md."""
    text = (ROOT / "docs" / "ci.md").read_text()
    return [(block.split("\n")[0], block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


@pytest.mark.parametrize(("name", "block"), blocks(), ids=[name for name, _ in blocks()])
def test_the_examples_in_the_docs_are_valid(tmp_path: Path, name: str, block: str) -> None:
    schema = {
        "# .github/workflows": "vendor.github-workflows", "# .gitlab-ci.yml": "vendor.gitlab-ci",
        "# bitbucket-pipelines.yml": "vendor.bitbucket-pipelines", "# azure-pipelines.yml": "vendor.azure-pipelines",
        "# .circleci/config.yml": "vendor.circle-ci",
    }  # fmt: skip
    path = tmp_path / "example.yml"
    path.write_text(block)
    found = [kind for start, kind in schema.items() if name.startswith(start)]
    if found:
        checked(found[0], path)
    else:
        assert name == "# .pre-commit-config.yaml"
        hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
        for repository in yaml.safe_load(block)["repos"]:
            assert {hook["id"] for hook in repository["hooks"]} <= hooks


def test_every_command_in_the_docs_is_one_that_is_understood() -> None:
    from dockerlint.cli import COMMANDS
    from dockerlint.usage import commands

    known = {command.name: {n for o in command.options for n in o.names} for command in commands()}
    for page in ("docs/ci.md", "README.md", "docs/configuration.md"):
        text = (ROOT / page).read_text()
        lines = re.findall(r"(?:^|[\s`'(])dockerlint ([^\n`'#|]*)", text)
        for line in lines:
            words = line.split()
            name = words[0] if words and words[0] in {c[0] for c in COMMANDS} else ""
            for word in words:
                if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word):
                    assert word.partition("=")[0] in known[name], f"{page}: dockerlint {line}"
