from __future__ import annotations

from dockerlint.labels import LabelSchema, known, pairs, written
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.model import Word


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: a value of which nothing is written, variables not looked at."""
    return _empty(dockerfile, options, written)


@rule(
    code="DL3051",
    summary="A label that the schema requires has no value",
    why="""
        An empty label passes a check for its presence and tells nothing. Often a build argument without
        a default is behind it: the value was to come from outside and did not.
    """,
    severity=Severity.WARNING,
    options=LabelSchema,
    peer=as_hadolint_does,
    bad=[
        Bad('FROM busybox\nLABEL owner=«""»\n', options={"label-schema": {"owner": "text"}}),
        Bad("FROM busybox\nARG X=\nLABEL owner=«$X»\n", options={"label-schema": {"owner": "text"}}),
    ],
    good=[
        Good("FROM busybox\nLABEL owner=x\n", options={"label-schema": {"owner": "text"}}),
        Good('FROM busybox\nLABEL other=""\n', options={"label-schema": {"owner": "text"}}),
        Good("FROM busybox\nARG X\nLABEL owner=$X\n", options={"label-schema": {"owner": "text"}}),
        Good('FROM busybox\nLABEL owner=""\n'),
    ],
)
def required_label_empty(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    return _empty(dockerfile, options, known)


def _empty(
    dockerfile: Dockerfile, options: LabelSchema, read: Callable[[Word], str | None]
) -> Iterator[Finding]:
    if not options.label_schema:
        return
    for _, pair in pairs(dockerfile):
        key = read(pair.name)
        if key in options.label_schema and pair.value is not None and read(pair.value) == "":
            yield Finding(pair.value.span, f"the required label {key} is empty; give it a value")
