from __future__ import annotations

from dockerlint.knowledge.secrets import secrets_in
from dockerlint.model import Dockerfile
from dockerlint.places import instruction_at
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


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
    for kind, start, end in secrets_in(text):
        line = text[text.rfind("\n", 0, start) + 1 : start]
        if line.lstrip().startswith("#") or instruction_at(dockerfile, start) is None:
            continue
        secret = text[start:end]
        shown = f"{secret.partition('://')[0]}://" if "://" in secret else secret[:5]
        yield Finding(
            Span(start, end), f"{kind} stands here ({shown}…); withdraw it, and use RUN --mount=type=secret"
        )
