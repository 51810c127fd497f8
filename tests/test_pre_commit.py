"""The hooks, driven by the real pre-commit on a scratch repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}

TAKEN = [
    "Dockerfile", "Containerfile", "dockerfile", "app.dockerfile", "app.Dockerfile", "dev-Dockerfile", "Dockerfile-dev",
    "Dockerfile.prod", "Dockerfile_arm64", "deploy/Dockerfile", "odd name/Dockerfile.x y", "Containerfile.fedora",
    "Dockerfile.1.6",
]  # fmt: skip
LEFT = [
    "Dockerfile.dockerignore", ".dockerignore", "Dockerfile.j2", "Dockerfile.in", "Dockerfile.tmpl", "Dockerfile.md",
    "docker-compose.yml", "notadockerfile", "Dockerfile~", "Dockerfile.bak", "dockerfiles/readme", "dockerfile.py",
]  # fmt: skip


def takes(hook: str, name: str) -> bool:
    files, exclude = HOOKS[hook]["files"], HOOKS[hook]["exclude"]
    return bool(re.search(files, name)) and not re.search(exclude, name)


@pytest.mark.parametrize("hook", ["dockerlint", "dockerlint-fix"])
def test_the_hooks_take_dockerfiles_of_every_usual_name(hook: str) -> None:
    assert [name for name in TAKEN if not takes(hook, name)] == []


@pytest.mark.parametrize("hook", ["dockerlint", "dockerlint-fix"])
def test_the_hooks_leave_everything_else(hook: str) -> None:
    assert [name for name in LEFT if takes(hook, name)] == []


@pytest.fixture(scope="module")
def pre_commit() -> str:
    found = shutil.which("pre-commit") or shutil.which("pre-commit", path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip("pre-commit is not installed: pip install -e '.[test]'")
    return found


class Scratch:
    """A git repository with one hook of ours, taken from a clone of this project."""

    def __init__(self, folder: Path, pre_commit: str, hook: str) -> None:
        self.folder, self.pre_commit = folder, pre_commit
        source = folder.parent / "hooks"
        copy_of_project(source)
        folder.mkdir()
        self.git("init", "-q")
        (folder / ".pre-commit-config.yaml").write_text(
            yaml.safe_dump({"repos": [{"repo": str(source), "rev": head(source), "hooks": [{"id": hook}]}]})
        )
        self.git("add", ".pre-commit-config.yaml")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", "--", name)
        return path

    def run(self) -> tuple[int, str]:
        environment = {**os.environ, "PRE_COMMIT_HOME": str(self.folder.parent / "cache"), "NO_COLOR": "1"}
        environment.pop("GIT_DIR", None)
        done = subprocess.run(
            [self.pre_commit, "run", "--color=never"],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


def copy_of_project(target: Path) -> None:
    """This working tree as a repository with one commit: a hook is installed from a commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("these tests install the hooks from a git checkout, and this is none")
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if source.is_file() and not name.startswith(("tests/", "benchmarks/", "editors/")):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)
    author = ["-c", "user.name=dockerlint", "-c", "user.email=dockerlint@localhost"]
    for command in (["init", "-q"], ["add", "-f", "."], [*author, "commit", "-qm", "as it is"]):
        subprocess.run(["git", *command], cwd=target, check=True, capture_output=True)


def head(repository: Path) -> str:
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


CLEAN = 'FROM debian:bookworm-slim\nCOPY app /app\nUSER 1000\nCMD ["/app"]\n'
LINT = "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install curl\n"


def test_the_linting_hook_installs_itself_and_fails_on_findings(tmp_path: Path, pre_commit: str) -> None:
    scratch = Scratch(tmp_path / "repo", pre_commit, "dockerlint")
    scratch.write("notes.txt", "FROM here to there\n")
    scratch.write("Dockerfile.dockerignore", "*.md\n")
    assert "Skipped" in scratch.run()[1]
    scratch.write("odd name/app-ü.Dockerfile", CLEAN)
    code, said = scratch.run()
    assert code == 0, said
    bad = scratch.write("odd name/dev-Dockerfile", LINT)
    code, said = scratch.run()
    assert code == 1, said
    assert "dev-Dockerfile" in said
    assert "DL3014" in said
    assert bad.read_text() == LINT
    for name in ODD:
        scratch.write(name, LINT)
    code, said = scratch.run()
    assert code == 1
    for name in ODD:
        assert f"{name.removeprefix('./')}:2:" in said.replace("./-", "-"), name


# Names as git and file systems allow them. pre-commit splits what git tells it at NUL, so all of them arrive.
ODD = [
    "-rf/Dockerfile", "quo\"te/it's.Dockerfile", "$(touch owned)/Dockerfile", "a;b&c|d/Dockerfile", "[x]{y}*?/Dockerfile",
    "--fix.Dockerfile", "percent %41/Dockerfile", "日本/Containerfile", "back\\slash.Dockerfile",
]  # fmt: skip


def test_the_fixing_hook_writes_and_then_passes_over_what_it_fixed(tmp_path: Path, pre_commit: str) -> None:
    scratch = Scratch(tmp_path / "repo", pre_commit, "dockerlint-fix")
    bad = scratch.write(
        "-Dockerfile", "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install curl\n"
    )
    others = [scratch.write(name, LINT) for name in ODD]
    code, said = scratch.run()
    assert code == 1, said
    fixed = bad.read_text()
    assert "apt-get install -y curl" in fixed
    assert {path.read_text() for path in others} == {fixed}
    assert not (scratch.folder / "owned").exists()
    scratch.git("add", "-A")
    scratch.run()
    assert bad.read_text() == fixed
