from __future__ import annotations

from dockerlint.expand import variables_in
from dockerlint.model import Dockerfile, From
from dockerlint.platforms import InvalidPlatform, parse
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Flag


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a `--platform` with neither BUILDPLATFORM nor TARGETPLATFORM in its text."""
    for start in dockerfile.instructions(From):
        flag = start.flag("platform")
        text = dockerfile.source.slice(flag.value_span) if flag is not None else "BUILDPLATFORM"
        if flag is not None and "BUILDPLATFORM" not in text and "TARGETPLATFORM" not in text:
            yield Finding(
                flag.span, "the platform is fixed; leave it to the build", _fix(dockerfile, start, flag)
            )


@rule(
    code="DL3029",
    summary="`FROM --platform` with a fixed platform",
    why="""
        With a fixed platform the image is for that one whatever `docker build --platform` asks for, and elsewhere
        it is run by an emulator. Leave it to the build, or name `$BUILDPLATFORM` for tools that run during the
        build. A stage with the platform in its name is meant to be for that one.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "the image is for the platform that the build is asked for", config=("architecture", "os", "variant")
    ),
    aliases=("FromPlatformFlagConstDisallowed",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/",
    bad=[
        Bad("FROM «--platform=linux/amd64» debian:12\n", fixed="FROM debian:12\n"),
        Bad(
            "FROM debian:12\nFROM  «--platform=arm64»  busybox AS build\n",
            fixed="FROM debian:12\nFROM  busybox AS build\n",
        ),
    ],
    good=[
        Good("FROM --platform=$BUILDPLATFORM debian:12\n"),
        Good("ARG ON=linux/amd64\nFROM --platform=$ON debian:12\n"),
        Good("FROM --platform=linux/arm64 debian:12 AS build-arm64\n"),
        Good("FROM --platform=linux debian:12 AS on-linux\n"),
        Good("FROM debian:12\n"),
    ],
)
def fixed_platform(dockerfile: Dockerfile) -> Iterator[Finding]:
    for start in dockerfile.instructions(From):
        flag = start.flag("platform")
        if flag is None or not flag.expanded or variables_in(flag.value or "", dockerfile.escape):
            continue
        try:
            platform = parse(flag.expanded)
        except InvalidPlatform:
            continue
        name = start.alias.raw.lower() if start.alias is not None else ""
        if any(part in name for part in (platform.os or "linux", platform.architecture or "amd64")):
            continue
        yield Finding(
            flag.span,
            f"the platform is fixed to {flag.expanded}; leave it to the build, or name a variable",
            _fix(dockerfile, start, flag),
        )


def _fix(dockerfile: Dockerfile, start: From, flag: Flag) -> Fix | None:
    text = dockerfile.source.text
    end = flag.span.end
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    if end == flag.span.end or text[end : end + 1] in ("\n", "\r", dockerfile.escape):
        return None
    return Fix("leave the platform to the build", (Edit(Span(flag.span.start, end), ""),))
