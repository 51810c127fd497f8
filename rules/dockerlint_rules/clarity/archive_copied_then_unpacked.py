from __future__ import annotations

from dockerlint.hadolint import ARCHIVES, bare, written
from dockerlint.model import Copy, Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule
from dockerlint.shell import scripts
from dockerlint.shell.paths import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

TOOLS = ("unzip", "gunzip", "bunzip2", "unlzma", "unxz", "zgz", "uncompress", "zcat")
# What ADD unpacks by itself: tar, plain or compressed with gzip, bzip2 or xz.
UNPACKED = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a COPY of the last stage that brings an archive, and a later RUN of it that
    names it to a tool that unpacks; for `tar` an option with a dash has an x in it."""
    from dockerlint.shell.as_hadolint import view

    stage = dockerfile.final_stage
    brought: list[tuple[Copy, str]] = []
    told: set[Copy] = set()
    for instruction in dockerfile.body if stage is None else stage.instructions:
        if isinstance(instruction, Copy) and instruction.flag("from") is None:
            brought += [(instruction, name) for name in _archives(instruction)]
        elif isinstance(instruction, Run) and brought:
            for call in view(instruction).calls:
                dashed = any(a.startswith("-") and "x" in a for a in call.arguments)
                if call.name not in TOOLS and not (call.name == "tar" and dashed):
                    continue
                named = {_base(argument) for argument in call.arguments}
                for copy, name in brought:
                    if name in named and copy not in told:
                        told.add(copy)
                        yield Finding(copy.keyword.span, "the archive is unpacked below; ADD unpacks it")


def _archives(copy: Copy) -> list[str]:
    target = _base(bare(written(copy.destination, copy.exec_form)))
    if target.endswith(ARCHIVES):
        return [target]
    names = [_base(bare(written(source, copy.exec_form))) for source in copy.sources]
    return [name for name in names if name.endswith(ARCHIVES)]


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


@rule(
    code="DL3010",
    summary="An archive is copied, then unpacked by a `RUN`",
    why="""
        The layer of the `COPY` holds the archive for good, even when the `RUN` removes it: its bytes are in
        the image twice. `ADD` unpacks a tar archive of the build context (plain, gzip, bzip2 or xz) on the
        way in, in one layer. It cannot leave out leading folders, so `tar --strip-components` is let pass.
    """,
    severity=Severity.INFO,
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives",
    bad=[
        Bad(
            "FROM debian:12\n«COPY» app.tar.gz /opt/\nRUN tar -xzf /opt/app.tar.gz -C /opt && rm /opt/app.tar.gz\n"
        ),
        Bad(
            "FROM debian:12\nWORKDIR /opt\n«COPY» a/app.tgz b.txt ./\nRUN true; \\\n    # here\n    tar xf app.tgz\n"
        ),
        Bad('FROM debian:12\n«COPY» ["app.tar", "/tmp/in.tar"]\nRUN /bin/tar --extract --file=/tmp/in.tar\n'),
    ],
    good=[
        Good("FROM debian:12\nADD app.tar.gz /opt/\n"),
        Good("FROM debian:12\nCOPY app.tar.gz /opt/\nRUN tar -tzf /opt/app.tar.gz\n"),
        Good("FROM debian:12\nCOPY app.zip /opt/\nRUN unzip /opt/app.zip\n"),
        Good("FROM debian:12\nCOPY app.tar.gz /opt/\nRUN tar -xzf /opt/other.tar.gz\n"),
        Good("FROM debian:12\nCOPY app.tar.gz /opt/\nRUN tar --strip-components=1 -xzf /opt/app.tar.gz\n"),
        Good(
            "FROM debian:12 AS a\nCOPY app.tar /\nRUN tar -xf /app.tar\nFROM debian:12\nCOPY --from=a /app /app\n"
        ),
        Good("FROM debian:12 AS a\nRUN ls\nFROM debian:12\nCOPY --from=a /app.tar /\nRUN tar -xf /app.tar\n"),
        Good("FROM debian:12\nRUN tar -xf /app.tar\nCOPY app.tar /\n"),
    ],
)
def archive_copied_then_unpacked(dockerfile: Dockerfile) -> Iterator[Finding]:
    final = dockerfile.final_stage
    for stage in final.lineage if final is not None else ():
        runs = list(stage.of(Run))
        for copy in stage.of(Copy):
            names = _tars(copy) if copy.flag("from") is None else []
            if names and any(_unpacks(run, names) for run in runs if run.span.start > copy.span.start):
                yield Finding(
                    copy.keyword.span,
                    f"{names[0]} is unpacked by a later RUN and stays in this layer; let ADD unpack it",
                )


def _tars(copy: Copy) -> list[str]:
    sources = [word.value or "" for word in copy.sources]
    if not any(source.endswith(UNPACKED) for source in sources):
        return []
    target = _base(copy.destination.value or "")
    if len(sources) == 1 and target.endswith(UNPACKED):
        return [target]
    return [_base(source) for source in sources if source.endswith(UNPACKED) and "*" not in source]


def _unpacks(run: Run, names: list[str]) -> bool:
    return any(_extracts(command, names) for script in scripts(run) for command in script.named("tar"))


def _extracts(command: Command, names: list[str]) -> bool:
    words = [shown(word) for word in command.arguments]
    if any(word.startswith("--strip") for word in words):
        return False
    asks = bool(words) and not words[0].startswith("-") and "x" in words[0]
    asks |= any(w in ("--extract", "--get") or (w[:1] == "-" != w[1:2] and "x" in w) for w in words)
    return asks and any(_base(word.partition("=")[2] or word) in names for word in words)
