from __future__ import annotations

import re

from dockerlint.model import Dockerfile, Env, From, Onbuild, Run
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.cleaning import mounted_as_hadolint
from dockerlint.shell.edits import insert_option
from dockerlint.shell.pinning import OLD_PIP, pip_installs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell.as_hadolint import Call

SWITCH = "PIP_NO_CACHE_DIR"
_ON = f"(?i){SWITCH}=(?:1|on|true|yes)"


@rule(
    code="DL3042",
    summary="`pip install` without `--no-cache-dir`",
    why="""
        This is hadolint's reading of DK315: pip keeps what it downloads in its cache, which stays in the layer.
        The option, the variable `PIP_NO_CACHE_DIR` and a cache mount all keep it out.
    """,
    severity=Severity.WARNING,
    profiles=("hadolint",),
    fix=safe("*/.cache/pip/*"),
    bad=[
        Bad(
            "FROM python:3.12\nRUN «pip install» flask\n",
            fixed="FROM python:3.12\nRUN pip install --no-cache-dir flask\n",
        ),
        Bad(
            "FROM python:3.12\nRUN «python3 -m pip install» \\\n  # all\n  -r requirements.txt\n",
            fixed="FROM python:3.12\nRUN python3 -m pip install --no-cache-dir \\\n  # all\n  -r requirements.txt\n",
        ),
        Bad(
            "FROM python:3.12 AS a\nENV PIP_NO_CACHE_DIR=1\nFROM python:3.12\nRUN «pip install» flask\n",
            fixed="FROM python:3.12 AS a\nENV PIP_NO_CACHE_DIR=1\nFROM python:3.12\nRUN pip install --no-cache-dir flask\n",
        ),
        Bad(
            "FROM python:3.12\nENV PIP_NO_CACHE_DIR=off\nONBUILD RUN «pip install» flask\n",
            fixed="FROM python:3.12\nENV PIP_NO_CACHE_DIR=off\nONBUILD RUN pip install --no-cache-dir flask\n",
        ),
        Bad("FROM debian:8\nRUN «pip install» flask\n"),
    ],
    good=[
        Good("FROM python:3.12\nRUN pip install --no-cache-dir flask\n"),
        Good("FROM python:3.12 AS a\nENV PIP_NO_CACHE_DIR=1\nFROM a\nRUN pip install flask\n"),
        Good("FROM python:3.12\nRUN export PIP_NO_CACHE_DIR=on && pip install flask\n"),
        Good("FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask\n"),
        Good("FROM python:3.12\nRUN pipx install flask && pipenv install\n"),
    ],
)
def pip_without_no_cache_dir(dockerfile: Dockerfile) -> Iterator[Finding]:
    switched: dict[str, bool] = {}
    stage = ""
    for instruction in dockerfile.body:
        trigger = isinstance(instruction, Onbuild)
        inner = instruction.inner if isinstance(instruction, Onbuild) else instruction
        # Triggers see what other triggers set, and no stage.
        place = "ONBUILD" if trigger else stage
        if isinstance(inner, From):
            stage = f" {inner.alias.raw if inner.alias is not None else inner.image.raw}"
            switched[stage] = switched.get(f" {inner.image.raw}", False)
        elif isinstance(inner, Env):
            for pair in inner.pairs:
                if pair.name.raw == SWITCH and pair.value is not None:
                    value = pair.value.raw.strip("\"'").lower()
                    switched[place] = switched.get(place, False) or value in ("1", "on", "true", "yes")
        elif (
            isinstance(inner, Run)
            and not switched.get(place, False)
            and "pip" in inner.command.text.text + _bodies(inner)
        ):
            yield from _of(dockerfile, inner)


def _bodies(run: Run) -> str:
    return "".join(heredoc.content for heredoc in run.command.heredocs)


def _of(dockerfile: Dockerfile, run: Run) -> Iterator[Finding]:
    from dockerlint.shell.as_hadolint import view

    seen = view(run)
    if mounted_as_hadolint(run, ".cache/pip") or re.search(_ON, seen.text):
        return
    for call in seen.calls:
        if (
            pip_installs(call)
            and not call.name.startswith("pipx")
            and not call.has_argument("--no-cache-dir")
        ):
            fix = _fix(dockerfile, run, call)
            command = call.command
            at = call.arguments.index("install")
            span = type(command.span)(command.name_word.span.start, call.words[at].span.end)
            yield Finding(span, "pip keeps its downloads in this layer; use --no-cache-dir", fix)
            return


def _fix(dockerfile: Dockerfile, run: Run, call: Call) -> Fix | None:
    from dockerlint.shell.as_hadolint import ours

    found = ours(run, call)
    if found is None or found[1].subcommand != "install":
        return None
    edit = insert_option(*found, "--no-cache-dir")
    stage = dockerfile.stage_of(run)
    old = stage is not None and (stage.lineage[-1].image or "").startswith(OLD_PIP)
    return None if edit is None or old else Fix("add --no-cache-dir", (edit,))
