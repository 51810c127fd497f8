from __future__ import annotations

from dockerlint.model import Dockerfile, User
from dockerlint.removal import removal
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction


@rule(
    code="DK514",
    summary="A `USER` that another one follows before anything runs",
    why="""
        `USER` holds for the `RUN` steps behind it and, the last one, for the container. One that is replaced before a
        step runs does nothing, and makes a reader think that some step has that user. `COPY` and `ADD` do
        not look at it: their files are root's unless `--chown` says otherwise.
    """,
    severity=Severity.INFO,
    fix=safe(),
    source="https://docs.docker.com/reference/dockerfile/#user",
    bad=[
        Bad(
            "FROM debian:12\n«USER root»\nCOPY a /a\nUSER app\n",
            fixed="FROM debian:12\nCOPY a /a\nUSER app\n",
        ),
        Bad(
            "FROM debian:12\nUSER root\nRUN ls\n«USER app»\nENV A=1\nEXPOSE 80\nUSER 1000\n",
            fixed="FROM debian:12\nUSER root\nRUN ls\nENV A=1\nEXPOSE 80\nUSER 1000\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nUSER root\nRUN ls\nUSER app\n"),
        Good("FROM debian:12\nUSER root\nWORKDIR /a\nUSER app\n"),
        Good("FROM debian:12\nUSER root\nFROM debian:12\nUSER app\n"),
        Good("FROM debian:12\nARG UID=1\nUSER $UID\n"),
    ],
)
def user_without_effect(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        pending: User | None = None
        for one in stage.instructions:
            if isinstance(one, User):
                if pending is not None:
                    yield Finding(
                        pending.span,
                        f"nothing runs before the USER on line {one.first_line}; remove this one",
                        Fix("remove the USER that does nothing", (removal(dockerfile, pending),)),
                    )
                pending = one
            elif not _is_indifferent(one):
                pending = None


def _is_indifferent(instruction: Instruction) -> bool:
    """Whether the user makes no difference to an instruction."""
    return instruction.keyword.name in _INDIFFERENT


_INDIFFERENT = frozenset(
    (
        "ADD",
        "ARG",
        "COPY",
        "CMD",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "HEALTHCHECK",
        "LABEL",
        "SHELL",
        "STOPSIGNAL",
        "VOLUME",
    )
)
