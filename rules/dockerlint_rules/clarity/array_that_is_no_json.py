from __future__ import annotations

from dockerlint.model import Add, Cmd, Copy, Dockerfile, Entrypoint, Healthcheck, Run, Volume
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Instruction


@rule(
    code="DK501",
    summary="An array that is not JSON",
    why="""
        The builder takes `CMD ['a']`, `CMD ["a",]` and `CMD ["a"] b` without a word, but not as an array: a shell gets the
        text with its brackets, and says that there is no command `[a]`. For `COPY`, `ADD` and `VOLUME`
        the brackets become part of a path. An array is JSON: double quotes, no comma behind the last
        string, nothing behind the bracket. The fix writes the array where it is clear.
    """,
    severity=Severity.WARNING,
    aliases=("DL3025", "JSONArgsRecommended"),
    fix=unsafe(
        "it works as an array then, where a shell or a path had the brackets before",
        config=("Cmd", "Entrypoint"),
    ),
    source="https://docs.docker.com/reference/dockerfile/#exec-form",
    bad=[
        Bad("FROM busybox\nCMD «['httpd', '-f']»\n", fixed='FROM busybox\nCMD ["httpd", "-f"]\n'),
        Bad(
            'FROM busybox\nENTRYPOINT «[ "httpd", "-f", ]»\n',
            fixed='FROM busybox\nENTRYPOINT ["httpd", "-f"]\n',
        ),
        Bad('FROM busybox\nCMD «["httpd"] -f»\n'),
        Bad("FROM busybox\nRUN «['ls']»\n", fixed='FROM busybox\nRUN ["ls"]\n'),
        Bad(
            "FROM busybox\nCOPY --chown=1 «['a', '/b']»\n", fixed='FROM busybox\nCOPY --chown=1 ["a", "/b"]\n'
        ),
        Bad("FROM busybox\nVOLUME «['/data']»\n", fixed='FROM busybox\nVOLUME ["/data"]\n'),
        Bad(
            "FROM busybox\nHEALTHCHECK CMD «[“true”]»\n",
            fixed='FROM busybox\nHEALTHCHECK CMD ["true"]\n',
        ),
        Bad("FROM busybox\nCMD «['a', \\\n  # why\n  'b']»\n"),
    ],
    good=[
        Good('FROM busybox\nCMD ["httpd", "-f"]\nVOLUME ["/data"]\nCOPY ["a", "/b"]\n'),
        Good('FROM busybox\nRUN [ "$A" = "b" ] && ls\nRUN [ -f /a ]\nCMD [ "a" ] && ls\n'),
        Good("FROM busybox\nCOPY [ab] /\nCMD httpd -f\n"),
    ],
)
def array_that_is_no_json(dockerfile: Dockerfile) -> Iterator[Finding]:
    from dockerlint.execform import is_meant_as_array

    text = dockerfile.source.text
    for instruction in dockerfile.body:
        span = _shell_form(instruction)
        if span is None or text[span.start : span.start + 1] != "[":
            continue
        if is_meant_as_array(text[span.start : span.end]):
            yield Finding(
                span,
                "this array is not valid JSON, so it is taken as plain text; use double quotes, and commas between only",
                _fix(dockerfile, span),
            )


def _shell_form(instruction: Instruction) -> Span | None:
    """Where the arguments of an instruction stand that could be an array and are none."""
    if isinstance(instruction, Run | Cmd | Entrypoint | Healthcheck):
        command = instruction.command
        return None if command is None or command.is_exec or command.heredocs else command.span
    if isinstance(instruction, Copy | Add):
        if instruction.exec_form or not instruction.sources:
            return None
        return Span(instruction.sources[0].span.start, instruction.destination.span.end)
    if isinstance(instruction, Volume) and not instruction.exec_form:
        return Span(instruction.paths[0].span.start, instruction.paths[-1].span.end)
    return None


def _fix(dockerfile: Dockerfile, span: Span) -> Fix | None:
    from dockerlint.execform import json_array, meant_array

    text = dockerfile.source.slice(span)
    if "\n" in text:
        return None
    meant = meant_array(text)
    array = json_array(meant) if meant is not None else None
    return Fix("write the array as JSON", (Edit(span, array),)) if array is not None else None
