from __future__ import annotations

from dockerlint.labels import LabelSchema, known, misfits, written
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.valuetypes import is_version, is_version_as_hadolint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: leading zeros pass, variables do not."""
    for word, key in misfits(dockerfile, options, "semver", is_version_as_hadolint, written):
        yield Finding(
            word.span, f"the label {key} is no semantic version; write major.minor.patch without a leading v"
        )


@rule(
    code="DL3056",
    summary="A label of type `semver` whose value is no semantic version",
    why="""
        Tools that compare versions read three numbers, and perhaps a pre-release and build data behind
        them. A leading `v` or a missing number makes them compare text, or give up.
    """,
    severity=Severity.WARNING,
    options=LabelSchema,
    peer=as_hadolint_does,
    source="https://semver.org/",
    bad=[
        Bad('FROM busybox\nLABEL version=«"v1.2.3"»\n', options={"label-schema": {"version": "semver"}}),
        Bad('FROM busybox\nLABEL version=«"1.2"»\n', options={"label-schema": {"version": "semver"}}),
        Bad('FROM busybox\nLABEL version=«"01.2.3"»\n', options={"label-schema": {"version": "semver"}}),
        Bad(
            "ARG V=latest\nFROM busybox\nARG V\nLABEL version=«$V»\n",
            options={"label-schema": {"version": "semver"}},
        ),
    ],
    good=[
        Good('FROM busybox\nLABEL version="1.2.3"\n', options={"label-schema": {"version": "semver"}}),
        Good(
            'FROM busybox\nLABEL version="1.2.3-rc.1+build.5"\n',
            options={"label-schema": {"version": "semver"}},
        ),
        Good("FROM busybox\nARG X\nLABEL version=$X\n", options={"label-schema": {"version": "semver"}}),
        Good("FROM busybox\nLABEL other=v1\n", options={"label-schema": {"version": "semver"}}),
    ],
)
def label_that_is_no_version(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    for word, key in misfits(dockerfile, options, "semver", is_version, known):
        yield Finding(
            word.span, f"the label {key} is no semantic version; write major.minor.patch without a leading v"
        )
