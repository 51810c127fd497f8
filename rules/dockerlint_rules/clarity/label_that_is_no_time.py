from __future__ import annotations

from dockerlint.labels import LabelSchema, known, misfits, written
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.valuetypes import is_time, is_time_as_hadolint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: short years, offsets without a colon and out of range pass."""
    for word, key in misfits(dockerfile, options, "rfc3339", is_time_as_hadolint, written):
        yield Finding(word.span, f"the label {key} is no RFC 3339 time; write it like 2026-01-31T12:00:00Z")


@rule(
    code="DL3053",
    summary="A label of type `rfc3339` whose value is no such time",
    why="""
        Tools that sort or expire images read the time from a label. RFC 3339 wants date, `T`, time and an
        offset: `2026-01-31T12:00:00Z`.
    """,
    severity=Severity.WARNING,
    options=LabelSchema,
    peer=as_hadolint_does,
    source="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    bad=[
        Bad('FROM busybox\nLABEL created=«"2026-01-31"»\n', options={"label-schema": {"created": "rfc3339"}}),
        Bad(
            'FROM busybox\nLABEL created=«"2026-02-30T12:00:00Z"»\n',
            options={"label-schema": {"created": "rfc3339"}},
        ),
        Bad(
            'FROM busybox\nLABEL created=«"2026-01-31T12:00:00+0100"»\n',
            options={"label-schema": {"created": "rfc3339"}},
        ),
        Bad(
            "FROM busybox\nLABEL created=«2026-01-31T12:00:00»\n",
            options={"label-schema": {"created": "rfc3339"}},
        ),
    ],
    good=[
        Good(
            'FROM busybox\nLABEL created="2026-01-31T12:00:00Z"\n',
            options={"label-schema": {"created": "rfc3339"}},
        ),
        Good(
            'FROM busybox\nLABEL created="2024-02-29t23:59:60.5+01:00"\n',
            options={"label-schema": {"created": "rfc3339"}},
        ),
        Good("FROM busybox\nARG NOW\nLABEL created=$NOW\n", options={"label-schema": {"created": "rfc3339"}}),
        Good("FROM busybox\nLABEL other=today\n", options={"label-schema": {"created": "rfc3339"}}),
    ],
)
def label_that_is_no_time(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    for word, key in misfits(dockerfile, options, "rfc3339", is_time, known):
        yield Finding(word.span, f"the label {key} is no RFC 3339 time; write it like 2026-01-31T12:00:00Z")
