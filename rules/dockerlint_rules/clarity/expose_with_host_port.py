from __future__ import annotations

from dockerlint.expand import ExpansionError, expand_words_reporting
from dockerlint.model import Dockerfile, Expose
from dockerlint.presumed import presumed
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Word


def as_buildkit_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """The same with variables of the base image as empty."""
    yield from _found(presumed(dockerfile))


@rule(
    code="ExposeInvalidFormat",
    summary="`EXPOSE` with an address or a host port",
    why="""
        `EXPOSE` says which port the program listens on inside; who publishes it where is said at `docker run -p`.
        An address or a host port in front of it is ignored by BuildKit today and will be an error. The fix
        leaves it out.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "builders other than BuildKit put the word into the image as it stands", config=("ExposedPorts",)
    ),
    peer=as_buildkit_does,
    source="https://docs.docker.com/reference/build-checks/expose-invalid-format/",
    bad=[
        Bad("FROM busybox\nEXPOSE «8080:80» 443\n", fixed="FROM busybox\nEXPOSE 80 443\n"),
        Bad("FROM busybox\nEXPOSE «127.0.0.1:8080:80/udp»\n", fixed="FROM busybox\nEXPOSE 80/udp\n"),
        Bad("FROM busybox\nARG MAP=8080:80\nEXPOSE «$MAP»\n"),
        Bad("FROM busybox\nEXPOSE «[::1]::80»\n", fixed="FROM busybox\nEXPOSE 80\n"),
    ],
    good=[
        Good("FROM busybox\nEXPOSE 80/tcp 8000-8010\n"),
        Good("FROM busybox\nEXPOSE :80\n"),
        Good("FROM example.org/base:1\nEXPOSE $PORT\n"),
        Good("FROM busybox\nARG PORT\nEXPOSE ${PORT:-80}\n"),
    ],
)
def expose_with_host_port(dockerfile: Dockerfile) -> Iterator[Finding]:
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
                outside, _, inside = port.rpartition(":")
                if outside.strip(":"):
                    yield Finding(
                        word.span,
                        f"{port} maps a port of the host; EXPOSE takes the port inside only: {inside}",
                        _fix(dockerfile, word, port, inside),
                    )


def _fix(dockerfile: Dockerfile, word: Word, port: str, inside: str) -> Fix | None:
    if dockerfile.source.slice(word.span) != port:
        return None
    span = Span(word.span.start, word.span.end - len(inside))
    return Fix(f"expose {inside}", (Edit(span, ""),))
