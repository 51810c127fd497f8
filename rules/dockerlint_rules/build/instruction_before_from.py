from __future__ import annotations

from dockerlint.model import Arg, Dockerfile, From, Invalid
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DL3061",
    summary="An instruction before the first `FROM`",
    why="""
        Nothing can run or be set before there is an image to do it in: only `ARG` may stand before the
        first `FROM`, and gives values to the `FROM` lines. Anything else stops the build.
    """,
    severity=Severity.ERROR,
    profiles=("hadolint",),
    source="https://docs.docker.com/reference/dockerfile/#format",
    bad=[
        Bad("«LABEL» owner=me\nFROM busybox\n"),
        Bad("ARG A=1\n«ENV» B=$A\n«ONBUILD» RUN echo hello\nFROM busybox\n"),
    ],
    good=[Good("# syntax=docker/dockerfile:1\n# the base\nARG BASE=busybox\nFROM $BASE\nLABEL owner=me\n")],
)
def instruction_before_from(dockerfile: Dockerfile) -> Iterator[Finding]:
    for instruction in dockerfile.body:
        if isinstance(instruction, From):
            return
        if not isinstance(instruction, (Arg, Invalid)):
            yield Finding(
                instruction.keyword.span,
                f"{instruction.keyword.name} stands before the first FROM; move it behind",
            )
