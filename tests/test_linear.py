"""Work grows with the file, not with its square: calls are counted, since times are not repeatable."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

import dockerlint
from dockerlint.frozen import replace
from dockerlint.loader import load
from dockerlint.model import Dockerfile, Run
from dockerlint.refuse import problems
from dockerlint.rule import Rule
from dockerlint.shell import scripts
from dockerlint.split import MOST_COMMANDS

SIZE = 60
# Splitting a file is not tried from so many commands on.
SIZES = {"compiles": MOST_COMMANDS}
SHAPES: dict[str, Callable[[int], str]] = {
    "installs in a row": lambda n: "FROM debian:12\n" + "RUN apt-get update && apt-get install curl git\n" * n,
    "installs apart": lambda n: "FROM debian:12\n" + "ENV A=1\nRUN apt-get update && apt install -y g++\n" * n,
    "one long list": lambda n: "FROM debian:12\nRUN true" + " && \\\n apt-get install -y curl" * n + "\n",
    "lists and removals": lambda n: (
        "FROM debian:12\n" + "RUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n" * n
    ),
    "downloads": lambda n: (
        "FROM debian:12\n" + "".join(f"RUN curl -O http://x.org/{i}.tgz && tar xzf {i}.tgz\n" for i in range(n))
    ),
    "other managers": lambda n: (
        "FROM fedora:40\n" + "RUN yum install a && pip install b && npm install c && apk add d\n" * n
    ),
    "copies": lambda n: "FROM debian:12\n" + "".join(f"COPY a{i} /b{i}\nRUN chown -R a /b{i}\n" for i in range(n)),
    "variables": lambda n: "FROM debian:12\n" + "".join(f"ARG A{i}=1\nENV B{i}=$A{i} C{i} $B{i}\n" for i in range(n)),
    "pairs": lambda n: "FROM debian:12\nENV" + "".join(f" \\\n A{i}=$A{i - 1}" for i in range(n)) + "\n",
    "labels and ports": lambda n: "FROM debian:12\n" + "LABEL a=b c=d\nEXPOSE 80/TCP 81\n" * n,
    "stages": lambda n: (
        "FROM debian:12 AS s0\n" + "".join(f"FROM s{i} AS s{i + 1}\nCOPY --from=s{i} /a /b\n" for i in range(n))
    ),
    "starts": lambda n: "FROM debian:12\n" + "CMD a b\nENTRYPOINT c\nHEALTHCHECK CMD d\nUSER root\n" * n,
    "comments": lambda n: "FROM debian:12\n" + "# hadolint ignore=DL3008\n# text\nRUN true # end\n" * n,
    "compiles": lambda n: (
        "FROM debian:12\nRUN apt-get update && apt-get install -y gcc\nWORKDIR /a\nCOPY . .\n"
        + "".join(f"RUN gcc a{i}.c -o a{i}\n" for i in range(n))
        + 'CMD ["./a1"]\n'
    ),
    "folders": lambda n: "FROM debian:12\n" + "WORKDIR a\nRUN cd b && touch c\nVOLUME /d\n" * n,
}  # fmt: skip


def calls(work: Callable[[], object]) -> int:
    """How many Python functions a piece of work calls."""
    count = 0

    def watch(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def parsed(text: str) -> Dockerfile:
    """The model of a text with its scripts read, so that only a rule's own work is counted."""
    dockerfile = dockerlint.parse(text)
    for run in dockerfile.instructions(Run, onbuild=True):
        scripts(run)
    return dockerfile


@pytest.fixture(scope="module", params=SHAPES)
def pair(request: pytest.FixtureRequest) -> tuple[Dockerfile, Dockerfile]:
    shape, size = SHAPES[request.param], SIZES.get(request.param, SIZE)
    return parsed(shape(size)), parsed(shape(2 * size))


RULES = load().all


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_file_twice_as_long_is_twice_the_work_for_a_rule(
    pair: tuple[Dockerfile, Dockerfile], rule: Rule
) -> None:
    # Tables and scripts are read once; what rules keep for each other about the file is made anew.
    one, two = replace(pair[0]), replace(pair[1])
    for warm in pair:
        list(rule.run(warm))
    small = calls(lambda: list(rule.run(one)))
    large = calls(lambda: list(rule.run(two)))
    assert large <= 2.6 * small + 200, (small, large)


def test_a_file_twice_as_long_is_twice_the_work_to_read_and_to_judge() -> None:
    for name, shape in SHAPES.items():
        texts = shape(SIZE), shape(2 * SIZE)
        problems(parsed(texts[0]))
        small, large = (calls(lambda text=text: problems(parsed(text))) for text in texts)
        assert large <= 2.6 * small + 200, (name, small, large)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_twice_as_long_is_twice_the_work_for_all_rules_together(shape: str) -> None:
    def work(count: int) -> int:
        dockerfile = dockerlint.parse(SHAPES[shape](count))
        return calls(lambda: [finding for rule in RULES for finding in rule.run(dockerfile)])

    work(4)
    size = SIZES.get(shape, SIZE)
    small, large = work(size), work(2 * size)
    assert large <= 2.2 * small, (small, large)
