"""Where rules come from: the built-in package, entry points, plugin folders.

The built-in rules have no door of their own: a package is walked, every module in it is
imported, every `Rule` found at its top level is taken. There is nothing to register.
"""

from __future__ import annotations

import os
import sys

from dockerlint import bundle
from dockerlint.errors import UserError, nearest
from dockerlint.frozen import node, record
from dockerlint.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

BUILT_IN = "dockerlint_rules"
GROUP = "dockerlint.rules"


@record
class Origin:
    """Where a rule was found: its file, and the distribution or folder that brought it."""

    path: str
    by: str


@node
class Rules:
    """Every rule that was loaded, by code, and every word that speaks of one.

    `names` maps a code, name or alias in lower case to the rules it may mean; `origins` has
    the file of each rule by rule name.
    """

    all: tuple[Rule, ...]
    names: Mapping[str, tuple[Rule, ...]]
    origins: Mapping[str, Origin]

    def find(self, word: str, profile: str = "") -> tuple[Rule, ...]:
        """The rules a word means; those of the profile where it means some of them."""
        found = self.names.get(word.casefold(), ())
        return tuple(r for r in found if profile in r.profiles) or found

    def groups(self) -> frozenset[str]:
        """The names of all groups."""
        return frozenset(rule.group for rule in self.all if rule.group)


_loaded: dict[tuple[str, ...], Rules] = {}


def load(plugins: Sequence[str] = (), cache: bool = True) -> Rules:
    """The built-in rules, those that installed packages register, and those of plugin folders.

    Raises UserError naming the file when a plugin cannot be loaded, or when two rules
    claim one name.
    """
    key = tuple(os.path.abspath(folder) for folder in plugins)
    if key not in _loaded:
        found: list[tuple[Rule, Origin]] = []
        found.extend(_of_package(BUILT_IN, "", cache))
        for value, distribution in registered():
            found.extend(_of_entry_point(value, distribution, cache))
        for folder in key:
            found.extend(_of_folder(folder))
        _loaded[key] = gather(found)
    return _loaded[key]


def load_only(paths: Sequence[str]) -> Rules:
    """The rules of some plugin folders or modules, and no others. Raises UserError as `load` does."""
    return gather(found for path in paths for found in _of_folder(os.path.abspath(path)))


def gather(found: Iterable[tuple[Rule, Origin]]) -> Rules:
    """Rules by every word that speaks of one. Raises UserError when two claim one name, or one code
    in one profile."""
    names: dict[str, list[Rule]] = {}
    origins: dict[str, Origin] = {}
    rules: list[Rule] = []
    for rule, origin in found:
        for other in names.get(rule.name, ()):
            if other.name == rule.name:
                _clash("name", rule.name, origin, origins[other.name])
        for other in names.get(rule.code.casefold(), ()):
            if other.code == rule.code and (other.profiles & rule.profiles or not rule.profiles):
                _clash("code", rule.code, origin, origins[other.name])
        rules.append(rule)
        origins[rule.name] = origin
        for word in {rule.name, rule.code.casefold(), *(alias.casefold() for alias in rule.aliases)}:
            names.setdefault(word, []).append(rule)
    rules.sort(key=lambda rule: (rule.code, rule.name))
    return Rules(tuple(rules), {word: tuple(some) for word, some in names.items()}, origins)


def _clash(what: str, word: str, one: Origin, two: Origin) -> None:
    raise UserError(
        f"two rules have the {what} {word}: {two.path} and {one.path}",
        "rename one of them, or remove the plugin that brings it",
    )


def _rules_in(module: ModuleType, by: str) -> Iterator[tuple[Rule, Origin]]:
    for value in list(vars(module).values()):
        if isinstance(value, Rule) and value.check.__module__ == module.__name__:
            yield value, Origin(getattr(module, "__file__", None) or module.__name__, by)


def _of_package(name: str, by: str, cache: bool) -> Iterator[tuple[Rule, Origin]]:
    for module in bundle.modules_of(name, cache):
        yield from _rules_in(module, by)


def _of_entry_point(value: str, distribution: str, cache: bool) -> list[tuple[Rule, Origin]]:
    module = value.split(":", maxsplit=1)[0].strip()
    with _Blame(f"the rules of {distribution}", module, f"mend or uninstall {distribution}"):
        return list(_of_package(module, distribution, cache))


def _of_folder(folder: str) -> list[tuple[Rule, Origin]]:
    """The rules of a plugin: a folder with modules in it, or a single module."""
    if not os.path.exists(folder):
        raise UserError(f"the plugin folder {folder} does not exist", "mend `plugins` in the configuration")
    single = os.path.isfile(folder)
    names = [os.path.basename(folder)] if single else sorted(os.listdir(folder))
    base = os.path.dirname(folder) if single else folder
    package = _plugin_package(folder, base)
    found: list[tuple[Rule, Origin]] = []
    for name in names:
        stem, kind = os.path.splitext(name)
        if kind != ".py" or not stem.isidentifier() or stem.startswith("test_") or stem == "conftest":
            continue
        found.extend(_rules_in(_execute(f"{package}.{stem}", os.path.join(base, name)), folder))
    return found


def _plugin_package(folder: str, base: str) -> str:
    """The name of a package made for a plugin folder, so that its modules can import each other."""
    from types import ModuleType

    stem = "".join(c if c.isalnum() else "_" for c in os.path.basename(base)) or "rules"
    name = f"dockerlint_plugin_{abs(hash(folder)):x}_{stem}"
    if name not in sys.modules:
        made = ModuleType(name)
        made.__path__ = [base]
        sys.modules[name] = made
    return name


def _execute(name: str, path: str) -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location

    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _Blame("the plugin", path, "mend the file, or take it out of `plugins`"):
            spec.loader.exec_module(module)
    except UserError:
        del sys.modules[name]
        raise
    return module


class _Blame:
    """Turns whatever goes wrong while somebody's rules are imported into a UserError that
    names the file and line where it happened."""

    def __init__(self, what: str, where: str, hint: str) -> None:
        self.what, self.where, self.hint = what, where, hint

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, UserError):
            place = _place(error) or self.where
            raise UserError(
                f"{self.what} cannot be loaded: {place}: {type(error).__name__}: {error}", self.hint
            ) from error


def _place(error: BaseException) -> str:
    """File and line of the innermost frame that is not the import system's."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    trace, place = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith("<") and name not in (__file__, bundle.__file__):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def registered() -> list[tuple[str, str]]:
    """(module, distribution) of every entry point in the group `dockerlint.rules`.

    `importlib.metadata` takes 30 ms to import, so the `entry_points.txt` files are read here;
    they are all there is to it (https://packaging.python.org/en/latest/specifications/entry-points/).
    """
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if not name.endswith((".dist-info", ".egg-info")):
                continue
            distribution = name.rsplit(".", 1)[0].split("-")[0]
            if distribution in seen:
                continue
            seen.add(distribution)
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                    data = file.read()
            except OSError:
                continue
            if GROUP.encode() in data:
                found.extend((value, distribution) for value in _values(data.decode("utf-8", "replace")))
    return sorted(found)


def _values(text: str) -> Iterator[str]:
    inside = False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            inside = line == f"[{GROUP}]"
        elif inside and "=" in line and not line.startswith(("#", ";")):
            value = line.split("=", 1)[1].strip()
            if value != BUILT_IN:
                yield value


def unknown(word: str, rules: Rules) -> str:
    """The hint for a word that names no rule."""
    return nearest(word, [known for rule in rules.all for known in (rule.name, rule.code, *rule.aliases)])
