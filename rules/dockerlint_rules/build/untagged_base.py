from __future__ import annotations

from dockerlint.knowledge.bases import familiar_name, split_reference, supported_release
from dockerlint.model import Dockerfile, From
from dockerlint.rule import Applicability, Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Stage


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: it looks at the line as written, takes a first part with a dot inside
    for the registry and any colon behind it for a tag, and compares stage names with case."""
    names: set[str] = set()
    for start in dockerfile.instructions(From):
        raw = start.image.raw
        first, _, rest = raw.partition("/")
        name = rest if rest and "." in first[1:-1] else raw
        known = name.startswith("$") or name == "scratch" or name in names
        if not known and ":" not in name and "@" not in name:
            stage = dockerfile.stage_of(start)
            fix = _fix(dockerfile, stage, raw) if stage is not None and stage.image == raw else None
            yield Finding(start.image.span, "the base image has no tag; name the release that you mean", fix)
        if start.alias is not None:
            names.add(start.alias.raw)


@rule(
    code="DL3006",
    summary="A base image without a tag",
    why="""
        Without a tag `FROM` takes `latest`, which is another image every few months: a build that works
        today may break tomorrow, or quietly ship another release. A tag says what the file was written for.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "it names the release of the base that was measured last, and `latest` may be another one by now"
    ),
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    bad=[
        Bad("FROM «debian»\n"),
        Bad(
            "FROM «debian» AS build\nFROM «docker.io/library/node»\n",
            fixed="FROM debian:12 AS build\nFROM docker.io/library/node:22.3.0\n",
            versions={"image debian": "12", "image node": "22.3.0"},
        ),
        Bad("FROM --platform=linux/amd64 «registry.example.org:5000/team/app» AS build\n"),
        Bad("ARG BASE=ubuntu\nFROM «$BASE»\n"),
        Bad("ARG TEAM=tools\nFROM «example.org/${TEAM}/app»\n"),
        Bad("FROM debian:12 AS build\nFROM «builder»\nCOPY --from=build /etc/hosts /x\n"),
    ],
    good=[
        Good("FROM debian:12\n"),
        Good("FROM scratch\n"),
        Good("FROM debian:12 AS Build\nFROM build\n"),
        Good("ARG BASE\nFROM $BASE\n"),
        Good("ARG IMAGE\nFROM registry.example.org/$IMAGE\n"),
        Good("FROM debian@sha256:0a12e9c9e5d0a1b0e0b6b0e0a12e9c9e5d0a1b0e0b6b0e0a12e9c9e5d0a1b0e0\n"),
        Good("ARG BASE=ubuntu:24.04\nFROM $BASE\n"),
    ],
)
def untagged_base(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        if stage.image is None or stage.image in ("scratch", ""):
            continue
        name, tag, digest = split_reference(stage.image)
        if tag or digest or stage.image.endswith(":"):
            continue
        word = stage.start.image
        short = familiar_name(name)
        shown = f"{short} has no tag" if word.raw == name else f"{word.raw} is {short}, which has no tag"
        yield Finding(
            word.span,
            f"{shown} and changes without notice; name a release",
            _fix(dockerfile, stage, name),
        )


def _fix(dockerfile: Dockerfile, stage: Stage, name: str) -> Fix | None:
    word, short = stage.start.image, familiar_name(name)
    place = Span(word.span.end, word.span.end)
    tag = dockerfile.version(stage.start, "image", short)
    if tag is not None and word.raw == name:
        return Fix(f"name the release that was measured, {short}:{tag}", (Edit(place, f":{tag}"),))
    release = supported_release(name)
    if release is None:
        return None
    until = f", which is maintained until {release.ends}" if release.ends else ""
    title = f"name the release, for example {short}:{release.tag}{until}"
    edits = (Edit(place, f":{release.tag}"),) if word.raw == name else ()
    return Fix(
        title, edits, Applicability.DISPLAY, "which release the program runs on is known to its author only"
    )
