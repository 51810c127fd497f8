from __future__ import annotations

import re

from dockerlint.labels import pairs, written
from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = "[a-z](?:[a-z0-9._/-]*[a-z0-9])?"
RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: keys as they are written, variables and all."""
    for _, pair in pairs(dockerfile):
        if _fault(written(pair.name)):
            yield Finding(pair.name.span, "the label's key is malformed or reserved; choose another")


@rule(
    code="DL3048",
    summary="A label's key that is malformed or reserved",
    why="""
        Keys of labels are lower-case letters and digits, with single `.` and `-` between them, and
        namespaced by a domain. Tools that filter by key expect that; `com.docker.`, `io.docker.` and
        `org.dockerproject.` are Docker's own.
    """,
    severity=Severity.STYLE,
    fix=unsafe("the label has another key, and what reads it has to ask for that", config=("Labels",)),
    peer=as_hadolint_does,
    source="https://docs.docker.com/engine/manage-resources/labels/#key-format-recommendations",
    bad=[
        Bad("FROM busybox\nLABEL «Version»=1\n", fixed="FROM busybox\nLABEL version=1\n"),
        Bad('FROM busybox\nLABEL a=1 «"Build.Date"»=x\n', fixed='FROM busybox\nLABEL a=1 "build.date"=x\n'),
        Bad("FROM busybox\nLABEL «org..x»=1 «a--b»=2 «1st»=3\n"),
        Bad("FROM busybox\nLABEL «com.docker.app»=1\n"),
        Bad("FROM busybox\nLABEL «A»=1 a=2\n"),
    ],
    good=[
        Good("FROM busybox\nLABEL org.example.key-3=1\n"),
        Good('FROM busybox\nLABEL "a"=1 a_b/c=2 com.dockery=3\n'),
        Good("FROM busybox\nARG K\nLABEL $K=1\n"),
    ],
)
def malformed_label_key(dockerfile: Dockerfile) -> Iterator[Finding]:
    taken: set[str | None] | None = None
    for _, pair in pairs(dockerfile):
        key = pair.name.value
        if key is None or pair.name.variables:
            continue
        fault = _fault(key)
        if not fault:
            continue
        if taken is None:
            taken = {other.name.value for _, other in pairs(dockerfile)}
        fix = None
        lower = pair.name.raw.lower()
        if (
            not _fault(key.lower())
            and key.lower() not in taken
            and lower == lower.encode("ascii", "ignore").decode()
        ):
            fix = Fix("write the key in lower case", (Edit(pair.name.span, lower),))
        yield Finding(pair.name.span, f"the label's key {key} {fault}", fix)


def _fault(key: str) -> str:
    if key.startswith(RESERVED):
        return "is in a namespace of Docker's; use a domain of your own"
    if not re.fullmatch(_KEY, key) or ".." in key or "--" in key:
        return "is malformed; use lower-case letters and digits, with single . and - between them"
    return ""
