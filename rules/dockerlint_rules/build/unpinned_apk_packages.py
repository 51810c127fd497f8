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
    """What hadolint finds: `apk` with `add` anywhere among its arguments, and one that is no flag
    and has no sign of a version."""
    from dockerlint.shell.as_hadolint import calls

    for run, call in calls(dockerfile, "apk"):
        if call.has_argument("add"):
            words = [word for word in call.plain("t", "virtual", "X", "repository") if word != "add"]
            if not all(_pinned(word) for word in words):
                fix = pins_of_call(dockerfile, run, call, "apk", _is_free)
                yield Finding(call.command.name_word.span, "pin versions in apk add: package=version", fix)


@rule(
    code="DL3018",
    summary="`apk add` of packages without a version",
    why="""
        Without a version the image gets whichever one the repository has on the day of the build, and two builds
        of one file differ. `package~1.2` takes fixes and no more than that. A repository of Alpine keeps
        only the newest version, so an exact `=1.2.3-r0` stops the build when a fix comes out.
    """,
    severity=Severity.WARNING,
    fix=unsafe(REASON),
    peer=as_hadolint_does,
    source="https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper#Add_a_Package",
    bad=[
        Bad("FROM alpine:3.20\nRUN «apk add» --no-cache curl=8.9.0-r0 git\n"),
        Bad("FROM alpine:3.20\nRUN «apk --no-cache add» -t .build \\\n  # to build\n  gcc make musl-dev\n"),
        Bad("FROM alpine:3.20\nRUN «/sbin/apk add» -X https://example.org/edge curl\n"),
        Bad(
            'FROM alpine:3.20\nRUN «apk add» --no-cache -t .deps curl "git" so:libc.musl-x86_64.so.1\n',
            fixed="FROM alpine:3.20\n"
            'RUN apk add --no-cache -t .deps curl=8.9.1-r1 "git=2.45.2-r0" so:libc.musl-x86_64.so.1\n',
            versions={"apk curl": "8.9.1-r1", "apk git": "2.45.2-r0"},
        ),
    ],
    good=[
        Good("FROM alpine:3.20\nRUN apk add --no-cache 'curl>8' git~2.45 jq~=1.7 a=1\n"),
        Good("FROM alpine:3.20\nRUN apk add --virtual .build gcc=13.2-r0\n"),
        Good("FROM alpine:3.20\nRUN apk add --allow-untrusted tool.apk\n"),
        Good("FROM alpine:3.20\nRUN apk add $PACKAGES !curl\n"),
        Good("FROM alpine:3.20\nRUN apk del gcc\n"),
        Good("FROM alpine:3.20\nRUN apk add .build\n"),
    ],
)
def unpinned_apk_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for install in installs(script):
                if install.family != "apk":
                    continue
                free = without([package.word for package in install.packages], _is_free)
                if free:
                    yield Finding(
                        head(install.command),
                        f"no version for {listed([word.text for word in free])}; pin it with package~version",
                        pins(dockerfile, run, script, "apk", free),
                    )


def _is_free(word: str) -> bool:
    return not _pinned(word) and not word.startswith(("!", ".", "/"))


def _pinned(word: str) -> bool:
    return any(sign in word for sign in "=~<>") or word.endswith(".apk")
