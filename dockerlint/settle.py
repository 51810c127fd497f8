"""Lint, apply, lint again until nothing changes; every step is checked before it counts.

A fix whose result does not pass `verify.fault` is left out and the others go in; rules that
keep undoing each other are left out altogether.
"""

from __future__ import annotations

from dockerlint.fix import Applicability, Edit, Fix, apply
from dockerlint.frozen import node, record
from dockerlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockerlint.lint import Found
    from dockerlint.model import Dockerfile

    # Whether a fix may go in; the line is the one its finding had, or came from, in the file as it was.
    Choice = Callable[[Found, int], bool]

PASSES = 10
# So often fixes are tried in smaller parts; what is left then is left out together.
ATTEMPTS = 100


@node
class Look:
    """A file as one look at it gives: its model, and the findings that no comment silences."""

    dockerfile: Dockerfile
    found: tuple[Found, ...]

    @property
    def source(self) -> Source:
        return self.dockerfile.source


@record
class Applied:
    """A fix that went in. `line` is where its finding was, or came from, in the file as it was; `lines`
    are those that its edits touch."""

    rule: str
    line: int
    lines: tuple[int, ...]
    title: str
    applicability: str
    reason: str


@node
class Settled:
    """Where fixing came to rest. `fixed` counts the fixes that went in by rule; `refused` has a line
    for each rule that had fixes left out, and why; `applied` are the fixes in the order they went in, and
    `lines` says of each line from which one of the file as it was it comes."""

    look: Look
    fixed: Mapping[str, int]
    refused: tuple[str, ...]
    applied: tuple[Applied, ...] = ()
    lines: tuple[int, ...] = ()


@record
class _Key:
    """What a fix would do, wherever it stands: how it is known again after others moved it."""

    rule: str
    edits: tuple[tuple[str, str], ...]


def levels(unsafe: bool) -> frozenset[str]:
    """The applicabilities of fixes that may be written."""
    return frozenset((Applicability.SAFE, Applicability.UNSAFE) if unsafe else (Applicability.SAFE,))


def settle(
    source: Source, look: Callable[[Source], Look], unsafe: bool, choose: Choice | None = None
) -> Settled:
    """Fix a file until nothing is left to fix, so that fixing it again would change nothing.

    `look` reads and lints a source, `choose` says which fixes may go in (all of them, if not given). What
    comes back is checked; where no point of rest is found it is the file as it was, with the rules to blame.
    """
    first = look(source)
    every = tuple(range(1, len(source.line_starts) + 1))
    settled = _rest(Settled(first, {}, (), (), every), look, unsafe, choose)
    for _ in range(PASSES):
        if not settled.refused:
            return settled
        # What was left out may go in now that other fixes are in.
        again = _rest(settled, look, unsafe, choose)
        if again.look.source.text == settled.look.source.text:
            return settled
        fixed = {
            name: settled.fixed.get(name, 0) + again.fixed.get(name, 0)
            for name in (*settled.fixed, *again.fixed)
        }
        applied = (*settled.applied, *again.applied)
        settled = Settled(again.look, fixed, again.refused, applied, again.lines)
    names = ", ".join(sorted(settled.fixed))
    return Settled(first, {}, (f"all fixes are left out: those of {names} do not come to rest",), (), every)


def _rest(start: Settled, look: Callable[[Source], Look], unsafe: bool, choose: Choice | None) -> Settled:
    """Fix until no fix is left that may go in. Rules that do not come to rest are barred, and it
    begins anew."""
    barred: dict[str, str] = {}
    while True:
        run = _Run(start, look, levels(unsafe), barred, choose)
        blamed = run.to_rest()
        if not blamed:
            left_out = sorted({**run.refused(), **barred}.items())
            lines = [f"fixes of {rule} are left out: {why}" for rule, why in left_out]
            return Settled(run.now, run.fixed, tuple(lines), tuple(run.applied), run.lines)
        barred.update(blamed)


class _Run:
    """One attempt to come to rest without the rules that are barred."""

    def __init__(
        self,
        start: Settled,
        look: Callable[[Source], Look],
        allowed: frozenset[str],
        barred: Mapping[str, str],
        choose: Choice | None,
    ) -> None:
        self.now = start.look
        self.lines = start.lines
        self.fixed: dict[str, int] = {}
        self.applied: list[Applied] = []
        self._look = look
        self._allowed = allowed
        self._barred = barred
        self._choose = choose
        self._left_out: dict[_Key, str] = {}
        self._seen = [start.look.source.text]
        self._steps: list[set[str]] = []

    def to_rest(self) -> dict[str, str]:
        """Go on until nothing is left to fix; the rules to blame, and why, when that does not come."""
        while True:
            wanted = self._wanted()
            if not wanted:
                return {}
            if len(self._steps) == PASSES:
                return dict.fromkeys(self._steps[-1], f"they do not come to rest within {PASSES} passes")
            taken = self._step(wanted)
            if not taken:
                continue
            self._steps.append({found.name for found in taken})
            for found in taken:
                self.fixed[found.name] = self.fixed.get(found.name, 0) + 1
            text = self.now.source.text
            if text in self._seen:
                circle = set().union(*self._steps[self._seen.index(text) :])
                return dict.fromkeys(circle, f"they go round in a circle ({', '.join(sorted(circle))})")
            self._seen.append(text)

    def refused(self) -> dict[str, str]:
        """The rules whose fixes are still wanted, but left out, and why."""
        keys = ((found.name, self._key(found)) for found in self._possible())
        return {name: self._left_out[key] for name, key in keys if key in self._left_out}

    def _wanted(self) -> list[Found]:
        return [
            found
            for found in self._possible()
            if found.name not in self._barred and self._key(found) not in self._left_out
        ]

    def _possible(self) -> list[Found]:
        return [
            found
            for found in self.now.found
            if found.fix is not None
            and found.fix.edits
            and found.applicability in self._allowed
            and (self._choose is None or self._choose(found, self._line(found)))
        ]

    def _line(self, found: Found) -> int:
        """The line that a finding has, or comes from, in the file as it was."""
        return self.lines[self.now.source.line_of(found.span.start) - 1]

    def _key(self, found: Found) -> _Key:
        assert found.fix is not None
        source = self.now.source
        return _Key(found.name, tuple((source.slice(edit.span), edit.text) for edit in found.fix.edits))

    def _lines_of(self, fix: Fix) -> tuple[int, ...]:
        """The lines of the file as it was that a fix touches."""
        source = self.now.source
        found: set[int] = set()
        for edit in fix.edits:
            last = max(edit.span.start, edit.span.end - 1)
            found.update(self.lines[source.line_of(edit.span.start) - 1 : source.line_of(last)])
        return tuple(sorted(found))

    def _step(self, wanted: list[Found]) -> list[Found]:
        """Put in what can go in together and passes the check; what was put in comes back."""
        newline = self.now.source.newline
        by_fix = [(with_newlines(found.fix, newline), found) for found in wanted]
        _, applied = apply(self.now.source.text, [fix for fix, _ in by_fix])
        went_in = {id(fix) for fix in applied}
        chosen = [(fix, found) for fix, found in by_fix if id(fix) in went_in]
        after, why = self._attempt([fix for fix, _ in chosen])
        if why:
            chosen, after = self._without_the_guilty(chosen)
        if after is not None:
            self._take(after, chosen)
        return [found for _, found in chosen]

    def _take(self, after: Look, chosen: Sequence[tuple[Fix, Found]]) -> None:
        for fix, found in chosen:
            line, lines = self._line(found), self._lines_of(fix)
            self.applied.append(
                Applied(found.name, line, lines, fix.title, found.applicability, found.reason)
            )
        edits = [edit for fix, _ in chosen for edit in fix.edits]
        self.lines = _origins(self.lines, self.now.source, after.source, edits)
        self.now = after

    def _without_the_guilty(
        self, chosen: list[tuple[Fix, Found]]
    ) -> tuple[list[tuple[Fix, Found]], Look | None]:
        """Add the fixes half by half, and leave out those with which the check fails."""
        good: list[tuple[Fix, Found]] = []
        best: Look | None = None
        waiting = [chosen]
        attempts = 0
        while waiting:
            batch = waiting.pop()
            attempts += 1
            after, why = self._attempt([fix for fix, _ in (*good, *batch)])
            if not why:
                good += batch
                best = after
            elif len(batch) == 1 or attempts > ATTEMPTS:
                for _, found in batch:
                    self._left_out[self._key(found)] = why
            else:
                middle = len(batch) // 2
                waiting += [batch[middle:], batch[:middle]]
        return good, best

    def _attempt(self, fixes: list[Fix]) -> tuple[Look | None, str]:
        from dockerlint.verify import fault

        before = self.now
        text, _ = apply(before.source.text, fixes)
        after = self._look(Source.of_text(text, before.source.path, before.source.bom))
        why = fault(before, after, [edit for fix in fixes for edit in fix.edits])
        return after, why


def with_newlines(fix: Fix | None, newline: str) -> Fix:
    """The fix with the line ends of the file in what it inserts."""
    assert fix is not None
    if newline == "\n" or not any("\n" in edit.text for edit in fix.edits):
        return fix
    edits = tuple(Edit(e.span, e.text.replace("\r\n", "\n").replace("\n", newline)) for e in fix.edits)
    return Fix(fix.title, edits, fix.applicability, fix.reason)


def _origins(lines: Sequence[int], before: Source, after: Source, edits: Sequence[Edit]) -> tuple[int, ...]:
    """From where each line of a text with edits in it comes, given that for the text without; what an edit
    brings comes from the line that it stands on."""
    found: list[int] = []
    waiting = sorted(edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True)
    moved = 0
    for start in after.line_starts:
        while waiting and waiting[-1].span.start + moved + len(waiting[-1].text) <= start:
            edit = waiting.pop()
            moved += len(edit.text) - len(edit.span)
        old = start - moved
        if waiting:
            old = min(old, waiting[-1].span.start)
        found.append(lines[before.line_of(old) - 1])
    return tuple(found)
