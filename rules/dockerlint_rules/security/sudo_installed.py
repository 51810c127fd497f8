from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.reach import shipped_runs
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts
from dockerlint.shell.installs import installs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_TOOLS = ("sudo", "doas")


@rule(
    code="DK412",
    summary="`sudo` is installed in the image",
    why="""
        The user of a container is one that must not become root; a program that makes root of it, and that has had
        holes of its own, undoes what `USER` is for. The steps of a build are root's anyway: put `USER` behind
        those that need it. To start as root and go on as a user there are `setpriv` and `gosu`, which only go
        down. Stages that are only copied from, and images for development, are left alone.
    """,
    severity=Severity.INFO,
    source="https://docs.docker.com/build/building/best-practices/#user",
    bad=[
        Bad('FROM debian:12\nRUN apt-get update && apt-get install -y curl «sudo»\nCMD ["server"]\n'),
        Bad("FROM alpine:3.22\nRUN apk add «doas»\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Good(
            "FROM debian:12 AS build\nRUN apt-get install -y sudo\nFROM debian:12\nCOPY --from=build /a /a\n"
        ),
        Good("FROM mcr.microsoft.com/devcontainers/base:1\nRUN apt-get install -y sudo\n"),
        Good("FROM debian:12\nRUN apt-get install -y sudo && ./go && apt-get purge -y sudo\n"),
    ],
)
def sudo_installed(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "sudo" not in dockerfile.source.text and "doas" not in dockerfile.source.text:
        return
    from dockerlint.knowledge.bases import base_image_of
    from dockerlint.shell.installs import uninstalls

    runs = shipped_runs(dockerfile)
    gone = {p.name for run in runs for s in scripts(run) for one in uninstalls(s) for p in one.packages}
    for run in runs:
        stage = dockerfile.stage_of(run)
        base = base_image_of(stage.root.image) if stage is not None and stage.root.image else None
        if base is not None and base.purpose == "develop":
            continue
        for script in scripts(run):
            for install in installs(script):
                for package in install.packages:
                    if package.name in _TOOLS and package.name not in gone:
                        yield Finding(
                            package.word.span,
                            f"{package.name} lets the container's user become root; set USER, and leave it out",
                        )
