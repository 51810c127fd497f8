from __future__ import annotations

import re

from dockerlint.model import Copy, Dockerfile, From, Workdir
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_DRIVE = r"[A-Za-z]:[/\\]"


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: the target as it is written, and WORKDIR of the stage or of one that it
    builds on, found by its exact name."""
    located: dict[str, bool] = {}
    own, name = False, ""
    found: Iterator[From | Workdir | Copy] = dockerfile.instructions(From, Workdir, Copy)
    for instruction in found:
        if isinstance(instruction, From):
            own = located.get(instruction.image.raw, False)
            name = instruction.alias.raw if instruction.alias is not None else instruction.image.raw
            located[name] = own
        elif isinstance(instruction, Workdir):
            own = located[name] = True
        elif not own:
            target = instruction.destination.raw.strip("\"'")
            if not target.startswith(("/", "$")) and target[1:2] != ":":
                yield Finding(instruction.span, "the target is relative, and nothing sets WORKDIR before")


@rule(
    code="DL3045",
    summary="A relative `COPY` target where no `WORKDIR` is set",
    why="""
        A relative target is looked up from the working directory. Without a `WORKDIR` in the file that is
        the base image's, which is `/` for most images and may be another one in the next release.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the files go to /, and not to the folder that the base image may have set"),
    peer=as_hadolint_does,
    source="https://docs.docker.com/reference/dockerfile/#workdir",
    bad=[
        Bad("FROM busybox\nCOPY app.py «.»\n", fixed="FROM busybox\nCOPY app.py /\n"),
        Bad("FROM busybox\nCOPY a.py b.py «./app/»\n", fixed="FROM busybox\nCOPY a.py b.py /app/\n"),
        Bad('FROM busybox\nCOPY ["a b", «"app"»]\n', fixed='FROM busybox\nCOPY ["a b", "/app"]\n'),
        Bad("FROM busybox\nARG D=app\nCOPY a.py «$D»\n", fixed="FROM busybox\nARG D=app\nCOPY a.py /$D\n"),
        Bad(
            "FROM busybox AS a\nWORKDIR /a\nFROM busybox\nCOPY x «y»\n",
            fixed="FROM busybox AS a\nWORKDIR /a\nFROM busybox\nCOPY x /y\n",
        ),
    ],
    good=[
        Good("FROM busybox\nWORKDIR /app\nCOPY app.py .\n"),
        Good("FROM busybox AS a\nWORKDIR /a\nFROM a\nCOPY x y\n"),
        Good("FROM busybox\nCOPY app.py /app/\n"),
        Good("FROM busybox\nARG D\nCOPY app.py $D/\n"),
        Good("FROM windows\nCOPY app.py C:/app/\n"),
        Good("FROM busybox\nWORKDIR app\nCOPY app.py .\n"),
        Good("FROM busybox\nCOPY app.py ~/\n"),
    ],
)
def relative_copy_target(dockerfile: Dockerfile) -> Iterator[Finding]:
    settled: set[int] = set()
    for stage in dockerfile.stages:
        located = stage.base is not None and stage.base.index in settled
        if located or any(True for _ in stage.of(Workdir)):
            settled.add(stage.index)
        found: Iterator[Workdir | Copy] = stage.of(Workdir, Copy)
        for instruction in found:
            if isinstance(instruction, Workdir):
                located = True
                continue
            word = instruction.destination
            path = word.value
            if (
                located
                or path is None
                or path.startswith(("/", "\\", "~"))
                or re.match(_DRIVE, path)
                or not path
            ):
                continue
            yield Finding(
                word.span,
                "the target is relative, and the base image decides to what; set WORKDIR or begin it with /",
                _fix(dockerfile, instruction),
            )


def _fix(dockerfile: Dockerfile, copy: Copy) -> Fix | None:
    span = copy.destination.span
    text = dockerfile.source.slice(span)
    quote = 1 if text[:1] in ("'", '"') else 0
    dots = re.match(r"(\./)+|\.(?=[\"']?$)", text[quote:])
    start = span.start + quote
    inside = dockerfile.source.text[start + (dots.end() if dots else 0) : span.end]
    if inside.startswith("..") or inside.startswith(dockerfile.escape):
        return None
    return Fix("begin the target with /", (Edit(Span(start, start + (dots.end() if dots else 0)), "/"),))
