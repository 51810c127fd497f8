from __future__ import annotations

from dockerlint.model import Arg, Dockerfile, Healthcheck, Stopsignal
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction


@rule(
    code="DK505",
    summary="A flag that the builder drops without a word",
    why="""
        `ARG`, `STOPSIGNAL` and `HEALTHCHECK NONE` have no flags, and other than everywhere else the builder does not say
        so: `HEALTHCHECK --interval=5s NONE` waits for nothing. The flag only misleads who reads it.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    source="https://docs.docker.com/reference/dockerfile/",
    bad=[
        Bad("FROM busybox\nHEALTHCHECK «--interval=5s» NONE\n", fixed="FROM busybox\nHEALTHCHECK NONE\n"),
        Bad("FROM busybox\nARG «--required»  VERSION=1\n", fixed="FROM busybox\nARG VERSION=1\n"),
        Bad("FROM busybox\nSTOPSIGNAL «--grace=1» «--x» TERM\n", fixed="FROM busybox\nSTOPSIGNAL TERM\n"),
        Bad("FROM busybox\nARG «--required» \\\n  VERSION=1\n"),
    ],
    good=[
        Good("FROM busybox\nARG VERSION=1\nSTOPSIGNAL TERM\nHEALTHCHECK NONE\n"),
        Good("FROM busybox\nHEALTHCHECK --interval=5s CMD true\nCOPY --chown=1 a /\n"),
    ],
)
def flag_without_effect(dockerfile: Dockerfile) -> Iterator[Finding]:
    found: Iterator[Instruction] = dockerfile.instructions(Arg, Stopsignal, Healthcheck, onbuild=True)
    for instruction in found:
        if not instruction.flags or (
            isinstance(instruction, Healthcheck) and instruction.command is not None
        ):
            continue
        name = instruction.keyword.name
        for flag in instruction.flags:
            yield Finding(
                flag.span,
                f"{name} has no flags, this one does nothing; leave it out",
                _fix(dockerfile, flag.span),
            )


def _fix(dockerfile: Dockerfile, span: Span) -> Fix | None:
    text, end = dockerfile.source.text, span.end
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    if text[end : end + 1] in (dockerfile.escape, "\n", "\r", ""):
        return None
    return Fix("leave the flag out", (Edit(Span(span.start, end), ""),))
