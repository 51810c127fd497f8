from __future__ import annotations

from dockerlint.model import Add, Copy, Dockerfile, Run, Volume
from dockerlint.rule import Bad, Finding, Good, Severity, Span, rule
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction

# Commands that write to, or change, the paths that they are given.
_WRITERS = ("mkdir", "touch", "chown", "chmod", "chgrp", "cp", "mv", "ln", "install", "rm", "tee")


@rule(
    code="DK515",
    summary="A folder is written to after it was made a `VOLUME`",
    why="""
        Behind `VOLUME /data` the classic builder, and others with it, throw away what a step puts below /data, with no
        message; BuildKit keeps it. A file that is there with one builder and missing with another is hard to find.
        Put `VOLUME` behind the steps that fill the folder.
    """,
    severity=Severity.INFO,
    source="https://docs.docker.com/reference/dockerfile/#notes-about-specifying-volumes",
    bad=[
        Bad("FROM debian:12\nVOLUME /data\nRUN touch «/data/a» /b\n"),
        Bad("FROM debian:12\nVOLUME /data\nRUN mkdir -p «/data/a» && chown -R 1 «/data»\n"),
        Bad('FROM debian:12\nVOLUME ["/data/", "/x"]\nCOPY a «/data/»\n'),
        Bad("FROM debian:12\nVOLUME /data\nRUN echo hello > «/data/a»\n"),
        Bad("FROM debian:12 AS a\nVOLUME /data\nFROM a\nADD b «/data/b»\n"),
    ],
    good=[
        Good(
            "FROM debian:12\nVOLUME / $DATA\nRUN mkdir /a $DATA/a\nVOLUME /data\nRUN cat < /data/a && mkdir data/x\n"
        ),
        Good("FROM debian:12\nRUN mkdir -p /data/a\nCOPY a /data/\nVOLUME /data\n"),
        Good("FROM debian:12\nVOLUME /data\nRUN mkdir /database && ls /data && cp -r /data /copy\n"),
        Good("FROM debian:12 AS a\nVOLUME /data\nFROM debian:12\nCOPY b /data/b\n"),
    ],
)
def volume_written_later(dockerfile: Dockerfile) -> Iterator[Finding]:
    below: dict[int, frozenset[str]] = {}
    for stage in dockerfile.stages:
        volumes = below.get(stage.base.index, frozenset()) if stage.base is not None else frozenset()
        for one in stage.instructions:
            if isinstance(one, Volume):
                volumes |= {path.value.rstrip("/") for path in one.paths if path.value and path.value != "/"}
            elif volumes and isinstance(one, Copy | Add | Run):
                for path, span in _written(one):
                    if _is_below(path, volumes):
                        yield Finding(
                            span,
                            "some builders drop what is written below a VOLUME; put VOLUME behind this step",
                        )
        below[stage.index] = volumes


def _is_below(path: str, volumes: frozenset[str]) -> bool:
    parts = path.rstrip("/").split("/")
    return any("/".join(parts[:count]) in volumes for count in range(2, min(len(parts), 12) + 1))


def _written(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    if isinstance(instruction, Copy | Add):
        if instruction.destination.value:
            yield instruction.destination.value, instruction.destination.span
        return
    if not isinstance(instruction, Run):
        return
    for script in scripts(instruction):
        for command in script.commands:
            words = list(command.operands) if command.name in _WRITERS else []
            if command.name in ("cp", "mv", "ln", "install"):
                words = words[-1:]
            words += [r.target for r in command.redirects if ">" in r.operator and r.target is not None]
            for word in words:
                if word.value is not None and word.value.startswith("/"):
                    yield word.value, word.span
