"""Rules and settings for each open file: from the editor and from configuration files."""

from __future__ import annotations

import os

from dockerlint.arguments import Options
from dockerlint.config import Config, wants_shellcheck
from dockerlint.config_files import HADOLINT, OWN, PROJECT, Finder
from dockerlint.discover import STDIN, excluded
from dockerlint.errors import UserError
from dockerlint.frozen import replace
from dockerlint.job import Setup, model
from dockerlint.lint_command import ignore_patterns, locked, merged
from dockerlint.loader import load
from dockerlint.lockfile import NAME as LOCK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dockerlint.lsp.settings import Settings
    from dockerlint.model import Dockerfile
    from dockerlint.shellcheck import Checker
    from dockerlint.source import Source
    from dockerlint.versions import Versions

# Files that decide what is found; a change of one is a reason to look again.
WATCHED = (OWN, PROJECT, *HADOLINT, LOCK, ".dockerignore", "*.dockerignore")


class Project:
    """What holds for one file: rules, settings, its ignore file. `excluded` files have no findings."""

    def __init__(
        self,
        setup: Setup,
        patterns: tuple[str, ...] | None,
        excluded: bool,
        versions: Callable[[], Versions] | None = None,
    ) -> None:
        self.setup = setup
        self._versions = versions
        self.patterns = patterns
        self.excluded = excluded

    def model(self, source: Source) -> Dockerfile:
        """The model of a source of this project."""
        return model(source, self.setup, self.patterns, self._versions and self._versions())


class Projects:
    """Finds the project of each file, and keeps it until something is said to have changed.

    What is wrong with a configuration is said once; its files then go by the default settings.
    """

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self.settings = settings
        self._say = say
        self._told: set[str] = set()
        self._known: dict[str, Project] = {}
        self._setups: dict[int, tuple[Config, Setup]] = {}
        self._checker: Checker | None = None
        self._looked = False
        self._finder = self._new_finder()

    def reload(self, settings: Settings | None = None) -> None:
        """Forget what was read, and take new settings of the editor where there are some."""
        self.settings = settings or self.settings
        self._told.clear()
        self._known.clear()
        self._setups.clear()
        self._looked = False
        self._finder = self._new_finder()

    def of(self, path: str | None) -> Project:
        """The project of a file; that of the working directory for one that was never saved."""
        key = path or STDIN
        if key not in self._known:
            self._known[key] = self._project(key)
        return self._known[key]

    def _project(self, path: str) -> Project:
        config = self._config(path)
        base = os.path.dirname(os.path.abspath(config.path)) if config.path else ""
        out = path != STDIN and excluded(path, config.exclude, base)
        patterns = None
        if path != STDIN:
            try:
                patterns = ignore_patterns(path)
            except OSError as error:
                self._complain(f"the ignore file of {path} cannot be read: {error.strerror}")
        return Project(self._setup(config), patterns, out, self._versions(path))

    def _versions(self, path: str) -> Callable[[], Versions] | None:
        """What makes the versions that the lock knows of a file, anew for each text of it."""
        if path == STDIN:
            return None
        return lambda: locked(path, self._complain)

    def _config(self, path: str) -> Config:
        try:
            return self._finder.of(path)
        except UserError as error:
            self._complain(str(error), error.hint)
            return Config()

    def _setup(self, found: Config) -> Setup:
        known = self._setups.get(id(found))
        if known is None:
            try:
                setup = self._made(self._merged(found))
            except UserError as error:
                self._complain(str(error), error.hint)
                setup = self._made(Config())
            known = self._setups[id(found)] = (found, setup)
        return known[1]

    def _merged(self, found: Config) -> Config:
        """A configuration with the settings of the editor on top."""
        given, options = self.settings, Options()
        options.profile, options.shellcheck = given.profile, given.shellcheck
        options.select = None if given.select is None else list(given.select)
        options.extend_select, options.ignore = list(given.extend_select), list(given.ignore)
        options.severity = [given.minimum_severity] if given.minimum_severity else None
        config = merged(found, options, {})
        if not given.plugins and config.plugins:
            # Names of rules that only a plugin brings are then no mistake.
            config = replace(config, plugins=(), lenient=True, options={})
        return config

    def _made(self, config: Config) -> Setup:
        return Setup.of(config, load(config.plugins), self._checker_for(config))

    def _checker_for(self, config: Config) -> Checker | None:
        """ShellCheck where it is asked for and found; its answers come later, nobody waits for them."""
        if not wants_shellcheck(config):
            return None
        if not self._looked:
            from dockerlint.shellcheck import Checker, find

            self._looked = True
            program = find()
            if program is None:
                self._complain("ShellCheck is not installed", "pip install 'dockerlint[shellcheck]'")
            self._checker = None if program is None else Checker(program, waits=False)
        return self._checker

    def _new_finder(self) -> Finder:
        try:
            return Finder(self.settings.config, self.settings.isolated, self._complain)
        except UserError as error:
            self._complain(str(error), error.hint)
            return Finder(None, True, self._complain)

    def _complain(self, message: str, hint: str = "") -> None:
        line = f"{message} ({hint})" if hint else message
        if line not in self._told:
            self._told.add(line)
            self._say(line)
