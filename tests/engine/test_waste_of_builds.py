"""Waste, bytes and cache hits of real images, the same whatever engine built them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import dockerlint
from dockerlint.cli import main
from dockerlint.engine import Build, Engine
from dockerlint.engine.session import Session
from dockerlint.image import Image, merged, read
from dockerlint.trial import Bench
from dockerlint.waste import waste
from engines import ENGINES, Workplace

pytestmark = pytest.mark.engine

# Every way to spoil bytes, each by a line of its own; the counts are those of the files that dd writes.
SPOILT = """FROM {base}
RUN mkdir /a /b /c && dd if=/dev/urandom of=/a/gone bs=1000 count=101
RUN dd if=/dev/urandom of=/a/mode bs=1000 count=102 && ln /a/mode /a/link
RUN dd if=/dev/urandom of=/a/owner bs=1000 count=103
RUN dd if=/dev/urandom of=/a/moved bs=1000 count=104
RUN dd if=/dev/urandom of=/b/inside bs=1000 count=105 && mkdir /b/deep && dd if=/dev/zero of=/b/deep/x bs=1000 count=6
COPY data /c/data
COPY data /c/data2
RUN rm /a/gone
RUN chmod 600 /a/mode /a/link
RUN chown 7:7 /a/owner
RUN mv /a/moved /c/here
RUN rm -rf /b && mkdir /b && echo new > /b/new
COPY other /c/data
"""
BLAMES = [
    (2, 9, "removed", 101_000),
    (3, 10, "mode changed", 102_000),
    (4, 11, "owner changed", 103_000),
    (5, 12, "moved", 104_000),
    (6, 13, "removed", 111_000),
    (7, 14, "overwritten", 40_000),
]


@pytest.fixture
def project(tmp_path: Path, workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a context; engines look into the tests' own storage."""
    for name, value in workplace.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").write_bytes(b"data" * 10_000)
    (tmp_path / "other").write_bytes(b"other" * 9_000)
    return tmp_path


def built(engine: Engine, project: Path, text: str) -> Image:
    with Session(engine) as session, Bench(session, Build(b"", str(project))) as bench:
        return bench.run(dockerlint.parse(text)).measured.image


def told(engine: Engine, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code = main(["measure", *words, "--isolated", "--engine", engine.name, "--format", "json"])
    out, errors = capsys.readouterr()
    assert code == 0, errors
    (found,) = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_waste_is_exact_and_blamed_on_both_lines(engine: Engine, workplace: Workplace, project: Path) -> None:
    with Session(engine) as session, Bench(session, Build(b"", str(project))) as bench:
        file = dockerlint.parse(SPOILT.format(base=workplace.base(engine, "busybox")))
        measured = bench.run(file).measured
    found, origins = waste(measured), measured.origins
    blames = [
        (origins[blame.made].line, origins[blame.spoiled].line, blame.how, blame.bytes)
        for blame in found.spoiled
    ]
    assert sorted(blames, key=lambda blame: blame[1] or 0) == BLAMES
    assert found.spoiled_bytes == sum(blame[3] for blame in BLAMES)
    # What a container sees and what is wasted is all there is.
    live = sum(copy.size for copy in found.copies if copy.spoiler is None)
    assert live + found.spoiled_bytes == measured.total.files
    assert measured.base == 1


TREE = """FROM {base}
COPY tree /tree
RUN mkdir -p /made/empty && seq 1 50000 > /made/numbers && ln /made/numbers /made/hard && ln -s numbers /made/soft
RUN gzip -c /made/numbers > /dev/null; cp /made/numbers /made/copy; : > /made/nothing
WORKDIR /work
RUN rm /made/copy
"""


def test_regular_files_agree_to_the_byte_between_engines_and_with_tar(
    workplace: Workplace, project: Path
) -> None:
    for number in range(40):
        path = project / "tree" / f"d{number % 4}" / f"file {number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number * 997))
    totals: dict[str, int] = {}
    trees: dict[str, dict[str, tuple[str, int, str | None]]] = {}
    for name in ENGINES:
        engine = workplace.engine(name)
        text = TREE.format(base=workplace.base(engine, "busybox"))
        with Session(engine) as session:
            image = session.build(Build(text.encode(), str(project)))
            saved = session.save(image)
            found = read(saved)
            assert found.size().files == counted(Path(saved), project / name)
        totals[name] = found.size().files
        trees[name] = {
            path: (entry.kind, entry.size, entry.digest)
            for path, entry in merged(found.layers).items()
            if entry.kind in ("file", "hardlink", "symlink") and path.startswith(("tree/", "made/"))
        }
    assert len(set(totals.values())) == 1, totals
    assert totals["buildah"] > 2 * 288_894
    assert all(tree == trees["buildah"] for tree in trees.values())


def counted(saved: Path, scratch: Path) -> int:
    """The bytes of regular files in all layers, as GNU tar lists them."""
    if saved.is_file():
        scratch.mkdir()
        subprocess.run(["tar", "--extract", "--file", saved], cwd=scratch, check=True)
        saved = scratch
    total = 0
    for path in (path for path in saved.rglob("*") if path.is_file() and not path.is_symlink()):
        with open(path, "rb") as file:
            if file.read(262)[257:] != b"ustar":
                continue
        listed = subprocess.run(
            ["tar", "--list", "--verbose", "--numeric-owner", "--file", path],
            capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        )  # fmt: skip
        total += sum(int(line.split()[2]) for line in listed.stdout.splitlines() if line.startswith("-"))
    shutil.rmtree(scratch, ignore_errors=True)
    return total


def test_an_image_that_the_engine_holds_is_measured_as_it_is(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    found = told(engine, capsys, f"image:{base}")
    assert found["engine"]["name"] == engine.name
    assert found["before"]["size"]["files"] > 1_000_000
    assert engine.has(base)
    with Session(engine) as session:
        tag = session.build(Build(f"FROM {base}\nCOPY data /data\n".encode(), str(project))).tag
        (project / "Dockerfile").write_text(f"FROM {base}\nCOPY data /data\n")
        own = told(engine, capsys, f"image:{tag}", "--base", f"image:{base}", "--dockerfile", "Dockerfile")
        assert engine.has(tag)
    assert own["before"]["base"] == found["before"]["size"]
    assert [row["before"]["size"]["files"] for row in own["instructions"]][1:] == [40_000]


def test_an_image_that_the_engine_does_not_hold_is_told(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", "image:localhost/nothing-of-this-name:1", "--engine", engine.name]) == 1
    errors = capsys.readouterr().err
    assert "could not save the image" in errors
    assert "Traceback" not in errors


def test_repeated_builds_give_medians_and_what_came_from_the_cache(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = workplace.base(engine, "busybox")
    (project / "Dockerfile").write_text(
        f"FROM {base} AS build\nCOPY data /data\nRUN cat /data /data > /twice\n"
        f"FROM {base}\nWORKDIR /w\nCOPY --from=build /twice /w/\n"
    )
    found = told(engine, capsys, "Dockerfile", "--select", "apt-lists-left", "--repeat", "2")
    seconds = found["before"]["seconds"]
    assert len(seconds["cold"]) == len(seconds["rebuild"]) == 2
    steps = [(step["line"], step["cached"]) for step in seconds["rebuildSteps"]]
    assert sorted(steps) == [(2, True), (3, True), (5, True), (6, True)]
    assert sorted(step["line"] for step in found["before"]["steps"]) == [2, 3, 5, 6]


def test_a_changed_file_is_where_the_cache_ends(engine: Engine, workplace: Workplace, project: Path) -> None:
    base = workplace.base(engine, "busybox")
    file = dockerlint.parse(f"FROM {base}\nRUN echo first\nCOPY data /data\nRUN echo second\n")
    with Session(engine) as session, Bench(session, Build(b"", str(project))) as bench:
        bench.run(file)
        (project / "data").write_bytes(os.urandom(100))
        steps = bench.run(file).steps
    assert [(step.line, step.cached) for step in steps] == [(2, True), (3, False), (4, False)]
