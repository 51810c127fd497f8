from __future__ import annotations

from dockerlint.model import Add, Copy, Dockerfile, Run
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.leftover import Left, cleaned, first_user, head, left, program, verb
from dockerlint.shell.paths import mounted
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

CACHE = ("~/.cache/yarn", "/usr/local/share/.cache", "/usr/local/share/.cache/yarn", "~/.yarn/berry/cache")
FILLS = ("install", "", "add", "global add", "global", "upgrade", "workspaces focus")
# What may bring Yarn 2 or later, whose cache holds the packages that the program itself reads.
BERRY = ("corepack", "git", "tar", "unzip", "curl", "wget", "npx", "svn")
BY_PLUG_N_PLAY = "with Yarn 2 or later and Plug'n'Play the program reads its packages from this cache"


@rule(
    code="DK320",
    summary="Cache of yarn stays in the layer",
    why="""
        Yarn keeps every package that it downloads a second time in its cache. After the install nothing
        reads it: `yarn cache clean` in the same RUN, or a cache mount on the folder, keeps it out of the
        layer. With Yarn 2 or later and Plug'n'Play the program runs from the cache; there it has to stay.
    """,
    severity=Severity.INFO,
    fix=safe(
        "*/.cache/yarn/*", "/usr/local/share/.cache/*", "*/.yarn/berry/cache/*", "/tmp/v8-compile-cache-*"
    ),
    aliases=("DL3060",),
    source="https://classic.yarnpkg.com/lang/en/docs/cli/cache/, https://yarnpkg.com/cli/cache/clean",
    bad=[
        Bad(
            "FROM node:22\nCOPY package.json yarn.lock ./\nRUN «yarn install» --frozen-lockfile\n",
            fixed="FROM node:22\nCOPY package.json yarn.lock ./\n"
            "RUN yarn install --frozen-lockfile && yarn cache clean\n",
        ),
        Bad(
            "FROM node:22\nRUN «yarn global add» serve \\\n # for the tests\n && serve --version\n",
            fixed="FROM node:22\nRUN yarn global add serve \\\n # for the tests\n && serve --version \\\n"
            " && yarn cache clean\n",
        ),
        Bad(
            "FROM node:22\nCOPY . .\nRUN <<EOF\n«yarn»\nEOF\n",
            fixed="FROM node:22\nCOPY . .\nRUN <<EOF\nyarn && yarn cache clean\nEOF\n",
        ),
    ],
    good=[
        Good("FROM node:22\nRUN yarn install && yarn cache clean\n"),
        Good("FROM node:22\nRUN yarn install && rm -rf /usr/local/share/.cache\n"),
        Good("FROM node:22\nRUN --mount=type=cache,target=/root/.cache/yarn yarn install\n"),
        Good("FROM node:22\nRUN yarn build\n"),
        Good("FROM node:22 AS build\nRUN yarn\nFROM nginx:1.27\nCOPY --from=build /dist /srv\n"),
    ],
)
def yarn_cache_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    for found in left(dockerfile, _fills, CACHE, _cleans):
        own = found.run.state.variables.get("YARN_CACHE_FOLDER")
        if own and mounted(found.run, (own,)):
            continue
        yield Finding(
            head(found.made[0]),
            "yarn leaves its cache in this layer; run `yarn cache clean` in the same RUN",
            _fix(dockerfile, found),
        )


def _fills(command: Command) -> bool:
    if command.name not in ("yarn", "yarnpkg") or command.has("--version", "-v", "--help", "-h"):
        return False
    return verb(command) in FILLS


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    return command.name in ("yarn", "yarnpkg") and words[:1] == ["cache"] and "clean" in words


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    name = program(found.made[-1])
    if name is None or any(c.has("--cache-folder") for c in found.made):
        return None
    if first_user(dockerfile, found.run, _works_offline) is not None:
        return None
    fix = cleaned(dockerfile, found, f"{name} cache clean", "clean yarn's cache in the same RUN", "yarn")
    if fix is None or all(verb(c).startswith("global") for c in found.made) or _is_classic(dockerfile, found):
        return fix
    return Fix(fix.title, fix.edits, Applicability.UNSAFE, BY_PLUG_N_PLAY)


def _works_offline(command: Command) -> bool:
    return command.name in ("yarn", "yarnpkg") and command.has("--offline")


def _is_classic(dockerfile: Dockerfile, found: Left) -> bool:
    """Whether the official Node.js image's own Yarn 1 runs: nothing that came before in the
    stage can have brought a `.yarnrc.yml` or another yarn."""
    stage = dockerfile.stages[found.run.stage or 0]
    image = (stage.root.image or "").partition("@")[0]
    if image.partition(":")[0] not in ("node", "docker.io/library/node", "docker.io/node"):
        return False
    for one in stage.lineage:
        for instruction in one.instructions:
            if instruction.span.start > found.run.span.start:
                break
            if isinstance(instruction, (Copy, Add)):
                if not all(_is_plain_file(word.value) for word in instruction.sources):
                    return False
            elif isinstance(instruction, Run):
                commands = [c for script in scripts(instruction) for c in script.commands]
                if any(c.name in BERRY or c.name is None or verb(c) in ("set", "policies") for c in commands):
                    return False
    return True


def _is_plain_file(path: str | None) -> bool:
    """Whether a source of COPY is one of the files that a package manager reads, and no other."""
    name = (path or "").rpartition("/")[2]
    return name in (
        "package.json",
        "yarn.lock",
        "package*.json",
        ".npmrc",
        ".yarnrc",
        "package-lock.json",
        "*.json",
    )
