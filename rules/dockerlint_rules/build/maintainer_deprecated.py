from __future__ import annotations

from dockerlint.keyvalue import label_edit
from dockerlint.model import Dockerfile, Maintainer
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="MaintainerDeprecated",
    summary="`MAINTAINER` instead of a label",
    why="""
        `MAINTAINER` has been deprecated since Docker 1.13. A label says the same in a place where tools look:
        `org.opencontainers.image.authors` is the name that the OCI has given it. The fix writes that label.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "the name is in a label then, and no more in the author field of the image",
        config=("Labels", "author"),
    ),
    profiles=("buildkit",),
    source="https://docs.docker.com/reference/build-checks/maintainer-deprecated/",
    bad=[
        Bad(
            "FROM busybox\n«MAINTAINER» A. Nother <me@example.org>\n",
            fixed='FROM busybox\nLABEL org.opencontainers.image.authors="A. Nother <me@example.org>"\n',
        ),
        Bad(
            'from busybox\n«maintainer» "The $ team"\n',
            fixed='from busybox\nlabel org.opencontainers.image.authors="The \\$ team"\n',
        ),
        Bad("FROM busybox\n«MAINTAINER» me \\\n# and\n you\n"),
    ],
    good=[
        Good('FROM busybox\nLABEL maintainer="me"\n'),
    ],
)
def maintainer_deprecated(dockerfile: Dockerfile) -> Iterator[Finding]:
    for maintainer in dockerfile.instructions(Maintainer):
        edit = label_edit(dockerfile, maintainer)
        yield Finding(
            maintainer.keyword.span,
            "MAINTAINER is deprecated; write a label, org.opencontainers.image.authors",
            None if edit is None else Fix("write a label", (edit,)),
        )
