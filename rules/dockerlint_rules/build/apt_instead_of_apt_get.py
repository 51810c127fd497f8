"""`apt` in a script."""

from __future__ import annotations

from dockerlint.model import Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.as_hadolint import calls, ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile
    from dockerlint.shell import Command

# What means the same to both programs. `apt full-upgrade` and `apt list`, say, do not.
_SHARED = frozenset((
    "install", "update", "upgrade", "remove", "purge", "autoremove", "clean", "autoclean", "download",
    "source", "build-dep", "satisfy",
))  # fmt: skip
# Options of apt's subcommands that apt-get also has; anything else may be apt's alone.
_OPTIONS = frozenset((
    "-y", "--yes", "--assume-yes", "-q", "-qq", "--quiet", "-f", "--fix-broken", "-d", "--download-only", "-s", "-m",
    "--no-install-recommends", "--install-recommends", "--no-install-suggests", "--allow-downgrades", "--purge",
    "--allow-unauthenticated", "--allow-change-held-packages", "--reinstall", "--only-upgrade", "--no-upgrade",
    "-o", "-t", "--target-release", "--fix-missing", "--force-yes", "--auto-remove", "--autoremove", "-u", "-V",
))  # fmt: skip

_MESSAGE = "apt has no stable interface for scripts; use apt-get, or apt-cache to ask"


def _as_hadolint(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run, call in calls(dockerfile, "apt"):
        same = ours(run, call)
        fix = _fix(same[1]) if same is not None and same[0].ok else None
        yield Finding(call.command.name_word.span, _MESSAGE, fix)


@rule(
    code="DL3027",
    summary="`apt` in a script, where its interface may change",
    why="""
        `apt` is made for people: its manual page says that its options and output may change
        between versions, and it warns so itself when it is used in a script. `apt-get` and
        `apt-cache` are stable.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    source="https://manpages.debian.org/bookworm/apt/apt.8.en.html#SCRIPT_USAGE_AND_DIFFERENCES_FROM_OTHER_APT_TOOLS",
    bad=[
        Bad(
            "FROM debian:12\nRUN «apt» update && «apt» install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
        Bad("FROM debian:12\nRUN «apt» list --installed\n"),
        Bad("FROM debian:12\nRUN «apt» install -y --show-progress=no curl\n"),
        Bad(
            "FROM debian:12\nRUN set -e; \\\n    # lists\n    sudo «/usr/bin/apt» -qq update\n",
            fixed="FROM debian:12\nRUN set -e; \\\n    # lists\n    sudo /usr/bin/apt-get -qq update\n",
        ),
    ],
    peer=_as_hadolint,
    good=[
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
        Good("FROM debian:12\nRUN echo apt && apt-mark hold curl\n"),
    ],
)
def apt_instead_of_apt_get(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("apt"):
                yield Finding(
                    command.name_word.span,
                    _MESSAGE,
                    _fix(command) if script.ok else None,
                )


def _fix(command: Command) -> Fix | None:
    """Write apt-get, where all of the call means the same to it."""
    if command.subcommand not in _SHARED or command.name_word.raw != command.name_word.value:
        return None
    if not all(option.name in _OPTIONS for option in command.options):
        return None
    end = command.name_word.span.end
    return Fix("call apt-get", (Edit(type(command.span)(end, end), "-get"),))
