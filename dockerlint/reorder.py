"""The file with what changes seldom above what changes often, as the rules about caches have it."""

from __future__ import annotations

from dockerlint.fix import apply
from dockerlint.frozen import node
from dockerlint.rule import Applicability
from dockerlint.source import Source
from dockerlint.verify import fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.build_options import Task
    from dockerlint.fix import Fix
    from dockerlint.lint import Found
    from dockerlint.model import Dockerfile

GROUP = "cache"


@node
class Reordered:
    """The file re-ordered, and the rules that did it, each with the line it found its fault on."""

    dockerfile: Dockerfile
    rules: tuple[tuple[str, int], ...]


def reordered(task: Task) -> Reordered | None:
    """The file with all fixes of the cache rules in it, those too that are only shown: whether the image stays the
    same is for builds to tell. None when there is nothing to change."""
    names = {rule.name for rule in task.setup.rules.all if rule.group == GROUP}
    settled = task.settled(True, lambda found, line: found.name in names)
    rules = [(applied.rule, applied.line) for applied in settled.applied]
    before = look = settled.look
    chosen: list[Fix] = []
    for found in before.found:
        if found.name not in names or found.fix is None or not _is_shown(found):
            continue
        text, applied = apply(before.source.text, [*chosen, found.fix])
        after = task.look(Source.of_text(text, before.source.path, before.source.bom))
        if len(applied) > len(chosen) and not fault(before, after, [e for fix in applied for e in fix.edits]):
            chosen, look = applied, after
            rules.append((found.name, settled.lines[found.start.line - 1]))
    if look.source.text == task.source.text:
        return None
    return Reordered(look.dockerfile, tuple(rules))


def _is_shown(found: Found) -> bool:
    return found.applicability == Applicability.DISPLAY and found.fix is not None and bool(found.fix.edits)
