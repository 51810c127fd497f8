"""Secrets that can be told by their shape, whatever a file calls them."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# One of these is in every secret of a known shape.
_MARKS = (
    "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "npm_", "pypi-", "xox", "AIza",
    "k_live_", "PRIVATE KEY", "eyJ", "://",
)  # fmt: skip
_EXAMPLES = ("EXAMPLE", "example", "XXXX", "xxxx", "1234567890", "changeme", "placeholder", "redacted")
_STAND_INS = frozenset(("user:pass", "user:password", "username:password", "user:pwd", "foo:bar"))


def secrets_in(text: str) -> Iterator[tuple[str, int, int]]:
    """What each secret in a text is, with its offsets; those of examples and documentation left out."""
    if not any(mark in text for mark in _MARKS):
        return
    from dockerlint.knowledge.tables import SECRETS

    for kind, shape in SECRETS["shapes"].items():
        for match in re.finditer(shape, text):
            if not any(mark in match[0] for mark in _EXAMPLES) and not _is_stand_in(match[0]):
                # A URL is matched up to the first character of its host.
                yield kind, match.start(), match.end() - ("://" in match[0])


def _is_stand_in(text: str) -> bool:
    """Whether a URL has the user and password of documentation, or the same word for both."""
    named = text.partition("://")[2].rpartition("@")[0]
    user, _, password = named.partition(":")
    return named.lower() in _STAND_INS or (bool(named) and user == password)
