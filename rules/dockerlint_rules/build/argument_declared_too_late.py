from __future__ import annotations

import re

from dockerlint.model import Arg, Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

_REFERENCE = r"(?<![\\$])\$(?:\{(\w+)\}|(\w+))"


@rule(
    code="DK122",
    summary="A `RUN` uses an argument that is declared below it",
    why="""
        An `ARG` counts from its line on. A `RUN` above it sees an empty variable, or the one of an `ENV` or of the
        base image, and no error. The same holds for an `ARG` above the first `FROM`: only `FROM` lines see
        it until the stage repeats `ARG NAME`. What a script sets itself is left alone.
    """,
    severity=Severity.WARNING,
    source="https://docs.docker.com/reference/dockerfile/#scope",
    bad=[
        Bad('FROM busybox\nRUN echo "it\'s «$V»" $V\nARG V=1\n'),
        Bad("FROM busybox\nRUN echo «$VERSION»\nARG VERSION=1\n"),
        Bad("ARG VERSION=12\nFROM debian:$VERSION\nRUN echo «${VERSION}» && ls\n"),
    ],
    good=[
        Good('FROM busybox\nRUN echo $HOME\nRUN ["echo", "$V"]\nRUN <<EOF\necho $V\nEOF\nARG V=1\n'),
        Good("ARG VERSION=12\nFROM debian:$VERSION\nARG VERSION\nRUN echo $VERSION\n"),
        Good("FROM busybox\nRUN for A in 1 2; do echo $A; done; B=2; echo $B\nARG A\nARG B\n"),
        Good("FROM busybox\nRUN echo '$VERSION' \\$VERSION && echo ${VERSION:-1}\nARG VERSION=1\n"),
        Good("FROM busybox\nENV VERSION=2\nRUN echo $VERSION\nARG VERSION=1\n"),
        Good("FROM busybox AS a\nARG V=1\nFROM a\nRUN echo $V\nARG V=1\n"),
    ],
)
def argument_declared_too_late(dockerfile: Dockerfile) -> Iterator[Finding]:
    above = {p.name.raw for one in dockerfile.head if isinstance(one, Arg) for p in one.pairs}
    for stage in dockerfile.stages:
        lines: dict[str, int] = {}
        for arg in stage.of(Arg):
            for pair in arg.pairs:
                lines.setdefault(pair.name.raw, arg.first_line)
        if not lines and not above:
            continue
        for run in stage.of(Run):
            if run.command.is_exec or run.command.heredocs:
                continue
            for name, span in _unset(run, above | lines.keys() if above else lines.keys()):
                line = lines.get(name)
                told = f"move the ARG on line {line} up" if line else f"repeat `ARG {name}` below the FROM"
                yield Finding(span, f"${name} is not set yet; {told}")


def _unset(run: Run, names: AbstractSet[str]) -> Iterator[tuple[str, Span]]:
    """The names that a RUN expands although nothing in the file has set them above."""
    text = run.command.text.text
    if "$" not in text:
        return
    known = run.state.variables
    told: set[str] = set()
    for match in re.finditer(_REFERENCE, text):
        name = match[1] or match[2]
        if name in told or name in known or name not in names:
            continue
        told.add(name)
        if _sets_itself(text, name) or _is_quoted(text, match.start()):
            continue
        yield name, run.command.text.span(match.start(), match.end())


def _sets_itself(text: str, name: str) -> bool:
    """Whether the script gives the variable a value of its own."""
    return re.search(rf"\b{name}=|\b(?:for|read|local|export|declare)\b[^;&|\n]*\b{name}\b", text) is not None


def _is_quoted(text: str, at: int) -> bool:
    """Whether a place stands between single quotes, where the shell expands nothing."""
    return text.count("'", 0, at) % 2 == 1 and text.count('"', 0, at) % 2 == 0
