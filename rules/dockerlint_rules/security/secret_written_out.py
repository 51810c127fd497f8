from __future__ import annotations

import re

from dockerlint.model import Dockerfile
from dockerlint.places import instruction_at
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule

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


@rule(
    code="DK408",
    summary="A secret stands in the file",
    why="""
        What looks like this (keys of clouds and code hosts, private keys, passwords in URLs) is a secret whatever its
        variable is called. It is in the repository, in the image's history and in every log of the build.
        Withdraw it first, since it has been seen, then give the new one to the step that needs it with
        `RUN --mount=type=secret`. The message shows its first characters only.
    """,
    severity=Severity.ERROR,
    source="https://docs.docker.com/build/building/secrets/",
    bad=[
        Bad("FROM debian:12\nENV KEY=«AKIAIOSFODNN7QWERTYU»\n"),
        Bad("FROM debian:12\nRUN git clone «https://me:s3cr3tw0rd@»example.org/a.git\n"),
        Bad("FROM debian:12\nARG T=«ghp_16C7e42F292c6912E7710c838347Ae178B4a»\nRUN ./go\n"),
        Bad("FROM debian:12\nCOPY <<EOF /key\n«-----BEGIN RSA PRIVATE KEY-----»\nMIIE\nEOF\n"),
        Bad("FROM debian:12\nLABEL a=«glpat-20chars0of0letters0x»\n"),
    ],
    good=[
        Good("FROM debian:12\nENV KEY=AKIAIOSFODNN7EXAMPLE\n"),
        Good(
            "FROM debian:12\nRUN git clone https://me:$TOKEN@example.org/a.git && curl https://a.org:80/@b\n"
        ),
        Good("FROM debian:12\nENV DATABASE_URL=postgres://user:password@localhost/app\n"),
        Good("FROM debian:12\nRUN grep -q 'BEGIN RSA PRIVATE KEY' /a\n"),
        Good("# AKIAIOSFODNN7QWERTYU\nFROM debian:12\nENV A=npm_config B=eyJhbGciOi\n"),
        Good("FROM debian:12\nENV KEY=AKIAIOSFODNN7QWERTYUIO\n"),
    ],
)
def secret_written_out(dockerfile: Dockerfile) -> Iterator[Finding]:
    text = dockerfile.source.text
    if not any(mark in text for mark in _MARKS):
        return
    from dockerlint.knowledge.tables import SECRETS

    for kind, shape in SECRETS["shapes"].items():
        for match in re.finditer(shape, text):
            if any(mark in match[0] for mark in _EXAMPLES) or _is_stand_in(match[0]):
                continue
            span = Span(match.start(), match.end() - ("://" in match[0]))
            line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
            if line.lstrip().startswith("#") or instruction_at(dockerfile, span.start) is None:
                continue
            shown = match[0].partition("://")[0] + "://…" if "://" in match[0] else f"{match[0][:5]}…"
            yield Finding(
                span,
                f"{kind} stands here ({shown}); withdraw it, and use RUN --mount=type=secret",
            )


def _is_stand_in(text: str) -> bool:
    """Whether a URL has a user and password of documentation, or for the same machine's services."""
    named = text.partition("://")[2].rpartition("@")[0]
    user, _, password = named.partition(":")
    return named.lower() in _STAND_INS or (bool(named) and user == password)
