"""Signals that STOPSIGNAL takes on Linux."""

from __future__ import annotations

NAMES = frozenset((
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
    "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU",
    "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
    "RTMIN", *(f"RTMIN+{number}" for number in range(1, 16)),
    "RTMAX", *(f"RTMAX-{number}" for number in range(1, 15)),
))  # fmt: skip


def is_signal(text: str) -> bool:
    """Whether BuildKit takes it: a number other than 0, or a name, `SIG` and case left aside."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if digits and not digits.strip("0123456789"):
        return bool(digits.strip("0"))
    return text.upper().removeprefix("SIG") in NAMES
