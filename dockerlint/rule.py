"""All that the author of a rule needs: `@rule`, `Finding`, `Fix`, `Edit`, `Bad`, `Good`."""

from __future__ import annotations

from dockerlint.fix import Applicability, Edit, Fix
from dockerlint.frozen import record
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    Check = Callable[..., Iterable["Finding"]]

__all__ = [
    "Applicability", "Bad", "Edit", "Finding", "Fix", "Good", "Rule", "Severity", "Span",
    "display", "rule", "safe", "unsafe",
]  # fmt: skip


class Severity:
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    STYLE = "style"
    ORDER = (ERROR, WARNING, INFO, STYLE)


@record
class Finding:
    """What a rule found. `message` is one line: what is wrong, then what to do."""

    span: Span
    message: str
    fix: Fix | None = None


@record
class Safety:
    """What a rule promises of its fixes. `paths` are the glob patterns of the files that a fix may
    remove from the image (package lists, caches, logs). Of an UNSAFE fix `config` are the keys of the
    image configuration that it may change (`Labels`), and `closure` tells that files may go as long as
    the container does not need them: `dockerlint verify` holds it to that."""

    applicability: str
    reason: str = ""
    paths: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    closure: bool = False

    def __post_init__(self) -> None:
        if self.applicability == Applicability.UNSAFE and not self.reason.strip():
            raise ValueError("an unsafe fix says how the image may differ")


def safe(*paths: str) -> Safety:
    """Same image but for the paths named (globs): `--fix` applies it."""
    return Safety(Applicability.SAFE, "", paths)


def unsafe(reason: str, *paths: str, config: tuple[str, ...] = (), closure: bool = False) -> Safety:
    """Still builds, but the image may differ, in the way the reason says: `--fix --unsafe`. What may differ
    can also be said for `dockerlint verify`: paths (globs), keys of the configuration, or (`closure`) all
    files that the container does not need."""
    return Safety(Applicability.UNSAFE, reason, paths, config, closure)


def display(reason: str) -> Safety:
    """Shown only: it needs a value that a person has."""
    return Safety(Applicability.DISPLAY, reason)


@record
class Bad:
    """A whole Dockerfile with findings, each marked «like this»; `fixed` is the file after
    all fixes of the rule (unsafe ones too) have settled, None when there is nothing to fix.

    `files` are context files (path -> text) for building it; `options` set the rule's
    options; `ignore` is the text of a .dockerignore; `build_args` are build arguments;
    `versions` those of packages that were measured ("apt curl" -> "7.88.1-10").
    """

    text: str
    fixed: str | None = None
    files: Mapping[str, str] | None = None
    options: Mapping[str, Any] | None = None
    ignore: str | None = None
    build_args: Mapping[str, str] | None = None
    versions: Mapping[str, str] | None = None


@record
class Good:
    """A whole Dockerfile in which the rule finds nothing."""

    text: str
    files: Mapping[str, str] | None = None
    options: Mapping[str, Any] | None = None
    ignore: str | None = None
    build_args: Mapping[str, str] | None = None
    versions: Mapping[str, str] | None = None


@record
class Rule:
    """A rule as the loader hands it on.

    `name` is the function's with hyphens; `group` the folder it lives in (build, cache,
    size, security, clarity); `aliases` are other names or codes under which config and
    comments may speak of it; `profiles` those that hold it; `options` is a record class
    whose defaults apply, or None; `source` is where the facts are from, if anywhere.
    """

    code: str
    name: str
    summary: str
    why: str
    severity: str
    fix: Safety | None
    bad: tuple[Bad, ...]
    good: tuple[Good, ...]
    aliases: tuple[str, ...]
    profiles: frozenset[str]
    options: type | None
    source: str
    group: str
    check: Check
    peer: Check | None = None

    def run(self, dockerfile: object, options: object = None, as_peer: bool = False) -> Iterable[Finding]:
        """The findings in a file, in no particular order.

        `as_peer` asks for exactly what the peer whose code the rule bears would find.
        """
        check = self.peer if as_peer and self.peer is not None else self.check
        if self.options is None:
            return check(dockerfile)
        return check(dockerfile, self.options() if options is None else options)


def rule(
    *,
    code: str,
    summary: str,
    why: str,
    severity: str,
    bad: Sequence[Bad],
    good: Sequence[Good],
    fix: Safety | None = None,
    aliases: Sequence[str] = (),
    profiles: Sequence[str] | None = None,
    options: type | None = None,
    source: str = "",
    peer: Check | None = None,
) -> Callable[[Check], Rule]:
    """Make a rule of a check: a function of the model that yields findings.

    Without `profiles` a rule is in `default`, and in `hadolint` or `buildkit` when its code
    is one of theirs (`DLnnnn`, or CamelCase). An empty `profiles` is off until selected.
    `peer` is a second check, for the profile of that peer only: what the peer itself finds
    where ours finds more or less; findings of the two are never mixed.
    """

    def make(check: Check) -> Rule:
        module = check.__module__.split(".")
        return Rule(
            code=code,
            name=check.__name__.replace("_", "-"),
            summary=summary,
            why=why,
            severity=severity,
            fix=fix,
            bad=tuple(bad),
            good=tuple(good),
            aliases=tuple(aliases),
            profiles=_home(code) if profiles is None else frozenset(profiles),
            options=options,
            source=source,
            group=module[-2] if len(module) > 1 else "",
            check=check,
            peer=peer,
        )

    return make


def _home(code: str) -> frozenset[str]:
    if code.startswith("DL") and code[2:].isdigit():
        return frozenset(("default", "hadolint"))
    if not any(c.isdigit() for c in code):
        return frozenset(("default", "buildkit"))
    return frozenset(("default",))


def explanation(rule: Rule) -> str:
    """The rule's `why` as paragraphs without indentation."""
    from textwrap import dedent

    return dedent(rule.why).strip()
