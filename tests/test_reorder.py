"""The order that costs less, before any build has seen it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.build_options import Task, Yard
from dockerlint.cache_command import parser
from dockerlint.reorder import reordered


def task(tmp_path: Path, text: str) -> Task:
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    return Yard(parser().parse_args([str(path), "--isolated"])).task(str(path))


def test_packages_then_manifests_then_sources(tmp_path: Path) -> None:
    found = reordered(
        task(
            tmp_path,
            "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN apt-get update && apt-get install -y gcc\n"
            "RUN pip install -r requirements.txt\nCMD python main.py\n",
        )
    )
    assert found is not None
    assert found.rules == (
        ("system-packages-installed-after-copy", 4),
        ("sources-copied-before-dependencies", 5),
    )
    assert found.dockerfile.source.text == (
        "FROM python:3.13\nWORKDIR /app\nRUN apt-get update && apt-get install -y gcc\nCOPY requirements.txt ./\n"
        "RUN pip install -r requirements.txt\nCOPY . .\nCMD python main.py\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian\nCOPY a /a\nRUN apt-get update\n",
        "FROM python:3\nWORKDIR /a\n# dockerlint ignore=DK201\nRUN true\nCOPY . .\n# dockerlint ignore=DK201\nRUN pip install -r r.txt\n",
    ],
)
def test_nothing_to_do_is_nothing(tmp_path: Path, text: str) -> None:
    assert reordered(task(tmp_path, text)) is None
