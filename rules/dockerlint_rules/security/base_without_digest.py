from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DK414",
    summary="A base image without a digest",
    why="""
        A tag can be moved to another image at any time, by its maintainers or by whoever has their password.
        A digest (`image:tag@sha256:…`) is the image itself: the build takes that one or stops. It has to be
        kept up to date by a tool (Renovate, Dependabot), or the image never gets security fixes; so this
        rule is off until it is selected. `docker buildx imagetools inspect IMAGE` shows the digest.
    """,
    severity=Severity.INFO,
    profiles=(),
    source="https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    bad=[
        Bad("FROM «debian:12»\n"),
        Bad("ARG TAG=22\nFROM «node:$TAG» AS build\nFROM build\n"),
    ],
    good=[
        Good(
            "FROM debian:12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef AS a\nFROM a\n"
        ),
        Good("FROM scratch\n"),
        Good("ARG BASE\nFROM $BASE\n"),
    ],
)
def base_without_digest(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        image = stage.image
        if stage.base is None and image is not None and image != "scratch" and "@" not in image:
            yield Finding(stage.start.image.span, f"the tag of {image} can be moved; add its @sha256 digest")
