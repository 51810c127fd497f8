from __future__ import annotations

import re

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.edits import editable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script

_STATE = frozenset(("cd", "pushd", "export", "alias", "umask", "ulimit"))
_ACTIVATES = r"(?:.*/)?(?:activate|\.bashrc|\.bash_profile|\.profile|profile|nvm\.sh|\.cargo/env)"
_PLAIN = r"[A-Za-z_]\w*=[\w./:@%+,-]+"


@rule(
    code="DK512",
    summary="A `cd` or `export` that ends with its `RUN`",
    why="""
        Every `RUN` has a shell of its own. A `cd`, `export`, `alias` or `source activate` that nothing follows in the same
        `RUN` changes that shell and is gone with it: the next instruction starts in the old folder, without
        the variable. `WORKDIR` and `ENV` hold for all that follows.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "the folder or the variable holds for later steps and for the container", config=("Env", "WorkingDir")
    ),
    source="https://docs.docker.com/reference/dockerfile/#run",
    bad=[
        Bad(
            "FROM debian:12\nARG A=/x\nRUN «cd» $A\nRUN «cd» a\nRUN --network=none «cd» /a\nRUN \\\n  «cd» /a\nRUN «pushd» /a\n"
        ),
        Bad("FROM debian:12\nRUN «export» A=b C=d\nRUN «export» A\nRUN «umask» 022\n"),
        Bad("FROM debian:12\nRUN «export» A='b c'\n"),
        Bad("FROM debian:12\nRUN «cd» /app\nRUN make\n", fixed="FROM debian:12\nWORKDIR /app\nRUN make\n"),
        Bad("FROM debian:12\nRUN «export» A=b\nRUN make\n", fixed="FROM debian:12\nENV A=b\nRUN make\n"),
        Bad("FROM debian:12\nRUN mkdir /a && «cd» /a\n"),
        Bad("FROM debian:12\nRUN «export» PATH=$PATH:/x\n"),
        Bad("FROM debian:12\nRUN python3 -m venv /v && «.» /v/bin/activate\n"),
        Bad("FROM debian:12\nRUN <<END\nls\n«cd» /app\nEND\n"),
    ],
    good=[
        Good("FROM debian:12\nRUN umask\n"),
        Good(
            'FROM debian:12\nRUN ["cd", "/a"]\nRUN if cd /a; then ls; fi\nRUN ls || cd /a\nRUN ls | (cd /b)\n'
        ),
        Good("FROM debian:12\nWORKDIR /app\nENV A=b\nRUN cd /app && make\nRUN export A=b; make\n"),
        Good("FROM debian:12\nRUN echo 'cd /app' >> /root/.bashrc\nRUN (ls && cd /a)\n"),
        Good("FROM debian:12\nRUN cd /app || exit 1\nRUN export A=$(make)\nRUN . ./build\n"),
    ],
)
def shell_state_lost(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run):
        for script in scripts(run):
            if (
                not script.ok
                or script.exec_form
                or not script.statements
                or script.statements[-1].kind != "command"
            ):
                continue
            last = script.commands[-1] if script.commands else None
            if last is None or not last.at_top or last.statement != len(script.statements) - 1:
                continue
            if last.before not in (None, "&&", ";", "\n") or not _is_lost(last):
                continue
            cure = "use WORKDIR" if last.name in ("cd", "pushd") else "use ENV"
            if last.name not in ("cd", "pushd", "export"):
                cure = "repeat it where it is needed"
            yield Finding(
                last.name_word.span,
                f"what {last.name} changes ends with this RUN; {cure}",
                _fix(run, script, last),
            )


def _is_lost(command: Command) -> bool:
    """Whether a command changes its shell and does nothing else."""
    if command.redirects or any("$(" in word.raw or "`" in word.raw for word in command.arguments):
        return False
    if command.name in ("source", "."):
        return len(command.arguments) == 1 and re.fullmatch(_ACTIVATES, command.arguments[0].text) is not None
    return command.name in _STATE and bool(command.arguments)


def _fix(run: Run, script: Script, command: Command) -> Fix | None:
    """WORKDIR or ENV in the place of a RUN that does nothing but this."""
    if len(script.statements) > 1 or run.flags or run.comments or not editable(script) or run.onbuild:
        return None
    word = command.arguments[0]
    if len(command.arguments) != 1 or word.value is None or run.first_line != run.last_line:
        return None
    if command.name == "cd" and re.fullmatch(r"/[\w./-]*", word.value):
        return Fix("use WORKDIR", (Edit(run.span, f"WORKDIR {word.value}"),))
    if command.name == "export" and word.raw == word.value and re.fullmatch(_PLAIN, word.value):
        return Fix("use ENV", (Edit(run.span, f"ENV {word.value}"),))
    return None
