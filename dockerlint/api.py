"""What `dockerlint.lint` and `dockerlint.fix` do."""

from __future__ import annotations

from dockerlint.config import Config
from dockerlint.errors import UserError
from dockerlint.frozen import node
from dockerlint.job import Setup, findings, lint_source, model
from dockerlint.lint import run_rule
from dockerlint.loader import load
from dockerlint.source import Source, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockerlint.lint import Found, Result, Runner
    from dockerlint.settle import Choice, Settled
    from dockerlint.shellcheck import Checker
    from dockerlint.versions import Versions


@node
class Fixed:
    """A Dockerfile after its fixes. `data` are the new bytes; `found` is what is left to find;
    `fixed` counts the fixes by rule; `refused` says which fixes were left out, and why."""

    data: bytes
    text: str
    found: tuple[Found, ...]
    fixed: Mapping[str, int]
    refused: tuple[str, ...]


def source_of(given: Source | bytes | str, path: str) -> Source:
    """The source of what a caller of the API gives."""
    if isinstance(given, Source):
        return given
    return Source.of(given, path) if isinstance(given, bytes) else Source.of_text(given, path)


def setup_of(config: Config | None) -> Setup:
    """Rules and settings for a configuration; UserError when it does not fit the rules."""
    config = config or Config()
    return Setup.of(config, load(config.plugins), _checker(config))


def _checker(config: Config) -> Checker | None:
    """ShellCheck where the configuration asks for it by name: a process is not started unasked."""
    if not config.shellcheck:
        return None
    from dockerlint.shellcheck import Checker, find

    program = find()
    if program is None:
        raise UserError("ShellCheck is not installed", "pip install 'dockerlint[shellcheck]'")
    return Checker(program)


def lint(
    given: Source | bytes | str, path: str, config: Config | None, ignore_patterns: tuple[str, ...] | None
) -> Result:
    """The findings in a Dockerfile. What a rule raises is raised."""
    return lint_source(source_of(given, path), setup_of(config), run_rule, ignore_patterns)


def fix(
    given: Source | bytes | str,
    path: str,
    unsafe: bool,
    config: Config | None,
    ignore_patterns: tuple[str, ...] | None,
) -> Fixed:
    """A Dockerfile with its fixes in it, checked. What a rule raises is raised."""
    settled = settled_source(source_of(given, path), setup_of(config), run_rule, unsafe, ignore_patterns)
    source = settled.look.source
    return Fixed(
        encode(source.text, source.bom), source.text, settled.look.found, settled.fixed, settled.refused
    )


def settled_source(
    source: Source,
    setup: Setup,
    run: Runner,
    unsafe: bool,
    ignore_patterns: tuple[str, ...] | None,
    choose: Choice | None = None,
    versions: Versions | None = None,
) -> Settled:
    """Where a source comes to rest under the rules of a setup, with the fixes that `choose` lets in."""
    from dockerlint.settle import Look, settle

    def look(at: Source) -> Look:
        dockerfile = model(at, setup, ignore_patterns, versions)
        return Look(dockerfile, findings(dockerfile, setup, run)[0])

    return settle(source, look, unsafe, choose)
