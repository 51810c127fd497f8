"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for folder in ("dockerlint", "rules/dockerlint_rules", "grammar/dockerlint_grammar")
    for path in (ROOT / folder).rglob("*.py")
)

# The rooms of dockerlint/ in the order of the flow: a module may import rooms before its own at its
# top level, never one behind it. (An import inside a function is for what a plain lint does not need.)
FLOW = (
    "frozen",
    "errors",
    "source",
    "go",
    "names",
    "imageref",
    "platforms",
    "ports",
    "ignorefile",
    "pattern",
    "shellword",
    "expand",
    "mounts",
    "tree",
    "lalr",
    "values",
    "directives",
    "lines",
    "parser",
    "versions",
    "model",
    "build",
    "scope",
    "resolve",
    "places",
    "reach",
    "hadolint",
    "labels",
    "valuetypes",
    "undefined",
    "target",
    "dump",
    "refuse",
    "knowledge",
    "presumed",
    "fix",
    "references",
    "removal",
    "rewrite",
    "execform",
    "keyvalue",
    "shell",
    "split",
    "rule",
    "cachefolder",
    "bundle",
    "loader",
    "config",
    "plainyaml",
    "hadolint_config",
    "config_files",
    "lint",
    "fingerprint",
    "baseline",
    "lockfile",
    "shellcheck",
    "suppress",
    "job",
    "verify",
    "settle",
    "write",
    "archive",
    "image",
    "view",
    "inspect",
    "closure",
    "contract",
    "measure",
    "measured_store",
    "waste",
    "context",
    "ignoring",
    "rerun",
    "engine",
    "recipes",
    "steps",
    "trial",
    "release",
    "installed",
    "budget",
    "sameness",
    "keepout",
    "twin",
    "rebuild",
    "timing",
    "existing",
    "optimize",
    "report",
    "diff",
    "discover",
    "resultcache",
    "changes",
    "api",
    "pool",
    "explain",
    "docs",
    "scaffold",
    "testing",
    "arguments",
    "parse_command",
    "fix_command",
    "output",
    "outcome",
    "lint_command",
    "init_command",
    "build_progress",
    "build_options",
    "reorder",
    "budget_command",
    "measure_command",
    "context_command",
    "cache_command",
    "optimize_command",
    "pair",
    "verify_command",
    "rules_command",
    "cli",
    "usage",
    "completion",
    "manual",
    "lsp",
    "__main__",
)


def imported(path: Path, whole: bool = True) -> set[str]:
    """Modules of ours that a file imports: anywhere in it, or only as it is loaded."""
    tree = ast.parse(path.read_text())
    found: set[str] = set()
    for node in ast.walk(tree) if whole else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0].startswith("dockerlint")}


def room(module: str) -> str:
    return module.split(".")[1]


LAYERS = [
    p for p in SOURCES if p.relative_to(ROOT).parts[0] == "dockerlint" and p.parent != ROOT / "dockerlint"
]
LAYERS += [p for p in (ROOT / "dockerlint").glob("*.py") if p.stem != "__init__"]


@pytest.mark.parametrize("path", LAYERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down_the_flow(path: Path) -> None:
    here = path.relative_to(ROOT / "dockerlint").with_suffix("").parts[0]
    assert here in FLOW, (
        f"{here} has no place in the flow yet: give it one in FLOW and in docs/architecture.md"
    )
    below = {room(name) for name in imported(path, whole=False) if name.split(".")[0] == "dockerlint"}
    up = {name for name in below if name in FLOW and FLOW.index(name) > FLOW.index(here)}
    assert not up


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_dockerlint_never_imports_rules(path: Path) -> None:
    if "dockerlint_rules" in path.parts:
        return
    assert not [name for name in imported(path) if name.startswith("dockerlint_rules")]


@pytest.mark.parametrize("path", [p for p in SOURCES if "dockerlint_rules" in p.parts], ids=lambda p: p.stem)
def test_no_rule_imports_a_rule(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith("dockerlint_rules")]


HEAVY = {
    "argparse", "dataclasses", "difflib", "enum", "importlib.metadata", "importlib.resources", "inspect", "json",
    "lark", "logging", "multiprocessing", "pathlib", "rich", "shutil", "subprocess", "tempfile", "tomli", "tomllib",
    "typing", "typing_extensions",
}  # fmt: skip


def test_a_plain_lint_imports_nothing_heavy(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN echo hello\n")
    code = (
        "import sys, dockerlint.cli; before = set(sys.modules);"
        f"code = dockerlint.cli.main([{str(tmp_path / 'Dockerfile')!r}, '--isolated', '--no-shellcheck']);"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    loaded = set(run.stderr.split()) - set(bare.stdout.split())
    assert not loaded & (HEAVY - {"argparse", "enum"})


def test_no_file_names_this_machine_or_an_unwritten_part() -> None:
    banned = re.compile(r"/work/(main|shared)|\bTODO\b|\bFIXME\b|for now\b", re.IGNORECASE)
    bad = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in SOURCES
        for match in banned.finditer(path.read_text())
    ]
    assert not bad


def test_there_is_no_room_for_odds_and_ends() -> None:
    assert not [p for p in SOURCES if p.stem in ("utils", "util", "common", "helpers", "misc")]
