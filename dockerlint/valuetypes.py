"""Whether a text is an address, a time, a version, a licence: the types of labels.

Each has a strict reading, by the standard that names it, and where hadolint reads it in another
way one that is called `_as_hadolint`.
"""

from __future__ import annotations

import re

_DATE = r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"


def is_url(text: str) -> bool:
    """Whether it is an absolute URI (RFC 3986)."""
    allowed = r"(?:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
    return re.fullmatch(rf"[A-Za-z][A-Za-z0-9+.-]*:{allowed}(?:#{allowed})?", text) is not None


def is_version(text: str) -> bool:
    """Whether it is a version by Semantic Versioning 2.0.0."""
    number, name = r"(?:0|[1-9]\d*)", r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
    build = r"[0-9A-Za-z-]+"
    pattern = rf"{number}\.{number}\.{number}(?:-{name}(?:\.{name})*)?(?:\+{build}(?:\.{build})*)?"
    return re.fullmatch(pattern, text, re.ASCII) is not None


def is_version_as_hadolint(text: str) -> bool:
    """As `is_version`, with leading zeros."""
    names = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
    return re.fullmatch(rf"\d+\.\d+\.\d+(?:-{names})?(?:\+{names})?", text, re.ASCII) is not None


def is_hash(text: str) -> bool:
    """Whether it is a commit's hash: all 40 digits, or git's usual 7."""
    return re.fullmatch("[0-9a-f]{40}|[0-9a-f]{7}", text) is not None


def is_commit(text: str) -> bool:
    """Whether it is a commit's hash, abbreviated or not, SHA-1 or SHA-256."""
    return re.fullmatch("[0-9a-f]{7,40}|[0-9a-f]{64}", text) is not None


def is_time(text: str) -> bool:
    """Whether it is a time by RFC 3339."""
    match = re.fullmatch(rf"{_DATE}(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))", text, re.ASCII)
    if match is None or not _is_moment(match):
        return False
    return match[7] is None or (int(match[7]) < 24 and int(match[8]) < 60)


def is_time_as_hadolint(text: str) -> bool:
    """As `is_time`; also with a short year, a point without digits, or any offset."""
    shape = _DATE.replace(r"\d{4}", r"\d{1,9}")
    match = re.fullmatch(rf"{shape}(?:\.\d*)?(?:[Zz]|[+-]\d\d:?\d\d)", text, re.ASCII)
    return match is not None and _is_moment(match)


def _is_moment(match: re.Match[str]) -> bool:
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    if not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 60:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    length = 30 if month in (4, 6, 9, 11) else 29 if leap and month == 2 else 28 if month == 2 else 31
    return 1 <= day <= length


def is_email(text: str) -> bool:
    """Whether it is an address by RFC 5322, without a display name."""
    text = re.sub(r"^(?:[ \t]|\([^()\\]*\))+|(?:[ \t]|\([^()\\]*\))+$", "", text)
    local, _, domain = text.rpartition("@")
    if not re.fullmatch(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\\r\n]|\\.)*"', local, re.ASCII):
        return False
    return re.fullmatch(rf"{_LABEL}(?:\.{_LABEL})*|\[[^][\\]*\]", domain, re.ASCII) is not None


def is_licence(text: str) -> bool:
    """Whether it is one identifier of the SPDX licence list, as hadolint wants it."""
    from dockerlint.knowledge.licenses import IDENTIFIERS

    return text in IDENTIFIERS


def is_licence_expression(text: str) -> bool:
    """Whether it is an SPDX licence expression: identifiers joined by AND, OR and WITH, in parentheses
    where needed (what `org.opencontainers.image.licenses` holds)."""
    depth = 0
    wanted = True
    exception = False
    for token in re.findall(r"[()]|[^()\s]+", text):
        if token == "(" and wanted and not exception:
            depth += 1
        elif token == ")" and not wanted and depth:
            depth -= 1
        elif wanted and (exception or _is_term(token)):
            wanted = exception = False
        elif not wanted and token in ("AND", "OR", "WITH"):
            wanted, exception = True, token == "WITH"
        else:
            return False
    return not wanted and not depth


def _is_term(token: str) -> bool:
    if token.startswith(("LicenseRef-", "DocumentRef-")):
        return True
    return is_licence(token.removesuffix("+"))
