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
    """What hadolint finds: `install` or `in` anywhere, and an argument that is no flag and has no
    sign of a version; values of options count."""
    from dockerlint.shell.as_hadolint import calls

    for run, call in calls(dockerfile, "zypper"):
        if call.has_argument("install", "in"):
            words = [word for word in call.plain() if word not in ("install", "in")]
            if not all(any(sign in word for sign in "=<>") or word.endswith(".rpm") for word in words):
                fix = pins_of_call(dockerfile, run, call, "zypper", _is_free)
                yield Finding(
                    call.command.name_word.span, "pin versions in zypper install: package=version", fix
                )


@rule(
    code="DL3037",
    summary="`zypper install` of packages without a version",
    why="""
        Without a version the image gets whichever one the repositories have on the day of the build, and two
        builds of one file differ. `package=1.2.3` says which one, `'package<2'` sets a limit.
    """,
    severity=Severity.WARNING,
    fix=unsafe(REASON),
    peer=as_hadolint_does,
    bad=[
        Bad("FROM opensuse/leap:15.6\nRUN «zypper -n install» git=2.43 make\n"),
        Bad("FROM opensuse/leap:15.6\nRUN sudo «zypper in» -y \\\n  # to build\n  gcc\n"),
        Bad("FROM opensuse/leap:15.6\nRUN «zypper in» -t package gcc\n"),
        Bad(
            "FROM opensuse/leap:15.6\nRUN «zypper -n in» git make.x86_64 'gcc>12'\n",
            fixed="FROM opensuse/leap:15.6\n"
            "RUN zypper -n in git=2.43.0-150600.3.3.1 make.x86_64=4.2.1-7.3.2 'gcc>12'\n",
            versions={"rpm git": "2.43.0-150600.3.3.1", "rpm make": "4.2.1-7.3.2"},
        ),
    ],
    good=[
        Good("FROM alpine:3.20\nRUN apk add gcc\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper in tool.rpm -vim '!emacs'\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper -n install git=2.43 'make<5'\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper --root /x -n in ./tool.rpm https://example.org/a.rpm\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper -n in -t pattern devel_basis\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper -n in $PACKAGES && zypper -n rm make\n"),
    ],
)
def unpinned_zypper_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for install in installs(script):
                kind = install.command.option("-t", "--type")
                if install.family != "zypper" or (kind is not None and kind.value != "package"):
                    continue
                free = without([package.word for package in install.packages], _is_free)
                if free:
                    yield Finding(
                        head(install.command),
                        f"no version for {listed([word.text for word in free])}; pin it with package=version",
                        pins(dockerfile, run, script, "zypper", free),
                    )


def _is_free(word: str) -> bool:
    return (
        not any(sign in word for sign in "=<>/")
        and not word.endswith(".rpm")
        and not word.startswith(("-", "!"))
    )
