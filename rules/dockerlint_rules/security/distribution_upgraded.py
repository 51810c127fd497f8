from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.reach import shipped_runs
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

# Subcommands that bring every package of the image up to date. zypper's have a rule of their own.
_UPGRADES = {
    "apt-get": ("upgrade", "dist-upgrade"),
    "apt": ("upgrade", "full-upgrade", "dist-upgrade"),
    "aptitude": ("safe-upgrade", "full-upgrade", "upgrade", "dist-upgrade"),
    "apk": ("upgrade",),
    "yum": ("update", "upgrade", "distro-sync"),
    "dnf": ("update", "upgrade", "distro-sync"),
    "microdnf": ("update", "upgrade"),
    "tdnf": ("update", "upgrade"),
}
# Options with which only what is a hole is upgraded, or nothing.
_SPARING = (
    "--security",
    "--advisory",
    "--advisories",
    "--bugfix",
    "--sec-severity",
    "--cve",
    "-s",
    "--simulate",
    "-d",
)


@rule(
    code="DK404",
    summary="All packages of the base image are upgraded",
    why="""
        An upgrade of everything stores each package that changed a second time: the old one stays in the base
        image's layers. The layer comes from the cache at the next build, so the packages are no fresher
        then. A newer tag or digest of the base image has the same updates without the second copy; a
        rebuild with `--pull` takes it. Upgrades of named packages, of security fixes alone, and
        in stages whose layers do not end up in the image are left alone.
    """,
    severity=Severity.INFO,
    source="https://docs.docker.com/build/building/best-practices/#apt-get",
    bad=[
        Bad("FROM debian:12\nRUN apt-get update && «apt-get upgrade» -y && apt-get install -y curl\n"),
        Bad("FROM debian:12\nRUN apt-get update && «apt-get -y dist-upgrade»\n"),
        Bad("FROM rockylinux:9\nRUN «yum -y update» && yum clean all\n"),
        Bad("FROM alpine:3.22\nRUN «apk --no-cache upgrade»\n"),
        Bad("FROM alpine:3.22\nRUN «apk -U upgrade»\n"),
    ],
    good=[
        Good("FROM debian:12 AS build\nRUN apt-get -y upgrade\nFROM debian:12\nCOPY --from=build /a /a\n"),
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Good("FROM alpine:3.22\nRUN apk add --upgrade curl && apk upgrade libssl3\n"),
        Good("FROM rockylinux:9\nRUN yum -y update openssl && dnf -y upgrade --security\n"),
        Good("FROM debian:12\nRUN apt-get update && apt-get -s upgrade\n"),
    ],
)
def distribution_upgraded(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in shipped_runs(dockerfile):
        for script in scripts(run):
            for command in script.named(*_UPGRADES):
                if _upgrades_all(command):
                    word = command.subcommand_word or command.name_word
                    end, written = word.span.end, word.text
                    span = Span(command.name_word.span.start, end)
                    yield Finding(
                        span,
                        f"{command.name} {written} stores each changed package a second time; "
                        "take a newer base image",
                    )


def _upgrades_all(command: Command) -> bool:
    name = command.name if command.name in _UPGRADES else command.tool
    if command.subcommand not in _UPGRADES.get(name or "", ()) or command.has(*_SPARING):
        return False
    return not [word for word in command.operands if word.text != command.subcommand]
