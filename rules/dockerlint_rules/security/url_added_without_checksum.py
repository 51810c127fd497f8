from __future__ import annotations

from dockerlint.model import Add, Dockerfile
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# What comes from there changes on purpose: it tells the cache that a branch has moved.
_ANSWERS = ("https://api.github.com/",)


@rule(
    code="DK409",
    summary="`ADD` downloads a file without a checksum",
    why="""
        What is at the address when the build runs is what gets into the image. `ADD --checksum=sha256:… URL`
        stops the build when it is another file, and tells a reader that it is always the same one. It takes
        one source, and has been there since version 1.6 of the Dockerfile frontend.
    """,
    severity=Severity.INFO,
    source="https://docs.docker.com/reference/dockerfile/#add---checksum",
    bad=[
        Bad("FROM debian:12\nADD «https://example.org/a.tgz» /opt/\n"),
        Bad("FROM debian:12\nARG URL=http://example.org/a\nADD a «$URL» /opt/\n"),
    ],
    good=[
        Good(
            "FROM debian:12\nADD --checksum=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef "
            "https://example.org/a.tgz /opt/\n"
        ),
        Good("FROM debian:12\nADD rootfs.tar.gz /\n"),
        Good("FROM debian:12\nADD https://api.github.com/repos/a/b/git/refs/heads/main /tmp/head.json\n"),
        Good("FROM debian:12\nADD https://github.com/docker/buildx.git#v0.20.0 /src\n"),
    ],
)
def url_added_without_checksum(dockerfile: Dockerfile) -> Iterator[Finding]:
    for add in dockerfile.instructions(Add, onbuild=True):
        if add.flag("checksum") is not None:
            continue
        for source in add.sources:
            value = source.value or ""
            if not value.startswith(("http://", "https://")) or value.startswith(_ANSWERS):
                continue
            if not value.partition("#")[0].endswith(".git"):
                yield Finding(
                    source.span,
                    "nothing tells whether this download is the right file; add --checksum=sha256:…",
                )
