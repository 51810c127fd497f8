"""What BuildKit refuses."""

from __future__ import annotations

from dockerlint.refuse import problems
from dockerlint.refuse.instructions import NO_STAGE
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile


# What hadolint reads without a word: a file that has nothing to build, or not yet.
_READ_BY_HADOLINT = (NO_STAGE, "file with no instructions", "the Dockerfile cannot be empty")


def _as_hadolint(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint's parser stops at is about what BuildKit refuses line by line (phases B and C)."""
    for problem in (*dockerfile.problems, *problems(dockerfile)):
        if problem.phase not in "BC" or problem.message in _READ_BY_HADOLINT:
            continue
        # Triggers that cannot be are DL3043 there.
        if "isn't allowed" not in problem.message:
            yield Finding(problem.span, problem.message)


@rule(
    code="DL1000",
    summary="Something that a build refuses",
    why="""
        The build stops here, before or while it runs the first step. The message is
        BuildKit's own, so it can be searched for. The rest of the file is linted all the same.
    """,
    severity=Severity.ERROR,
    source="https://docs.docker.com/reference/dockerfile/",
    bad=[
        Bad("FROM busybox\n«RNU echo hello»\n"),
        Bad("FROM busybox\n«ENV greeting»\nRUN echo hello\n"),
        Bad("FROM busybox\n«COPY --form=build /a /b»\nRUN echo hello\n"),
        Bad("FROM busybox AS build\n«FROM Build:Upper»\n"),
        Bad("«RUN echo hello»\n"),
        Bad("«»"),
    ],
    good=[Good("FROM busybox\nRUN echo hello\n"), Good("ARG base=busybox\nFROM $base\n")],
    peer=_as_hadolint,
)
def invalid_dockerfile(dockerfile: Dockerfile) -> Iterator[Finding]:
    for problem in (*dockerfile.problems, *problems(dockerfile)):
        if problem.phase == "B" and not dockerfile.source.data:
            continue  # an empty file is refused before its lines are read
        yield Finding(problem.span, problem.message)
