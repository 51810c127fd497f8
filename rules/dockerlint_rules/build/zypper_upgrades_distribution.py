from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts
from dockerlint.shell.leftover import head, verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: either word anywhere among the arguments, on any base."""
    from dockerlint.shell.as_hadolint import calls

    for _, call in calls(dockerfile, "zypper"):
        if call.has_argument("dist-upgrade", "dup"):
            yield Finding(
                call.command.name_word.span, "dist-upgrade makes another release of the base; remove it"
            )


@rule(
    code="DL3035",
    summary="`zypper dist-upgrade` makes another distribution of the base",
    why="""
        `dist-upgrade` goes to whatever release the repositories hold, and may remove packages on its way. The
        image is no longer the one that `FROM` names, and every changed file is in it twice. Name the
        release in `FROM`. On Tumbleweed, which has no releases, it is the way to update and is left alone.
    """,
    severity=Severity.WARNING,
    peer=as_hadolint_does,
    bad=[
        Bad("FROM opensuse/leap:15.6\nRUN «zypper -n dup»\n"),
        Bad("FROM opensuse/leap:15.6\nRUN «zypper dist-upgrade» -y && zypper clean\n"),
    ],
    good=[
        Good("FROM opensuse/leap:15.6\nRUN zypper -n update\n"),
        Good("FROM opensuse/tumbleweed\nRUN zypper -n dup\n"),
        Good("FROM opensuse/leap:15.6\nRUN zypper -n install dup\n"),
    ],
)
def zypper_upgrades_distribution(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        stage = dockerfile.stage_of(run)
        if stage is not None and "tumbleweed" in (stage.root.image or ""):
            continue
        for script in scripts(run):
            for command in script.named("zypper"):
                if verb(command) in ("dist-upgrade", "dup"):
                    yield Finding(
                        head(command), "this makes another release of the base image; name that in FROM"
                    )
