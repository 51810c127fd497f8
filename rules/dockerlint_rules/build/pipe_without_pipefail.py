from __future__ import annotations

from dockerlint.model import Dockerfile, From, Run, Shell
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.dialect import READABLE, dialect_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Stage
    from dockerlint.shell import Command, Script
    from dockerlint.shellcheck.pragmas import Shells

# hadolint knows these shells to have the option, by these very names.
PEER_SHELLS = ("bash", "zsh", "ash", "/bin/bash", "/bin/zsh", "/bin/ash")
# Programs that do not fail, or that are ended by whom they write to and then count as failed.
SURE = frozenset(("echo", "printf", "yes", "true", ":"))
# Filters of their input, between two pipes.
FILTERS = frozenset(("awk", "base64", "cut", "rev", "sed", "sort", "tee", "tr", "uniq", "xxd"))
SETTING = {"bash": '["/bin/bash", "-o", "pipefail", "-c"]', "ash": '["/bin/ash", "-eo", "pipefail", "-c"]'}


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: any pipeline, while the last SHELL of this very stage does not set the
    option; `set -o pipefail` in the script is not looked at."""
    from dockerlint.shell.as_hadolint import view

    covered = False
    found: Iterator[From | Shell | Run] = dockerfile.instructions(From, Shell, Run)
    for instruction in found:
        if isinstance(instruction, From):
            covered = False
        elif isinstance(instruction, Shell):
            line = instruction.command
            texts = [word.value or word.raw for word in line.words or ()]
            covered = _covers(" ".join(texts) if line.words is not None else line.text.text)
        elif not covered and view(instruction).pipes:
            yield Finding(instruction.keyword.span, "a failure before the | is lost; set pipefail with SHELL")


def _covers(shell: str) -> bool:
    words = shell.split()
    if shell.startswith(("pwsh", "powershell", "cmd")):
        return True
    short = any(word.startswith("-") and not word.startswith("--") and "o" in word for word in words)
    return bool(words) and words[0] in PEER_SHELLS and short and "pipefail" in words


@rule(
    code="DL4006",
    summary="A pipe that hides the failure of what is before it",
    why="""
        A pipeline fails only when its last command does: in `curl … | tar x` a download that breaks off may
        leave a layer with half of the files, and the build goes on. With `pipefail` the `RUN` fails.
    """,
    severity=Severity.WARNING,
    fix=unsafe(
        "the RUN fails where it went on before, and commands in shell form run in the shell named",
        config=("Shell", "Cmd", "Entrypoint", "Healthcheck"),
    ),
    peer=as_hadolint_does,
    source="https://docs.docker.com/build/building/best-practices/#using-pipes",
    bad=[
        Bad(
            "FROM debian:12\nRUN «curl -f https://example.org/a | tar x»\nRUN «make | tee log»\n",
            fixed='FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
            "RUN curl -f https://example.org/a | tar x\nRUN make | tee log\n",
        ),
        Bad(
            "FROM alpine:3.20\n# the tool\nRUN apk add git \\\n  && «make | tee log» \\\n  && ls\n",
            fixed='FROM alpine:3.20\n# the tool\nSHELL ["/bin/ash", "-eo", "pipefail", "-c"]\n'
            "RUN apk add git \\\n  && make | tee log \\\n  && ls\n",
        ),
        Bad("FROM example.org/team/base:1\nRUN «make | tee log»\n"),
        Bad(
            'FROM debian:12\nSHELL ["/bin/bash", "-c"]\nRUN x=$(«make | tail -1») && echo "$x"\n',
            fixed='FROM debian:12\nSHELL ["/bin/bash", "-c"]\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
            'RUN x=$(make | tail -1) && echo "$x"\n',
        ),
        Bad(
            "FROM debian:12\nRUN <<EOF\n«make | tee log»\nEOF\n",
            fixed='FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN <<EOF\nmake | tee log\nEOF\n',
        ),
        Bad(
            "FROM debian:12\nRUN «echo a | xargs make | tee log»\n",
            fixed='FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN echo a | xargs make | tee log\n',
        ),
        Bad(
            "from debian:12\nrun «make |& tee log»\n",
            fixed='from debian:12\nshell ["/bin/bash", "-o", "pipefail", "-c"]\nrun make |& tee log\n',
        ),
        Bad('FROM debian:12\nSHELL ["/bin/zsh", "-c"]\nRUN «make | tee log»\n'),
        Bad('FROM debian:12\nRUN ["sh", "-c", "«make | tee log»"]\n'),
        Bad("FROM busybox\nRUN «make | tee log»\n"),
        Bad(
            "FROM debian:12\nRUN («make | tee log»)\n",
            fixed='FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN (make | tee log)\n',
        ),
    ],
    good=[
        Good("FROM windows\n# hadolint shell=powershell\nRUN Get-Process | Out-File a\n"),
        Good('FROM debian:12\nSHELL ["/usr/bin/bash", "-euxo", "pipefail", "-c"]\nRUN make | tee log\n'),
        Good(
            'FROM debian:12 AS a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nFROM a\nRUN make | tee log\n'
        ),
        Good("FROM fedora:41\nRUN set -euo pipefail; make | tee log\n"),
        Good("FROM debian:12\nRUN echo a | tee log && yes | make && printf x | base64 | tee log\n"),
        Good("FROM debian:12\nRUN make || true\n"),
        Good('FROM windows\nSHELL ["powershell", "-c"]\nRUN Get-Item | Out-File a\n'),
        Good("FROM debian:12\nRUN <<EOF\nset -o pipefail\nmake | tee log\nEOF\n"),
        Good("FROM debian:12\nRUN make | tee log (\n"),
        Good("FROM debian:12\nRUN bash -o pipefail -c 'make | tee log'\n"),
    ],
)
def pipe_without_pipefail(dockerfile: Dockerfile) -> Iterator[Finding]:
    told: set[int | None] = set()
    stated = _stated(dockerfile)
    for run in dockerfile.instructions(Run):
        if "|" not in run.command.text.text and not run.command.heredocs:
            continue
        if stated is not None and (words := stated.at(run)) and dialect_of(words) not in READABLE:
            continue
        if any("pipefail" in word for word in run.state.shell or ()):
            continue
        if "pipefail" in dockerfile.source.slice(run.span):
            continue
        for script in scripts(run):
            if not script.ok:
                continue
            for first, last in _pipes(script):
                fix = None if run.stage in told else _fix(dockerfile, run)
                told.add(run.stage)
                yield Finding(
                    Span(first.span.start, last.span.end),
                    f"a failure of {first.name or 'what is before the pipe'} is lost; set pipefail with SHELL",
                    fix,
                )


def _stated(dockerfile: Dockerfile) -> Shells | None:
    """The shells that hadolint's comments name, None where there are no such comments."""
    if "hadolint" not in dockerfile.source.text:
        return None
    from dockerlint.shellcheck.pragmas import Shells, shell_pragmas

    return Shells(dockerfile) if shell_pragmas(dockerfile) else None


def _pipes(script: Script) -> Iterator[tuple[Command, Command]]:
    """The first and the last command of each pipeline that may hide a failure."""
    open_at: dict[tuple[str, ...], list[Command]] = {}
    for command in script.commands:
        if "pipeline" not in command.within:
            continue
        if command.before in ("|", "|&"):
            parts = open_at.get(command.within)
            if parts is None:
                continue
            parts.append(command)
            if command.after not in ("|", "|&"):
                del open_at[command.within]
                if parts[0].name not in SURE or not all(part.name in FILTERS for part in parts[1:-1]):
                    yield parts[0], command
        elif command.after in ("|", "|&"):
            open_at[command.within] = [command]


def _fix(dockerfile: Dockerfile, run: Run) -> Fix | None:
    """SHELL with the option above the RUN, in an image that is known to have the shell."""
    from dockerlint.knowledge.bases import base_image_of

    stage: Stage | None = dockerfile.stage_of(run)
    image = stage.lineage[-1].image if stage is not None else None
    base = base_image_of(image) if image else None
    if base is None or run.command.is_exec:
        return None
    present = {shell.rpartition("/")[2] for shell in base.shells}
    shell = "bash" if "bash" in present else "ash" if base.distro == "alpine" else ""
    own = (run.state.shell or ("",))[0].rpartition("/")[2]
    if not shell or own not in ("", "sh", "bash", "ash"):
        return None
    text = dockerfile.source.text
    start = run.keyword.span.start
    if text[text.rfind("\n", 0, start) + 1 : start].strip() or start != run.span.start:
        return None
    keyword = "shell" if run.keyword.text.islower() else "SHELL"
    line = f"{keyword} {SETTING[shell]}{dockerfile.source.newline}"
    return Fix(f"set pipefail for {shell}", (Edit(Span(start, start), line),))
