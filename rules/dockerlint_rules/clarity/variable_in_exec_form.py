from __future__ import annotations

import re

from dockerlint.model import Cmd, Dockerfile, Entrypoint, Healthcheck, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Word

_REFERENCE = r"\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)"
# Programs that run a script or expand variables in their arguments themselves.
_EXPAND = frozenset((
    "sh", "bash", "ash", "dash", "zsh", "ksh", "eval", "envsubst", "java", "cmd", "cmd.exe", "powershell",
    "powershell.exe", "pwsh", "pwsh.exe", "su", "awk", "gawk", "perl", "make", "catalina.sh", "supervisord", "find",
    "watchexec", "nodemon", "concurrently", "npm", "gosu", "dotenv", "npx", "yarn", "pnpm", "mvn", "bashio", "fish",
))  # fmt: skip


@rule(
    code="DK510",
    summary="A variable in exec form, which nobody expands",
    why="""
        In exec form there is no shell, so `["echo", "$HOME"]` prints `$HOME`: the program gets the text as it is. Let
        a shell expand it and hand over (`["sh", "-c", "exec server --port $PORT"]`), or let the program read
        its environment. Where the program is a shell or expands variables itself, and behind an `ENTRYPOINT`
        that may do so, it is left alone.
    """,
    severity=Severity.WARNING,
    source="https://docs.docker.com/reference/dockerfile/#variable-substitution",
    bad=[
        Bad('FROM busybox\nENTRYPOINT ["/entrypoint.sh"]\nHEALTHCHECK CMD ["wget", «"$URL"»]\n'),
        Bad('FROM busybox\nCMD ["echo", «"$HOME"»]\n'),
        Bad('FROM busybox\nENTRYPOINT ["server", «"--port=${PORT}"»]\n'),
        Bad('FROM busybox\nHEALTHCHECK CMD ["wget", «"http://localhost:$PORT/"»]\n'),
        Bad('FROM busybox\nRUN ["mkdir", «"$DIR"»]\n'),
        Bad('FROM busybox\nENTRYPOINT ["server"]\nCMD [«"$PORT"»]\n'),
    ],
    good=[
        Good('FROM busybox\nCMD ["tool", "-c", "$HOME"]\n'),
        Good('FROM busybox\nCMD ["./run.sh", "$HOME"]\nRUN ["/entrypoint", "$HOME"]\n'),
        Good('FROM busybox\nCMD ["java", "-Da=${HOME}"]\n'),
        Good('FROM busybox\nCMD ["sh", "-c", "echo $HOME"]\nRUN ["ls", "/"]\n'),
        Good('FROM busybox\nCMD ["/sbin/tini", "--", "bash", "-c", "echo $HOME"]\n'),
        Good('FROM busybox\nENTRYPOINT ["sh", "-c"]\nCMD ["$PORT"]\n'),
        Good('FROM busybox\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["--port=$PORT"]\n'),
        Good('FROM busybox\nCMD ["echo", "costs $5", "\\\\$HOME", "$(date)", "$1"]\n'),
        Good("FROM busybox\nCMD echo $HOME\n"),
    ],
)
def variable_in_exec_form(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        entry = next(reversed(list(stage.of(Entrypoint))), None)
        for one in stage.instructions:
            if not isinstance(one, Cmd | Entrypoint | Healthcheck | Run) or one.command is None:
                continue
            words = one.command.words
            if not words or not any("$" in word.raw for word in words) or _expands(words):
                continue
            if isinstance(one, Cmd) and entry is not None and _expands(entry.command.words or ()):
                continue
            for word in words:
                match = re.search(_REFERENCE, word.value or "")
                if match is not None and "\\$" not in (word.value or ""):
                    yield Finding(
                        word.span,
                        f"no shell expands {match[0]} in exec form; start the program with sh -c and exec",
                    )


def _expands(words: tuple[Word, ...]) -> bool:
    """Whether a shell, or a program like one, is among the words."""
    if not words:
        return True
    return any(
        name in _EXPAND or name.endswith(".sh") or "entrypoint" in name or word.value == "-c"
        for word in words
        for name in [(word.value or "").rpartition("/")[2].lower()]
    )
