from __future__ import annotations

from dockerlint.knowledge.recommended import counted_on
from dockerlint.model import Dockerfile, Run
from dockerlint.reach import shipped
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable
from dockerlint.shell.leftover import head
from dockerlint.split import Split, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: `apt-get` by that name with `install` anywhere among its arguments, and
    neither `--no-install-recommends` nor `APT::Install-Recommends=false` as a word of its own."""
    from dockerlint.shell.as_hadolint import calls, ours

    for run, call in calls(dockerfile, "apt-get"):
        if not call.has_argument("install") or call.has_flag("no-install-recommends"):
            continue
        if call.has_argument("APT::Install-Recommends=false"):
            continue
        own = ours(run, call)
        fix = None
        if own is not None and own[1].subcommand == "install":
            secure = "https://" in dockerfile.source.text
            fix = _fix(dockerfile, *own, _installed(dockerfile), secure, _only_builds(dockerfile, run))
        yield Finding(call.command.name_word.span, "apt-get install without --no-install-recommends", fix)


@rule(
    code="DL3015",
    summary="`apt-get install` also takes in recommended packages",
    why="""
        apt-get installs what a package recommends along with what it needs. In an image the
        recommendations are mostly documentation, alternatives and tools that nothing calls: of the 78 MB
        that a tidied `apt-get install g++` saves on Debian 12, 58 MB are recommended packages.

        A few recommendations are what the package is installed for: gcc without libc6-dev has no
        stdio.h, curl without ca-certificates cannot fetch over https. The fix names those, and in a stage that
        only builds those that pip or Go compile with, too.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "packages that were only recommended are no longer there, and something may have used one",
        closure=True,
    ),
    peer=as_hadolint_does,
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && «apt-get install» -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n",
        ),
        Bad(
            "FROM debian:12\nRUN apt-get update \\\n # tools\n && «apt-get -q install» -y \\\n    curl\n",
            fixed="FROM debian:12\nRUN apt-get update \\\n # tools\n"
            " && apt-get -q install -y --no-install-recommends \\\n    curl\n",
        ),
        Bad(
            "FROM debian:12 AS build\nRUN apt-get update && «apt-get install» -y python3-pip\nRUN pip3 install --target /out -r a.txt\n"
            "FROM debian:12\nRUN apt-get update && «apt-get install» -y python3-pip\nCOPY --from=build /out /out\n",
            fixed="FROM debian:12 AS build\n"
            "RUN apt-get update && apt-get install -y --no-install-recommends python3-pip build-essential python3-dev\n"
            "RUN pip3 install --target /out -r a.txt\n"
            "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends python3-pip\nCOPY --from=build /out /out\n",
        ),
        Bad(
            "FROM debian:12\nRUN apt-get update && «apt-get install» -y gcc make\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make\n",
        ),
        Bad(
            "FROM debian:12\nRUN apt-get update && «apt-get install» -y \\\n    curl \\\n    gcc\n"
            "RUN apt-get install -y --no-install-recommends g++ && curl -O https://example.org/x\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n"
            "    curl \\\n    ca-certificates \\\n    gcc\n"
            "RUN apt-get install -y --no-install-recommends g++ && curl -O https://example.org/x\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get install -y --no-install-recommends curl\n"),
        Good("FROM debian:12\nRUN apt-get -o APT::Install-Recommends=false install -y curl\n"),
        Good("FROM debian:12\nRUN apt-get install -oAPT::Install-Recommends=0 -y curl\n"),
        Good("FROM debian:12\nRUN apt-get install -y --install-recommends curl\n"),
        Good("FROM debian:12\nRUN apt-get install -y -f\n"),
        Good(
            "FROM debian:12\n"
            "RUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/lean\n"
            "RUN apt-get install -y curl\n"
        ),
    ],
)
def recommended_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    if 'APT::Install-Recommends "' in dockerfile.source.text:
        # the file writes the setting itself, in a configuration file that apt reads from then on
        return
    installed = _installed(dockerfile)
    secure = "https://" in dockerfile.source.text
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for command in script.named("apt-get"):
                if command.subcommand != "install" or not command.operands or _decided(command):
                    continue
                yield Finding(
                    head(command),
                    "`apt-get install` takes in recommended packages too; add `--no-install-recommends`",
                    _fix(dockerfile, script, command, installed, secure, _only_builds(dockerfile, run)),
                )


def _only_builds(dockerfile: Dockerfile, run: Run) -> bool:
    """Whether a RUN stands in a stage that the image is not made of, or will when the file is split."""
    return run.stage not in shipped(dockerfile) or isinstance(split(dockerfile), Split)


def _fix(
    dockerfile: Dockerfile,
    script: Script,
    command: Command,
    installed: set[str],
    secure: bool,
    building: bool,
) -> Fix | None:
    if not editable(script):
        return None
    at = _place(command)
    option = Edit(Span(at, at), " --no-install-recommends")
    return Fix(
        "add --no-install-recommends", (option, *_named(dockerfile, command, installed, secure, building))
    )


def _installed(dockerfile: Dockerfile) -> set[str]:
    """Every package that the file installs by name."""
    return {
        word.text
        for run in dockerfile.instructions(Run, onbuild=True)
        for script in scripts(run)
        for command in script.named("apt-get", "apt")
        if command.subcommand == "install"
        for word in command.operands
    }


def _named(
    dockerfile: Dockerfile, command: Command, installed: set[str], secure: bool, building: bool
) -> Iterator[Edit]:
    """Name the recommended packages that others are of no use without, each behind its own."""
    text = dockerfile.source.text
    done: set[str] = set()
    for word in command.operands:
        wanted = [p for p in counted_on(word.text, installed, secure, building) if p not in done]
        if not wanted:
            continue
        done.update(wanted)
        end = word.span.end
        line = text[text.rfind("\n", 0, word.span.start) + 1 : word.span.start]
        stop = text.find("\n", end)
        alone = stop >= 0 and not line.strip() and text[end:stop].strip() == dockerfile.escape
        joint = f" {dockerfile.escape}{dockerfile.source.newline}{line}" if alone else " "
        yield Edit(Span(end, end), "".join(f"{joint}{package}" for package in wanted))


def _place(command: Command) -> int:
    """Behind `install` and the options that follow it directly, where people write it."""
    words = [
        word
        for word in command.arguments
        if word.start >= (command.subcommand_word or command.name_word).start
    ]
    plain = {option.word.start for option in command.options if option.value_word is None}
    at = words[0]
    for word in words[1:]:
        if word.start not in plain or word.start != at.end + 1:
            break
        at = word
    return at.span.end


def _decided(command: Command) -> bool:
    if command.has("--no-install-recommends", "--install-recommends", "-s", "--simulate", "--print-uris"):
        return True
    settings = [option.value or "" for option in command.options if option.name in ("-o", "--option")]
    return any(setting.lower().startswith("apt::install-recommends=") for setting in settings)
