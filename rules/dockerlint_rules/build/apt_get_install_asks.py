from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import insert_option
from dockerlint.shell.leftover import head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

# Every one of these makes apt-get go on without a question (apt-get(8): -q=2 and -qq imply -y).
ASSENT = ("-y", "--yes", "--assume-yes", "--assume-no", "--force-yes")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: `apt-get` by that name with `install` anywhere among its arguments and
    none of its ways to say yes, or exactly two `q`."""
    from dockerlint.shell.as_hadolint import calls, ours

    for run, call in calls(dockerfile, "apt-get"):
        if not call.has_argument("install") or call.has_flag("y", "yes", "qq", "assume-yes"):
            continue
        if call.count("q") == 2 or call.count("quiet") == 2 or call.has_argument("-q=2"):
            continue
        own = ours(run, call)
        edit = None if own is None or own[1].subcommand != "install" else insert_option(*own, "-y")
        yield Finding(
            call.command.name_word.span,
            "apt-get install stops to ask; add -y",
            None if edit is None else Fix("add -y", (edit,)),
        )


@rule(
    code="DL3014",
    summary="`apt-get install` without `-y` stops to ask",
    why="""
        A build has nobody to answer a question: `apt-get install` asks before it takes in more than what
        was named, finds no input, and the build ends there. `-y` answers yes.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    peer=as_hadolint_does,
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && «apt-get install» curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
        Bad(
            "FROM debian:12\nRUN apt-get update \\\n # tools\n && «/usr/bin/apt-get -q install» \\\n    curl\n",
            fixed="FROM debian:12\nRUN apt-get update \\\n # tools\n && /usr/bin/apt-get -q install -y \\\n    curl\n",
        ),
        Bad(
            "FROM debian:12\nRUN sudo «apt-get install» --no-install-recommends curl\n",
            fixed="FROM debian:12\nRUN sudo apt-get install -y --no-install-recommends curl\n",
        ),
        Bad(
            "FROM debian:12\nRUN <<EOF\nset -e\napt-get update\n«apt-get install» curl\nEOF\n",
            fixed="FROM debian:12\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nEOF\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get install -y curl\n"),
        Good("FROM debian:12\nRUN apt-get -qy install curl\n"),
        Good("FROM debian:12\nRUN apt-get install -qq curl\n"),
        Good("FROM debian:12\nRUN apt-get install --assume-yes curl\n"),
        Good("FROM debian:12\nRUN apt-get -q=2 install curl\n"),
        Good("FROM debian:12\nRUN apt-get -o APT::Get::Assume-Yes=true install curl\n"),
        Good("FROM debian:12\nRUN yes | apt-get install curl\n"),
        Good("FROM debian:12\nRUN apt-get install --download-only -y curl\n"),
        Good("FROM debian:12\nRUN apt-get install --help\n"),
    ],
)
def apt_get_install_asks(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("apt-get"):
                if command.subcommand != "install" or _answered(command):
                    continue
                edit = insert_option(script, command, "-y")
                yield Finding(
                    head(command),
                    "`apt-get install` stops to ask, and nobody can answer; add `-y`",
                    None if edit is None else Fix("add -y", (edit,)),
                )


def _answered(command: Command) -> bool:
    if command.has(*ASSENT, "-s", "--simulate", "--just-print", "--dry-run", "--print-uris", "-h", "--help"):
        return True
    if "pipeline" in command.within and command.before == "|":
        return True
    quiet = [o for o in command.options if o.name in ("-q", "--quiet")]
    if len(quiet) >= 2 or any((o.value or "") >= "2" for o in quiet):
        return True
    settings = [option.value or "" for option in command.options if option.name in ("-o", "--option")]
    return any(setting.lower().startswith("apt::get::assume-yes=") for setting in settings)
