"""What the editor offers to do about findings: fix them one by one, ignore them here, fix all."""

from __future__ import annotations

from dockerlint.fix import Applicability, Edit, apply
from dockerlint.lsp.answers import Action
from dockerlint.places import instruction_at, instruction_behind
from dockerlint.settle import with_newlines
from dockerlint.source import Source, Span
from dockerlint.suppress import remarks
from dockerlint.verify import fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dockerlint.lint import Found
    from dockerlint.model import Dockerfile
    from dockerlint.settle import Look

QUICK, FIX_ALL = "quickfix", "source.fixAll.dockerlint"
COMMAND = "dockerlint.server.fixAll"
# Every fix is tried before it is offered, and each try reads and lints the file again.
_MOST = 12
# Where so many pairs of lines would be compared, what changed is replaced as a whole.
_LARGE = 4_000_000


def at(found: Iterable[Found], span: Span) -> tuple[Found, ...]:
    """The findings that a selection touches, the nearest to its start first."""
    touched = [one for one in found if one.span.touches(span)]
    return tuple(sorted(touched, key=lambda one: abs(one.span.start - span.start)))


def quick_fixes(
    look: Look, found: Iterable[Found], unsafe: bool, read: Callable[[Source], Look]
) -> Iterator[Action]:
    """A fix for each finding that has one which passes the checks that `--fix` makes.

    The title of an unsafe one says so, and why; they are left out unless `unsafe`.
    """
    fixable = [one for one in found if one.fixable and (unsafe or one.applicability == Applicability.SAFE)][
        :_MOST
    ]
    seen: set[tuple[Edit, ...]] = set()
    for one in fixable:
        assert one.fix is not None
        edits = checked(look, one, read)
        if edits is None or edits in seen:
            continue
        seen.add(edits)
        safe = one.applicability == Applicability.SAFE
        title = (
            f"{one.fix.title} ({one.code})" if safe else f"{one.fix.title} ({one.code}, unsafe: {one.reason})"
        )
        yield Action(title, QUICK, edits, safe, one)


def checked(look: Look, found: Found, read: Callable[[Source], Look]) -> tuple[Edit, ...] | None:
    """The edits of a fix; None where the file would not be what it should be with them in it."""
    source = look.source
    fix = with_newlines(found.fix, source.newline)
    text, _ = apply(source.text, [fix])
    after = read(Source.of_text(text, source.path, source.bom))
    return None if fault(look, after, fix.edits) else fix.edits


def silencing(dockerfile: Dockerfile, found: Iterable[Found]) -> Iterator[Action]:
    """For each finding a comment that ignores it where it is."""
    seen: set[tuple[Edit, ...]] = set()
    for one in found:
        edit = silence(dockerfile, one)
        if edit is not None and (edit,) not in seen:
            seen.add((edit,))
            name = one.code if one.name == "shellcheck" else one.name
            yield Action(f"ignore {name} here", QUICK, (edit,), False, one)


def silence(dockerfile: Dockerfile, found: Found) -> Edit | None:
    """The edit that ignores a finding: in our comment above its instruction, in a new one, or for the whole
    file where it stands in no instruction. None where there is no place for a comment."""
    source = dockerfile.source
    name = found.code if found.name == "shellcheck" else found.name
    instruction = instruction_at(dockerfile, found.span.start)
    scope = "ignore" if instruction is not None else "file-ignore"
    above = instruction or instruction_behind(dockerfile, found.span.start)
    if above is None:
        above = dockerfile.body[-1] if dockerfile.body else None
    if above is None:
        return None
    doc = {comment.span.start for comment in above.doc}
    for remark in remarks(dockerfile):
        if remark.span.start in doc and remark.scope == scope and remark.names and not remark.error:
            end = remark.names[-1][1].end
            return Edit(Span(end, end), f",{name}")
    start = source.line_starts[source.line_of(above.span.start) - 1]
    indent = source.text[start : above.span.start]
    return Edit(Span(start, start), f"{indent}# dockerlint {scope}={name}{source.newline}")


def difference(old: str, new: str) -> tuple[Edit, ...]:
    """The edits, in whole lines, that make one text of another."""
    from difflib import SequenceMatcher

    if old == new:
        return ()
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    old_part, new_part = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(old_part) * len(new_part) > _LARGE:
        return (Edit(Span(starts[head], starts[len(before) - tail]), "".join(new_part)),)
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, old_part, new_part, autojunk=False).get_opcodes():
        if kind != "equal":
            found.append(Edit(Span(starts[head + a], starts[head + b]), "".join(new_part[c:d])))
    return tuple(found)
