"""`examples/hello/run`, the first command of the README, where nothing can be built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "examples" / "hello" / "run"
TOOLS = (
    "bash",
    "awk",
    "cat",
    "cp",
    "dirname",
    "grep",
    "id",
    "mktemp",
    "mv",
    "rm",
    "sed",
    "sort",
    "tail",
    "python3",
)


def test_without_an_engine_it_lints_and_fixes_and_says_how_to_get_one(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        path = shutil.which(tool)
        assert path is not None, tool
        (folder / tool).symlink_to(path)
    command = folder / "dockerlint"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m dockerlint "$@"\n')
    command.chmod(0o755)
    before = (SCRIPT.parent / "Dockerfile").read_bytes()
    env = {**os.environ, "PATH": str(folder), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        ["bash", str(SCRIPT)], env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "unsafe" in done.stdout
    assert "+COPY --from=build /app/hello" in done.stdout
    assert "no build engine can be used here" in done.stderr
    assert "--install-engine" in done.stdout
    assert (SCRIPT.parent / "Dockerfile").read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["bin"]


def test_without_dockerlint_it_says_how_to_install_it(tmp_path: Path) -> None:
    for tool in TOOLS:
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    env = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(
        ["bash", str(SCRIPT)], env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "pip install dockerlint" in done.stderr
