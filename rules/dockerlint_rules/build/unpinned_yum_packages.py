from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.installs import installs
from dockerlint.shell.leftover import head
from dockerlint.shell.pinning import listed, without
from dockerlint.shell.pins import REASON, pins, pins_of_call
from dockerlint.shell.rpm import pinned, unpinned_as_hadolint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("yum",)


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: see `unpinned_as_hadolint`."""
    for run, call in unpinned_as_hadolint(dockerfile, ("yum",), groups=True):
        fix = pins_of_call(dockerfile, run, call, "dnf", lambda word: not pinned(word))
        yield Finding(call.command.name_word.span, "pin versions in yum install: package-version", fix)


@rule(
    code="DL3033",
    summary="`yum install` of packages without a version",
    why="""
        Without a version the image gets whichever one the repositories have on the day of the build, and two
        builds of one file differ. `package-1.2.3` says which one; `package-1.2*` takes fixes and no more.
    """,
    severity=Severity.WARNING,
    fix=unsafe(REASON),
    peer=as_hadolint_does,
    bad=[
        Bad("FROM centos:7\nRUN «yum install» -y git-2.43.0 make\n"),
        Bad("FROM centos:7\nRUN sudo «yum -y install» \\\n  # to build\n  gcc-c++ && yum clean all\n"),
        Bad(
            "FROM centos:7\nRUN «yum install» -y git glibc.i686 @development && yum clean all\n",
            fixed="FROM centos:7\n"
            "RUN yum install -y git-1.8.3.1-25.el7_9 glibc-2.17-326.el7_9.i686 @development && yum clean all\n",
            versions={"rpm git": "1.8.3.1-25.el7_9", "rpm glibc": "2.17-326.el7_9"},
        ),
    ],
    good=[
        Good("FROM centos:7\nRUN yum install -y git-2.43.0-1.el9 'make-4.*'\n"),
        Good(
            "FROM centos:7\nRUN yum install -y ./tool.rpm https://example.org/a.rpm /usr/bin/cc @development\n"
        ),
        Good("FROM centos:7\nRUN yum install -y --enablerepo epel git-2.43.0\n"),
        Good("FROM centos:7\nRUN yum install -y $PACKAGES git-$GIT\n"),
        Good("FROM centos:7\nRUN yum remove -y make && yum install -y\n"),
    ],
)
def unpinned_yum_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for install in installs(script):
                if install.command.name not in PROGRAMS or install.command.subcommand != "install":
                    continue
                free = without([package.word for package in install.packages], lambda word: not pinned(word))
                if free:
                    yield Finding(
                        head(install.command),
                        f"no version for {listed([word.text for word in free])}; pin it with package-version",
                        pins(dockerfile, run, script, "dnf", free),
                    )
