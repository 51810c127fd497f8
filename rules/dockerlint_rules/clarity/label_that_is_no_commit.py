from __future__ import annotations

from dockerlint.labels import LabelSchema, known, misfits, written
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.valuetypes import is_commit, is_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: exactly 7 or 40 digits."""
    for word, key in misfits(dockerfile, options, "hash", is_hash, written):
        yield Finding(
            word.span, f"the label {key} is no commit hash; write 7 to 40 lower-case hexadecimal digits"
        )


@rule(
    code="DL3055",
    summary="A label of type `hash` whose value is no commit hash",
    why="""
        The label leads from an image back to its source. A branch or a tag moves on; only the hash of the
        commit says what was built.
    """,
    severity=Severity.WARNING,
    options=LabelSchema,
    peer=as_hadolint_does,
    source="https://git-scm.com/docs/gitglossary#def_object_name",
    bad=[
        Bad('FROM busybox\nLABEL revision=«"main"»\n', options={"label-schema": {"revision": "hash"}}),
        Bad('FROM busybox\nLABEL revision=«"2DBFAE9"»\n', options={"label-schema": {"revision": "hash"}}),
        Bad('FROM busybox\nLABEL revision=«"2dbfae"»\n', options={"label-schema": {"revision": "hash"}}),
    ],
    good=[
        Good('FROM busybox\nLABEL revision="2dbfae9"\n', options={"label-schema": {"revision": "hash"}}),
        Good('FROM busybox\nLABEL revision="43c572f1272b"\n', options={"label-schema": {"revision": "hash"}}),
        Good(
            'FROM busybox\nLABEL revision="43c572f1272b6b3171dd1db9e41b7027128ce080"\n',
            options={"label-schema": {"revision": "hash"}},
        ),
        Good("FROM busybox\nARG X\nLABEL revision=$X\n", options={"label-schema": {"revision": "hash"}}),
        Good("FROM busybox\nLABEL other=main\n", options={"label-schema": {"revision": "hash"}}),
    ],
)
def label_that_is_no_commit(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    for word, key in misfits(dockerfile, options, "hash", is_commit, known):
        yield Finding(
            word.span, f"the label {key} is no commit hash; write 7 to 40 lower-case hexadecimal digits"
        )
