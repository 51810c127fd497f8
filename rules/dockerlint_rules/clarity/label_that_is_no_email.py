from __future__ import annotations

from dockerlint.labels import LabelSchema, known, misfits, written
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.valuetypes import is_email

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: the value as it is written, with its variables."""
    for word, key in misfits(dockerfile, options, "email", is_email, written):
        yield Finding(word.span, f"the label {key} is no email address; write name@example.org")


@rule(
    code="DL3058",
    summary="A label of type `email` whose value is no address",
    why="""
        The label tells whom to write to about the image. A name, or a name with the address in angle
        brackets, is no address to send to.
    """,
    severity=Severity.WARNING,
    options=LabelSchema,
    peer=as_hadolint_does,
    source="https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1",
    bad=[
        Bad(
            'FROM busybox\nLABEL contact=«"Platform team"»\n', options={"label-schema": {"contact": "email"}}
        ),
        Bad(
            'FROM busybox\nLABEL contact=«"Jo <jo@example.org>"»\n',
            options={"label-schema": {"contact": "email"}},
        ),
        Bad('FROM busybox\nLABEL contact=«"jo@"»\n', options={"label-schema": {"contact": "email"}}),
    ],
    good=[
        Good(
            'FROM busybox\nLABEL contact="jo+images@example.org"\n',
            options={"label-schema": {"contact": "email"}},
        ),
        Good(
            "FROM busybox\nLABEL contact='\"a b\"@example.org'\n",
            options={"label-schema": {"contact": "email"}},
        ),
        Good("FROM busybox\nARG X\nLABEL contact=$X\n", options={"label-schema": {"contact": "email"}}),
        Good("FROM busybox\nLABEL other=Jo\n", options={"label-schema": {"contact": "email"}}),
    ],
)
def label_that_is_no_email(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    for word, key in misfits(dockerfile, options, "email", is_email, known):
        yield Finding(word.span, f"the label {key} is no email address; write name@example.org")
