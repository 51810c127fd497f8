from __future__ import annotations

from dockerlint.model import Dockerfile, Expose
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SSH = 22


@rule(
    code="DK403",
    summary="Port 22 is exposed",
    why="""
        An SSH server in a container is one more program to keep up to date and to lock, with keys or passwords that
        are the same in every container of the image. `docker exec`, `kubectl exec` and a debug container
        give a shell without it. A container that is a Git or SFTP server by trade is the exception:
        say so with `# dockerlint ignore=ssh-port-exposed -- reason`.
    """,
    severity=Severity.INFO,
    source="https://docs.docker.com/build/building/best-practices/#expose",
    bad=[
        Bad("FROM debian:12\nEXPOSE 80 «22»\n"),
        Bad("FROM debian:12\nARG PORT=22\nEXPOSE «$PORT/tcp»\n"),
        Bad("FROM debian:12\nEXPOSE «20-25»\n"),
    ],
    good=[
        Good("FROM debian:12\nEXPOSE 80 2222 22/udp\n"),
        Good("FROM debian:12\nEXPOSE $PORT\n"),
    ],
)
def ssh_port_exposed(dockerfile: Dockerfile) -> Iterator[Finding]:
    for expose in dockerfile.instructions(Expose, onbuild=True):
        for word in expose.ports:
            if _holds(word.value or "", _SSH):
                yield Finding(word.span, "port 22 is for SSH; use `docker exec` and leave the server out")


def _holds(port: str, number: int) -> bool:
    """Whether a port of EXPOSE is a TCP port, or a range with it."""
    numbers, _, protocol = port.rpartition(":")[2].partition("/")
    if protocol.lower() not in ("", "tcp"):
        return False
    low, _, high = numbers.partition("-")
    high = high or low
    return low.isdecimal() and high.isdecimal() and int(low) <= number <= int(high)
