from __future__ import annotations

import re

from dockerlint.model import Dockerfile, Run, Workdir
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.edits import remove_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script

# Folders that mean the same to WORKDIR as to a shell.
PLAIN = r"[A-Za-z0-9._/@+-]+"


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a RUN that calls `cd` anywhere, once; none in ONBUILD."""
    from dockerlint.shell.as_hadolint import calls, ours

    told: set[int] = set()
    for run, call in calls(dockerfile, "cd"):
        if not run.onbuild and run.span.start not in told:
            told.add(run.span.start)
            own = ours(run, call)
            fits = own is not None and _move(own[0]) is own[1]
            fix = _fix(dockerfile, run, *own) if own is not None and fits else None
            yield Finding(call.command.name_word.span, "cd changes the directory; set WORKDIR instead", fix)


@rule(
    code="DL3003",
    summary="`cd` to begin a `RUN`, where `WORKDIR` says it",
    why="""
        Every `RUN` starts in the working directory, so a `cd` at its beginning has to be said again in the next
        one, and is easily lost in a long line. `WORKDIR` holds for all that follows. A `cd` further on in a
        script, in a subshell or back to where it came from belongs to the script and is left alone.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "WORKDIR makes a folder that is missing, follows no CDPATH, and adds steps to the image's history"
    ),
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#workdir",
    bad=[
        Bad("FROM debian:12\nRUN «cd» /app && make\n"),
        Bad(
            'FROM debian:12\nWORKDIR /srv\nCOPY . .\n# build it\nRUN «cd» app && \\\n    make && make install\nCMD ["app"]\n',
            fixed="FROM debian:12\nWORKDIR /srv\nCOPY . .\nWORKDIR app\n# build it\nRUN make && make install\n"
            'WORKDIR /srv\nCMD ["app"]\n',
        ),
        Bad(
            "FROM debian:12\nWORKDIR /srv\nCOPY . .\nRUN «cd» /app; make\nWORKDIR /opt\n",
            fixed="FROM debian:12\nWORKDIR /srv\nCOPY . .\nWORKDIR /app\nRUN make\nWORKDIR /opt\n",
        ),
        Bad("FROM debian:12\nWORKDIR /srv\nRUN «cd» /app && make\nRUN ls\n"),
        Bad("FROM debian:12\nRUN set -ex; \\\n    # in the source\n    «cd» /app; make\n"),
        Bad("FROM debian:12\nRUN <<EOF\n«cd» /app\nmake\nEOF\n"),
    ],
    good=[
        Good("FROM debian:12\nWORKDIR /app\nRUN make\n"),
        Good("FROM debian:12\nRUN mkdir /app && cd /app && make\n"),
        Good("FROM debian:12\nRUN (cd /app && make) && ls\n"),
        Good("FROM debian:12\nRUN cd /app && make && cd /lib && make\n"),
        Good("FROM debian:12\nRUN cd /app\n"),
        Good("FROM debian:12\nRUN cd $(find / -name app) && make\n"),
        Good("FROM debian:12\nRUN cd /tmp && make && rm -rf /tmp/*\n"),
        Good("FROM debian:12\nONBUILD RUN cd /app && make\n"),
    ],
)
def cd_instead_of_workdir(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run):
        for script in scripts(run):
            move = _move(script)
            path = move.arguments[0].value if move is not None else None
            if move is not None and path is not None:
                yield Finding(
                    move.name_word.span,
                    f"all of this RUN is in {path}; set WORKDIR before it instead of cd",
                    _fix(dockerfile, run, script, move),
                )


def _move(script: Script) -> Command | None:
    """The `cd` to a folder of which the name is known, that all of a script comes after."""
    moves = script.named("cd", "pushd", "popd")
    if len(moves) != 1 or not moves[0].at_top or moves[0].name != "cd":
        return None
    move = moves[0]
    before = [c for c in script.commands if c.start < move.start and c.name != "set"]
    path = move.arguments[0].value if len(move.arguments) == 1 else None
    if before or not path or path in ("-", "~") or move.after not in ("&&", ";", "\n"):
        return None
    return None if path.startswith(("/tmp", "/var/tmp", "~")) else move


def _fix(dockerfile: Dockerfile, run: Run, script: Script, move: Command) -> Fix | None:
    """WORKDIR before the RUN, and the one that was in force behind it; None where that is not known, where a
    mount brings the folder, and beside another RUN, with which this one had better be one layer."""
    path, back = move.arguments[0].value or "", run.state.workdir
    stage = dockerfile.stage_of(run)
    if stage is None or back is None or run.mounts or run.onbuild:
        return None
    if not (re.fullmatch(PLAIN, path) and re.fullmatch(PLAIN, back)) or path.startswith("-"):
        return None
    at = stage.instructions.index(run)
    beside = stage.instructions[max(0, at - 1) : at + 2]
    edit = remove_command(dockerfile, run, script, move)
    if edit is None or any(isinstance(one, Run) and one is not run for one in beside):
        return None
    text = dockerfile.source.text
    # A comment about the RUN stays with it.
    first = run.doc[0].span.start if run.doc else run.span.start
    line = text.rfind("\n", 0, first) + 1
    start = text.rfind("\n", 0, run.span.start) + 1
    if text[start : run.span.start].strip() or text[run.span.end : run.span.end + 1] not in ("", "\n", "\r"):
        return None
    edits = [Edit(Span(line, line), f"WORKDIR {path}\n"), edit]
    following = beside[-1]
    if not (isinstance(following, Workdir) and following.path.raw.startswith("/")):
        edits.append(Edit(Span(run.span.end, run.span.end), f"\nWORKDIR {back}"))
    return Fix(f"set WORKDIR {path} for this RUN", tuple(edits))
