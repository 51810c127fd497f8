from __future__ import annotations

from dockerlint.errors import nearest
from dockerlint.hadolint import copies
from dockerlint.model import Copy, Dockerfile, From, Run
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a `--from` without a colon that is neither a name that a FROM above has
    given, case and all, nor a number below the count of those FROMs."""
    starts = list(dockerfile.instructions(From))
    for copy, name in copies(dockerfile):
        above = [start for start in starts if start.span.start < copy.span.start]
        names = {start.alias.raw for start in above if start.alias is not None}
        numbered = name.isdecimal() and int(name[:9]) < len(above)
        if ":" not in name and name not in names and not numbered:
            yield Finding(
                copy.keyword.span, "--from names no stage above; name one, or an image with its tag"
            )


@rule(
    code="DL3022",
    summary="`COPY --from` of a name that is no stage and has no tag",
    why="""
        What is no stage of the file is an image to the build, and is fetched from a registry: a slip in the name
        of a stage ends in `pull access denied`, or worse, in somebody else's image. An image that is meant
        has a tag, like that of a `FROM`. A build context may have such a name, too
        (`docker build --build-context`); then silence this where it stands.
    """,
    severity=Severity.WARNING,
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#copy---from",
    bad=[
        Bad("FROM golang:1.26 AS build\nFROM busybox\nCOPY --from=«biuld» /app /app\n"),
        Bad("FROM busybox\nCOPY --from=«nginx» /etc/nginx /etc/nginx\n"),
        Bad("FROM golang:1.26 AS build\nFROM busybox\nRUN --mount=from=«biuld»,target=/b cp /b/a /a\n"),
        Bad("FROM busybox\nRUN ls\nCOPY --from=«example.org:5000/tools/app» /a /b\n"),
    ],
    good=[
        Good("FROM golang:1.26 AS Build\nFROM busybox\nCOPY --from=build /app /app\nCOPY --from=0 /a /b\n"),
        Good("FROM busybox\nCOPY --from=nginx:1.27 /etc/nginx /etc/nginx\n"),
        Good("FROM busybox\nCOPY --from=nginx@sha256:0123 /etc/nginx /etc/nginx\n"),
        Good("FROM busybox\nCOPY a b\n"),
        Good("FROM busybox AS me\nCOPY --from=me /a /b\n"),
        Good("FROM busybox\nCOPY --from=$WHERE /a /b\n"),
        Good(
            "FROM debian:12 AS a1\nFROM busybox\nRUN --mount=from=$A,target=/b --mount=from=nginx,target=/c ls\n"
        ),
        Good("FROM debian:12 AS build\nFROM busybox\nRUN --mount=type=bind,from=BUILD,target=/c ls\n"),
        Good("FROM busybox\nCOPY --from=7 /a /b\n"),
    ],
)
def copy_from_unknown_stage(dockerfile: Dockerfile) -> Iterator[Finding]:
    # What a build refuses (other numbers, variables, stages below) is told by what it says.
    names = {stage.name for stage in dockerfile.stages if stage.name is not None}
    if names:
        yield from _mounted(dockerfile, names)
    for copy in dockerfile.instructions(Copy):
        flag = copy.flag("from")
        name = flag.value if flag is not None else None
        if flag is None or not name or name.lower() in names or name.isdecimal() or "$" in name:
            continue
        if ":" in name.rpartition("/")[2] or "@" in name:
            continue
        if "/" in name:
            yield Finding(
                flag.value_span, f"the image {name[:80]} has no tag; name the release that you mean"
            )
            continue
        told = nearest(name.lower(), names) or "name a stage, or an image with its tag"
        yield Finding(flag.value_span, f"no stage is named {name[:60]}; {told}")


def _mounted(dockerfile: Dockerfile, names: set[str]) -> Iterator[Finding]:
    """Mounts from a name that is close to a stage's. Others may be images."""
    for run in dockerfile.instructions(Run):
        for mount in run.mounts:
            name = mount.options.get("from", "")
            if not name or name.lower() in names or any(char in name for char in "$:/@") or name.isdecimal():
                continue
            close = nearest(name.lower(), names)
            at = dockerfile.source.text.find(f"from={name}", mount.flag.span.start, mount.flag.span.end)
            if close and at >= 0:
                start = at + len("from=")
                yield Finding(Span(start, start + len(name)), f"no stage is named {name[:60]}; {close}")
