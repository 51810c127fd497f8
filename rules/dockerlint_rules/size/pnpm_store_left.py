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

STORE = ("~/.local/share/pnpm/store", "/pnpm/store", "~/.pnpm-store", "/.pnpm-store")
FILLS = ("install", "i", "add", "update", "up", "upgrade", "ci")


@rule(
    code="DK321",
    summary="Store of pnpm stays in the layer",
    why="""
        pnpm links packages from its store. What no project links (other versions, packages that only a
        build needed, whole copies where the store lies on another file system) stays in the layer until
        `pnpm store prune` removes it; a cache mount on the store keeps all of it out.
    """,
    severity=Severity.INFO,
    fix=safe(
        "*/pnpm/store/*", "/pnpm/store/*", "*/.pnpm-store/*", "*/.cache/pnpm/*", "*/.local/state/pnpm/*"
    ),
    source="https://pnpm.io/cli/store",
    bad=[
        Bad(
            "FROM node:22\nRUN npm i -g pnpm && «pnpm install» --frozen-lockfile && npm cache clean --force\n",
            fixed="FROM node:22\nRUN npm i -g pnpm && pnpm install --frozen-lockfile && npm cache clean --force"
            " && pnpm store prune\n",
        ),
        Bad(
            "FROM node:22\nRUN corepack enable \\\n    # the app\n    && «pnpm i» --prod\n",
            fixed="FROM node:22\nRUN corepack enable \\\n    # the app\n    && pnpm i --prod \\\n    && pnpm store prune\n",
        ),
        Bad(
            "FROM node:22\nRUN <<EOF\nset -e\n«pnpm add» -g serve\nEOF\n",
            fixed="FROM node:22\nRUN <<EOF\nset -e\npnpm add -g serve\npnpm store prune\nEOF\n",
        ),
        Bad(
            "FROM node:22\nRUN «pnpm install»\nRUN «pnpm install» --offline --prod\n",
            fixed="FROM node:22\nRUN pnpm install\nRUN pnpm install --offline --prod && pnpm store prune\n",
        ),
    ],
    good=[
        Good("FROM node:22\nRUN pnpm install && pnpm store prune\n"),
        Good("FROM node:22\nRUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm install\n"),
        Good("FROM node:22\nRUN pnpm build\n"),
        Good("FROM node:22 AS build\nRUN pnpm install\nFROM nginx:1.27\n"),
    ],
)
def pnpm_store_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, STORE, _cleans):
        home = found.run.state.variables.get("PNPM_HOME")
        if home and mounted(found.run, (f"{home}/store",)):
            continue
        if any(m.type == "cache" and "pnpm" in m.target for m in found.run.mounts):
            continue
        yield Finding(
            head(found.made[0]),
            "pnpm leaves packages that nothing links in its store; run `pnpm store prune` in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    return calls(command, ("pnpm",), FILLS)


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    return command.name == "pnpm" and "store" in words and "prune" in words


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    name = program(found.made[-1])
    if name is None or any(c.has("--store-dir", "--virtual-store-dir") for c in found.made):
        return None
    if first_user(dockerfile, found.run, _reads_store) is not None:
        return None
    return cleaned(dockerfile, found, f"{name} store prune", "prune pnpm's store in the same RUN", "pnpm")


def _reads_store(command: Command) -> bool:
    return calls(command, ("pnpm",), (*FILLS, "deploy", "rebuild")) and command.has(
        "--offline", "--frozen-store"
    )
