from __future__ import annotations

from dockerlint.model import Dockerfile, From
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="FromAsCasing",
    summary="`FROM` and `AS` in different case",
    why="""
        `FROM image as name` mixes two ways to write keywords in one line, and the small `as` is easily taken
        for a part of the image. Keywords mean the same in either case, so the fix changes nothing else.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    source="https://docs.docker.com/reference/build-checks/from-as-casing/",
    bad=[
        Bad("FROM busybox «as» build\n", fixed="FROM busybox AS build\n"),
        Bad("from busybox «AS» build\n", fixed="from busybox as build\n"),
        Bad("FROM busybox \\\n  «As» build\n", fixed="FROM busybox \\\n  AS build\n"),
    ],
    good=[
        Good("FROM busybox AS build\n"),
        Good("from busybox as build\n"),
        Good("From busybox as build\n"),
        Good("FROM busybox\n"),
    ],
)
def from_and_as_in_different_case(dockerfile: Dockerfile) -> Iterator[Finding]:
    for start in dockerfile.instructions(From):
        keyword, mark = start.keyword.text, start.as_keyword
        if mark is None or keyword not in (keyword.upper(), keyword.lower()):
            continue
        wanted = "AS" if keyword == keyword.upper() else "as"
        if mark.raw != wanted:
            yield Finding(
                mark.span,
                f"{keyword} and {mark.raw} are written in different case; write {wanted}",
                Fix(f"write {wanted}", (Edit(mark.span, wanted),)),
            )
