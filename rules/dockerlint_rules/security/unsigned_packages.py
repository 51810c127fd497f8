from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    code="DK402",
    summary="Packages are installed without a look at their signature",
    why="""
        A package manager checks who signed a package before it runs the package's scripts as root. With the
        check off, whoever controls a mirror or the network decides what those scripts are. Import the key
        of the repository (`signed-by=` for apt, `/etc/apk/keys` for apk, `rpm --import`, `gpgkey=` for yum and
        dnf) and leave the check on. `--force-yes` of apt-get does the same and more. Repositories on the
        file system are left alone.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the step fails where a package is not signed by a key that the image knows"),
    source="https://cwe.mitre.org/data/definitions/347.html",
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && apt-get install -y «--allow-unauthenticated» curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
        Bad(
            "FROM alpine:3.22\nRUN apk add «--allow-untrusted» a.apk\n",
            fixed="FROM alpine:3.22\nRUN apk add a.apk\n",
        ),
        Bad(
            "FROM rockylinux:9\nRUN yum install -y \\\n    «--nogpgcheck» \\\n    a\n",
            fixed="FROM rockylinux:9\nRUN yum install -y \\\n    a\n",
        ),
        Bad("FROM fedora:42\nRUN rpm -i «--nosignature» a.rpm\n", fixed="FROM fedora:42\nRUN rpm -i a.rpm\n"),
        Bad(
            "FROM opensuse/leap:15\nRUN zypper «--no-gpg-checks» -n in a\n",
            fixed="FROM opensuse/leap:15\nRUN zypper -n in a\n",
        ),
        Bad(
            "FROM debian:12\nRUN echo «'deb [trusted=yes] https://example.org/ x main'» > /etc/apt/sources.list.d/a.list\n"
        ),
        Bad("FROM debian:12\nRUN apt-get update «-o Acquire::AllowInsecureRepositories=true»\n"),
        Bad(
            "FROM rockylinux:9\nRUN printf «'[a]\\nbaseurl=https://example.org\\ngpgcheck=0\\n'» > /etc/yum.repos.d/a.repo\n"
        ),
    ],
    good=[
        Good("FROM alpine:3.22\nRUN apk index --allow-untrusted -o /a.tar.gz /a.apk\n"),
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Good(
            "FROM debian:12\nRUN echo 'deb [trusted=yes] file:/srv x main' > /etc/apt/sources.list.d/a.list\n"
        ),
        Good(
            "FROM rockylinux:9\nRUN echo gpgcheck=1 >> /etc/yum.repos.d/a.repo && grep -q gpgcheck=0 /etc/yum.conf\n"
        ),
        Good("FROM fedora:42\nRUN dnf install -y a --setopt=a.gpgcheck=1\n"),
    ],
)
def unsigned_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    from dockerlint.knowledge.tables import UNSIGNED_PACKAGES
    from dockerlint.shell.insecure import switched_off

    for off in switched_off(dockerfile, UNSIGNED_PACKAGES):
        yield Finding(
            off.span,
            f"`{off.told}` lets unsigned packages in; import the key of the repository",
            Fix("check signatures", (off.edit,)) if off.edit is not None else None,
        )
