from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script

# Commands of the shell itself, which sudo cannot run and which do nothing for those behind it.
SHELL_OWN = frozenset(("cd", "export", "source", ".", "set", "umask", "exec", "exit", "eval"))


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a RUN that calls `sudo` by that name, once."""
    from dockerlint.shell.as_hadolint import calls

    told: set[int] = set()
    for run, call in calls(dockerfile, "sudo"):
        if run.span.start not in told:
            told.add(run.span.start)
            edits = [
                edit
                for script in scripts(run)
                for command in script.commands
                for edit in _edits(dockerfile, run, script, command)
            ]
            fix = Fix("run it without sudo", tuple(edits)) if edits else None
            yield Finding(call.command.name_word.span, "sudo is not meant for a build; set USER instead", fix)


@rule(
    code="DL3004",
    summary="`sudo` in a build",
    why="""
        A build runs as root until a `USER` says otherwise, so `sudo` is not needed for that, and where it is
        installed for it, it stays in the image for whoever breaks into the container. It also does not hand
        signals and the environment on. Where the steps need root, put `USER root` above them.
    """,
    severity=Severity.ERROR,
    fix=unsafe("sudo sets variables such as HOME and SUDO_USER, which the command no longer sees"),
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#user",
    bad=[
        Bad(
            "FROM debian:12\nRUN «sudo» apt-get update && \\\n    # tools\n    sudo -E apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && \\\n    # tools\n    apt-get install -y curl\n",
        ),
        Bad("FROM debian:12\nRUN «/usr/bin/sudo» ls\n", fixed="FROM debian:12\nRUN ls\n"),
        Bad("FROM debian:12\nUSER root\nRUN «sudo» ls\n", fixed="FROM debian:12\nUSER root\nRUN ls\n"),
        Bad("FROM debian:12\nUSER app\nRUN «sudo» ls\n"),
        Bad("FROM debian:12\nRUN «sudo» -u app ls\n"),
        Bad("FROM company/developers:1\nRUN «sudo» ls\n"),
        Bad("FROM debian:12\nRUN «sudo» A=b ls\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN apt-get install -y sudo\n"),
        Good("FROM debian:12\nRUN echo 'app ALL=(ALL) ALL' > /etc/sudoers.d/app\n"),
    ],
)
def sudo_in_build(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "sudo" not in dockerfile.source.text:
        return
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            found = [c for c in script.commands if c.name == "sudo" or "sudo" in c.wrappers]
            if not found:
                continue
            first = found[0]
            span = first.name_word.span
            if first.name != "sudo" and first.wrapper_span is not None:
                span = _program(dockerfile, first.wrapper_span)
            calls = "" if len(found) == 1 else f" ({len(found)} times here)"
            edits = [edit for command in found for edit in _edits(dockerfile, run, script, command)]
            yield Finding(
                span,
                f"sudo is not meant for a build{calls}; set USER where the steps need another user",
                Fix("run it without sudo", tuple(edits)) if edits else None,
            )


def _program(dockerfile: Dockerfile, span: Span) -> Span:
    """The word `sudo` among wrappers."""
    text = dockerfile.source.slice(span)
    at = text.index("sudo")
    start = max(text.rfind(blank, 0, at) for blank in " \t\n") + 1
    return Span(span.start + start, span.start + at + len("sudo"))


def _edits(dockerfile: Dockerfile, run: Run, script: Script, command: Command) -> Iterator[Edit]:
    """Leave it out, where the build is root anyway and sudo is asked for nothing else."""
    words = command.wrapper_span
    if (
        not editable(script)
        or words is None
        or command.wrappers != ("sudo",)
        or not _as_root(dockerfile, run)
    ):
        return
    parts = dockerfile.source.slice(words).split()
    if any(part not in ("-E", "-H", "-n", "-EH", "-HE") for part in parts[1:]) or command.name in SHELL_OWN:
        return
    if not any(words.start <= word.span.start < words.end for word in command.assignments):
        yield Edit(Span(words.start, command.name_word.span.start), "")


def _as_root(dockerfile: Dockerfile, run: Run) -> bool:
    user = run.state.user
    if user is not None:
        return user.partition(":")[0] in ("root", "0")
    from dockerlint.knowledge.bases import base_image_of

    stage = dockerfile.stage_of(run)
    image = stage.root.image if stage is not None else None
    base = base_image_of(image) if image else None
    return base is not None and base.purpose != "develop" and base.user in ("", "root")
