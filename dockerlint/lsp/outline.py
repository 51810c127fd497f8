"""The outline of a file, and what of it can be folded away."""

from __future__ import annotations

from dockerlint.lsp.answers import Entry, Fold
from dockerlint.model import Add, Copy, Run
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.model import Dockerfile, Instruction, Stage

_LONGEST = 60
# What stands in the outline under a name of its own.
_NAMED = ("ARG", "ENV")


def outline(dockerfile: Dockerfile) -> tuple[Entry, ...]:
    """The instructions above the first FROM, then the stages with theirs."""
    head = [_entry(one) for one in dockerfile.head]
    return (*head, *(_stage(stage) for stage in dockerfile.stages))


def _stage(stage: Stage) -> Entry:
    image, alias = stage.start.image, stage.start.alias
    children = tuple(_entry(one) for one in stage.instructions)
    if alias is None:
        return Entry(image.raw or "FROM", f"stage {stage.index}", "stage", stage.span, image.span, children)
    return Entry(alias.raw or "FROM", f"FROM {image.raw}", "stage", stage.span, alias.span, children)


def _entry(instruction: Instruction) -> Entry:
    name = instruction.keyword.name
    rest = " ".join(instruction.text.text[len(instruction.keyword.text) :].split())
    if name in _NAMED:
        pairs = getattr(instruction, "pairs", ())
        rest = ", ".join(pair.name.raw for pair in pairs) or rest
    rest = rest if len(rest) <= _LONGEST else f"{rest[: _LONGEST - 1]}…"
    kind = "variable" if name in _NAMED else "instruction"
    return Entry(name or "?", rest, kind, instruction.span, instruction.keyword.span)


def folds(dockerfile: Dockerfile) -> list[Fold]:
    """Stages, instructions over several lines, here-documents, and blocks of comments."""
    found = [*_folds(dockerfile)]
    return sorted(set(found), key=lambda fold: (fold.first, -fold.last))


def _folds(dockerfile: Dockerfile) -> Iterator[Fold]:
    line = dockerfile.source.line_of
    spans = [(stage.span, "region") for stage in dockerfile.stages]
    spans += [(instruction.span, "") for instruction in dockerfile.body]
    bodies = [one.body for run in dockerfile.instructions(Run) for one in run.command.heredocs]
    bodies += [one.body for copy in dockerfile.instructions(Copy) for one in copy.heredocs]
    bodies += [one.body for add in dockerfile.instructions(Add) for one in add.heredocs]
    spans += [(Span(body.start, max(body.end - 1, body.start)), "") for body in bodies]
    for span, kind in spans:
        first, last = line(span.start) - 1, line(span.end) - 1
        if last > first:
            yield Fold(first, last, kind)
    lines = [line(comment.span.start) - 1 for comment in dockerfile.comments]
    begin = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or lines[at] != lines[at - 1] + 1:
            if lines[at - 1] > lines[begin]:
                yield Fold(lines[begin], lines[at - 1], "comment")
            begin = at
