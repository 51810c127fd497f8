from __future__ import annotations

from dockerlint.frozen import kept
from dockerlint.model import Dockerfile, Run
from dockerlint.reach import shipped
from dockerlint.rule import Bad, Finding, Good, Severity, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.copied import changed
from dockerlint.shell.fetching import fetched
from dockerlint.shell.ownership import as_copy_option
from dockerlint.shell.pathindex import PathIndex
from dockerlint.shell.paths import UNKNOWN, folders, joined
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.model import Stage
    from dockerlint.shell import Command, Script

OPTIONS = ("chown", "chmod")


@rule(
    code="DK341",
    summary="Owner or mode of files changed in a later layer",
    why="""
        A file whose owner or mode changes is stored once more, whole, in the layer that changes it:
        `chown -R` over a copied folder doubles it. `COPY --chown` and `COPY --chmod` set both on the way in;
        for files that a RUN makes, that RUN can set them.
    """,
    severity=Severity.INFO,
    fix=safe(),
    source="https://docs.docker.com/reference/dockerfile/#copy---chown---chmod",
    bad=[
        Bad(
            "FROM debian:12\nCOPY run.sh /run.sh\nRUN «chmod 755 /run.sh»\n",
            fixed="FROM debian:12\nCOPY --chmod=755 run.sh /run.sh\n",
        ),
        Bad(
            "FROM debian:12\nWORKDIR /app\nCOPY . .\nRUN echo a \\\n    && «chown -R 1000:1000 /app» \\\n"
            "    # and go on\n    && echo b\n",
            fixed="FROM debian:12\nWORKDIR /app\nCOPY --chown=1000:1000 . .\nRUN echo a \\\n"
            "    # and go on\n    && echo b\n",
        ),
        Bad("FROM debian:12\nCOPY a /a\nRUN echo a \\\n    # the owner\n    && «chown -R 1000:1000 /a»\n"),
        Bad(
            "FROM debian:12\nCOPY --from=tool /tool /app/tool\nRUN <<EOF\nset -e\n«chown -R 1000:1000 /app/tool»\necho a\nEOF\n",
            fixed="FROM debian:12\nCOPY --chown=1000:1000 --from=tool /tool /app/tool\nRUN <<EOF\nset -e\necho a\nEOF\n",
        ),
        Bad(
            "FROM debian:12\nCOPY entry.sh /usr/local/bin/\nRUN «chmod +x /usr/local/bin/entry.sh»\n",
            fixed="FROM debian:12\nCOPY --chmod=755 entry.sh /usr/local/bin/\n",
        ),
        Bad(
            "FROM debian:12\nCOPY a.sh /a.sh\nCOPY b.sh /b.sh\nRUN «chmod 0755 /a.sh /b.sh»\n",
            fixed="FROM debian:12\nCOPY --chmod=0755 a.sh /a.sh\nCOPY --chmod=0755 b.sh /b.sh\n",
        ),
        Bad("FROM debian:12\nRUN git clone https://example.org/a /a\nRUN «chown -R 1000:1000 /a»\n"),
        Bad("FROM debian:12\nCOPY a.conf /a.conf\nRUN useradd a\nRUN «chown a:a /a.conf»\n"),
    ],
    good=[
        Good("FROM debian:12\nCOPY --chown=1000:1000 . /app\n"),
        Good("FROM debian:12\nRUN git clone https://example.org/a /a && chown -R 1000:1000 /a\n"),
        Good("FROM debian:12\nRUN mkdir /data && chown 1000:1000 /data\n"),
        Good("FROM debian:12\nCOPY a.sh /a.sh\nRUN chmod 755 /a.sh && /a.sh\n"),
        Good("FROM debian:12 AS build\nCOPY . /src\nRUN chown -R 1000 /src\nFROM debian:12\n"),
    ],
)
def ownership_changed_in_later_layer(dockerfile: Dockerfile) -> Iterator[Finding]:
    for index in sorted(shipped(dockerfile)):
        stage = dockerfile.stages[index]
        for run in stage.of(Run):
            for script in scripts(run):
                where = folders(script, run.state.workdir)
                only = all(c.name in OPTIONS for c in script.commands)
                for command, folder in zip(script.commands, where):
                    if command.name in OPTIONS and len(command.operands) > 1:
                        yield from _changes(dockerfile, stage, run, script, command, folder, only)


def _changes(
    dockerfile: Dockerfile,
    stage: Stage,
    run: Run,
    script: Script,
    command: Command,
    folder: str | None,
    only: bool,
) -> Iterator[Finding]:
    deep = command.has("-R", "--recursive")
    if not deep and not only:
        return
    paths = [joined(folder or UNKNOWN, shown(w)) or "" for w in command.operands[1:]]
    copies = [copy for path in paths for copy in changed(stage, run, path, deep)]
    name = command.name or ""
    if copies:
        yield Finding(
            command.span,
            f"{name} stores what line {copies[0].first_line} copies once more; use COPY --{name} there",
            as_copy_option(dockerfile, run, script, command, paths, tuple(dict.fromkeys(copies))),
        )
        return
    maker = next((m for m in (_maker(stage, run, path) for path in paths) if m), None) if deep else None
    if maker is not None:
        yield Finding(
            command.span,
            f"{name} stores what the RUN in line {maker.first_line} makes once more; change it in that RUN",
        )


def _maker(stage: Stage, run: Run, path: str) -> Run | None:
    """The first RUN of the stage that downloads, clones or unpacks below a path, if it is an earlier one."""
    runs = tuple(stage.of(Run))
    made = kept(stage, "made", lambda: PathIndex(_made(runs)))
    first = min((*made.at(path), *made.below(path)), default=len(runs))
    return runs[first] if first < len(runs) and runs[first].span.end <= run.span.start else None


def _made(runs: Sequence[Run]) -> Iterator[tuple[str, int]]:
    for number, run in enumerate(runs):
        for script in scripts(run):
            for made in fetched(script, run.state.workdir):
                yield made.path, number
