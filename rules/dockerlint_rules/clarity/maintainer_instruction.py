from __future__ import annotations

from dockerlint.keyvalue import label_edit
from dockerlint.model import Dockerfile, Maintainer
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DL4000",
    summary="The deprecated `MAINTAINER`",
    why="""
        `MAINTAINER` has been deprecated since 2017. It sets a field of the image that only some tools show,
        once for the whole image; the label `org.opencontainers.image.authors` can be filtered by and is
        read by all of them.
    """,
    severity=Severity.ERROR,
    fix=unsafe(
        "the author is in a label then, and no longer in the field Author of the configuration",
        config=("Labels", "author"),
    ),
    aliases=("MaintainerDeprecated",),
    source="https://docs.docker.com/reference/dockerfile/#maintainer-deprecated",
    bad=[
        Bad(
            "FROM busybox\n«MAINTAINER» Jo <jo@example.org>\n",
            fixed='FROM busybox\nLABEL org.opencontainers.image.authors="Jo <jo@example.org>"\n',
        ),
        Bad(
            "FROM busybox\n«maintainer» jo\n",
            fixed='FROM busybox\nlabel org.opencontainers.image.authors="jo"\n',
        ),
    ],
    good=[Good('FROM busybox\nLABEL maintainer="jo"\n')],
)
def maintainer_instruction(dockerfile: Dockerfile) -> Iterator[Finding]:
    for maintainer in dockerfile.instructions(Maintainer):
        edit = label_edit(dockerfile, maintainer)
        yield Finding(
            maintainer.keyword.span,
            "MAINTAINER is deprecated; use LABEL org.opencontainers.image.authors",
            None if edit is None else Fix("make it a label", (edit,)),
        )
