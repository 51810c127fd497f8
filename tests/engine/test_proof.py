"""The harness that proves safe fixes: it must see what differs, and only that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engines import Workplace
from proof import Prover, why_not

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module", params=["docker", "buildah"])
def prover(request: pytest.FixtureRequest, workplace: Workplace) -> Iterator[Prover]:
    with Prover(workplace, request.param) as made:
        yield made


def test_two_layers_and_one_with_the_same_files_are_the_same(prover: Prover) -> None:
    one = 'FROM busybox\nRUN echo a > /a\nRUN echo b > /b && rm /a\nCMD ["sh"]\n'
    two = 'FROM busybox\nRUN echo a > /a && echo b > /b && rm /a\nCMD ["sh"]\n'
    assert prover.differences(one, two) == []


@pytest.mark.parametrize(
    ("one", "two", "seen"),
    [
        ("RUN echo a > /a", "RUN echo b > /a", "/a content"),
        ("RUN touch /a", "RUN touch /a && chmod 700 /a", "/a mode"),
        ("RUN touch /a", "RUN touch /a && chown 5 /a", "/a owner"),
        ("RUN touch /a", "RUN mkdir /a", "/a kind"),
        ("RUN ln -s x /a", "RUN ln -s y /a", "/a target"),
        ("RUN touch /a /b", "RUN touch /b", "/a is gone"),
        ("RUN touch /b", "RUN touch /a /b", "/a is new"),
        ("RUN mkdir -p /a/b", "RUN true", "/a/ 2 folders are gone"),
        ("ENV A=1", "ENV A=2", "config Env"),
        ("USER 1", "USER 2", "config User"),
        ('CMD ["a"]', "CMD a", "config Cmd"),
        ("HEALTHCHECK CMD true", "HEALTHCHECK NONE", "config Healthcheck"),
    ],
)
def test_every_difference_is_seen(prover: Prover, one: str, two: str, seen: str) -> None:
    found = prover.differences(f"FROM busybox\n{one}\n", f"FROM busybox\n{two}\n")
    assert any(line.startswith(seen) for line in found), found


def test_paths_that_a_rule_names_may_differ(prover: Prover) -> None:
    one = "FROM busybox\nRUN mkdir -p /root/.cache/pip/deep && touch /root/.cache/pip/deep/x /kept\n"
    two = "FROM busybox\nRUN touch /kept\n"
    assert prover.differences(one, two, ["*/.cache/pip/*"]) == []
    assert "/root/.cache/pip/deep/x is gone" in prover.differences(one, two, ["*/.cache/npm/*"])


def test_a_directory_that_held_something_else_too_may_not_go(prover: Prover) -> None:
    one = "FROM busybox\nRUN mkdir -p /c/pip && touch /c/pip/x /c/other\n"
    found = prover.differences(one, "FROM busybox\nRUN true\n", ["/c/pip/*"])
    assert found == ["/c/other is gone"]


def test_context_files_ignore_files_and_build_arguments_are_used(prover: Prover) -> None:
    text = "FROM busybox\nARG NAME\nCOPY . /x/\nRUN cp /x/a /$NAME\n"
    image = prover.image(text, {"a": "1", "sub/b": "2", "c": "3"}, "c\n", {"NAME": "copy"})
    paths = {entry.path for layer in image.layers for entry in layer.entries}
    assert {"x/a", "x/sub/b", "copy"} <= paths
    assert "x/c" not in paths


def test_a_file_whose_base_cannot_be_made_is_told_before_it_is_built() -> None:
    assert why_not("FROM busybox:1.36 AS a\nFROM scratch\nFROM a\n") == ""
    assert why_not("FROM debian:12-slim\n") == ""
    assert why_not("FROM alpine:3.20\n") == "nothing stands in for alpine:3.20"
    assert why_not("# nothing\n") == "it has no stage"
