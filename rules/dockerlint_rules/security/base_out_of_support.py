from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.knowledge.bases import BaseImage, Release, as_of, base_image_of, split_reference
from dockerlint.model import Dockerfile
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, Span, display, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.model import Word


@record
class Options:
    """`today` is the day (YYYY-MM-DD) on which support is looked at; empty means the day of the
    table of releases, so that a file has the same findings on every day."""

    today: str = ""


@rule(
    code="DK450",
    summary="A base image whose release gets no security updates any more",
    why="""
        After the end of its support nobody repairs a release: known holes stay open, its package mirrors move
        to an archive, and `apt-get update` or `apk add` fails one day. What ended is decided on the day of the
        table of releases (`today` sets another day). For Debian that is the end of LTS, for Ubuntu the end of
        standard maintenance.
    """,
    severity=Severity.WARNING,
    fix=display("whether the program runs on the next release is known after its tests"),
    options=Options,
    source="https://wiki.debian.org/LTS, https://wiki.ubuntu.com/Releases, https://alpinelinux.org/releases/,"
    " https://github.com/nodejs/Release, https://devguide.python.org/versions/, https://endoflife.date",
    bad=[
        Bad("FROM «ubuntu:20.04»\n"),
        Bad(
            "FROM «debian:stretch-slim» AS build\nFROM «docker.io/library/node:14-alpine»\nCOPY --from=build /x /x\n"
        ),
        Bad("ARG PY=3.7\nFROM «python:${PY}-slim»\n"),
        Bad("FROM «python:3.12-slim-buster»\n"),
        Bad("FROM «centos:7»\n"),
        Bad("FROM «openjdk:17-jdk»\n"),
        Bad("FROM «debian:12»\n", options={"today": "2029-01-01"}),
        Bad("FROM «mcr.microsoft.com/dotnet/aspnet:6.0»\n"),
    ],
    good=[
        Good("FROM ubuntu:24.04\n"),
        Good("FROM debian:12-slim AS old\nFROM old\n"),
        Good("FROM ubuntu:20.04\n", options={"today": "2024-01-01"}),
        Good("FROM team/ubuntu:14.04\n"),
        Good("FROM ubuntu\n"),
        Good("FROM python:3\n"),
        Good("ARG PY\nFROM python:$PY\n"),
        Good("FROM eclipse-temurin:17-jre\n"),
    ],
)
def base_out_of_support(dockerfile: Dockerfile, options: Options) -> Iterator[Finding]:
    today = options.today or as_of()
    for stage in dockerfile.stages:
        base = base_image_of(stage.image) if stage.image is not None else None
        if base is None:
            continue
        ended = [release for release in base.releases if release.ended(today)]
        if ended:
            word = stage.start.image
            yield Finding(word.span, f"{_what(ended)}; {_advice(base, ended[0])}", _fix(word, base, ended))


def _what(ended: Sequence[Release]) -> str:
    if len(ended) == 1:
        return f"{ended[0].label} has had no security updates since {ended[0].ends}"
    both = " and ".join(f"{r.label} (since {r.ends})" for r in ended)
    return f"{both} have no security updates any more"


def _advice(base: BaseImage, release: Release) -> str:
    if release.advice:
        return release.advice
    until = f", supported until {release.successor_ends}" if release.successor_ends else ""
    if release is base.release:
        return f"move to {base.name}:{_tag(base, release)}{until}"
    return f"move to a variant on {release.product} {release.successor}{until}"


def _tag(base: BaseImage, release: Release) -> str:
    """The successor as the tag spells releases: by code name, or by version."""
    named = not base.tag[:1].isdigit() and release.successor_name
    return release.successor_name if named else release.successor


def _fix(word: Word, base: BaseImage, ended: Sequence[Release]) -> Fix | None:
    """The tag with the next supported release at its head, where the tag is written and names
    nothing else that has ended."""
    release = ended[0]
    if release is not base.release or len(ended) > 1 or not release.successor:
        return None
    name, tag, digest = split_reference(word.raw)
    _, dash, rest = tag.partition("-")
    if digest or not tag or "$" in word.raw or '"' in word.raw or rest[:1].isdigit():
        return None
    new = f"{_tag(base, release)}{dash}{rest}"
    span = Span(word.span.end - len(tag), word.span.end)
    return Fix(f"use {name}:{new}", (Edit(span, new),), Applicability.DISPLAY)
