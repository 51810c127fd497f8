from __future__ import annotations

import re

from dockerlint.model import Add, Arg, Copy, Dockerfile, Env, Expose, Label, Stopsignal, User, Volume, Workdir
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, unsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.model import Instruction, Word

_BEHIND = r"[ \t]#"
# In a text of words a colour or an issue (`#fff`, `#12`) is no comment.
_IN_TEXT = r"[ \t]#+[ \t]"


@rule(
    code="DK506",
    summary="A comment behind an instruction is a part of it",
    why="""
        In a Dockerfile a comment has a line of its own. Behind an instruction, `#` is text like any other: `WORKDIR /app
        # the app` makes a folder of that name, `EXPOSE 80 # web` does not build, `VOLUME /a # data` makes
        three volumes. Only a shell drops it: in RUN, and in CMD and ENTRYPOINT in shell form.
    """,
    severity=Severity.WARNING,
    fix=unsafe("the value ends before the comment then", config=("Env", "Labels")),
    source="https://docs.docker.com/reference/dockerfile/#format",
    bad=[
        Bad(
            "FROM busybox\nSTOPSIGNAL TERM «# ends it»\n", fixed="FROM busybox\n# ends it\nSTOPSIGNAL TERM\n"
        ),
        Bad(
            "FROM busybox\n  WORKDIR /app «# of the app»\n",
            fixed="FROM busybox\n  # of the app\n  WORKDIR /app\n",
        ),
        Bad("FROM busybox\nUSER 1000  «#app»\n", fixed="FROM busybox\n#app\nUSER 1000\n"),
        Bad("FROM busybox\nEXPOSE 80 «# web»\n", fixed="FROM busybox\n# web\nEXPOSE 80\n"),
        Bad("FROM busybox\nVOLUME /a «# data»\n", fixed="FROM busybox\n# data\nVOLUME /a\n"),
        Bad("FROM busybox\nCOPY a /b/ «# all»\n", fixed="FROM busybox\n# all\nCOPY a /b/\n"),
        Bad("FROM busybox\nARG A=1 «# one»\n", fixed="FROM busybox\n# one\nARG A=1\n"),
        Bad("FROM busybox\nENV A b «# one»\n", fixed="FROM busybox\n# one\nENV A b\n"),
        Bad("FROM busybox\nCOPY a \\\n  /b/ «# all»\n"),
    ],
    good=[
        Good('FROM busybox\nCOPY a b /c/\nCOPY ["a", "b", "#c"]\nEXPOSE 80 81\n'),
        Good("FROM busybox\n# of the app\nWORKDIR /app\nRUN ls # all\nCMD ls # all\n"),
        Good("FROM busybox\nWORKDIR /a#b\nENV COLOUR #fff\nLABEL text see issue #12\nCOPY #a /\n"),
        Good('FROM busybox\nENV A="b # c" D=#1\nVOLUME ["/a", "#"]\n'),
    ],
)
def comment_in_value(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "#" not in dockerfile.source.text:
        return
    for instruction in dockerfile.body:
        at = _comment(instruction)
        if at is not None:
            span = Span(at, instruction.span.end)
            yield Finding(
                span,
                f"this is no comment but a part of {instruction.keyword.name}; put it on a line of its own",
                _fix(dockerfile, instruction, at),
            )


def _comment(instruction: Instruction) -> int | None:
    """Where what looks like a comment begins; None without one."""
    if isinstance(instruction, Workdir):
        return _inside(instruction.path, _BEHIND)
    if isinstance(instruction, User):
        return _inside(instruction.user, _BEHIND)
    if isinstance(instruction, Stopsignal):
        return _inside(instruction.signal, _BEHIND)
    if isinstance(instruction, Env | Label):
        value = instruction.pairs[0].value
        return _inside(value, _IN_TEXT) if instruction.legacy and value is not None else None
    words: Sequence[Word] = ()
    if isinstance(instruction, Expose):
        words = instruction.ports[1:]
    elif isinstance(instruction, Volume) and not instruction.exec_form:
        words = instruction.paths[1:]
    elif isinstance(instruction, Arg):
        words = [pair.name for pair in instruction.pairs[1:]]
    elif isinstance(instruction, Copy | Add) and not instruction.exec_form and not instruction.heredocs:
        words = (*instruction.sources, instruction.destination)[2:]
    return next((word.span.start for word in words if word.raw.startswith("#")), None)


def _inside(word: Word, pattern: str) -> int | None:
    match = re.search(pattern, word.raw)
    if match is None or len(word.raw) != len(word.span):
        return None
    return word.span.start + match.start() + 1


def _fix(dockerfile: Dockerfile, instruction: Instruction, at: int) -> Fix | None:
    source = dockerfile.source
    if instruction.first_line != instruction.last_line:
        return None
    start = source.line_starts[instruction.first_line - 1]
    behind = at
    while source.text[behind - 1] in " \t":
        behind -= 1
    indent = source.text[start : instruction.span.start]
    line = f"{indent}{source.text[at : instruction.span.end]}{source.newline}"
    return Fix(
        "put the comment above",
        (Edit(Span(start, start), line), Edit(Span(behind, instruction.span.end), "")),
    )
