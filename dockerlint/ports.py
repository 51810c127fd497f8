"""Ports of EXPOSE: `[ip:][host:]port[-port][/protocol]`."""

from __future__ import annotations

from dockerlint.frozen import record

_HIGHEST = 65535
_PROTOCOLS = ("tcp", "udp", "sctp")


class InvalidPort(ValueError):
    """Not a port; the message is BuildKit's."""


@record
class Port:
    """An exposed port or range. `protocol` is in lower case, `tcp` when not written;
    `address` and `host` are what stands before the colons, empty when nothing does."""

    first: int
    last: int
    protocol: str
    address: str = ""
    host: str = ""


def parse(text: str) -> Port:
    """The port that one expanded word of EXPOSE names. Raises InvalidPort."""
    head, _, container = text.rpartition(":")
    address, _, host = head.rpartition(":")
    number, _, protocol = container.partition("/")
    if not number:
        raise InvalidPort(f'invalid port: "{text}": no port specified')
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise InvalidPort(f"invalid proto: {protocol}")
    if address:
        _check_address(address)
    found = _range(number)
    if found is None:
        raise InvalidPort(f"invalid containerPort: {number}")
    if host:
        outside = _range(host)
        if outside is None:
            raise InvalidPort(f"invalid hostPort: {host}")
        if outside[1] - outside[0] != found[1] - found[0] and found[1] != found[0]:
            raise InvalidPort(f"invalid ranges specified for container and host Ports: {number} and {host}")
    return Port(*found, protocol, address, host)


def _range(text: str) -> tuple[int, int] | None:
    parts = text.split("-")
    numbers = [_number(part) for part in parts]
    if len(parts) > 2 or None in numbers:
        return None
    first, last = numbers[0], numbers[-1]
    return (first, last) if first is not None and last is not None and first <= last else None


def _number(text: str) -> int | None:
    digits = text.removeprefix("+")
    if not digits or digits.strip("0123456789") or len(digits.lstrip("0")) > 5:
        return None
    value = int(digits)
    return value if value <= _HIGHEST else None


def _check_address(address: str) -> None:
    import ipaddress

    bare = address
    if address.startswith("["):
        bare, closed, behind = address[1:].partition("]")
        if not closed or behind:
            raise InvalidPort(f"invalid IP address {address}: address {address}: missing ']' in address")
    try:
        if "%" in bare:
            raise ValueError
        ipaddress.ip_address(bare)
    except ValueError:
        raise InvalidPort(f"invalid IP address: {bare}") from None
