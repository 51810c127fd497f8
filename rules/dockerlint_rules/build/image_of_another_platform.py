from __future__ import annotations

from dockerlint.imageref import parse_or_none
from dockerlint.model import Dockerfile
from dockerlint.platforms import InvalidPlatform, Platform
from dockerlint.platforms import parse as parse_platform
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Docker Hub keeps the official images of one architecture under these names.
_NAMESPACES = {
    "amd64": "amd64", "arm32v5": "arm", "arm32v6": "arm", "arm32v7": "arm", "arm64v8": "arm64", "i386": "386",
    "mips64le": "mips64le", "ppc64le": "ppc64le", "riscv64": "riscv64", "s390x": "s390x",
}  # fmt: skip


@rule(
    code="InvalidBaseImagePlatform",
    summary="A base image of another platform than `--platform` asks for",
    why="""
        An image for another architecture than the one asked for fails with `exec format error` at its first
        `RUN`, or runs slowly in an emulator. BuildKit compares the platform with the configuration of the
        image that it has pulled. From the file alone that is known for few images: those of Docker Hub's
        names for one architecture (`arm64v8/debian`), and Windows images. All others are left to a build.
    """,
    severity=Severity.WARNING,
    source="https://github.com/docker-library/official-images#architectures-other-than-amd64",
    bad=[
        Bad("FROM --platform=linux/amd64 «arm64v8/debian:12»\n"),
        Bad("ARG FOR=linux/arm64\nFROM --platform=$FOR «docker.io/i386/debian:12» AS old\n"),
        Bad("FROM --platform=linux/amd64 «mcr.microsoft.com/windows/nanoserver:ltsc2022»\n"),
    ],
    good=[
        Good("FROM --platform=linux/arm64 arm64v8/debian:12\n"),
        Good("FROM --platform=linux/arm/v7 arm32v7/debian:12\n"),
        Good("FROM --platform=linux/amd64 debian:12\n"),
        Good("FROM arm64v8/debian:12\n"),
        Good("FROM --platform=$TARGETPLATFORM arm64v8/debian:12\n"),
        Good("FROM --platform=linux/amd64 quay.io/arm64v8/debian:12\n"),
        Good("FROM --platform=windows/amd64 mcr.microsoft.com/windows/nanoserver:ltsc2022\n"),
        Good("FROM debian:12 AS base\nFROM --platform=linux/arm64 base\n"),
        Good("FROM --platform=nonsense arm64v8/debian:12\n"),
    ],
)
def image_of_another_platform(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        flag = stage.start.flag("platform")
        if flag is None or not flag.expanded or not stage.image:
            continue
        try:
            asked = parse_platform(flag.expanded)
        except InvalidPlatform:
            continue
        image = _platform_of(stage.image)
        if image is None:
            continue
        if _differ(asked.os, image.os) or _differ(asked.architecture, image.architecture):
            yield Finding(
                stage.start.image.span,
                f"{stage.image} is for {_shown(image)}, but {flag.expanded} is asked for; make them agree",
            )


def _platform_of(image: str) -> Platform | None:
    """The platform that the name of an image tells, None for most."""
    reference = parse_or_none(image)
    if reference is None:
        return None
    first = reference.path.partition("/")[0]
    if reference.domain == "docker.io" and first in _NAMESPACES:
        return Platform("linux", _NAMESPACES[first], "")
    if reference.domain == "mcr.microsoft.com" and first == "windows":
        return Platform("windows", None, "")
    return None


def _differ(asked: str | None, found: str | None) -> bool:
    return asked is not None and found is not None and asked != found


def _shown(platform: Platform) -> str:
    return f"{platform.os}/{platform.architecture}" if platform.architecture else str(platform.os)
