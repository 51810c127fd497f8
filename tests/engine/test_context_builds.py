"""`dockerlint context` and `dockerlint cache` with real builds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dockerlint.cli import main
from dockerlint.engine import Engine
from engines import Workplace

pytestmark = pytest.mark.engine


@pytest.fixture
def project(tmp_path: Path, workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in workplace.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, **files: str) -> None:
    for name, text in files.items():
        path = project / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(engine: Engine, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    given = [*words, "--isolated", "--engine", engine.name, "--format", "json"]
    assert main(given) == code, capsys.readouterr().err
    (found,) = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_what_changes_nothing_is_written_and_what_is_needed_stays(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    (project / "Dockerfile").write_text(
        f"FROM {base} AS build\nCOPY . /src\nRUN cat /src/main.c /src/docs/* > /out\n"
        f"FROM {base}\nCOPY --from=build /out /out\nCOPY data /data\n"
    )
    write(project, **{"main.c": "main\n", "docs__a.md": "read\n", "data__x": "x\n", ".git__HEAD": "ref\n"})
    (project / ".dockerignore").write_text("# mine\nsecret\n")
    found = run(engine, capsys, "context", "Dockerfile", "--write")
    assert set(found["proof"]["kept"]) == {".git", "**/Dockerfile*", ".dockerignore"}
    assert [one["pattern"] for one in found["proof"]["dropped"]] == ["docs"]
    assert found["absent"] == [".dockerignore", ".git/HEAD", "Dockerfile", "docs/a.md", "main.c"]
    text = (project / ".dockerignore").read_text()
    assert text.startswith("# mine\nsecret\n\n#")
    assert ".git\n" in text
    assert "docs" not in text
    again = run(engine, capsys, "context", "Dockerfile", "--write")
    assert again["proof"]["kept"] == []
    assert (project / ".dockerignore").read_text() == text


def test_a_shared_ignore_file_is_not_written_for_one_of_two(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    (project / "Dockerfile").write_text(f"FROM {base}\nCOPY a /a\n")
    (project / "api.Dockerfile").write_text(f"FROM {base}\nCOPY b /b\n")
    write(project, a="a", b="b", c="c")
    words = ["--write", "--isolated", "--engine", engine.name]
    assert main(["context", "Dockerfile", *words]) == 2
    assert "name it as well" in capsys.readouterr().err
    assert main(["context", "Dockerfile", "api.Dockerfile", *words]) == 0
    lines = (project / ".dockerignore").read_text().splitlines()
    assert "c" in lines
    assert not {"a", "b"} & set(lines)


def test_files_that_differ_in_every_build_do_not_count(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    (project / "Dockerfile").write_text(
        f"FROM {base}\nCOPY . /s\nRUN mv /s/x /x && rm -r /s && cat /proc/sys/kernel/random/uuid > /now\n"
    )
    write(project, **{"x": "x", ".git__HEAD": "ref\n"})
    found = run(engine, capsys, "context", "Dockerfile", "--prove")
    assert ".git" in found["proof"]["kept"]
    assert found["proof"]["unstable"] == ["/now"]
    assert not (project / ".dockerignore").exists()


def test_changes_are_measured_in_a_copy_of_the_context(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    (project / "Dockerfile").write_text(
        f"FROM {base}\nCOPY list /list\nRUN sleep 2\nCOPY . /all\nRUN grep -q good /all/check\n"
    )
    write(project, list="a\n", other="b\n", check="good\n")
    found = run(engine, capsys, "cache", "Dockerfile", "--measure")
    assert [group["takenOn"] for group in found["groups"]] == [[2], [4]]
    assert [group["runsAgain"] for group in found["groups"]] == [[2, 3, 4, 5], [4, 5]]
    costs = {cost["path"]: cost["seconds"] for cost in found["costs"]}
    assert costs["list"] >= 2
    assert set(costs) == {None, "list", "Dockerfile"}
    assert (project / "list").read_text() == "a\n"


def test_an_order_that_makes_the_same_image_is_written(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    # npm's place is taken by a script that reads what npm reads, and writes what npm writes.
    (project / "Dockerfile").write_text(
        f"FROM {base}\nCOPY npm /usr/bin/npm\nWORKDIR /app\nCOPY . .\nRUN npm ci && rm -f /app/npm\n"
    )
    write(
        project,
        npm="#!/bin/sh\nsleep 2\nmkdir -p node_modules && cp package.json node_modules/made\n",
        **{
            "package.json": "{}\n",
            "index.js": "1\n",
            ".dockerignore": "Dockerfile\nnode_modules\n.dockerignore\n",
        },
    )
    (project / "npm").chmod(0o755)
    found = run(engine, capsys, "cache", "Dockerfile", "--write")
    assert found["order"]["proven"], found["order"]["why"]
    assert found["order"]["written"]
    text = (project / "Dockerfile").read_text()
    assert text == (
        f"FROM {base}\nCOPY npm /usr/bin/npm\nWORKDIR /app\n"
        "COPY package*.json npm-shrinkwrap.json* .npmrc* ./\nRUN npm ci\nCOPY . .\nRUN rm -f /app/npm\n"
    )
    before = {cost["path"]: cost["seconds"] for cost in found["costs"]}
    after = {cost["path"]: cost["seconds"] for cost in found["order"]["costs"]}
    assert before["index.js"] >= 2
    assert set(after) == set(before)


def test_an_order_that_makes_another_image_is_not_written(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    text = f"FROM {base}\nCOPY npm /usr/bin/npm\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"
    (project / "Dockerfile").write_text(text)
    write(project, npm="#!/bin/sh\ncat *.js > made\n", **{"package.json": "{}\n", "index.js": "1\n"})
    (project / "npm").chmod(0o755)
    found = run(engine, capsys, "cache", "Dockerfile", "--write", code=1)
    assert not found["order"]["proven"]
    assert "made" in found["order"]["why"] or "build fails" in found["order"]["why"]
    assert (project / "Dockerfile").read_text() == text
