from __future__ import annotations

from dockerlint.labels import LabelSchema, known, misfits, written
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.valuetypes import is_licence, is_licence_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    """What hadolint finds: one identifier of the list, and no expression."""
    for word, key in misfits(dockerfile, options, "spdx", is_licence, written):
        yield Finding(
            word.span,
            f"the label {key} is no SPDX licence expression; use the identifiers of spdx.org/licenses",
        )


@rule(
    code="DL3054",
    summary="A label of type `spdx` whose value names no SPDX licence",
    why="""
        Licence scanners read the label and know SPDX identifiers only: `GPL-3.0-or-later`, joined by `AND`,
        `OR` and `WITH`. What they cannot read counts as no licence.
    """,
    severity=Severity.WARNING,
    options=LabelSchema,
    peer=as_hadolint_does,
    source="https://spdx.org/licenses/",
    bad=[
        Bad('FROM busybox\nLABEL licence=«"GPL"»\n', options={"label-schema": {"licence": "spdx"}}),
        Bad(
            'FROM busybox\nLABEL licence=«"MIT or Apache-2.0"»\n',
            options={"label-schema": {"licence": "spdx"}},
        ),
        Bad('FROM busybox\nLABEL licence=«"MIT OR"»\n', options={"label-schema": {"licence": "spdx"}}),
        Bad(
            'FROM busybox\nLABEL licence=«"(MIT OR Apache-2.0"»\n',
            options={"label-schema": {"licence": "spdx"}},
        ),
    ],
    good=[
        Good('FROM busybox\nLABEL licence="Apache-2.0"\n', options={"label-schema": {"licence": "spdx"}}),
        Good(
            'FROM busybox\nLABEL licence="(MIT OR Apache-2.0) AND BSD-3-Clause"\n',
            options={"label-schema": {"licence": "spdx"}},
        ),
        Good(
            'FROM busybox\nLABEL licence="GPL-2.0-only WITH Classpath-exception-2.0"\n',
            options={"label-schema": {"licence": "spdx"}},
        ),
        Good(
            'FROM busybox\nLABEL licence="LicenseRef-ours"\n', options={"label-schema": {"licence": "spdx"}}
        ),
        Good("FROM busybox\nARG X\nLABEL licence=$X\n", options={"label-schema": {"licence": "spdx"}}),
        Good("FROM busybox\nLABEL other=GPL\n", options={"label-schema": {"licence": "spdx"}}),
    ],
)
def label_that_is_no_licence(dockerfile: Dockerfile, options: LabelSchema) -> Iterator[Finding]:
    for word, key in misfits(dockerfile, options, "spdx", is_licence_expression, known):
        yield Finding(
            word.span,
            f"the label {key} is no SPDX licence expression; use the identifiers of spdx.org/licenses",
        )
