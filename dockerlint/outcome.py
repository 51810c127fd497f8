"""What a lint came to: the exit code, and what failed on the way."""

from __future__ import annotations

import sys

from dockerlint.output import formats
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockerlint.config import Config
    from dockerlint.lint import Result
    from dockerlint.lint_command import Workshop

    Complain = Callable[[str, str], None]


def exit_code(results: list[Result], workshop: Workshop, complain: Complain) -> int:
    """The exit code, and a line on standard error for every file or rule that failed."""
    code = 0
    config, _ = workshop.main()
    asked, as_hadolint = formats(workshop.options, config), config.profile == "hadolint"
    for result in results:
        for crash in result.crashes:
            sys.stderr.write("".join(f"  {line}\n" for line in _safe_lines(crash.trace)))
            who = (
                f"the rule {crash.rule} ({_rule_file(workshop, result.path, crash.rule)})"
                if crash.rule
                else "dockerlint"
            )
            complain(
                f"{who} failed on {crash.path}: {crash.error}",
                "this is a bug: please report it with the lines above; `--ignore` leaves the rule out"
                if crash.rule
                else "this is a bug: please report it with the lines above",
            )
            code = 3
        if result.error:
            complain(f"error: {result.path} {result.error}", "")
            code = max(code, 2)
        for note in result.notes:
            complain(note, "its findings are missing; --no-shellcheck does without it")
            code = max(code, 2)
    if code:
        # hadolint knows no other code than 1; a bug of ours stays one.
        return 1 if as_hadolint and code == 2 else code
    if as_hadolint and not {"codeclimate", "codacy"}.isdisjoint(asked):
        return 0
    return int(any(_fails(result, workshop.setup(result.path).config) for result in results))


def _safe_lines(text: str) -> Iterator[str]:
    from dockerlint.report.escape import visible

    return (visible(line) for line in text.splitlines())


def _rule_file(workshop: Workshop, path: str, rule: str) -> str:
    origin = workshop.setup(path).rules.origins.get(rule)
    return origin.path if origin else "unknown file"


def _fails(result: Result, config: Config) -> bool:
    if config.no_fail or config.fail_on == "never":
        return False
    bad = Severity.ORDER[: Severity.ORDER.index(config.fail_on) + 1]
    return any(one.severity in bad for one in result.found)
