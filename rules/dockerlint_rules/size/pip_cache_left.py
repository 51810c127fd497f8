from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.reach import shipped_runs
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import insert_option
from dockerlint.shell.leftover import calls, head
from dockerlint.shell.paths import mounted, removed
from dockerlint.shell.pinning import OLD_PIP
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script

CACHE = ("~/.cache/pip",)
FILLS = ("install", "wheel", "download")
SWITCH = "PIP_NO_CACHE_DIR"


@rule(
    code="DK315",
    summary="Cache of pip stays in the layer",
    why="""
        pip keeps every download and every wheel that it built in `~/.cache/pip`, for the next install. A
        layer is built once, so the cache is only weight: `--no-cache-dir` (or `PIP_NO_CACHE_DIR=1` in the
        environment, or a cache mount) keeps it out.
    """,
    severity=Severity.WARNING,
    fix=safe("*/.cache/pip/*"),
    aliases=("DL3042",),
    source="https://pip.pypa.io/en/stable/topics/caching/",
    bad=[
        Bad(
            "FROM python:3.12\nRUN «pip install» flask\n",
            fixed="FROM python:3.12\nRUN pip install --no-cache-dir flask\n",
        ),
        Bad(
            "FROM python:3.12\nRUN «pip3 install» -U pip && \\\n    # the app\n    «python3 -m pip install» flask\n",
            fixed="FROM python:3.12\nRUN pip3 install --no-cache-dir -U pip && \\\n    # the app\n"
            "    python3 -m pip install --no-cache-dir flask\n",
        ),
        Bad(
            "FROM python:3.12\nRUN <<EOF\nif true; then «pip install» flask; fi\nEOF\n",
            fixed="FROM python:3.12\nRUN <<EOF\nif true; then pip install --no-cache-dir flask; fi\nEOF\n",
        ),
        Bad(
            "FROM ubuntu:14.04\nRUN apt-get update && apt-get install -y python-pip && «pip install» flask\n"
        ),
    ],
    good=[
        Good("FROM python:3.12\nRUN pip install --no-cache-dir flask\n"),
        Good("FROM python:3.12\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask\n"),
        Good("FROM python:3.12\nRUN export PIP_NO_CACHE_DIR=1 && pip install flask\n"),
        Good("FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache pip install flask\n"),
        Good("FROM python:3.12\nENV PIP_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c pip install flask\n"),
        Good("FROM python:3.12\nRUN pip install flask && rm -rf ~/.cache\n"),
        Good("FROM python:3.12\nRUN pip install flask && pip cache purge\n"),
        Good("FROM python:3.12 AS build\nRUN pip install flask\nFROM python:3.12-slim\n"),
    ],
)
def pip_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    configured: set[int] = set()
    for run in shipped_runs(dockerfile):
        caches = _caches(run)
        if run.state.variables.get(SWITCH, "") != "" or mounted(run, caches):
            continue
        for script in scripts(run):
            if run.stage is not None and any(_configures(c) for c in script.commands):
                configured.add(run.stage)
            if run.stage in configured or SWITCH in script.text.text:
                continue
            for command in script.commands:
                if _fills(command) and not _goes(run, script, command, caches):
                    yield Finding(
                        head(command),
                        "pip keeps its downloads in this layer; use --no-cache-dir",
                        _fix(dockerfile, run, script, command),
                    )


def _caches(run: Run) -> tuple[str, ...]:
    own = run.state.variables.get("PIP_CACHE_DIR")
    return (*CACHE, own) if own else CACHE


def _fills(command: Command) -> bool:
    if command.has("--no-cache-dir", "--help", "-h"):
        return False
    return calls(command, ("pip", "pip2", "pip3"), FILLS) and command.name not in ("pipx", "pipenv")


def _configures(command: Command) -> bool:
    """`pip config set global.no-cache-dir true`."""
    words = [shown(w) for w in command.arguments]
    return "config" in words and any(w.endswith((".no-cache-dir", ".cache-dir")) for w in words)


def _goes(run: Run, script: Script, command: Command, caches: tuple[str, ...]) -> bool:
    """Whether the cache is removed further on in the script."""
    if removed(script, run.state.workdir, caches, command.end):
        return True
    return any(
        c.start >= command.end and [shown(w) for w in c.operands[-1:]] == ["purge"] and "cache" in _words(c)
        for c in script.commands
    ) or any(c.start >= command.end and c.subcommand == "cache purge" for c in script.commands)


def _words(command: Command) -> list[str]:
    return [shown(w) for w in command.arguments]


def _fix(dockerfile: Dockerfile, run: Run, script: Script, command: Command) -> Fix | None:
    if command.subcommand_word is None:
        return None
    edit = insert_option(script, command, "--no-cache-dir")
    if edit is None:
        return None
    fix = Fix("add --no-cache-dir", (edit,))
    stage = dockerfile.stages[run.stage or 0]
    image = stage.root.image or ""
    if image.startswith(OLD_PIP):
        reason = f"the pip of {image} may be too old to know the option; upgrade pip first"
        return Fix(fix.title, (), Applicability.DISPLAY, reason)
    return fix
