"""Finds the configuration file for a Dockerfile, and reads it."""

from __future__ import annotations

import os
import sys

from dockerlint.config import FORMATS, LEVELS, PROFILES, SHARED, Config, fitted
from dockerlint.errors import UserError, nearest
from dockerlint.frozen import replace
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

OWN = "dockerlint.toml"
PROJECT = "pyproject.toml"
HADOLINT = (".hadolint.yaml", ".hadolint.yml")
_ROOTS = (".git", ".hg", ".svn")
_MARK = b"tool.dockerlint"

# Keys of the table, and the field and type each is for.
_KEYS = {
    "profile": "str",
    "select": "tuple[str, ...]",
    "extend-select": "tuple[str, ...]",
    "ignore": "tuple[str, ...]",
    "severity": "Mapping[str, str]",
    "fail-on": "str",
    "plugins": "tuple[str, ...]",
    "exclude": "tuple[str, ...]",
    "build-args": "Mapping[str, str]",
    "target": "str",
    "budget-tolerance": "str",
    "format": "str",
    "minimum-severity": "str",
    "rules": "",
    "trusted-registries": "tuple[str, ...]",
    "label-schema": "Mapping[str, str]",
    "strict-labels": "bool",
    "shellcheck": "bool",
}
_CHOICES = {
    "format": FORMATS,
    "profile": PROFILES,
    "fail-on": LEVELS,
    "minimum-severity": Severity.ORDER,
}
_FIELDS = {"minimum-severity": "least", "budget-tolerance": "tolerance"}
_ONE_OF_MANY = {"format": "formats"}


class Finder:
    """Looks for configuration upward from the folder of a file, once for each folder.

    The search ends at the root of the repository (a folder with .git, .hg or .svn). Outside a
    repository it ends at the working directory when the file is below that, else with the
    file's own folder: what lies in /tmp or / is nobody's project.
    """

    def __init__(
        self, named: str | None, isolated: bool, note: Callable[[str], None], base: Config | None = None
    ) -> None:
        """`named` is the only file, `isolated` reads none. With a `base` a `.hadolint.yaml` is looked for
        where hadolint would, and goes on top of that."""
        self._note = note
        self._base = base
        self._user: str | None = None
        self._here = os.getcwd()
        self._known: dict[str, Config] = {}
        self._files: dict[str, Config] = {}
        self._fixed: Config | None = None
        if named is not None:
            self._fixed = self._read_named(named)
        elif isolated:
            self._fixed = Config()
        elif base is not None:
            from dockerlint.hadolint_config import search

            self._user = search(self._here, os.environ)

    def of(self, path: str) -> Config:
        """The configuration for a file (`-`: for the working directory)."""
        if self._fixed is not None:
            return self._fixed
        folder = self._here if path == "-" else os.path.dirname(os.path.abspath(path))
        if folder not in self._known:
            self._known[folder] = self._search(folder)
        return self._known[folder]

    def _read_named(self, path: str) -> Config:
        if not os.path.isfile(path):
            raise UserError(f"the configuration file {path} does not exist")
        name = os.path.basename(path)
        if name.endswith((".yaml", ".yml")):
            return self._hadolint(path)
        found = read(path, trusted=True, whole=name != PROJECT)
        if found is None:
            raise UserError(f"{path} has no [tool.dockerlint] table", "add one, or name another file")
        return found

    def _search(self, folder: str) -> Config:
        folders = upward(folder, self._here)
        for one in folders:
            for name in (OWN, PROJECT):
                path = os.path.join(one, name)
                if os.path.isfile(path):
                    found = read(path, trusted=self._trusted(one), whole=name == OWN)
                    if found is not None:
                        return found
        if self._base is not None:
            return self._hadolint(self._user) if self._user else self._base
        for one in folders:
            for name in HADOLINT:
                path = os.path.join(one, name)
                if os.path.isfile(path):
                    return self._hadolint(path)
        return Config()

    def _trusted(self, folder: str) -> bool:
        """Whether a folder holds the project that the user stands in."""
        return folder in upward(self._here, self._here)

    def _hadolint(self, path: str) -> Config:
        if path not in self._files:
            from dockerlint.hadolint_config import read as read_hadolint

            self._files[path] = read_hadolint(path, self._note, self._base or Config())
        return self._files[path]


def upward(folder: str, here: str) -> list[str]:
    """The folders in which files for a project are looked for, from a folder of it upward: as far as the
    root of its repository, else as far as the working directory `here`, else no further."""
    chain: list[str] = []
    at = folder
    while True:
        chain.append(at)
        if any(os.path.exists(os.path.join(at, mark)) for mark in _ROOTS):
            return chain
        above = os.path.dirname(at)
        if above == at:
            break
        at = above
    return chain[: chain.index(here) + 1] if here in chain else [folder]


def read(path: str, trusted: bool, whole: bool) -> Config | None:
    """The configuration in a TOML file; None when it has no table of ours.

    `whole` takes the top level of the file for the table. `trusted` allows it to name plugins,
    whose code would run.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    if not whole and _MARK not in data:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid TOML: {error}") from error
    if not whole or isinstance(table.get("tool"), dict):
        table = table.get("tool", {}).get("dockerlint")
        if table is None:
            return None
    return of_table(table, path, trusted)


def of_table(table: object, path: str, trusted: bool = True) -> Config:
    """The configuration that a table of settings says. Raises UserError for keys and values that
    are not known; `path` is where it is from."""
    if not isinstance(table, dict):
        raise UserError(f"tool.dockerlint in {path} must be a table")
    given: dict[str, Any] = {"path": path}
    shared: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            hint = nearest(key, _KEYS) or f"known are {', '.join(_KEYS)}"
            raise UserError(f"{path} has a key that is not known: {key}", hint)
        if key == "rules":
            given["options"] = _rule_tables(value, path)
            continue
        value = fitted(value, _KEYS[key], key, path)
        if key in _CHOICES:
            one_of(value, _CHOICES[key], key, path)
        if key in SHARED:
            shared[key] = value
        elif key in _ONE_OF_MANY:
            given[_ONE_OF_MANY[key]] = (value,)
        else:
            given[_FIELDS.get(key, key.replace("-", "_"))] = value
    for level in given.get("severity", {}).values():
        one_of(level, Severity.ORDER, "severity", path)
    folder = os.path.dirname(os.path.abspath(path))
    if given.get("plugins"):
        if not trusted:
            raise UserError(
                f"{path} names plugins, whose code would run, and it is not in the project you stand in",
                "name it with --config when you trust it, or leave it out with --isolated",
            )
        given["plugins"] = tuple(os.path.join(folder, plugin) for plugin in given["plugins"])
    return replace(Config(), **given, shared=shared)


def one_of(value: str, known: tuple[str, ...], key: str, path: str) -> None:
    """Raise UserError when a value is none of those that are known."""
    if value not in known:
        hint = nearest(value, known) or f"known are {', '.join(known)}"
        raise UserError(f"{key} in {path} is not known: {value}", hint)


def _rule_tables(value: object, path: str) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise UserError(f"rules in {path} must be a table of tables: [tool.dockerlint.rules.NAME]")
    return value
