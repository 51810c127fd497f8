from __future__ import annotations

from dockerlint.hadolint import ARCHIVES, bare, written
from dockerlint.model import Copy, Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule, unsafe
from dockerlint.shell.unpacking import REASON, added

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TOOLS = ("unzip", "gunzip", "bunzip2", "unlzma", "unxz", "zgz", "uncompress", "zcat")


@rule(
    code="DL3010",
    summary="An archive is copied, then unpacked by a `RUN`",
    why="""
        The layer of the `COPY` holds the archive for good, even when the `RUN` removes it. `ADD` unpacks a tar
        archive on the way in. This is hadolint's own test, for its profile: the archive is known by its
        suffix, and `tar` by an option with a dash and an x in it. The default profile has DK335.
    """,
    severity=Severity.INFO,
    profiles=("hadolint",),
    fix=unsafe(REASON),
    source="https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives",
    bad=[
        Bad(
            "FROM debian:12\n«COPY» app.tar.gz /opt/\n# all of it\nRUN tar -xzf /opt/app.tar.gz -C /opt\n",
            fixed="FROM debian:12\nADD app.tar.gz /opt/\n# all of it\n",
        ),
        Bad(
            "FROM debian:12\nWORKDIR /srv\n«COPY» app.tgz /tmp/app.tgz\nRUN tar -xf /tmp/app.tgz && make -C app\n",
            fixed="FROM debian:12\nWORKDIR /srv\nADD app.tgz /srv/\nRUN make -C app\n",
        ),
        Bad("FROM debian:12\n«COPY» app.tgz /tmp/\nRUN tar -xf /tmp/app.tgz -C /opt --strip-components=1\n"),
        Bad(
            "FROM debian:12\n«COPY» app.tgz /tmp/\nRUN tar -xf /tmp/app.tgz -C /opt && sha256sum /tmp/app.tgz\n"
        ),
        Bad("FROM debian:12\nUSER app\n«COPY» app.tgz /tmp/\nRUN tar -xf /tmp/app.tgz -C /opt\n"),
        Bad(
            "FROM debian:12\nWORKDIR /opt\n«COPY» a/app.tgz b.txt ./\nRUN true; \\\n    # here\n    tar -C / -xf app.tgz\n"
        ),
        Bad('FROM debian:12\n«COPY» ["app.tar", "/tmp/in.tar"]\nRUN tar --extract -f /tmp/in.tar\n'),
        Bad("FROM debian:12\n«COPY» a\\b.gz 'x'\nRUN gunzip \"b.gz\" && gunzip b.gz\n"),
        Bad("«COPY» app.tar /\nRUN tar -xf app.tar\n"),
    ],
    good=[
        Good("FROM debian:12\nADD app.tar.gz /opt/\n"),
        Good(
            "FROM debian:12\nCOPY app.tar.gz /opt/\nRUN tar xzf /opt/app.tar.gz && tar -tf /opt/app.tar.gz\n"
        ),
        Good("FROM debian:12\nCOPY app.zip /opt/\nRUN unzip /opt/app.zip\n"),
        Good("FROM debian:12\nCOPY app.tar.gz /opt/\nRUN tar -xzf /opt/other.tar.gz\n"),
        Good("FROM debian:12\nCOPY app.tar.gz /opt/in.tgz\nRUN tar -xzf /opt/app.tar.gz\n"),
        Good("FROM debian:12\nCOPY app.tar /\nRUN tar -xf /app.tar\nFROM debian:12\nRUN tar -xf /app.tar\n"),
        Good("FROM debian:12\nCOPY --from=a:1 /app.tar /\nRUN tar -xf /app.tar\n"),
        Good("FROM debian:12\nRUN tar -xf /app.tar\nCOPY app.tar /\n"),
    ],
)
def archive_copied_then_unpacked(dockerfile: Dockerfile) -> Iterator[Finding]:
    stage = dockerfile.final_stage
    brought: list[tuple[Copy, str]] = []
    told: set[Copy] = set()
    for instruction in dockerfile.body if stage is None else stage.instructions:
        if isinstance(instruction, Copy) and instruction.flag("from") is None:
            brought += [(instruction, name) for name in _archives(instruction)]
        elif isinstance(instruction, Run) and brought:
            named = _unpacked(instruction)
            for copy, name in brought:
                if name in named and copy not in told:
                    told.add(copy)
                    yield Finding(
                        copy.keyword.span,
                        f"{name[:60]} is unpacked by a later RUN; let ADD unpack it",
                        added(dockerfile, copy),
                    )


def _archives(copy: Copy) -> list[str]:
    """The names under which a COPY brings archives: that of the target where it is one."""
    target = _base(bare(written(copy.destination, copy.exec_form)))
    if target.endswith(ARCHIVES):
        return [target]
    names = [_base(bare(written(source, copy.exec_form))) for source in copy.sources]
    return [name for name in names if name.endswith(ARCHIVES)]


def _unpacked(run: Run) -> set[str]:
    """The names of what a RUN gives to the tools that unpack."""
    from dockerlint.shell.as_hadolint import view

    found: set[str] = set()
    for call in view(run).calls:
        extracts = any(argument.startswith("-") and "x" in argument for argument in call.arguments)
        if call.name in TOOLS or (call.name == "tar" and extracts):
            found.update(map(_base, call.arguments))
    return found


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
