from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DK401",
    summary="The check of TLS certificates is switched off",
    why="""
        Without the check of certificates anybody on the way can answer for the server and put what they like into
        the image: programs, packages, keys. It is often switched off because the certificates of the base
        image are missing or old; the package `ca-certificates`, or a COPY of the company's own certificate
        and `update-ca-certificates`, is the cure. Calls of localhost are left alone.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the step fails where the certificate of the server is not valid"),
    source="https://cwe.mitre.org/data/definitions/295.html",
    bad=[
        Bad(
            "FROM debian:12\nRUN curl «-fkL» https://example.org/a -o /a\n",
            fixed="FROM debian:12\nRUN curl -fL https://example.org/a -o /a\n",
        ),
        Bad(
            "FROM debian:12\nRUN wget -q «--no-check-certificate» https://example.org/a\n",
            fixed="FROM debian:12\nRUN wget -q https://example.org/a\n",
        ),
        Bad(
            "FROM node:22\nENV A=1 «NODE_TLS_REJECT_UNAUTHORIZED=0»\n",
            fixed="FROM node:22\nENV A=1\n",
        ),
        Bad("FROM node:22\nARG «NODE_TLS_REJECT_UNAUTHORIZED=0»\n"),
        Bad("FROM node:22\nRUN npm config set «strict-ssl false» && npm ci\n"),
        Bad("FROM debian:12\nRUN git config --global «http.sslVerify false»\n"),
        Bad("FROM debian:12\nRUN «GIT_SSL_NO_VERIFY=1» git clone https://example.org/a\n"),
        Bad("FROM debian:12\nRUN export «PYTHONHTTPSVERIFY=0» && ./fetch\n"),
        Bad("FROM python:3.13\nRUN pip install «--trusted-host» example.org -i https://example.org/ a\n"),
        Bad(
            "FROM fedora:42\nRUN dnf install -y «--setopt=sslverify=false» a\n",
            fixed="FROM fedora:42\nRUN dnf install -y a\n",
        ),
        Bad("FROM debian:12\nRUN echo «'check_certificate = off'» >> /etc/wgetrc\n"),
        Bad(
            "FROM fedora:42\nCOPY a /a\nRUN <<EOF\ncat >> /etc/dnf/dnf.conf <<END\n«sslverify=0»\nEND\nEOF\n"
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN curl -fL https://example.org/a -o /a\n"),
        Good("FROM debian:12\nRUN curl -k https://localhost:8443/ready\n"),
        Good("FROM node:22\nENV NODE_TLS_REJECT_UNAUTHORIZED=1 GIT_SSL_NO_VERIFY=false\n"),
        Good(
            "FROM debian:12\nRUN tar -k -xf a.tar && curl -o k https://a.org && grep check_certificate=off /etc/wgetrc\n"
        ),
        Good("FROM debian:12\nRUN git config --global http.sslVerify true\n"),
        Good(
            "FROM fedora:42\nRUN printf '[a]\\nbaseurl=file:/srv\\nsslverify=0\\n' > /etc/yum.repos.d/a.repo\n"
        ),
    ],
)
def certificates_not_verified(dockerfile: Dockerfile) -> Iterator[Finding]:
    from dockerlint.knowledge.tables import TLS_OFF
    from dockerlint.shell.insecure import switched_off

    for off in switched_off(dockerfile, TLS_OFF):
        yield Finding(
            off.span,
            f"`{off.told}` switches the check of certificates off; install the certificate that is missing",
            Fix("check certificates", (off.edit,)) if off.edit is not None else None,
        )
