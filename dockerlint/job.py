"""One file from its path to its result: read, lint, silence, and fix when asked."""

from __future__ import annotations

from dockerlint.config import activate
from dockerlint.frozen import node
from dockerlint.lint import Result, check, order, read, run_rule
from dockerlint.rule import Severity
from dockerlint.suppress import experimental, silence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.config import Active, Config
    from dockerlint.lint import Found, Runner
    from dockerlint.loader import Rules
    from dockerlint.model import Dockerfile
    from dockerlint.shellcheck import Checker
    from dockerlint.source import Source
    from dockerlint.versions import Versions

UNREADABLE = "DL1000"
# BuildKit finds these when it builds a stage; all others of its checks see the whole file, whatever
# the target is.
_IN_NEEDED_STAGES = frozenset((
    "JSONArgsRecommended", "WorkdirRelativePath", "UndefinedVar", "MultipleInstructionsDisallowed",
    "LegacyKeyValueFormat", "SecretsUsedInArgOrEnv", "CopyIgnoredFile", "ExposeProtoCasing",
    "ExposeInvalidFormat",
))  # fmt: skip


# Rules that hadolint runs once for every label of the schema.
_A_LABEL_EACH = frozenset(("DL3049", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"))


@node
class Setup:
    """Rules and configuration, ready for any number of files; `checker` asks ShellCheck, None does not."""

    config: Config
    rules: Rules
    active: tuple[Active, ...]
    checker: Checker | None = None

    @classmethod
    def of(cls, config: Config, rules: Rules, checker: Checker | None = None) -> Setup:
        """The setup of a configuration. Raises UserError where it does not fit the rules."""
        return cls(config, rules, activate(config, rules), checker)


def findings(dockerfile: Dockerfile, setup: Setup, run: Runner = run_rule) -> tuple[tuple[Found, ...], int]:
    """What a report shows of a file, sorted, and how many findings its comments silence."""
    active = setup.active
    if "experimental" in dockerfile.source.text and setup.config.profile != "hadolint":
        active = _with_experimental(dockerfile, setup)
    found = check(dockerfile, active, run)
    if setup.config.profile == "hadolint" and any(one.code == UNREADABLE for one in found):
        # A parse error is all that hadolint says of a file, and nothing silences it.
        return tuple(one for one in found if one.code == UNREADABLE)[:1], 0
    if setup.checker is not None:
        found = tuple(sorted((*found, *setup.checker.found(dockerfile, setup.config)), key=order))
    kept, hidden = silence(dockerfile, found, setup.rules, setup.config)
    if setup.config.target:
        kept = _of_target(dockerfile, kept, setup.config)
    return kept, hidden


def model(
    source: Source, setup: Setup, ignore_patterns: tuple[str, ...] | None, versions: Versions | None = None
) -> Dockerfile:
    """The model of a source under the build arguments and target of a setup."""
    return read(source, setup.config.build_args, setup.config.target, ignore_patterns, versions)


def shown(found: tuple[Found, ...], config: Config) -> tuple[Found, ...]:
    """The findings that reports show: those at least as bad as the level asked for, and in hadolint's
    profile one for each rule and line, as its own reports have it; those about labels name one label each."""
    least = config.least
    if config.profile == "hadolint":
        first: dict[tuple[str, int, str], Found] = {}
        for one in found:
            told = one.message if one.code in _A_LABEL_EACH or not one.code.startswith("DL") else ""
            first.setdefault((one.code, one.start.line, told), one)
        found = tuple(first.values())
    if least == Severity.STYLE:
        return found
    levels = Severity.ORDER[: Severity.ORDER.index(least) + 1]
    return tuple(one for one in found if one.severity in levels)


def lint_source(
    source: Source,
    setup: Setup,
    run: Runner = run_rule,
    ignore_patterns: tuple[str, ...] | None = None,
    versions: Versions | None = None,
) -> Result:
    """The result of linting a source."""
    return lint_model(model(source, setup, ignore_patterns, versions), setup, run)


def lint_model(dockerfile: Dockerfile, setup: Setup, run: Runner = run_rule) -> Result:
    """The result of linting a file that was read."""
    found, hidden = findings(dockerfile, setup, run)
    source = dockerfile.source
    return Result(source.path, source, shown(found, setup.config), hidden)


def _with_experimental(dockerfile: Dockerfile, setup: Setup) -> tuple[Active, ...]:
    """The active rules and BuildKit's experimental ones that the file asks for."""
    off = [r for r in setup.rules.all if not r.profiles and r.code.isalpha()]
    asked = experimental(dockerfile, [rule.code for rule in off])
    have = {one.rule.name for one in setup.active}
    more = tuple(rule.name for rule in off if rule.code in asked and rule.name not in have)
    if not more:
        return setup.active
    from dockerlint.frozen import replace

    config = replace(setup.config, extend_select=(*setup.config.extend_select, *more))
    return activate(config, setup.rules)


def _of_target(dockerfile: Dockerfile, found: tuple[Found, ...], config: Config) -> tuple[Found, ...]:
    from dockerlint.places import instruction_at
    from dockerlint.target import needed

    stages = needed(dockerfile, config.target)
    kept = []
    for one in found:
        instruction = instruction_at(dockerfile, one.span.start)
        everywhere = config.profile == "buildkit" and one.code not in _IN_NEEDED_STAGES
        if everywhere or instruction is None or instruction.stage is None or instruction.stage in stages:
            kept.append(one)
    return tuple(kept)
