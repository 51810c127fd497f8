from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.places import comments_in
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.merging import can_follow, can_lead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Script


@rule(
    code="DL3059",
    summary="`RUN` instructions of one command each, in a row",
    why="""
        This is hadolint's reading of DK301: two `RUN` instructions next to each other, with the same flags and
        no more than one command each, could be one layer. Those with more commands are left alone.
    """,
    severity=Severity.INFO,
    profiles=("hadolint",),
    fix=unsafe("the steps share a layer and a place in the build cache, and a shell"),
    bad=[
        Bad(
            "FROM debian:12\nRUN mkdir /a\n\n«RUN» touch /a/b\n",
            fixed="FROM debian:12\nRUN mkdir /a \\\n    && touch /a/b\n",
        ),
        Bad(
            "FROM debian:12\nRUN --network=none mkdir /a\n# why\n«RUN» --network=none mkdir /b\n",
            fixed="FROM debian:12\nRUN --network=none mkdir /a \\\n# why\n    && mkdir /b\n",
        ),
        Bad('FROM debian:12\nRUN ["mkdir", "/a"]\n«RUN» mkdir /b\n'),
        Bad('FROM debian:12\nRUN mkdir /b\n«RUN» ["mkdir", "/a"]\n'),
        Bad("FROM debian:12\nRUN cd /a\n«RUN» mkdir b\n"),
        Bad("FROM debian:12\nRUN mkdir /a\n«RUN» mkdir /b &\n"),
        Bad("FROM debian:12\nRUN mkdir /a\n«RUN» <<EOF\nmkdir /b\nEOF\n"),
        Bad("FROM debian:12\nRUN mkdir /a\n# hadolint ignore=DL3008\n«RUN» mkdir /b\n"),
        Bad("FROM debian:12\nRUN mkdir \\\n\n  /a\n«RUN» mkdir /b\n"),
        Bad(
            "FROM debian:12\n# one\nRUN mkdir /a\n«RUN» mkdir /b\n«RUN» mkdir /c\n# two\n",
            fixed="FROM debian:12\n# one\nRUN mkdir /a \\\n    && mkdir /b\nRUN mkdir /c\n# two\n",
        ),
        Bad(
            "FROM debian:12\r\nRUN mkdir /a\r\n«RUN» mkdir /b\r\n",
            fixed="FROM debian:12\r\nRUN mkdir /a \\\r\n    && mkdir /b\r\n",
        ),
    ],
    good=[
        Good("FROM debian:12\nRUN mkdir /a && mkdir /b\nRUN mkdir /c\n"),
        Good("FROM debian:12\nRUN mkdir /a\nRUN mkdir /b | tee log\n"),
        Good("FROM debian:12\nRUN mkdir /a\nENV A=1\nRUN mkdir /b\n"),
        Good("FROM debian:12\nRUN mkdir /a\nRUN --network=none mkdir /b\n"),
    ],
)
def consecutive_run_instructions(dockerfile: Dockerfile) -> Iterator[Finding]:
    from dockerlint.shell.as_hadolint import view

    before: Run | None = None
    merged = False
    for instruction in dockerfile.body:
        if not isinstance(instruction, Run):
            before, merged = None, False
            continue
        if len(view(instruction).calls) > 1:
            before = None
            continue
        if before is not None and _flags(before) == _flags(instruction):
            fix = None if merged else _fix(dockerfile, before, instruction)
            merged = fix is not None
            yield Finding(
                instruction.keyword.span, "this RUN follows another one of the same kind; join the two", fix
            )
        before = instruction


def _flags(run: Run) -> list[object]:
    mounts = [sorted(mount.options.items()) for mount in run.mounts]
    read = [mount.flag for mount in run.mounts]
    others = [(flag.name, flag.value) for flag in run.flags if flag not in read]
    return [*mounts, *sorted(others, key=str)]


def _only(run: Run) -> Script | None:
    if run.command.is_exec or run.command.heredocs or run.blank_continuations:
        return None
    found = scripts(run)
    return found[0] if len(found) == 1 else None


def _fix(dockerfile: Dockerfile, first: Run, second: Run) -> Fix | None:
    """The two joined by `&&`, with the comments between them; None where they would not run alike."""
    one, two = _only(first), _only(second)
    if one is None or two is None or not can_lead(first, one) or not can_follow(two):
        return None
    source = dockerfile.source
    gap = Span(first.command.span.end, second.command.span.start)
    between = comments_in(dockerfile, gap)
    if any(comment.text.startswith(("hadolint", "dockerlint", "check=")) for comment in between):
        return None
    newline = "\r\n" if "\r\n" in source.slice(gap) else "\n"
    lines = [f" {dockerfile.escape}"]
    for comment in between:
        line = source.line_span(source.line_of(comment.span.start))
        lines.append(source.text[line.start : comment.span.end])
    lines.append("    && ")
    return Fix("join the two RUN instructions", (Edit(gap, newline.join(lines)),))
