"""What must hold of a fixed text before it counts. Nothing here trusts a rule."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate

from dockerlint.model import Run
from dockerlint.rule import Severity
from dockerlint.shell import scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerlint.fix import Edit
    from dockerlint.model import Dockerfile, Instruction
    from dockerlint.settle import Look
    from dockerlint.source import Span


def fault(before: Look, after: Look, edits: Sequence[Edit]) -> str:
    """Why a text with some edits in it must not be used, empty when nothing speaks against it."""
    old, new = before.dockerfile, after.dockerfile
    if old.source.text == new.source.text:
        return "they change nothing"
    return (
        _new_problem(old, new)
        or _lost_instruction(old, new, edits)
        or _lost_comment(old, new, edits)
        or _broken_script(old, new)
        or _new_error(before, after)
    )


def _new_problem(old: Dockerfile, new: Dockerfile) -> str:
    """Something BuildKit would refuse that it did not refuse before."""
    from dockerlint.refuse import problems

    known = Counter(problem.message for problem in (*old.problems, *problems(old)))
    for problem in (*new.problems, *problems(new)):
        known[problem.message] -= 1
        if known[problem.message] < 0:
            return f"the file would not build: {problem.message}"
    return ""


def _lost_instruction(old: Dockerfile, new: Dockerfile, edits: Sequence[Edit]) -> str:
    """An instruction that no edit touches and that is not there any more as it was, or one that
    appears where no edit is."""
    if old.escape != new.escape:
        return "the escape character would be another one"
    moves = _Moves(edits)
    there = {instruction.span.start: instruction for instruction in new.body}
    same: set[int] = set()
    claimed: list[tuple[int, int]] = []
    for instruction in old.body:
        span = instruction.span
        if moves.touches(span):
            claimed.append((moves.start(span.start), moves.end(span.end)))
            continue
        now = there.get(moves.end(span.start))
        if now is None or type(now) is not type(instruction) or _text(new, now) != _text(old, instruction):
            return f"{instruction.keyword.name} on line {instruction.first_line} would be read differently"
        same.add(now.span.start)
    claimed += moves.inserted()
    claimed.sort()
    reach = list(accumulate((end for _, end in claimed), max))
    for instruction in new.body:
        if instruction.span.start in same:
            continue
        below = bisect_right(claimed, (instruction.span.start, len(new.source.text)))
        if not below or reach[below - 1] < instruction.span.start:
            return f"an instruction would appear on line {instruction.first_line}"
    return ""


def _text(dockerfile: Dockerfile, instruction: Instruction) -> str:
    return dockerfile.source.slice(instruction.span)


class _Moves:
    """Where offsets of the old text are in the new one."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))
        self._starts = [edit.span.start for edit in self._edits]
        self._ends = [edit.span.end for edit in self._edits]
        # By how much the text behind the first n edits has moved.
        self._moved = [0, *accumulate(len(edit.text) - len(edit.span) for edit in self._edits)]

    def touches(self, span: Span) -> bool:
        """Whether an edit changes something in a span, or adds to its end."""
        below = bisect_right(self._starts, span.end)
        return below > 0 and self._ends[below - 1] > span.start

    def start(self, offset: int) -> int:
        """The new offset of a place, before what is inserted there."""
        before = bisect_right(self._ends, offset)
        while before and self._starts[before - 1] >= offset:
            before -= 1
        return offset + self._moved[before]

    def end(self, offset: int) -> int:
        """The new offset of a place, behind what is inserted there."""
        return offset + self._moved[bisect_right(self._ends, offset)]

    def inserted(self) -> list[tuple[int, int]]:
        """The ranges of the new text that come from edits."""
        starts = [edit.span.start + moved for edit, moved in zip(self._edits, self._moved)]
        return [(start, start + len(edit.text)) for start, edit in zip(starts, self._edits)]


def _lost_comment(old: Dockerfile, new: Dockerfile, edits: Sequence[Edit]) -> str:
    """A comment that is gone, unless an edit is about nothing but comments."""
    left = Counter(text for _, text in _comments(new))
    ordered = sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))
    for span, text in _comments(old):
        left[text] -= 1
        if left[text] < 0 and not any(_is_about(old, edit, span) for edit in _near(ordered, span)):
            return f"the comment on line {old.source.line_of(span.start)} would be lost"
    return ""


def _near(edits: Sequence[Edit], span: Span) -> Sequence[Edit]:
    """Those of some edits, in order and without overlap, that touch a span."""
    first = bisect_left(edits, span.start, key=lambda edit: edit.span.end)
    return edits[first : bisect_right(edits, span.end, key=lambda edit: edit.span.start)]


def _comments(dockerfile: Dockerfile) -> Iterator[tuple[Span, str]]:
    for comment in dockerfile.comments:
        yield comment.span, comment.text
    for directive in dockerfile.directives:
        yield directive.span, dockerfile.source.slice(directive.span).lstrip("# \t")
    for run in dockerfile.instructions(Run, onbuild=True):
        for script in scripts(run):
            for span in script.comments:
                yield span, dockerfile.source.slice(span).lstrip("#").strip()


def _is_about(dockerfile: Dockerfile, edit: Edit, comment: Span) -> bool:
    """Whether an edit touches a comment, and otherwise only comments and white space."""
    if not edit.span.touches(comment):
        return False
    lines = dockerfile.source.slice(edit.span).split("\n")
    inside = comment.covers(edit.span)
    return inside or all(not line.strip() or line.lstrip().startswith("#") for line in lines)


def _broken_script(old: Dockerfile, new: Dockerfile) -> str:
    """A RUN script that does not parse, more of them than there were before."""
    was = sum(not script.ok for run in old.instructions(Run, onbuild=True) for script in scripts(run))
    for run in new.instructions(Run, onbuild=True):
        for script in scripts(run):
            was -= not script.ok
            if was < 0:
                return f"the script of RUN on line {run.first_line} would not parse"
    return ""


def _new_error(before: Look, after: Look) -> str:
    """A finding of error severity by a rule that found nothing before.

    More of what was there is no reason: what is added to a script that uses sudo uses it too.
    """
    known = {found.name for found in before.found}
    for found in after.found:
        if found.severity == Severity.ERROR and found.name not in known:
            return f"{found.name} would be found on line {found.start.line}"
    return ""
