from __future__ import annotations

from dockerlint.model import Dockerfile, Expose
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HIGHEST = 65535


@rule(
    code="DL3011",
    summary="A port above 65535",
    why="""
        Ports have 16 bits, so 65535 is the highest. A build stops at a higher number; in the default profile
        DL1000 says so.
    """,
    severity=Severity.ERROR,
    profiles=("hadolint",),
    source="https://docs.docker.com/reference/dockerfile/#expose",
    bad=[
        Bad("FROM busybox\nEXPOSE 80 «80000»\n"),
        Bad("FROM busybox\nEXPOSE «65000-66000/udp»\n"),
        Bad("EXPOSE «65536»\nFROM busybox\n"),
    ],
    good=[
        Good("FROM busybox\nEXPOSE 65535 80/tcp 8000-8010\n"),
        Good("FROM busybox\nARG PORT\nEXPOSE $PORT\n"),
        Good("FROM busybox\nONBUILD EXPOSE 80000\n"),
    ],
)
def port_out_of_range(dockerfile: Dockerfile) -> Iterator[Finding]:
    for expose in dockerfile.instructions(Expose):
        for port in expose.ports:
            ends = port.raw.partition("/")[0].split("-")
            if all(end.isdecimal() for end in ends) and any(int(end[:9]) > HIGHEST for end in ends):
                yield Finding(port.span, f"{port.raw[:40]} is above {HIGHEST}; name a port up to that")
