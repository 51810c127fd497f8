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

# What may import what: a module may import those named before it in this list, never one behind it.
FLOW = (
    "frozen", "source", "text", "go", "names", "imageref", "ports", "platforms", "ignorefile", "expand", "lines",
    "tree", "lalr", "parser", "model", "resolve", "dump", "refuse", "knowledge", "shell",
    "fix", "rewrite", "split", "rule", "testing_marks", "loader", "suppress", "config", "lint", "settle",
    "engine", "image", "measure", "report", "explain", "scaffold", "testing", "measure_command", "cli", "lsp",
)  # fmt: skip


def imported(path: Path) -> set[tuple[str, bool]]:
    """Modules of ours that a file imports, and whether at its top level."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    found: set[tuple[str, bool]] = set()
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module]
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        found |= {(name, id(node) in top) for name in names if name.split(".")[0].startswith("dockerlint")}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_dockerlint_never_imports_rules(path: Path) -> None:
    if "dockerlint_rules" in path.parts:
        return
    assert not [name for name, top in imported(path) if name.startswith("dockerlint_rules") and top]


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if "dockerlint_rules" in p.parts], ids=lambda p: p.stem
)
def test_no_rule_imports_a_rule(path: Path) -> None:
    assert not [name for name, _ in imported(path) if name.startswith("dockerlint_rules")]


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
        f"code = dockerlint.cli.main([{str(tmp_path / 'Dockerfile')!r}, '--isolated']);"
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
