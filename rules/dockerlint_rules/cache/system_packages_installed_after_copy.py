from __future__ import annotations

from dockerlint.model import Add, Copy, Dockerfile, Run
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.copied import target
from dockerlint.shell.installs import installs
from dockerlint.shell.leftover import head
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command, Script

_MANAGERS = frozenset(
    ("apt-get", "apt", "apk", "yum", "dnf", "microdnf", "tdnf", "zypper", "pacman", "set", "true", "echo")
)
_CACHES = ("/var/lib/apt/lists", "/var/cache/", "/var/lib/dnf", "/var/log/")
# Where package managers keep settings, keys and what they install: what is copied there they may read.
_SYSTEM = ("etc", "usr", "var", "bin", "sbin", "lib", "lib32", "lib64", "boot", "dev", "proc", "sys", "run")


@rule(
    code="DK202",
    summary="Packages of the distribution are installed below a `COPY` that they do not need",
    why="""
        A layer is built again when anything below it in the image has changed. Behind a `COPY` of sources, each
        change of a source fetches and installs all packages again. They depend on nothing that is copied:
        above the `COPY` they come from the cache, build after build.
    """,
    severity=Severity.INFO,
    fix=safe(),
    source="https://docs.docker.com/build/cache/optimize/#order-your-layers",
    bad=[
        Bad(
            "FROM debian:12\nWORKDIR /app\nCOPY . .\n"
            "RUN «apt-get update» && apt-get install -y curl \\\n    && rm -rf /var/lib/apt/lists/*\nRUN ls\n",
            fixed="FROM debian:12\nWORKDIR /app\nRUN apt-get update && apt-get install -y curl \\\n"
            "    && rm -rf /var/lib/apt/lists/*\nCOPY . .\nRUN ls\n",
            files={"main.c": ""},
        ),
        Bad(
            "FROM alpine:3.22\n# all of it\nCOPY src /src\nCOPY a b /app/\n\n# tools\nRUN «apk add» --no-cache make\n",
            fixed="FROM alpine:3.22\n# tools\nRUN apk add --no-cache make\n\n# all of it\nCOPY src /src\nCOPY a b /app/\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nCOPY tool.deb /opt/\nRUN apt-get install -y /opt/tool.deb curl\n"),
        Good("FROM debian:12\nRUN apt-get update && apt-get install -y curl\nCOPY . /app\n"),
        Good("FROM debian:12\nCOPY sources.list /etc/apt/sources.list\nRUN apt-get update\n"),
        Good("FROM debian:12\nCOPY . /\nRUN apt-get update && apt-get install -y curl\n"),
        Good("FROM debian:12\nARG TO\nCOPY . $TO\nRUN apt-get update && apt-get install -y curl\n"),
        Good("FROM debian:12\nCOPY packages /app/\nRUN apt-get update && apt-get install -y $(cat /app/packages)\n"),
        Good("FROM debian:12\nCOPY packages /app/\nRUN apt-get install -y curl && /app/packages\n"),
        Good("FROM debian:12\nCOPY packages /app/\nRUN xargs apt-get install -y < /app/packages\n"),
        Good("FROM debian:12\nCOPY x /app/\nRUN --mount=type=bind,target=/b apt-get install -y curl\n"),
    ],
)  # fmt: skip
def system_packages_installed_after_copy(dockerfile: Dockerfile) -> Iterator[Finding]:
    for stage in dockerfile.stages:
        copies: list[Copy | Add] = []
        for run in stage.instructions:
            if isinstance(run, Copy | Add):
                copies.append(run)
                continue
            above, copies = copies, []
            found = scripts(run) if isinstance(run, Run) and above else ()
            if not isinstance(run, Run) or len(found) != 1 or any(_is_read(copy) for copy in above):
                continue
            first = _install(run, found[0])
            if first is not None:
                line = above[0].first_line
                yield Finding(
                    head(first),
                    f"these packages are installed again whenever what line {line} copies changes;"
                    " install them above it",
                    _moved(dockerfile, above[0], above[-1], run),
                )


def _is_read(copy: Copy | Add) -> bool:
    """Whether a package manager may read what is copied, or that cannot be told."""
    path = target(copy)
    if path is None or not path.startswith("/") or path.strip("/") == "" or "$" in path:
        return True
    return path.split("/")[1] in _SYSTEM


def _install(run: Run, script: Script) -> Command | None:
    """The first command of a script that does nothing but install packages."""
    if not script.ok or script.heredoc or any(mount.type == "bind" for mount in run.mounts):
        return None
    names = [package.name for install in installs(script) for package in install.packages]
    # A package without a name is a file, maybe one of those that are copied.
    if not names or None in names or any(not _is_plain(command) for command in script.commands):
        return None
    return next((command for command in script.commands if command.name not in ("set", "true", "echo")), None)


def _is_plain(command: Command) -> bool:
    if command.name == "rm":
        return all(shown(word).startswith(_CACHES) for word in command.operands)
    words = (*command.arguments, *command.assignments)
    return (
        command.name in _MANAGERS
        and not command.redirects
        and "xargs" not in command.wrappers
        and not any("$(" in word.raw or "`" in word.raw for word in words)
    )


def _moved(dockerfile: Dockerfile, first: Copy | Add, last: Copy | Add, run: Run) -> Fix:
    """The RUN, with the comments right above it, changes places with the copies and their comments; what lies
    empty between them stays between them."""
    text = dockerfile.source.text
    start = _line(text, min((comment.span.start for comment in run.doc), default=run.span.start))
    gap = text.find("\n", last.span.end) + 1
    end = text.find("\n", run.span.end) + 1 or len(text)
    to = _line(text, min((comment.span.start for comment in first.doc), default=first.span.start))
    between, moved = text[gap:start], text[start:end]
    if between.strip():
        gap, between = start, ""
    if not moved.endswith("\n"):
        moved += "\n"
    return Fix(
        "install the packages above what is copied",
        (Edit(Span(to, to), moved + between), Edit(Span(gap, end), "")),
    )


def _line(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1
