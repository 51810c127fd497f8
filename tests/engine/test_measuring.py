"""`dockerlint measure` with real builds."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

import dockerlint
from dockerlint import build_options
from dockerlint.cli import main
from dockerlint.engine import Build, Engine
from dockerlint.engine.session import Session
from dockerlint.lint import read as model_of
from dockerlint.settle import Look, Settled
from dockerlint.source import Source
from dockerlint.trial import Bench
from engines import ENGINES, Workplace, hears_interrupts

pytestmark = pytest.mark.engine

# The file is in a layer of its own until the two are one.
FILE = (
    'FROM {base}\nCOPY data /data\nRUN dd if=/dev/zero of=/big bs=1000 count=300\nRUN rm /big\nCMD ["sh"]\n'
)


@pytest.fixture
def project(tmp_path: Path, workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a context; engines look into the tests' own storage."""
    for name, value in workplace.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").write_text("data\n")
    return tmp_path


def write(project: Path, text: str) -> None:
    (project / "Dockerfile").write_text(text)


def measured(engine: Engine, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    code = main(
        ["measure", "Dockerfile", "--isolated", "--engine", engine.name, "--format", "json", *options]
    )
    out, errors = capsys.readouterr()
    assert code == 0, errors
    (found,) = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_a_fix_saves_what_the_images_differ_by(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, FILE.format(base=workplace.base(engine, "busybox")))
    before = (project / "Dockerfile").read_bytes()
    found = measured(engine, capsys, "--select", "unmerged-run-layers")
    assert found["fixed"] == {"unmerged-run-layers": 1}
    assert found["after"]["size"]["files"] - found["before"]["size"]["files"] == -300_000
    lines = {row["before"]["line"]: row for row in found["instructions"] if row["before"]}
    assert lines[2]["before"]["size"]["files"] == lines[2]["after"]["size"]["files"] == 5
    assert lines[3]["difference"]["files"] == -300_000
    assert lines[4]["after"] is None
    assert {"path": "/big", "change": "removed", "bytes": -300_000, "files": 1} in found["paths"]
    assert found["before"]["base"] == found["after"]["base"]
    assert found["before"]["base"]["files"] == lines[1]["before"]["size"]["files"]
    assert (project / "Dockerfile").read_bytes() == before
    assert sorted(os.listdir(project)) == ["Dockerfile", "data"]


@pytest.mark.parametrize("name", ENGINES)
def test_regular_file_bytes_are_those_of_a_plain_archive(
    name: str, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = workplace.engine(name)
    base = workplace.base(engine, "busybox")
    write(project, FILE.format(base=base))
    found = measured(engine, capsys, "--select", "apt-lists-left")
    from bases import archive

    with tarfile.open(archive("busybox")) as tar:
        content = sum(member.size for member in tar if member.isreg())
    assert found["before"]["base"]["files"] == content
    assert found["before"]["size"]["files"] == content + 5 + 300_000


def test_nothing_to_fix_measures_the_one_image(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, f"FROM {workplace.base(engine, 'busybox')}\nCOPY data /data\n")
    found = measured(engine, capsys, "--select", "unmerged-run-layers")
    assert found["after"] is None
    assert [row["before"]["size"]["files"] for row in found["instructions"]][1:] == [5]
    assert (
        main(["measure", "Dockerfile", "--isolated", "--engine", engine.name, "--select", "apt-lists-left"])
        == 0
    )
    assert "there is nothing to fix" in capsys.readouterr().out


def test_images_are_gone_afterwards_unless_they_are_kept(
    engine: Engine,
    workplace: Workplace,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = workplace.base(engine, "busybox")
    write(project, FILE.format(base=base))
    tags: list[str] = []
    remove = type(engine).remove

    def noted(self: Engine, tag: str) -> None:
        tags.append(tag)
        remove(self, tag)

    monkeypatch.setattr(type(engine), "remove", noted)
    before = images(engine, workplace)
    measured(engine, capsys, "--select", "unmerged-run-layers")
    assert images(engine, workplace) == before
    assert len(tags) == 3  # before, after, and the bare base
    assert not any(engine.has(tag) for tag in tags)
    assert engine.has(base)
    kept = measured(engine, capsys, "--select", "unmerged-run-layers", "--keep")["kept"]
    assert len(kept) == 2
    for tag in kept:
        assert engine.has(tag)
        engine.remove(tag)


def images(engine: Engine, workplace: Workplace) -> list[str]:
    """Every image in the storage, also without a name. Docker's daemon is everybody's, so none for it."""
    if engine.name == "docker":
        return []
    command = [engine.name, "images", "--all", "-q"]
    return sorted(
        set(
            subprocess.run(
                command, env=workplace.env, capture_output=True, text=True, check=True
            ).stdout.split()
        )
    )


def test_a_build_that_fails_says_which_and_why(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    write(project, f"FROM {base}\nRUN touch /a\nRUN echo broken-on-purpose >&2; exit 5\n")
    before = images(engine, workplace)
    assert main(["measure", "Dockerfile", "--isolated", "--engine", engine.name]) == 1
    out, errors = capsys.readouterr()
    assert out == ""
    assert "Dockerfile as it is" in errors
    assert "broken-on-purpose" in errors
    assert images(engine, workplace) == before
    assert "Traceback" not in errors


def test_a_fixed_file_that_fails_is_told_apart(
    engine: Engine,
    workplace: Workplace,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = workplace.base(engine, "busybox")
    write(project, f"FROM {base}\nRUN true\n")

    def broken(source: Source, *_: object) -> Settled:
        file = model_of(Source.of_text(f"FROM {base}\nRUN exit 5\n", source.path))
        return Settled(Look(file, ()), {"x": 1}, ())

    monkeypatch.setattr(build_options, "settled_source", broken)
    assert main(["measure", "Dockerfile", "--isolated", "--engine", engine.name]) == 1
    errors = capsys.readouterr().err
    assert "Dockerfile with its fixes" in errors
    assert "nothing was written" in errors
    assert (project / "Dockerfile").read_text() == f"FROM {base}\nRUN true\n"


def test_build_arguments_reach_the_build_and_the_base(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    write(project, "ARG BASE\nFROM $BASE\nARG COUNT\nRUN dd if=/dev/zero of=/x bs=10 count=$COUNT\n")
    found = measured(
        engine, capsys, "--select", "apt-lists-left", "--build-arg", f"BASE={base}", "--build-arg", "COUNT=7"
    )
    assert found["instructions"][-1]["before"]["size"]["files"] == 70
    assert found["before"]["base"]["files"] > 1_000_000


def test_here_documents_are_refused_by_an_engine_that_would_not_run_them(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, f"FROM {workplace.base(engine, 'busybox')}\nRUN <<EOF\necho hi > /hi\nEOF\n")
    code = main(["measure", "Dockerfile", "--isolated", "--engine", engine.name])
    if engine.heredocs:
        assert code == 0
    else:
        assert code == 1
        assert "does not know here-documents" in capsys.readouterr().err


def test_interrupting_leaves_nothing(engine: Engine, workplace: Workplace, project: Path) -> None:
    write(
        project, f"FROM {workplace.base(engine, 'busybox')}\nRUN sleep {10_000 + secrets.randbelow(80_000)}\n"
    )
    before = images(engine, workplace)
    code = "import sys; from dockerlint.cli import main; sys.exit(main(sys.argv[1:]))"
    temp = project / "temp"
    temp.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", code, "measure", "Dockerfile", "--isolated", "--engine", engine.name],
        env={**workplace.env, "TMPDIR": str(temp)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hears_interrupts,  # noqa: PLW1509 (no threads here)
    )
    assert process.stderr is not None
    assert "building Dockerfile" in process.stderr.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert os.listdir(temp) == []
    assert images(engine, workplace) == before


def test_variants_share_what_was_read(engine: Engine, workplace: Workplace, project: Path) -> None:
    base = workplace.base(engine, "busybox")
    one = dockerlint.parse(f"FROM {base}\nCOPY data /data\nRUN touch /one\n")
    two = dockerlint.parse(f"FROM {base}\nCOPY data /data\nRUN touch /two\n")
    with Session(engine) as session, Bench(session, Build(b"", str(project))) as bench:
        first, second = bench.run(one).measured, bench.run(two).measured
        left = sum(len(files) for _, _, files in os.walk(session.folder))
    assert left < 10  # Dockerfiles; no saved images
    assert first.image.layers[0] is second.image.layers[0]
    assert first.image.layers[1] is second.image.layers[1]
    assert first.base == second.base == 1
