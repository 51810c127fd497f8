"""Model, rules and configuration to findings."""

from __future__ import annotations

from dockerlint.fix import Applicability
from dockerlint.frozen import node, record
from dockerlint.places import peer_position
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dockerlint.config import Active
    from dockerlint.fix import Fix
    from dockerlint.model import Dockerfile
    from dockerlint.rule import Finding, Rule
    from dockerlint.source import Position, Source, Span
    from dockerlint.versions import Versions

    Runner = Callable[[Active, Dockerfile], Iterable[Finding]]

_TRUST = (Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY)


@record
class Found:
    """A finding as reports see it: with the rule's names, and where it is.

    `start` and `end` are for people; in a peer's profile they are where that peer would point,
    while `span` is always the exact place. `applicability` and `reason` are those of the fix,
    empty without one.
    """

    code: str
    name: str
    severity: str
    message: str
    span: Span
    start: Position
    end: Position
    fix: Fix | None
    applicability: str
    reason: str

    @property
    def fixable(self) -> bool:
        """Whether there is a fix that can be written."""
        return self.fix is not None and self.applicability != Applicability.DISPLAY


def read(
    source: Source,
    build_args: Mapping[str, str] | None = None,
    target: str | None = None,
    ignore_patterns: tuple[str, ...] | None = None,
    versions: Versions | None = None,
) -> Dockerfile:
    """The model of a file, whatever its bytes are."""
    from dockerlint.parser import parse_tree
    from dockerlint.resolve import resolve

    return resolve(parse_tree(source), build_args, target or None, ignore_patterns, None, versions)


def run_rule(active: Active, dockerfile: Dockerfile) -> Iterable[Finding]:
    """What one rule finds. Raises whatever the rule raises."""
    return active.rule.run(dockerfile, active.options, active.as_peer)


def check(dockerfile: Dockerfile, rules: Sequence[Active], run: Runner = run_rule) -> tuple[Found, ...]:
    """All findings in a file, sorted by place; none is left out here (see `suppress`)."""
    found = [_placed(active, finding, dockerfile) for active in rules for finding in run(active, dockerfile)]
    found.sort(key=order)
    return tuple(found)


def order(found: Found) -> tuple[int, int, int, int, str]:
    """The key that findings are sorted by."""
    return (
        found.start.line,
        found.start.column,
        Severity.ORDER.index(found.severity) if found.severity in Severity.ORDER else 9,
        found.span.end,
        found.code,
    )


def _placed(active: Active, finding: Finding, dockerfile: Dockerfile) -> Found:
    source, span = dockerfile.source, finding.span
    if active.as_peer:
        start = end = peer_position(dockerfile, span)
    else:
        start, end = source.position(span.start), source.position(span.end)
    applicability, reason = trust(active.rule, finding.fix)
    return Found(
        active.code,
        active.rule.name,
        active.severity,
        finding.message,
        span,
        start,
        end,
        finding.fix,
        applicability,
        reason,
    )


def trust(rule: Rule, fix: Fix | None) -> tuple[str, str]:
    """How far a fix may go: as the rule promises, or less where the fix itself says so."""
    if fix is None:
        return "", ""
    promised = Applicability.DISPLAY if rule.fix is None else rule.fix.applicability
    reason = "" if rule.fix is None else rule.fix.reason
    own = fix.applicability or promised
    if _TRUST.index(own) > _TRUST.index(promised):
        return own, fix.reason or reason
    return promised, reason if promised != Applicability.SAFE else ""


@node
class Crash:
    """A rule that raised: our bug, or a plugin's."""

    rule: str
    path: str
    error: str
    trace: str


@node
class Result:
    """What became of one file.

    `source` is the file as findings refer to it (after fixes, when they were written), None when it
    could not be read, with `error` saying why. `fixed` maps a rule name to the number of its fixes
    that went in, `refused` has a line for each rule whose fixes were left out and why. `notes` says
    what else went wrong meanwhile.
    """

    path: str
    source: Source | None
    found: tuple[Found, ...] = ()
    hidden: int = 0
    crashes: tuple[Crash, ...] = ()
    error: str = ""
    fixed: Mapping[str, int] = {}
    refused: tuple[str, ...] = ()
    diff: str = ""
    notes: tuple[str, ...] = ()
