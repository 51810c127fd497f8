"""What a real build measured stands beside the instructions in the editor."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.cli import main
from dockerlint.engine import Engine
from dockerlint.lsp.hints import hints
from dockerlint.measured_store import matched, recall
from dockerlint.resolve import parse
from dockerlint.source import Span
from engines import Workplace

pytestmark = pytest.mark.engine


def test_measure_keeps_the_bytes_for_editors(
    engine: Engine, workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in workplace.env.items():
        monkeypatch.setenv(name, value)
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(project)
    base = workplace.base(engine, "busybox")
    text = f"FROM {base}\nRUN dd if=/dev/zero of=/big bs=1000 count=300\nENV A=1\n"
    (project / "Dockerfile").write_text(text)
    assert main(["measure", "Dockerfile", "--isolated", "--engine", engine.name]) == 0
    kept = recall(str(project / "Dockerfile"))
    assert kept is not None
    dockerfile = parse(text)
    found = hints(dockerfile, matched(kept, dockerfile), Span(0, len(text)))
    assert found[1].label == "300.0 kB"
    assert len(found) == 2
