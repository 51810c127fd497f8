from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.leftover import Left, calls, cleaned, head, left, program
from dockerlint.shell.paths import mounted
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("~/.cache/pypoetry/cache", "~/.cache/pypoetry/artifacts", "~/.cache/pypoetry")
FILLS = ("install", "add", "update", "sync")
# Releases that keep their settings under other names.
OLD = ("0.", "1.0")


@rule(
    code="DK317",
    summary="Cache of Poetry stays in the layer",
    why="""
        Poetry keeps every archive that it downloads in `artifacts` and `cache` of its cache folder, also
        with `--no-cache`, which only speaks of the index. The folder also holds the virtual environments,
        so it cannot go as a whole; `poetry config cache-dir` tells where it is.
    """,
    severity=Severity.INFO,
    fix=safe("*/pypoetry/cache/*", "*/pypoetry/artifacts/*"),
    source="https://python-poetry.org/docs/configuration/#cache-dir",
    bad=[
        Bad(
            "FROM python:3.12\nRUN «poetry install» --only main\n",
            fixed="FROM python:3.12\nRUN poetry install --only main"
            ' && rm -rf "$(poetry config cache-dir)/cache" "$(poetry config cache-dir)/artifacts"\n',
        ),
        Bad(
            "FROM python:3.12\nRUN pip install --no-cache-dir poetry \\\n # no development tools\n"
            " && «poetry install» --without dev --no-cache\n",
            fixed="FROM python:3.12\nRUN pip install --no-cache-dir poetry \\\n # no development tools\n"
            " && poetry install --without dev --no-cache \\\n"
            ' && rm -rf "$(poetry config cache-dir)/cache" "$(poetry config cache-dir)/artifacts"\n',
        ),
        Bad(
            "FROM python:3.12\nRUN <<EOF\nset -e\n«poetry install»\nEOF\n",
            fixed="FROM python:3.12\nRUN <<EOF\nset -e\npoetry install\n"
            'rm -rf "$(poetry config cache-dir)/cache" "$(poetry config cache-dir)/artifacts"\nEOF\n',
        ),
        Bad("FROM python:3.7\nRUN pip install --no-cache-dir poetry==0.12.17 && «poetry install»\n"),
    ],
    good=[
        Good("FROM python:3.12\nRUN poetry install && rm -rf ~/.cache/pypoetry\n"),
        Good("FROM python:3.12\nRUN poetry install && poetry cache clear --all . -n\n"),
        Good("FROM python:3.12\nENV POETRY_CACHE_DIR=/p\nRUN poetry install && rm -rf $POETRY_CACHE_DIR\n"),
        Good("FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pypoetry poetry install\n"),
        Good("FROM python:3.12 AS build\nRUN poetry install\nFROM python:3.12-slim\n"),
    ],
)
def poetry_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        own = found.run.state.variables.get("POETRY_CACHE_DIR")
        if own and mounted(found.run, (own,)):
            continue
        yield Finding(
            head(found.made[0]),
            "Poetry keeps its downloads in this layer; remove them in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, ("poetry",), FILLS)


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    if command.name == "rm":
        return any("pypoetry" in w or "POETRY_CACHE_DIR" in w or "cache-dir" in w for w in words)
    return command.name == "poetry" and words[:2] == ["cache", "clear"]


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    name = program(found.made[-1])
    version = found.run.state.variables.get("POETRY_VERSION") or ""
    if name is None or "$" in name or version.startswith(OLD):
        return None
    if any(f"poetry=={old}" in dockerfile.source.text for old in OLD):
        return None
    folder = f"$({name} config cache-dir)"
    line = f'rm -rf "{folder}/cache" "{folder}/artifacts"'
    return cleaned(dockerfile, found, line, "remove Poetry's downloads in the same RUN", "poetry")
