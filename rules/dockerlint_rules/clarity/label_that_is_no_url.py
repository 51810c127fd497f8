from __future__ import annotations

from dockerlint.labels import LabelSchema, known, misfits, written
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.valuetypes import is_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: the value as it is written, with its variables, which no URL has."""
    for word, key in misfits(dockerfile, options, "url", is_url, written):
        yield Finding(word.span, f"the label {key} is no absolute URL; begin it with its scheme")


@rule(
    code="DL3052",
    summary="A label of type `url` whose value is no URL",
    why="""
        Registries and scanners turn the labels of an image into links. A value without a scheme, or with
        blanks in it, cannot be followed.
    """,
    severity=Severity.WARNING,
    options=LabelSchema,
    peer=as_hadolint_does,
    source="https://www.rfc-editor.org/rfc/rfc3986",
    bad=[
        Bad('FROM busybox\nLABEL home=«"example.org/app"»\n', options={"label-schema": {"home": "url"}}),
        Bad(
            'FROM busybox\nLABEL home=«"https://example.org/my app"»\n',
            options={"label-schema": {"home": "url"}},
        ),
        Bad(
            "ARG SITE=example.org\nFROM busybox\nARG SITE\nLABEL home=«$SITE»\n",
            options={"label-schema": {"home": "url"}},
        ),
    ],
    good=[
        Good(
            'FROM busybox\nLABEL home="https://example.org/app?x=1#top"\n',
            options={"label-schema": {"home": "url"}},
        ),
        Good('FROM busybox\nLABEL other="example.org"\n', options={"label-schema": {"home": "url"}}),
        Good("FROM busybox\nARG SITE\nLABEL home=$SITE\n", options={"label-schema": {"home": "url"}}),
        Good('FROM busybox\nLABEL home="example.org"\n', options={"label-schema": {"home": "text"}}),
        Good('FROM busybox\nLABEL home="example.org"\n', options=None),
    ],
)
def label_that_is_no_url(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    for word, key in misfits(dockerfile, options, "url", is_url, known):
        yield Finding(word.span, f"the label {key} is no absolute URL; begin it with its scheme")
