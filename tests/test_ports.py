"""Ports of EXPOSE."""

from __future__ import annotations

import pytest

from dockerlint.ports import InvalidPort, Port, parse


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("8080", Port(8080, 8080, "tcp")),
        ("53/UDP", Port(53, 53, "udp")),
        ("53/", Port(53, 53, "tcp")),
        ("+80", Port(80, 80, "tcp")),
        ("00080", Port(80, 80, "tcp")),
        ("7000-7010/sctp", Port(7000, 7010, "sctp")),
        ("81:80", Port(80, 80, "tcp", "", "81")),
        (":80", Port(80, 80, "tcp")),
        ("1.2.3.4:81:80", Port(80, 80, "tcp", "1.2.3.4", "81")),
        ("[fe80::1]::80", Port(80, 80, "tcp", "[fe80::1]", "")),
        ("90-99:80", Port(80, 80, "tcp", "", "90-99")),
    ],
)
def test_a_port_has_its_parts(text: str, port: Port) -> None:
    assert parse(text) == port


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/tcp", 'invalid port: "/tcp": no port specified'),
        ("80/http", "invalid proto: http"),
        ("70000", "invalid containerPort: 70000"),
        ("-1", "invalid containerPort: -1"),
        ("9-8", "invalid containerPort: 9-8"),
        ("1-2-3", "invalid containerPort: 1-2-3"),
        ("x:80", "invalid hostPort: x"),
        ("host:1:80", "invalid IP address: host"),
        ("[::1%eth0]:1:80", "invalid IP address: ::1%eth0"),
        ("[::1:1:80", "invalid IP address [::1: address [::1: missing ']' in address"),
        ("90-92:80-81", "invalid ranges specified for container and host Ports: 80-81 and 90-92"),
    ],
)
def test_what_is_no_port_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidPort) as raised:
        parse(text)
    assert str(raised.value) == message
