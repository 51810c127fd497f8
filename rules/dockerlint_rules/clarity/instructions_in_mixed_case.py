from __future__ import annotations

from dockerlint.model import Dockerfile, Invalid
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="ConsistentInstructionCasing",
    summary="Instructions in upper and in lower case in one file",
    why="""
        `run` and `RUN` are the same to the builder, not to a reader who skims the left margin, nor to a search.
        What most of the file does is right; where it is undecided, upper case. `ARG` before the first
        `FROM` does not count. Keywords mean the same in either case, so the fix changes nothing else.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    source="https://docs.docker.com/reference/build-checks/consistent-instruction-casing/",
    bad=[
        Bad(
            "FROM busybox\n«run» mkdir /a\nRUN mkdir /b\n",
            fixed="FROM busybox\nRUN mkdir /a\nRUN mkdir /b\n",
        ),
        Bad(
            "from busybox\nrun mkdir /a\n«COPY» a /b\n«Cmd» sh\n",
            fixed="from busybox\nrun mkdir /a\ncopy a /b\ncmd sh\n",
        ),
        Bad("«from» busybox\nRUN mkdir /a\n", fixed="FROM busybox\nRUN mkdir /a\n"),
    ],
    good=[
        Good("FROM busybox\nRUN mkdir /a\n"),
        Good("from busybox\nrun mkdir /a\n"),
        Good("arg X=1\nFROM busybox\nRUN mkdir /a\n"),
        Good("FROM busybox\nONBUILD run mkdir /a\n"),
        Good("FROM busybox\nmkdir /a\n"),
    ],
)
def instructions_in_mixed_case(dockerfile: Dockerfile) -> Iterator[Finding]:
    keywords = [
        instruction.keyword
        for stage in dockerfile.stages
        for instruction in (stage.start, *stage.instructions)
        if not isinstance(instruction, Invalid)
    ]
    lower = sum(keyword.text == keyword.text.lower() for keyword in keywords)
    upper = sum(keyword.text == keyword.text.upper() for keyword in keywords)
    for keyword in keywords:
        wanted = keyword.text.lower() if lower > upper else keyword.text.upper()
        if keyword.text != wanted:
            case = "lower" if lower > upper else "upper"
            yield Finding(
                keyword.span,
                f"{keyword.text} is not written like most instructions of this file; write {wanted}",
                Fix(f"write {wanted} in {case} case", (Edit(keyword.span, wanted),)),
            )
