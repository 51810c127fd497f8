from __future__ import annotations

from dockerlint.labels import LabelSchema, known, pairs, written
from dockerlint.model import Dockerfile
from dockerlint.removal import pair_removal
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: keys as they are written, without their quotes; one finding a LABEL."""
    if not options.strict_labels:
        return
    found = {
        label: pair for label, pair in pairs(dockerfile) if written(pair.name) not in options.label_schema
    }
    for label in found:
        yield Finding(
            label.span, "the LABEL sets a key that is not in the schema; remove it, or add it there"
        )


@rule(
    code="DL3050",
    summary="A label that is not in the schema, where labels are strict",
    why="""
        With `strict-labels` only the labels of the schema are wanted: another one is a slip of the pen,
        which leaves the label that was meant unset, or a label that nobody reads.
    """,
    severity=Severity.INFO,
    options=LabelSchema,
    fix=unsafe("the label is no longer there, and something may have read it", config=("Labels",)),
    peer=as_hadolint_does,
    bad=[
        Bad(
            "FROM busybox\nLABEL owner=x «onwer»=y\n",
            fixed="FROM busybox\nLABEL owner=x\n",
            options={"label-schema": {"owner": "text"}, "strict-labels": True},
        ),
        Bad(
            "FROM busybox\nLABEL «a»=1 \\\n      owner=x \\\n      # why\n      «b»=2\nUSER 1\n",
            fixed="FROM busybox\nLABEL owner=x \\\n      # why\n      b=2\nUSER 1\n",
            options={"label-schema": {"owner": "text"}, "strict-labels": True},
        ),
        Bad(
            "FROM busybox\nLABEL «a»=1\nUSER 1\n",
            fixed="FROM busybox\nUSER 1\n",
            options={"strict-labels": True},
        ),
    ],
    good=[
        Good("FROM busybox\nLABEL other=x\n", options={"label-schema": {"owner": "text"}}),
        Good(
            'FROM busybox\nLABEL "owner"=x\n',
            options={"label-schema": {"owner": "text"}, "strict-labels": True},
        ),
    ],
)
def label_outside_schema(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    if not options.strict_labels:
        return
    for label, pair in pairs(dockerfile):
        key = known(pair.name)
        if key is None or key in options.label_schema:
            continue
        edit = pair_removal(dockerfile, label, pair)
        yield Finding(
            pair.name.span,
            f"the label {key} is not in the schema; remove it, or add it there",
            None if edit is None else Fix(f"remove the label {key}", (edit,)),
        )
