from __future__ import annotations

from dockerlint.model import Add, Copy, Dockerfile
from dockerlint.presumed import presumed
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_EVERYTHING = frozenset(("*", "**", "**/*"))


def as_buildkit_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """The same with variables of the base image as empty; a leading slash counts there."""
    yield from _found(presumed(dockerfile), keep_slash=True)


@rule(
    code="CopyIgnoredFile",
    summary="A copied file that the ignore file keeps out of the build",
    why="""
        What `.dockerignore` matches is never sent to the builder, so copying it fails, or leaves out what
        should be there. Either the pattern is too wide or the `COPY` is a leftover. An ignore file with
        `!` patterns is not judged, and a source with wildcards is compared as it is written, as BuildKit
        does.
    """,
    severity=Severity.WARNING,
    peer=as_buildkit_does,
    source="https://docs.docker.com/reference/build-checks/copy-ignored-file/",
    bad=[
        Bad("FROM busybox\nCOPY «secret.env» /app/\n", ignore="*.env\n"),
        Bad("FROM busybox\nADD a «./build/out/x» /app/\n", ignore="build/\n"),
        Bad('FROM busybox\nCOPY [«"docs/a b"», "/app/"]\n', ignore="/docs\n"),
        Bad("FROM busybox\nCOPY «.» /app/\n", ignore="*\n"),
        Bad("FROM busybox\nCOPY «/app.env» /app/\n", ignore="app.env\n"),
    ],
    good=[
        Good("FROM busybox\nCOPY app.env /app/\n"),
        Good("FROM busybox\nCOPY . /app/\n", ignore="*.env\nbuild\n"),
        Good("FROM busybox\nCOPY app.env /app/\n", ignore="*.env\n!app.env\n"),
        Good("FROM busybox AS one\nFROM busybox\nCOPY --from=one /app.env /\n", ignore="*.env\n"),
        Good("FROM busybox\nADD https://example.org/app.env /\n", ignore="**/*.env\n"),
        Good("FROM busybox\nCOPY <<app.env /\nx\napp.env\n", ignore="*\n"),
    ],
)
def copy_of_ignored_file(dockerfile: Dockerfile) -> Iterator[Finding]:
    yield from _found(dockerfile)


def _found(dockerfile: Dockerfile, keep_slash: bool = False) -> Iterator[Finding]:
    patterns = dockerfile.ignore_patterns
    if not patterns or any(pattern.startswith("!") for pattern in patterns):
        return
    from dockerlint.ignorefile import Ignore, clean
    from dockerlint.refuse.copies import is_git, is_http

    ignore = Ignore.of(patterns)
    everything = not _EVERYTHING.isdisjoint(patterns)
    for instruction in dockerfile.body:
        if not isinstance(instruction, Copy | Add) or instruction.flag("from") is not None:
            continue
        for source in instruction.sources:
            path = source.value
            if path is None or (isinstance(instruction, Add) and (is_http(path) or is_git(path))):
                continue
            path = clean(path)
            if ignore.excludes(path, keep_slash) if path not in (".", "/") else everything:
                yield Finding(
                    source.span,
                    f"the ignore file keeps {source.raw} out of the build; mend the pattern or leave it out",
                )
