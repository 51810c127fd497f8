"""The example of the README, built for real: a compiler in the image, and the split that leaves it behind."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

import dockerlint
from dockerlint.engine import Build, Engine
from dockerlint.engine.session import Session
from dockerlint.image import merged
from dockerlint.measure import rows
from dockerlint.trial import Bench, Outcome
from engines import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.slow]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "hello"


def said_hello(outcome: Outcome) -> bool:
    entry = merged(outcome.measured.image.layers)["said"]
    return entry.digest == hashlib.sha256(b"hello\n").hexdigest()


@pytest.mark.parametrize("name", ["buildah", "docker"])
def test_the_fixed_example_is_at_most_a_third_and_still_says_hello(
    name: str, workplace: Workplace, tmp_path: Path
) -> None:
    engine: Engine = workplace.engine(name)
    base = workplace.base(engine, "debian")
    shutil.copy(EXAMPLE / "main.cpp", tmp_path)
    text = (EXAMPLE / "Dockerfile").read_text()
    fixed = dockerlint.fix(text, unsafe=True).text
    assert fixed.count("FROM ubuntu:20.04") == 2
    # What Docker 20 cannot redirect is named here: the base made on this machine.
    before, after = (dockerlint.parse(t.replace("ubuntu:20.04", base)) for t in (text, fixed))
    ran = dockerlint.parse(after.source.text.replace("CMD ", "RUN ./hello > /said\nCMD "))
    with Session(engine) as session, Bench(session, Build(b"", str(tmp_path))) as bench:
        trials = [bench.start(file) for file in (before, after, ran)]
        one, two, three = (trial.outcome() for trial in trials)
    assert said_hello(three)
    big, small = one.measured.total, two.measured.total
    assert small.files * 3 <= big.files
    assert small.tar * 3 <= big.tar
    assert small.gzip * 3 <= big.gzip
    assert one.measured.base_size == two.measured.base_size
    assert one.measured.image.config["config"]["Cmd"] == two.measured.image.config["config"]["Cmd"]
    weights = {
        row.before.instruction.first_line: row
        for row in rows(one.measured.shares, two.measured.shares)
        if row.before
    }
    apt = weights[2]
    assert apt.before is not None
    assert apt.before.size is not None
    # Measured on three engines as 341,995,918; packages move on, their weight does not much.
    assert apt.before.size.files == pytest.approx(342_000_000, rel=0.1)
    assert apt.after is not None
    assert apt.after.size is None
