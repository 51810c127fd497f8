from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.installs import installs
from dockerlint.shell.leftover import head
from dockerlint.shell.pinning import listed, without
from dockerlint.shell.pins import REASON, pins, pins_of_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: `apt-get` with `install` anywhere among its arguments, and one that is no
    flag and has no version, release or path."""
    from dockerlint.shell.as_hadolint import calls

    for run, call in calls(dockerfile, "apt-get"):
        if call.has_argument("install"):
            words = [word for word in call.plain("t", "target-release") if word != "install"]
            if not all(_pinned(word) for word in words):
                fix = pins_of_call(dockerfile, run, call, "apt", _is_free)
                yield Finding(
                    call.command.name_word.span, "pin versions in apt-get install: package=version", fix
                )


@rule(
    code="DL3008",
    summary="`apt-get install` of packages without a version",
    why="""
        Without a version the image gets whichever one the archive has on the day of the build, and two builds
        of one file differ. `package=1.2*` says what was tested. An archive keeps only its newest
        versions, though, so an exact pin stops the build when a security fix comes out; a base image by
        digest, or a snapshot of the archive, pins all packages at once.
    """,
    severity=Severity.WARNING,
    fix=unsafe(REASON),
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#apt-get",
    bad=[
        Bad("FROM debian:12\nRUN apt-get update && «apt-get install» -y curl=7.88* git\n"),
        Bad("FROM debian:12\nRUN sudo «/usr/bin/apt-get -q install» \\\n  # tools\n  a b c d\n"),
        Bad("FROM debian:12\nRUN «apt install» -t bookworm-backports curl\n"),
        Bad(
            "FROM debian:12\nRUN apt-get update && «apt-get install» -y \\\n    # tools\n"
            "    curl 'git' python3:amd64 libx11-6:i386 awk g++ postgresql-*\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    # tools\n"
            "    curl=7.88.1-10+deb12u8 'git=1:2.39.5-0+deb12u2' python3:amd64=3.11.2-1+b1 libx11-6:i386 awk "
            "g++=4:12.2.0-3 postgresql-*\n",
            versions={
                "apt curl": "7.88.1-10+deb12u8",
                "apt git": "1:2.39.5-0+deb12u2",
                "apt python3": "3.11.2-1+b1",
                "apt g++": "4:12.2.0-3",
            },
        ),
        Bad(
            'FROM debian:12\nRUN [«"apt-get", "install"», "-y", "curl"]\n',
            fixed='FROM debian:12\nRUN ["apt-get", "install", "-y", "curl=7.88.1-10+deb12u8"]\n',
            versions={"apt curl": "7.88.1-10+deb12u8"},
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get install -y curl=7.88.* git/bookworm-backports\n"),
        Good("FROM debian:12\nRUN apt-get install -y ./tool.deb\n"),
        Good("FROM debian:12\nRUN apt-get install -y $PACKAGES\n"),
        Good("FROM debian:12\nRUN apt-get install -y $(cat packages.txt)\n"),
        Good("FROM debian:12\nRUN apt-get remove -y curl\n"),
        Good("FROM debian:12\nRUN apt-get install -y curl=$VERSION\n"),
        Good("FROM debian:12\nRUN apt-get install -y git- -f\n"),
    ],
)
def unpinned_apt_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for install in installs(script):
                if install.family != "apt-get":
                    continue
                free = without([package.word for package in install.packages], _is_free)
                if free:
                    yield Finding(
                        head(install.command),
                        f"no version for {listed([word.text for word in free])}; pin it with package=version",
                        pins(dockerfile, run, script, "apt", free),
                    )


def _is_free(word: str) -> bool:
    # `name-` removes and `name+` installs all the same; `g++` is a name.
    return not _pinned(word) and not word.endswith("-") and (not word.endswith("+") or word.endswith("++"))


def _pinned(word: str) -> bool:
    return "=" in word or "/" in word or word.endswith(".deb")
