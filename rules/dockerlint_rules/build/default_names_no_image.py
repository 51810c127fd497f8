from __future__ import annotations

from dockerlint.imageref import parse_or_none
from dockerlint.model import Dockerfile, From
from dockerlint.presumed import presumed_without_arguments
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_buildkit_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """Also a name without a variable that is no image reference: `FROM Base`."""
    for start in presumed_without_arguments(dockerfile).instructions(From):
        if start.image.value is not None and parse_or_none(start.image.value) is None:
            yield Finding(
                start.image.span,
                f"without build arguments {start.image.raw} names no image; give its ARG a default",
            )


@rule(
    code="InvalidDefaultArgInFrom",
    summary="Without build arguments the image in `FROM` has no valid name",
    why="""
        `ARG TAG` and then `FROM debian:$TAG` builds only for those who know that they have to give
        `--build-arg TAG=`. A default, in the `ARG` or as `${TAG:-12}`, makes the plain build work and tells
        a reader what is meant.
    """,
    severity=Severity.WARNING,
    peer=as_buildkit_does,
    source="https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/",
    bad=[
        Bad("ARG TAG\nFROM «debian:$TAG»\n"),
        Bad("ARG BASE\nFROM «$BASE» AS build\n", build_args={"BASE": "debian:12"}),
        Bad("ARG OWNER=Me\nFROM «example.org/$OWNER/app:1»\n"),
    ],
    good=[
        Good("ARG TAG=12\nFROM debian:$TAG\n"),
        Good("ARG TAG\nFROM debian:${TAG:-12}\n"),
        Good("ARG SUFFIX\nFROM debian:12$SUFFIX\n"),
        Good("FROM example.org/app-$TARGETARCH:1\n"),
        Good("ARG TAG\nFROM debian:${TAG:?is needed}\n"),
    ],
)
def default_names_no_image(dockerfile: Dockerfile) -> Iterator[Finding]:
    plain = {start.image.span for start in dockerfile.instructions(From) if not start.image.variables}
    if all(start.image.span in plain for start in dockerfile.instructions(From)):
        return
    for finding in as_buildkit_does(dockerfile):
        # Where no variable has part in it, no default would help: the file is invalid.
        if finding.span not in plain:
            yield finding
