from __future__ import annotations

from dockerlint.expand import variables_in
from dockerlint.model import Dockerfile, From
from dockerlint.presumed import presumed
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = "TARGETPLATFORM"


@rule(
    code="RedundantTargetPlatform",
    summary="`FROM --platform=$TARGETPLATFORM` says what is so anyway",
    why="""
        A base image is taken for the platform that the build is for, unless `--platform` says otherwise.
        `--platform=$TARGETPLATFORM` says the same, and makes a reader look for the reason. The fix takes it
        out; the base image stays the same.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/redundant-target-platform/",
    bad=[
        Bad("FROM «--platform=$TARGETPLATFORM» debian:12\n", fixed="FROM debian:12\n"),
        Bad(
            'FROM «--platform="${TARGETPLATFORM}"» \\\n    debian:12 AS build\n',
            fixed="FROM debian:12 AS build\n",
        ),
    ],
    good=[
        Good("FROM --platform=$BUILDPLATFORM debian:12\n"),
        Good("FROM --platform=linux/amd64 debian:12\n"),
        Good("FROM --platform=${TARGETPLATFORM:+linux/arm64} debian:12\n"),
        Good("FROM debian:12\n"),
    ],
)
def platform_flag_for_target(dockerfile: Dockerfile) -> Iterator[Finding]:
    for start in presumed(dockerfile).instructions(From):
        flag = start.flag("platform")
        if flag is None or flag.value is None or _NAME not in flag.value:
            continue
        if variables_in(flag.value, dockerfile.escape) != (_NAME,):
            continue
        if flag.expanded == start.state.variables[_NAME]:
            gap = Span(flag.span.start, start.image.span.start)
            lost = any(gap.covers(comment.span) for comment in start.comments) or len(start.flags) > 1
            yield Finding(
                flag.span,
                f"${_NAME} is the platform of every base image already; leave --platform out",
                None if lost else Fix("leave --platform out", (Edit(gap, ""),)),
            )
