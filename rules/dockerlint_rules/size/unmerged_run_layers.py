from __future__ import annotations

from itertools import pairwise

from dockerlint.model import Add, Copy, Dockerfile, Run
from dockerlint.places import comments_in
from dockerlint.rule import Bad, Edit, Finding, Fix, Good, Severity, Span, rule, safe
from dockerlint.shell import scripts
from dockerlint.shell.merging import builds, can_follow, can_lead, same_flags, takes_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Comment, Stage
    from dockerlint.shell import Script

# Comments that tell a program something about the instruction below them.
PRAGMAS = ("hadolint", "dockerlint", "shellcheck", "check=", "tally", "checkov:", "trivy:")


@rule(
    code="DK301",
    summary="`RUN` instructions in a row that could be one layer",
    why="""
        Every `RUN` is a layer, and what a later layer removes is still in the one that made it. Joined with
        `&&`, the steps run in the same order and stop at the first failure as before, and what one of them
        cleans up is not kept. A chain is left alone where the two would not run exactly as they do now:
        other mounts, a changed directory or variable, lists with `;`, `||` or `&`, a background process, or
        an install followed by a build of copied files, which are better cached apart.
    """,
    severity=Severity.INFO,
    fix=safe(),
    aliases=("DL3059",),
    bad=[
        Bad(
            "FROM debian:12\nRUN mkdir /a\n«RUN» touch /a/b\n",
            fixed="FROM debian:12\nRUN mkdir /a \\\n    && touch /a/b\n",
        ),
        Bad(
            "FROM debian:12\nRUN mkdir /a\n\n# the second\n«RUN» touch /a/b\n# the third\nRUN touch /a/c\n",
            fixed="FROM debian:12\nRUN mkdir /a \\\n# the second\n    && touch /a/b \\\n# the third\n    && touch /a/c\n",
        ),
        Bad(
            "FROM debian:12\nRUN mkdir /a && \\\n  mkdir /b\n«RUN» if test -e /a; then \\\n    touch /c; fi\n",
            fixed="FROM debian:12\nRUN mkdir /a && \\\n  mkdir /b && \\\n  if test -e /a; then \\\n    touch /c; fi\n",
        ),
        Bad(
            "FROM busybox\nRUN --network=none mkdir /a\n«RUN» --network=none (cd /a; touch b)\n",
            fixed="FROM busybox\nRUN --network=none mkdir /a \\\n    && (cd /a; touch b)\n",
        ),
        Bad(
            "# escape=`\nFROM busybox\nRUN mkdir /a\n«RUN» mkdir /b\n",
            fixed="# escape=`\nFROM busybox\nRUN mkdir /a `\n    && mkdir /b\n",
        ),
        Bad(
            "FROM busybox\nRUN mkdir /a\n«RUN» \\\n  # why\n  mkdir /b && \\\n  mkdir /c\n",
            fixed="FROM busybox\nRUN mkdir /a && \\\n  # why\n  mkdir /b && \\\n  mkdir /c\n",
        ),
        Bad(
            "FROM busybox\nRUN mkdir /a\n«RUN» cd /a && touch b\nRUN touch c\n",
            fixed="FROM busybox\nRUN mkdir /a \\\n    && cd /a && touch b\nRUN touch c\n",
        ),
    ],
    good=[
        Good("FROM busybox\nRUN cd /tmp\nRUN touch a\n"),
        Good("FROM busybox\nRUN export A=1\nRUN touch a\n"),
        Good("FROM busybox\nRUN A=1\nRUN touch a\n"),
        Good("FROM busybox\nRUN mkdir /a\nRUN mkdir /b; mkdir /c\n"),
        Good("FROM busybox\nRUN mkdir /a || true\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN mkdir /a\nRUN mkdir /b || true\n"),
        Good("FROM busybox\nRUN sleep 1 &\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN mkdir /a # a comment\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN mkdir /a;\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN test -e /a && exit 0\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN trap 'rm /a' EXIT && touch /a\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN set -e && touch /a\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN mkdir /a\nUSER 1\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN mkdir /a\nARG X\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN --network=none mkdir /a\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN mkdir /a\n# hadolint ignore=DL3059\nRUN mkdir /b\n"),
        Good("FROM busybox\nRUN <<EOF\nmkdir /a\nEOF\nRUN mkdir /b\n"),
        Good('FROM busybox\nRUN ["mkdir", "/a"]\nRUN mkdir /b\n'),
        Good("FROM debian:12\nRUN service postgresql start\nRUN mkdir /b\n"),
        Good('FROM debian:12\nSHELL ["powershell", "-c"]\nRUN mkdir /a\nRUN mkdir /b\n'),
        Good(
            'FROM debian:12\nSHELL ["/bin/bash", "-ec"]\nRUN if true; then false; echo a; fi\nRUN mkdir /b\n'
        ),
        Good(
            "FROM debian:12\nCOPY . /src\nRUN apt-get update && apt-get install -y make\nRUN make -C /src\n"
        ),
        Good("FROM debian:12 AS build\nRUN mkdir /a\nRUN mkdir /b\nFROM busybox\nCOPY --from=build /a /a\n"),
        Good("FROM debian:12\nRUN echo ${x:=1}\nRUN mkdir /b\n"),
        Good("FROM debian:12\nRUN for x in a b; do touch $x; done\nRUN mkdir /b\n"),
        Good("FROM debian:12\nRUN if true; then A=1; fi\nRUN echo $A\n"),
    ],
)
def unmerged_run_layers(dockerfile: Dockerfile) -> Iterator[Finding]:
    final = dockerfile.final_stage
    for stage in final.lineage if final else ():
        for chain in _chains(dockerfile, stage):
            yield Finding(
                chain[1].keyword.span,
                f"{len(chain)} RUN instructions in a row make {len(chain)} layers; join them with `&&`",
                Fix(f"merge {len(chain)} RUN instructions", tuple(_joints(dockerfile, chain))),
            )


def _chains(dockerfile: Dockerfile, stage: Stage) -> Iterator[list[Run]]:
    """The longest runs of RUNs in a stage that may be joined, of two or more."""
    chain: list[Run] = []
    copied = apart = False
    for instruction in stage.instructions:
        if chain and isinstance(instruction, Run) and _joins(chain, instruction, apart):
            chain.append(instruction)
            apart = apart or (copied and _takes_in(instruction))
            continue
        if len(chain) > 1:
            yield chain
        chain = [instruction] if isinstance(instruction, Run) and _only(instruction) is not None else []
        apart = copied and bool(chain) and _takes_in(chain[0])
        copied = copied or isinstance(instruction, (Copy, Add))
    if len(chain) > 1:
        yield chain


def _only(run: Run) -> Script | None:
    """The script of a RUN that has exactly one, written in the instruction itself."""
    if run.command.is_exec or run.command.heredocs or run.blank_continuations:
        return None
    found = scripts(run)
    own = [s for s in found if not s.heredoc and s.text.text == run.command.text.text]
    return own[0] if own else None


def _takes_in(run: Run) -> bool:
    script = _only(run)
    return script is not None and takes_in(script)


def _joins(chain: list[Run], second: Run, apart: bool) -> bool:
    """Whether a RUN may be joined to a chain; `apart` when one that builds is to have its own layer."""
    first = chain[-1]
    one, two = _only(first), _only(second)
    if one is None or two is None or not same_flags(first, second):
        return False
    if any(_is_pragma(comment) for comment in (*chain[0].doc, *second.doc)):
        return False
    if apart and builds(two):
        return False
    return can_lead(first, one) and can_follow(two)


def _is_pragma(comment: Comment) -> bool:
    return comment.text.lower().startswith(PRAGMAS)


def _joints(dockerfile: Dockerfile, chain: list[Run]) -> Iterator[Edit]:
    """What stands between each two bodies becomes `&&`, with the comments that stood there."""
    source, escape = dockerfile.source, dockerfile.escape
    newline = "\r\n" if "\r\n" in source.slice(chain[0].span) else source.newline
    indent, trailing = _layout(dockerfile, chain)
    for first, second in pairwise(chain):
        gap = Span(first.command.span.end, second.command.span.start)
        comments = comments_in(dockerfile, gap)
        lines = [" && " + escape if trailing else " " + escape]
        for comment in comments:
            line = source.line_span(source.line_of(comment.span.start))
            lines.append(source.text[line.start : comment.span.end])
        lines.append(indent if trailing else f"{indent}&& ")
        yield Edit(gap, newline.join(lines))


def _layout(dockerfile: Dockerfile, chain: list[Run]) -> tuple[str, bool]:
    """The indentation of continuation lines, and whether `&&` ends lines, as the chain has it."""
    text = dockerfile.source.text
    for run in chain:
        script = _only(run)
        for one, two in pairwise(script.statements) if script else ():
            gap = text[one.span.end : two.span.start]
            if "\n" in gap:
                line = text[text.rfind("\n", 0, two.span.start) + 1 : two.span.start]
                return line[: len(line) - len(line.lstrip(" \t"))], "&" in gap.partition("\n")[0]
    return "    ", False
