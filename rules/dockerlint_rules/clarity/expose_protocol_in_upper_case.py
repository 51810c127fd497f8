from __future__ import annotations

from dockerlint.expand import ExpansionError, expand_words_reporting
from dockerlint.model import Dockerfile, Expose
from dockerlint.presumed import presumed
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Word


def as_buildkit_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """The same with variables of the base image as empty."""
    yield from _found(presumed(dockerfile))


@rule(
    code="ExposeProtoCasing",
    summary="The protocol of `EXPOSE` in upper case",
    why="""
        `80/TCP` and `80/tcp` are one port, and every tool that shows ports writes the protocol in lower case.
        BuildKit stores it so, too: the fix does not change the image.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    peer=as_buildkit_does,
    source="https://docs.docker.com/reference/build-checks/expose-proto-casing/",
    bad=[
        Bad(
            "FROM busybox\nEXPOSE «80/TCP» 53/udp «53/Tcp»\n",
            fixed="FROM busybox\nEXPOSE 80/tcp 53/udp 53/tcp\n",
        ),
        Bad(
            "FROM busybox\nARG PORT=80\nEXPOSE «$PORT/UDP»\n",
            fixed="FROM busybox\nARG PORT=80\nEXPOSE $PORT/udp\n",
        ),
        Bad("FROM busybox\nARG PORTS=80/TCP\nEXPOSE «$PORTS»\n"),
    ],
    good=[
        Good("FROM busybox\nEXPOSE 80/tcp 81\n"),
        Good("FROM busybox\nARG TCP=80\nEXPOSE ${TCP}/tcp\n"),
        Good("FROM example.org/base:1\nEXPOSE $PORT\n"),
    ],
)
def expose_protocol_in_upper_case(dockerfile: Dockerfile) -> Iterator[Finding]:
    yield from _found(dockerfile)


def _found(dockerfile: Dockerfile) -> Iterator[Finding]:
    for expose in dockerfile.instructions(Expose):
        state = expose.state
        for word in expose.ports:
            try:
                ports, _ = expand_words_reporting(
                    word.raw, state.variables, dockerfile.escape, state.open_environment
                )
            except ExpansionError:
                continue
            for port in ports or ():
                protocol = port.rpartition(":")[2].partition("/")[2]
                if protocol != protocol.lower():
                    yield Finding(
                        word.span,
                        f"the protocol {protocol} is not in lower case; write {protocol.lower()}",
                        _fix(dockerfile, word, protocol),
                    )


def _fix(dockerfile: Dockerfile, word: Word, protocol: str) -> Fix | None:
    written = dockerfile.source.slice(word.span)
    if not written.endswith(f"/{protocol}") or "}" in written.rpartition("/")[2]:
        return None
    span = type(word.span)(word.span.end - len(protocol), word.span.end)
    return Fix(f"write {protocol.lower()}", (Edit(span, protocol.lower()),))
