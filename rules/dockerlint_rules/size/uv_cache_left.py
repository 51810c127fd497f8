from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.edits import insert_option
from dockerlint.shell.leftover import Left, first_user, head, left, verb
from dockerlint.shell.paths import mounted
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("~/.cache/uv",)
FILLS = ("sync", "add", "pip install", "pip sync", "tool install")


@rule(
    code="DK316",
    summary="Cache of uv stays in the layer",
    why="""
        uv keeps what it downloads and builds in `~/.cache/uv`. `--no-cache` (or `UV_NO_CACHE=1` in the
        environment, or a cache mount) keeps it out of the layer.
    """,
    severity=Severity.INFO,
    fix=safe("*/.cache/uv/*"),
    source="https://docs.astral.sh/uv/guides/integration/docker/#caching",
    bad=[
        Bad(
            "FROM python:3.12\nRUN pip install --no-cache-dir uv && «uv pip install» --system flask\n",
            fixed="FROM python:3.12\n"
            "RUN pip install --no-cache-dir uv && uv pip install --no-cache --system flask\n",
        ),
        Bad(
            "FROM python:3.12\nRUN «uv sync» \\\n    # exactly\n    --locked && \\\n    uv add flask\n",
            fixed="FROM python:3.12\nRUN uv sync --no-cache \\\n    # exactly\n    --locked && \\\n"
            "    uv add --no-cache flask\n",
        ),
        Bad(
            "FROM python:3.12\nRUN <<EOF\n«uv tool install» ruff\nEOF\n",
            fixed="FROM python:3.12\nRUN <<EOF\nuv tool install --no-cache ruff\nEOF\n",
        ),
    ],
    good=[
        Good("FROM python:3.12\nRUN uv sync --no-cache\n"),
        Good("FROM python:3.12\nRUN uv pip show flask && uv lock --check\n"),
        Good("FROM python:3.12\nENV UV_NO_CACHE=1\nRUN uv sync\n"),
        Good("FROM python:3.12\nRUN uv sync && uv cache clean\n"),
        Good("FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/uv uv sync\n"),
        Good("FROM python:3.12 AS build\nRUN uv sync\nFROM python:3.12-slim\nCOPY --from=build /app /app\n"),
    ],
)
def uv_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        variables = found.run.state.variables
        own = variables.get("UV_CACHE_DIR")
        if variables.get("UV_NO_CACHE", "") != "" or (own and mounted(found.run, (own,))):
            continue
        yield Finding(
            head(found.made[0]),
            "uv keeps its downloads in this layer; use --no-cache",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    if command.name != "uv" or command.has("--no-cache", "-n", "--no-cache-dir"):
        return False
    what = verb(command)
    if what in ("pip", "tool"):
        what = " ".join([what, *(shown(w) for w in command.operands if shown(w) != what)][:2])
    return what in FILLS


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    return command.name == "uv" and "cache" in words and ("clean" in words or "prune" in words)


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    if first_user(dockerfile, found.run, _works_offline) is not None:
        return None
    edits: list[Edit] = []
    for command in found.made:
        edit = insert_option(found.script, command, "--no-cache")
        if edit is None or command.subcommand_word is None:
            return None
        edits.append(edit)
    return Fix("add --no-cache", tuple(edits))


def _works_offline(command: Command) -> bool:
    return command.name == "uv" and command.has("--offline")
