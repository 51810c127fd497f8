from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell.leftover import Left, calls, cleaned, first_user, head, left, program
from dockerlint.shell.paths import mounted
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("~/.npm", "~/.npm/_cacache")
FILLS = (
    "install", "i", "in", "add", "ci", "clean-install", "install-clean", "install-ci-test", "install-test",
    "update", "up", "upgrade",
)  # fmt: skip


@rule(
    code="DK319",
    summary="Cache of npm stays in the layer",
    why="""
        npm keeps every package that it downloads a second time, in `~/.npm/_cacache`. After the install
        nothing reads them: `npm cache clean --force` in the same RUN, or a cache mount on the folder, keeps
        them out of the layer.
    """,
    severity=Severity.INFO,
    fix=safe("*/.npm/*", "*/_cacache/*", "*/_logs/*"),
    source="https://docs.npmjs.com/cli/commands/npm-cache",
    bad=[
        Bad(
            "FROM node:22\nCOPY package.json package-lock.json ./\nRUN «npm ci»\n",
            fixed="FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm ci && npm cache clean --force\n",
        ),
        Bad(
            "FROM node:22\nRUN «npm install» -g \\\n      # the type checker\n      typescript \\\n      eslint\n",
            fixed="FROM node:22\nRUN npm install -g \\\n      # the type checker\n      typescript \\\n      eslint \\\n"
            "      && npm cache clean --force\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN apk add --no-cache npm \\\n && «npm i» -g serve \\\n && apk del npm\n",
            fixed="FROM alpine:3.20\nRUN apk add --no-cache npm \\\n && npm i -g serve \\\n"
            " && npm cache clean --force \\\n && apk del npm\n",
        ),
        Bad(
            "FROM node:22\nRUN <<EOF\nset -e\n«npm ci»\nnpm run build\nEOF\n",
            fixed="FROM node:22\nRUN <<EOF\nset -e\nnpm ci\nnpm run build\nnpm cache clean --force\nEOF\n",
        ),
    ],
    good=[
        Good("FROM node:22\nRUN npm ci && npm cache clean --force\n"),
        Good("FROM node:22\nRUN npm ci && rm -rf /root/.npm\n"),
        Good("FROM node:22\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
        Good("FROM node:22\nENV npm_config_cache=/c\nRUN --mount=type=cache,target=/c npm ci\n"),
        Good("FROM node:22 AS build\nRUN npm ci\nFROM nginx:1.27\nCOPY --from=build /dist /srv\n"),
    ],
)
def npm_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        variables = found.run.state.variables
        own = variables.get("npm_config_cache") or variables.get("NPM_CONFIG_CACHE")
        if own and mounted(found.run, (own,)):
            continue
        yield Finding(
            head(found.made[0]),
            "npm leaves its cache in this layer; run `npm cache clean --force` in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, ("npm",), FILLS)


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    return command.name == "npm" and "cache" in words and any(w in words for w in ("clean", "rm", "clear"))


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    name = program(found.made[-1])
    if name is None or any(c.has("--cache", "--prefix-cache") for c in found.made):
        return None
    if first_user(dockerfile, found.run, _works_offline) is not None:
        return None
    return cleaned(
        dockerfile, found, f"{name} cache clean --force", "clean npm's cache in the same RUN", "npm"
    )


def _works_offline(command: Command) -> bool:
    return command.name == "npm" and command.has("--offline")
