from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.model import Dockerfile, Run
from dockerlint.reach import in_turn
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.leftover import calls
from dockerlint.shell.moving import between, moved
from dockerlint.shell.paths import covers, mounted, removals
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.shell import Command, Script


@record
class Cache:
    """What some commands of some tools leave in a folder, and the words that clean it."""

    tools: tuple[str, ...]
    verbs: tuple[str, ...]
    paths: tuple[str, ...]
    cleaning: tuple[str, ...] = ()
    label: str = "cache"


RPM = (
    "install",
    "update",
    "upgrade",
    "groupinstall",
    "localinstall",
    "reinstall",
    "makecache",
    "group",
    "up",
)
CACHES = (
    Cache(("apt-get", "apt", "aptitude"), ("update",), ("/var/lib/apt/lists",), ("distclean",), "package lists"),
    Cache(("apk",), ("add", "update", "upgrade"), ("/var/cache/apk",), (), "package index"),
    Cache(("yum", "dnf", "microdnf", "tdnf"), RPM, ("/var/cache/yum", "/var/cache/dnf"), ("clean",)),
    Cache(("zypper",), ("install", "in", "update", "up", "refresh", "ref", "dup"), ("/var/cache/zypp",), ("clean", "cc")),
    Cache(("npm",), ("install", "i", "ci", "add", "update"), ("~/.npm",), ("cache clean", "cache")),
    Cache(("yarn",), ("install", "", "add", "global add"), ("~/.cache/yarn", "/usr/local/share/.cache"), ("cache clean", "cache")),
    Cache(("pip", "pip3"), ("install",), ("~/.cache/pip",), ("cache purge", "cache")),
    Cache(("conda", "mamba"), ("install", "create", "update", "env create", "env update", "env"), ("/opt/conda/pkgs",), ("clean",), "package cache"),
    Cache(("composer",), ("install", "require", "update"), ("~/.composer/cache",), ("clear-cache", "clearcache", "cc")),
)  # fmt: skip


@rule(
    code="DK338",
    summary="Cache cleaned in a later layer than the one that filled it",
    why="""
        A layer never takes bytes out of the layers below it. A RUN that only cleans what an earlier RUN left
        hides it; all of it is still shipped. Cleaning in the RUN that filled the cache keeps it out.
    """,
    severity=Severity.WARNING,
    fix=safe(),
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN «rm -rf /var/lib/apt/lists/*»\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad(
            "FROM fedora:41\nRUN dnf -y install \\\n    # a server\n    httpd\nENV A=1\nRUN echo a && \\\n    «dnf clean all» && \\\n    echo b\n",
            fixed="FROM fedora:41\nRUN dnf -y install \\\n    # a server\n    httpd \\\n    && dnf clean all\nENV A=1\nRUN echo a && \\\n"
            "    echo b\n",
        ),
        Bad(
            "FROM node:22\nRUN <<EOF\nset -e\nnpm ci\nEOF\nRUN «npm cache clean --force»\n",
            fixed="FROM node:22\nRUN <<EOF\nset -e\nnpm ci\nnpm cache clean --force\nEOF\n",
        ),
        Bad(
            "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl && «rm -rf /var/lib/apt/lists/*»\n",
        ),
    ],
    good=[
        Good(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"
        ),
        Good("FROM fedora:41\nRUN dnf -y install a\nRUN dnf -y install b && dnf clean all\n"),
        Good("FROM node:22\nRUN --mount=type=cache,target=/root/.npm npm ci\nRUN npm cache clean --force\n"),
        Good("FROM debian:12\nRUN rm -rf /var/lib/apt/lists/*\n"),
        Good("FROM node:22 AS build\nRUN npm ci\nRUN npm cache clean --force\nFROM nginx:1.27\n"),
    ],
)
def cache_cleaned_in_later_layer(dockerfile: Dockerfile) -> Iterator[Finding]:
    start: Callable[[], dict[Cache, Run]] = dict
    for stage, filled in in_turn(dockerfile, start):
        for run in stage.of(Run):
            for script in scripts(run):
                if filled:
                    yield from _cleans(dockerfile, run, script, filled)
                for cache in CACHES:
                    if script.named(*cache.tools) and _leaves(run, script, cache):
                        filled[cache] = run
                    elif cache in filled and _cleaning(run, script, cache):
                        del filled[cache]


def _leaves(run: Run, script: Script, cache: Cache) -> bool:
    made = [c for c in script.named(*cache.tools) if _fills(c, cache)]
    if not made or mounted(run, cache.paths):
        return False
    return not any(c.start >= made[-1].end for c in _cleaning(run, script, cache))


def _fills(command: Command, cache: Cache) -> bool:
    return calls(command, cache.tools, cache.verbs) and not command.has("--no-cache", "--no-cache-dir")


def _cleaning(run: Run, script: Script, cache: Cache) -> list[Command]:
    """The commands of a script that empty a cache."""
    found = [c for c in script.named(*cache.tools) if calls(c, cache.tools, cache.cleaning)]
    for command, path in removals(script, run.state.workdir):
        if (
            command.name == "rm"
            and command not in found
            and any(covers(path, target) for target in cache.paths)
        ):
            found.append(command)
    return found


def _cleans(dockerfile: Dockerfile, run: Run, script: Script, filled: dict[Cache, Run]) -> Iterator[Finding]:
    for cache, maker in filled.items():
        for command in _cleaning(run, script, cache):
            if any(_fills(c, cache) and c.start < command.start for c in script.commands):
                continue
            yield Finding(
                command.span,
                f"this frees nothing: the layer of line {maker.first_line} keeps {cache.tools[0]}'s {cache.label};"
                " clean it in that RUN",
                _fix(dockerfile, cache, maker, run, script, command),
            )
            break


def _fix(
    dockerfile: Dockerfile, cache: Cache, maker: Run, run: Run, script: Script, command: Command
) -> Fix | None:
    middle = between(dockerfile, maker, run)
    if middle is None:
        return None
    runs = [(i, c) for i in middle if isinstance(i, Run) for s in scripts(i) for c in s.commands]
    runs += [(run, c) for c in script.commands if c.start < command.start]
    for other, one in runs:
        if one.name in cache.tools or one.tool in cache.tools or _may_use(one):
            reason = f"line {other.first_line} may use it in between: join the RUN instructions"
            return Fix("clean in the RUN that filled it", (), Applicability.DISPLAY, reason)
    words = command.operands if command.name == "rm" else ()
    ours = tuple(w for w in words if any(covers(shown(w), target) for target in cache.paths))
    if words and (len(ours) != 1 or not shown(ours[0]).startswith(cache.paths)):
        return None
    return moved(dockerfile, maker, run, script, command, ours)


def _may_use(command: Command) -> bool:
    """Whether a command is a script that may call the tool."""
    return command.name is None or any(
        shown(w).endswith(".sh") for w in (command.name_word, *command.operands[:1])
    )
