from __future__ import annotations

from dockerlint.model import Arg, Dockerfile, From
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("$TARGETPLATFORM", "${TARGETPLATFORM}")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the flag as it is written, an ARG of that name not looked at."""
    for start in dockerfile.instructions(From):
        flag = start.flag("platform")
        if flag is not None and dockerfile.source.slice(flag.value_span) in NAMES:
            yield Finding(flag.span, "the target platform is the default; leave --platform out")


@rule(
    code="DL3065",
    summary="`FROM --platform=$TARGETPLATFORM` says what is so anyway",
    why="""
        Every stage is for the target platform unless it says otherwise. The flag tells the reader that
        there is something special about the stage, and there is not.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    aliases=("RedundantTargetPlatform",),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/build-checks/redundant-target-platform/",
    bad=[
        Bad(
            "FROM «--platform=$TARGETPLATFORM» busybox AS base\n",
            fixed="FROM busybox AS base\n",
        ),
        Bad(
            'ARG TARGETPLATFORM\nFROM «--platform="${TARGETPLATFORM}"»   busybox\n',
            fixed="ARG TARGETPLATFORM\nFROM busybox\n",
        ),
        Bad(
            "FROM \\\n  «--platform=$TARGETPLATFORM» \\\n  # the base\n  busybox\n",
            fixed="FROM \\\n  # the base\n  busybox\n",
        ),
    ],
    good=[
        Good("FROM --platform=$BUILDPLATFORM busybox\n"),
        Good("FROM --platform=${TARGETPLATFORM:-linux/amd64} busybox\n"),
        Good("ARG TARGETPLATFORM=linux/arm64\nFROM --platform=$TARGETPLATFORM busybox\n"),
    ],
)
def redundant_target_platform(dockerfile: Dockerfile) -> Iterator[Finding]:
    for argument in dockerfile.head:
        if isinstance(argument, Arg) and any(
            pair.name.raw == "TARGETPLATFORM" and pair.value is not None for pair in argument.pairs
        ):
            return
    for start in dockerfile.instructions(From):
        flag = start.flag("platform")
        if flag is None or flag.value not in NAMES or len(start.flags) > 1:
            continue
        text = dockerfile.source.text
        end = flag.span.end
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        begin = flag.span.start
        if text[end : end + 1] == dockerfile.escape:
            # the flag has a line of its own, or the end of one: what is before it leads on
            if text[text.rfind("\n", 0, begin) + 1 : begin].strip():
                end = flag.span.end
            else:
                end = text.find("\n", end) + 1
                begin = text.rfind("\n", 0, begin) + 1
        yield Finding(
            flag.span,
            "the target platform is the default; leave --platform out",
            Fix("remove --platform", (Edit(Span(begin, end), ""),)),
        )
