from __future__ import annotations

from dockerlint.expand import variables_in
from dockerlint.model import Dockerfile, From
from dockerlint.platforms import InvalidPlatform, parse
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="FromPlatformFlagConstDisallowed",
    summary="`FROM --platform` with a fixed platform",
    why="""
        With a fixed platform the image is always for that one, whatever `docker build --platform` asks for, and
        nobody can build it for another. A variable (`$BUILDPLATFORM` for tools that run during the build)
        or `--platform` at the build says the same without that. A stage whose name has the platform in it
        is meant to be for that one.
    """,
    severity=Severity.WARNING,
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/",
    bad=[
        Bad("FROM «--platform=linux/amd64» debian:12\n"),
        Bad("FROM «--platform=arm64» debian:12 AS build\n"),
        Bad("FROM debian:12\nFROM «--platform=windows» busybox AS arm64\n"),
    ],
    good=[
        Good("FROM --platform=$BUILDPLATFORM debian:12\n"),
        Good("FROM --platform=linux/arm64 debian:12 AS build-arm64\n"),
        Good("FROM --platform=linux debian:12 AS on-linux\n"),
        Good("FROM --platform=a/b/c/d debian:12\n"),
        Good("FROM debian:12\n"),
    ],
)
def from_platform_flag_const_disallowed(dockerfile: Dockerfile) -> Iterator[Finding]:
    for start in dockerfile.instructions(From):
        flag = start.flag("platform")
        if flag is None or not flag.expanded or variables_in(flag.value or "", dockerfile.escape):
            continue
        try:
            platform = parse(flag.expanded)
        except InvalidPlatform:
            continue
        name = start.alias.raw.lower() if start.alias is not None else ""
        # Where one half is not written, it is that of the machine; nobody names a stage after it.
        if any(part in name for part in (platform.os or "linux", platform.architecture or "amd64")):
            continue
        yield Finding(
            flag.span,
            f"the platform is fixed to {flag.expanded}; use a variable, or leave it to the build",
        )
