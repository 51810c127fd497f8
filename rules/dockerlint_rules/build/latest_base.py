from __future__ import annotations

from dockerlint.knowledge.bases import familiar_name, split_reference, supported_release
from dockerlint.model import Dockerfile, From
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Stage


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the tag as written, behind the first colon that is not that of a
    registry with a dot in it, is `latest`."""
    for start in dockerfile.instructions(From):
        raw = start.image.raw
        first, _, rest = raw.partition("/")
        name = rest if rest and "." in first[1:-1] else raw
        if "@" not in name and name.partition(":")[2] == "latest":
            stage, end = dockerfile.stage_of(start), start.image.span.end
            place = Span(end - len("latest"), end)
            literal = stage is not None and stage.image == raw
            fix = (
                _fix(dockerfile, stage, raw.rpartition(":")[0], place)
                if stage is not None and literal
                else None
            )
            yield Finding(start.image.span, "the base image is `latest`; name the release that you mean", fix)


@rule(
    code="DL3007",
    summary="A base image tagged `latest`",
    why="""
        `latest` is whatever was pushed last. A build that works today may break tomorrow, or quietly ship
        another release, and nobody can tell from the file which one an image was made from.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "it names the release of the base that was measured last, and `latest` may be another one by now"
    ),
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    bad=[
        Bad("FROM debian:«latest»\n"),
        Bad(
            "FROM python:«latest»\nFROM debian:«latest»\n",
            fixed="FROM python:3.12.4\nFROM debian:latest\n",
            versions={"image python": "3.12.4"},
        ),
        Bad("FROM registry.example.org:5000/team/app:«latest» AS build\n"),
        Bad("ARG TAG=latest\nFROM «debian:$TAG»\n"),
        Bad("ARG BASE=alpine:latest\nFROM «${BASE}»\n"),
    ],
    good=[
        Good("FROM debian:12\n"),
        Good("FROM debian:latest@sha256:0a12e9c9e5d0a1b0e0b6b0e0a12e9c9e5d0a1b0e0b6b0e0a12e9c9e5d0a1b0e0\n"),
        Good("ARG TAG\nFROM debian:$TAG\n"),
        Good("FROM example.org/app:latest-stable\n"),
        Good("ARG TAG=latest\nFROM debian:12\n"),
    ],
)
def latest_base(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        if stage.image is None:
            continue
        name, tag, digest = split_reference(stage.image)
        if tag != "latest" or digest:
            continue
        word = stage.start.image
        literal = word.raw == stage.image
        start = word.span.end - len(tag) if literal else word.span.start
        span = Span(start, word.span.end)
        short = familiar_name(name)
        yield Finding(
            span,
            f"{short}:latest is another image tomorrow; name a release",
            _fix(dockerfile, stage, name, span if literal else None),
        )


def _fix(dockerfile: Dockerfile, stage: Stage, name: str, place: Span | None) -> Fix | None:
    short = familiar_name(name)
    tag = dockerfile.version(stage.start, "image", short)
    if tag is not None and place is not None:
        return Fix(f"name the release that was measured, {short}:{tag}", (Edit(place, tag),))
    release = supported_release(name)
    if release is None:
        return None
    until = f", which is maintained until {release.ends}" if release.ends else ""
    title = f"name the release, for example {short}:{release.tag}{until}"
    edits = (Edit(place, release.tag),) if place is not None else ()
    return Fix(
        title, edits, Applicability.DISPLAY, "which release the program runs on is known to its author only"
    )
