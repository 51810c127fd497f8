from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.edits import remove_command, remove_word
from dockerlint.shell.leftover import calls
from dockerlint.shell.paths import covers, mounted, normal
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script, ShellWord

# Tool, subcommands that clean, and the folders of which at least one is mounted.
CLEANERS = (
    (("apt-get", "apt", "aptitude"), ("clean", "autoclean"), ("/var/cache/apt/archives",)),
    (("yum", "dnf", "microdnf"), ("clean",), ("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5")),
    (("zypper",), ("clean", "cc"), ("/var/cache/zypp",)),
    (("npm",), ("cache clean",), ("~/.npm",)),
    (("yarn",), ("cache clean",), ("~/.cache/yarn", "/usr/local/share/.cache/yarn")),
    (("pip",), ("cache purge",), ("~/.cache/pip",)),
    (("uv",), ("cache clean",), ("~/.cache/uv",)),
    (("composer",), ("clear-cache", "clearcache", "cc"), ("~/.composer/cache", "~/.cache/composer")),
)  # fmt: skip


@rule(
    code="DK342",
    summary="Cache mount emptied by the RUN that uses it",
    why="""
        What lies in a cache mount is not part of the layer, so removing it makes no image smaller. It only
        takes the cache from the next build, which is what the mount is for. Removing the mounted folder
        itself even fails: the device is busy.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    bad=[
        Bad(
            "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt apt-get update"
            " && apt-get install -y curl && «apt-get clean» && rm -rf /var/lib/apt/lists/*\n",
            fixed="FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt apt-get update"
            " && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad(
            "FROM node:22\nRUN --mount=type=cache,target=/root/.npm \\\n    npm ci \\\n    # tidy up\n"
            "    && «rm -rf /root/.npm /tmp/x»\n",
            fixed="FROM node:22\nRUN --mount=type=cache,target=/root/.npm \\\n    npm ci \\\n    # tidy up\n"
            "    && rm -rf /tmp/x\n",
        ),
        Bad(
            "FROM node:22\nRUN --mount=type=cache,target=/root/.npm <<EOF\nset -e\nnpm ci\n«npm cache clean --force»\nEOF\n",
            fixed="FROM node:22\nRUN --mount=type=cache,target=/root/.npm <<EOF\nset -e\nnpm ci\nEOF\n",
        ),
    ],
    good=[
        Good("FROM node:22\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
        Good("FROM node:22\nRUN npm ci && npm cache clean --force\n"),
        Good("FROM debian:12\nRUN --mount=type=cache,target=/c rm -rf /var/cache/*\n"),
        Good("FROM node:22\nRUN --mount=type=cache,target=/c rm -rf /c/old && make\n"),
    ],
)
def cache_mount_emptied(dockerfile: Dockerfile) -> Iterator[Finding]:
    for run in dockerfile.instructions(Run, onbuild=True):
        targets = [m.target for m in run.mounts if m.type == "cache" and m.target.startswith("/")]
        for script in scripts(run) if targets else ():
            for command in script.commands:
                words = (
                    tuple(w for w in command.operands if _empties(w, targets)) if command.name == "rm" else ()
                )
                if words or _cleans(run, command):
                    yield Finding(
                        command.span,
                        "what is in a cache mount is not in the layer; removing it only takes the cache from"
                        " the next build, leave it there",
                        _fix(dockerfile, run, script, command, words),
                    )


def _empties(word: ShellWord, targets: list[str]) -> bool:
    """Whether a word names a mounted folder, all that is in it, or a folder around it."""
    path = shown(word)
    return path.startswith(("/", "~", "$HOME", "${HOME}")) and any(
        covers(path, target) and not _is_part(path, target) for target in targets
    )


def _is_part(path: str, target: str) -> bool:
    inside = normal(path)[len(normal(target)) + 1 :]
    return normal(path).startswith(normal(target) + "/") and inside not in ("*", ".*", "**")


def _cleans(run: Run, command: Command) -> bool:
    return any(calls(command, tools, verbs) and mounted(run, paths) for tools, verbs, paths in CLEANERS)


def _fix(
    dockerfile: Dockerfile, run: Run, script: Script, command: Command, words: tuple[ShellWord, ...]
) -> Fix | None:
    targets = [normal(m.target) for m in run.mounts if m.type == "cache"]
    for word in words:
        path = normal(shown(word)).removesuffix("/*")
        if not any(path == t or path.startswith(t + "/") for t in targets):
            return None
    edits: list[Edit | None]
    if words and len(words) < len(command.operands):
        edits = [remove_word(dockerfile, script, command, word) for word in words]
    else:
        edits = [remove_command(dockerfile, run, script, command)]
    if any(edit is None for edit in edits):
        return None
    return Fix("leave the cache mount alone", tuple(edit for edit in edits if edit is not None))
