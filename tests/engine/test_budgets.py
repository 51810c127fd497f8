"""Budgets and version pins with real builds."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from dockerlint import lockfile
from dockerlint.cli import main
from dockerlint.engine import Engine
from engines import Workplace

pytestmark = pytest.mark.engine

FILE = """\
FROM {base} AS build
RUN mkdir /out && dd if=/dev/zero of=/out/tool bs=1000 count=200 && echo built > /log

FROM {base}
RUN mkdir /opt && dd if=/dev/zero of=/opt/big bs=1000 count=300
COPY --from=build /out/tool /usr/bin/tool
CMD ["sh"]
"""


@pytest.fixture
def project(tmp_path: Path, workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository; engines look into the tests' own storage."""
    for name, value in workplace.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def measure(engine: Engine, *options: str) -> int:
    return main(["measure", "Dockerfile", "--isolated", "--engine", engine.name, *options])


def test_an_image_that_grows_fails_and_the_line_is_named(
    engine: Engine, workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = FILE.format(base=workplace.base(engine, "busybox"))
    (project / "Dockerfile").write_text(file)
    assert measure(engine, "--check") == 2
    assert measure(engine, "--update") == 0
    written = (project / "dockerlint.lock").read_bytes()
    (entry,) = lockfile.read("dockerlint.lock").entries
    build, final = entry.parts
    assert (build.name, build.shipped, build.lines[-1].bytes) == ("build", False, 200_006)
    assert [(line.text.split()[0], line.bytes) for line in final.lines[1:]] == [
        ("RUN", 300_000),
        ("COPY", 200_000),
    ]
    assert measure(engine, "--check") == 0
    assert measure(engine, "--update") == 0
    assert (project / "dockerlint.lock").read_bytes() == written
    assert measure(engine, "--check", "--target", "build") == 2
    assert measure(engine, "--update", "--target", "build") == 0
    assert measure(engine, "--check", "--target", "build") == 0
    assert [one.target for one in lockfile.read("dockerlint.lock").entries] == ["", "build"]
    assert lockfile.read("dockerlint.lock").entries[0] == entry
    (project / "dockerlint.lock").write_bytes(written)

    (project / "Dockerfile").write_text(f"# moved\n\n{file}".replace("count=300", "count=350"))
    capsys.readouterr()
    assert measure(engine, "--check", "--bytes") == 1
    out = capsys.readouterr().out
    assert "50,000 more than its budget" in out
    assert "Dockerfile:7  +50,000  (300,000 -> 350,000)" in out
    assert "+50,000  /opt/big" in out
    assert measure(engine, "--check", "--tolerance", "60 kB") == 0
    assert measure(engine, "--update") == 1
    assert (project / "dockerlint.lock").read_bytes() == written
    assert measure(engine, "--update", "--allow-growth") == 0
    assert lockfile.read("dockerlint.lock").entries[0].bytes == entry.bytes + 50_000

    (project / "Dockerfile").write_text(file)
    assert measure(engine, "--update") == 0
    assert lockfile.read("dockerlint.lock").entries[0].bytes == entry.bytes
    assert sorted(os.listdir(project)) == [".git", "Dockerfile", "dockerlint.lock"]


def test_a_budget_of_one_engine_holds_for_another(
    workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = workplace.engine("buildah"), workplace.engine("docker")
    base = {engine.name: workplace.base(engine, "busybox") for engine in (one, two)}
    assert base["buildah"] == base["docker"]
    (project / "Dockerfile").write_text(FILE.format(base=base["buildah"]))
    assert measure(one, "--update") == 0
    written = (project / "dockerlint.lock").read_bytes()
    assert measure(two, "--check") == 0
    assert measure(two, "--update") == 0
    assert (project / "dockerlint.lock").read_bytes() == written
    capsys.readouterr()
    assert measure(two, "--check", "--format", "json") == 0
    (document,) = json.loads(capsys.readouterr().out)
    assert document["bytes"] == document["budget"]


def test_versions_that_were_measured_are_pinned_and_build_again(
    workplace: Workplace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = workplace.engine("buildah")
    base, official = workplace.base(engine, "debian"), "docker.io/library/debian"
    for tag in ("latest", "12"):
        subprocess.run(["buildah", "tag", base, f"{official}:{tag}"], env=workplace.env, check=True)
    (project / "Dockerfile").write_text(
        f"FROM {official}\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n"
        "    # tools\n    'hello' tree:amd64 ncal mail-transport-agent- && rm -rf /var/lib/apt/lists/*\n"
    )
    assert measure(engine, "--update") == 0
    first, line = [one for one in lockfile.read("dockerlint.lock").entries[0].parts[0].lines if one.packages]
    assert first.packages == (("image", "debian", "12"),)
    versions = {name: version for _, name, version in line.packages}
    assert set(versions) == {"hello", "tree", "ncal"}
    lint = ["Dockerfile", "--isolated", "--select", "DL3006,DL3008", "--fix", "--unsafe"]
    assert main(lint) == 0
    fixed = (project / "Dockerfile").read_text()
    assert fixed.startswith(f"FROM {official}:12\n")
    assert f"'hello={versions['hello']}' tree:amd64={versions['tree']} ncal={versions['ncal']} mail-" in fixed
    assert main(lint) == 0
    assert (project / "Dockerfile").read_text() == fixed

    # apt writes its command line into a log, and that is longer now.
    built = measure(engine, "--update", "--no-cache", "--tolerance", "20 kB")
    assert built == 0, capsys.readouterr().err
    (again,) = [one for one in lockfile.read("dockerlint.lock").entries[0].parts[0].lines if one.packages]
    assert again.packages == line.packages
    said = subprocess.run(
        ["buildah", "images"], env=workplace.env, capture_output=True, text=True, check=True
    )
    assert "dockerlint-build" not in said.stdout
