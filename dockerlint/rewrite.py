"""Structural changes, written as transformers of the lossless tree.

A subclass of `Rewriter` says what becomes of an instruction in a method named after its
keyword; `edits` turns the answers into edits of the text, so everything that no answer
names stays as it is to the byte.

    class RootLast(Rewriter):
        def leave_user(self, user: User) -> Outcome:
            return REMOVE if user.user.raw == "root" else KEEP

An answer is `KEEP`, `REMOVE`, the new text of the instruction, or a list of texts, one for
each instruction to write; `KEEP` in such a list stands for the instruction as it is, so
`["USER root", KEEP]` inserts a line. For changes that span instructions (merging RUN
instructions, splitting a stage), `leave_stage` gets the outcomes of a whole stage, FROM
included, and may change them: give the first of a row of instructions the merged text and
the others `REMOVE`.

Comments stay: those of a removed instruction remain as lines of their own, and those that
a new text leaves out go above it.
"""

from __future__ import annotations

from dockerlint.fix import Edit
from dockerlint.model import Instruction
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from dockerlint.model import Dockerfile, Stage
    from dockerlint.source import Source

    Outcome: TypeAlias = "Mark | str | Sequence[Mark | str]"
else:
    Outcome = object


class Mark:
    """One of the answers that are no text."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


KEEP = Mark("KEEP")
REMOVE = Mark("REMOVE")


class Rewriter:
    """Answers what becomes of each instruction.

    Methods are looked up by name: `leave_run`, `leave_copy`, … for each keyword in lower
    case, and `leave_invalid`. One that is missing keeps the instruction. Instructions inside
    ONBUILD are part of their ONBUILD.
    """

    def leave_stage(self, stage: Stage, outcomes: dict[Instruction, Outcome]) -> None:
        """Look at a whole stage once its instructions have answered; change `outcomes` in place."""

    def edits(self, dockerfile: Dockerfile) -> tuple[Edit, ...]:
        """The edits that make the file as the answers say, in order; none overlap."""
        outcomes = self._outcomes(dockerfile)
        found: list[Edit] = []
        for instruction in dockerfile.body:
            outcome = outcomes[instruction]
            if outcome is not KEEP:
                found.extend(_edits(dockerfile.source, instruction, outcome))
        return tuple(found)

    def _outcomes(self, dockerfile: Dockerfile) -> dict[Instruction, Outcome]:
        from lark import Transformer, Tree

        rewriter = self
        outcomes: dict[Instruction, Outcome] = {}

        class Walk(Transformer):  # type: ignore[type-arg]
            def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
                if data == "file":
                    return None
                if data == "stage":
                    stage, *parts = children
                    own = dict(parts)
                    rewriter.leave_stage(stage, own)
                    outcomes.update(own)
                    return None
                answer = getattr(rewriter, f"leave_{data}", None)
                outcome = KEEP if answer is None else answer(children[0])
                outcomes[children[0]] = outcome
                return children[0], outcome

        def leaf(instruction: Instruction) -> Any:
            return Tree(type(instruction).__name__.lower(), [instruction])

        inside = {id(i) for stage in dockerfile.stages for i in (stage.start, *stage.instructions)}
        parts: list[Any] = [leaf(i) for i in dockerfile.body if id(i) not in inside]
        parts += [
            Tree("stage", [stage, leaf(stage.start), *map(leaf, stage.instructions)])
            for stage in dockerfile.stages
        ]
        Walk().transform(Tree("file", parts))
        return outcomes


def _edits(source: Source, instruction: Instruction, outcome: Outcome) -> list[Edit]:
    text = source.text
    start, end = instruction.span.start, instruction.span.end
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end) + 1 or len(text)
    inside = [(comment.span.start, comment.span.end) for comment in instruction.comments]
    if outcome is REMOVE:
        kept = "".join(
            text[text.rfind("\n", 0, a) + 1 : text.find("\n", b) + 1 or len(text)] for a, b in inside
        )
        return [Edit(Span(line_start, line_end), kept)]
    parts = [outcome] if isinstance(outcome, (str, Mark)) else list(outcome)
    if not parts:
        return _edits(source, instruction, REMOVE)
    newline = source.newline
    texts = [part if isinstance(part, Mark) else _lines(part, newline) for part in parts]
    if KEEP in parts:
        place = parts.index(KEEP)
        before = "".join(f"{part}{newline}" for part in texts[:place])
        after = "".join(f"{newline}{part}" for part in texts[place + 1 :])
        made = [Edit(Span(start, start), before)] if before else []
        return [*made, Edit(Span(end, end), after)] if after else made
    new = newline.join(str(part) for part in texts)
    lost = [text[a:b] for a, b in inside if text[a:b] not in new]
    new = "".join(f"{comment}{newline}" for comment in lost) + new
    edit = _smallest(text[start:end], new, start)
    return [edit] if edit else []


def _lines(part: str, newline: str) -> str:
    plain = part.replace("\r\n", "\n").strip("\n")
    return plain if newline == "\n" else plain.replace("\n", newline)


def _smallest(old: str, new: str, offset: int) -> Edit | None:
    """The edit that makes one text of another, without what both begin and end with."""
    if old == new:
        return None
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Edit(Span(offset + head, offset + len(old) - tail), new[head : len(new) - tail])
