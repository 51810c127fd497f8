from __future__ import annotations

from dockerlint.model import Copy, Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a source and a target that are exactly `/`, on any base."""
    for copy in dockerfile.instructions(Copy):
        if copy.flag("from") is None or copy.destination.raw.strip("\"'") != "/":
            continue
        if any(source.raw.strip("\"'") == "/" for source in copy.sources):
            yield Finding(copy.span, "all of another stage is copied; name the files that are needed")


@rule(
    code="DL3067",
    summary="The whole filesystem of another stage is copied",
    why="""
        `COPY --from=build / /` takes everything over that the stages were split to leave behind: compilers,
        caches, and a second copy of every file of the base. On `scratch` it is a way to make one layer of
        an image, and is left alone.
    """,
    severity=Severity.WARNING,
    peer=as_hadolint_does,
    bad=[
        Bad("FROM debian:12 AS build\nRUN make\nFROM debian:12\nCOPY --from=build «/» /\n"),
        Bad("FROM debian:12 AS build\nRUN make\nFROM debian:12\nCOPY --from=0 /a «/.» /./\n"),
    ],
    good=[
        Good("FROM debian:12 AS build\nRUN make\nFROM debian:12\nCOPY --from=build /app /\n"),
        Good("FROM debian:12 AS build\nRUN make\nFROM debian:12\nCOPY --from=build / /rootfs\n"),
        Good("FROM debian:12 AS build\nRUN make\nFROM scratch\nCOPY --from=build / /\n"),
        Good("FROM debian:12\nCOPY / /\n"),
        Good("FROM debian:12 AS build\nRUN make\nFROM debian:12\nCOPY --from=build . .\n"),
        Good("FROM debian:12 AS build\nARG X\nFROM debian:12\nARG X\nCOPY --from=build $X $X\n"),
    ],
)
def whole_filesystem_copied(dockerfile: Dockerfile) -> Iterator[Finding]:
    for copy in dockerfile.instructions(Copy):
        stage = dockerfile.stage_of(copy)
        if copy.flag("from") is None or stage is None or stage.root.image == "scratch":
            continue
        if not _is_root(copy.destination.value):
            continue
        for source in copy.sources:
            if _is_root(source.value):
                yield Finding(source.span, "all of another stage is copied; name the files that are needed")


def _is_root(path: str | None) -> bool:
    return path is not None and path.startswith("/") and not path.strip("/.")
