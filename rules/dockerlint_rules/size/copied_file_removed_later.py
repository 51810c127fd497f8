from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.reach import shipped
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts
from dockerlint.shell.copied import earlier, target, target_file
from dockerlint.shell.paths import matches, normal, removals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Add, Copy


@rule(
    code="DK339",
    summary="Copied file removed in a later layer",
    why="""
        What COPY brings stays in its layer: a RUN that removes it afterwards hides it, and it is still
        shipped, for everybody to read who unpacks the layer. Leave it out with `.dockerignore`, or give it
        to the RUN that needs it with `RUN --mount=type=bind`.
    """,
    severity=Severity.INFO,
    bad=[
        Bad("FROM debian:12\nCOPY setup.sh /tmp/setup.sh\nRUN sh /tmp/setup.sh && «rm /tmp/setup.sh»\n"),
        Bad(
            "FROM debian:12\nWORKDIR /app\nCOPY . .\nRUN make \\\n    # not needed any more\n    && «rm -rf tests»\n"
        ),
        Bad(
            "FROM debian:12\nADD https://example.org/a.tgz /a.tgz\nRUN <<EOF\nset -e\ntar xf /a.tgz\n«rm -f /a.tgz»\nEOF\n"
        ),
    ],
    good=[
        Good("FROM debian:12\nCOPY setup.sh /tmp/setup.sh\nRUN sh /tmp/setup.sh\n"),
        Good("FROM debian:12\nRUN --mount=type=bind,source=setup.sh,target=/s.sh sh /s.sh\n"),
        Good("FROM debian:12\nCOPY app /app\nRUN rm -rf /var/log/*\n"),
        Good("FROM debian:12\nWORKDIR /app\nCOPY . .\nRUN make && rm -rf /app/build\n"),
        Good(
            "FROM debian:12 AS build\nCOPY a.c /a.c\nRUN rm /a.c\nFROM debian:12\nCOPY --from=build /b /b\n"
        ),
    ],
)
def copied_file_removed_later(dockerfile: Dockerfile) -> Iterator[Finding]:
    for index in sorted(shipped(dockerfile)):
        stage = dockerfile.stages[index]
        for run in stage.of(Run):
            before = earlier(stage, run)
            for script in scripts(run) if before else ():
                told: set[int] = set()
                for command, path in removals(script, run.state.workdir):
                    if command.name != "rm" or command.start in told:
                        continue
                    for copy in before:
                        if _brought(copy, path):
                            told.add(command.start)
                            yield Finding(
                                command.span,
                                f"this frees nothing: the layer of line {copy.first_line} keeps what it copied;"
                                " leave it out with .dockerignore, or mount it (RUN --mount=type=bind)",
                            )
                            break


# What a build makes in the folder of the sources, so that COPY did not bring it.
MADE = (
    "node_modules",
    "build",
    "target",
    "dist",
    "out",
    "vendor",
    "tmp",
    "cache",
    ".cache",
    "log",
    "logs",
    "obj",
)


def _brought(copy: Copy | Add, path: str) -> bool:
    """Whether a path that is removed was copied: the file itself, or a named part of a folder of
    the build context."""
    file = target_file(copy)
    if file is not None:
        return normal(path) == file or (path.rpartition("/")[2] not in ("*", "") and matches(path, file))
    folder = target(copy)
    if folder is None or copy.flag("from") is not None or "*" in path:
        return False
    if normal(path) == folder:
        return folder not in ("/", "/tmp") and folder.count("/") > 0
    whole = any((s.value or "").strip("./") == "" for s in copy.sources)
    part = normal(path)[len(folder.rstrip("/")) + 1 :]
    if not whole or not normal(path).startswith(folder.rstrip("/") + "/") or folder == "/":
        return False
    return (
        part.partition("/")[0] not in MADE and not part.startswith("$") and not part.endswith((".log", ".o"))
    )
