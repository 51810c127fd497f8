"""Places that lead to pages."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dockerlint.loader import load
from dockerlint.lsp.links import image_page, links
from dockerlint.resolve import parse

RULES = load()


def found(text: str) -> dict[str, str]:
    return {text[link.span.start : link.span.end]: link.target for link in links(parse(text), RULES)}


@pytest.mark.parametrize(
    ("reference", "page"),
    [
        ("debian:12", "https://hub.docker.com/_/debian"),
        ("docker.io/library/debian", "https://hub.docker.com/_/debian"),
        ("grafana/grafana@sha256:00", "https://hub.docker.com/r/grafana/grafana"),
        ("ghcr.io/astral-sh/uv:1", "https://ghcr.io/astral-sh/uv"),
        ("quay.io/a/b:1", "https://quay.io/repository/a/b"),
        ("mcr.microsoft.com/dotnet/sdk:9.0", "https://mcr.microsoft.com/en-us/artifact/mar/dotnet/sdk"),
        ("localhost/x", ""),
        ("registry.example.org:5000/x/y", ""),
        ("Bad Name", ""),
        ("a/../../b", ""),
    ],
)
def test_an_image_has_the_page_of_its_registry(reference: str, page: str) -> None:
    assert image_page(reference) == page


def test_images_downloads_and_rules_are_links() -> None:
    text = (
        "# syntax=docker/dockerfile:1\n"
        "ARG V=12\n"
        "FROM debian:$V AS a\n"
        "FROM a\n"
        "# see https://example.org/why.\n"
        "# dockerlint ignore=DL3020,nothing\n"
        "ADD https://example.org/x.tgz /x\n"
        "# hadolint ignore=DL3008,SC2086\n"
        'RUN curl -fsSL "https://example.org/y?z=1" | sh && curl https://e.org/$V\n'
        "COPY --from=nginx:1 /a /b\n"
        "COPY --from=a /a /b\n"
    )
    pages = "https://github.com/dockerlint/dockerlint/blob/main/docs/rules"
    assert found(text) == {
        "docker/dockerfile:1": "https://hub.docker.com/r/docker/dockerfile",
        "debian:$V": "https://hub.docker.com/_/debian",
        "https://example.org/why": "https://example.org/why",
        "DL3020": f"{pages}/add-for-local-path.md",
        "https://example.org/x.tgz": "https://example.org/x.tgz",
        "DL3008": f"{pages}/unpinned-apt-packages.md",
        "SC2086": "https://www.shellcheck.net/wiki/SC2086",
        "https://example.org/y?z=1": "https://example.org/y?z=1",
        "nginx:1": "https://hub.docker.com/_/nginx",
    }


def test_links_are_in_order_and_do_not_overlap() -> None:
    text = "FROM a\nADD https://e.org/a https://e.org/b /x\n# https://e.org/c https://e.org/d\n"
    spans = [link.span for link in links(parse(text), RULES)]
    assert len(spans) == 5
    assert all(one.end <= two.start for one, two in pairwise(spans))
