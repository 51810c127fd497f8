"""What is asked for: profile, rules, severities, options; from the command line and from files.

`[tool.dockerlint]` in pyproject.toml, or the same keys at the top of dockerlint.toml. A key
that is not known, or a value of another type, is an error: a typing mistake must not switch
a check off. `.hadolint.yaml` is read by `dockerlint.hadolint_config`.
"""

from __future__ import annotations

from dockerlint.errors import UserError, nearest
from dockerlint.frozen import record
from dockerlint.loader import unknown
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from dockerlint.loader import Rules
    from dockerlint.rule import Rule

PROFILES = ("default", "hadolint", "buildkit")
LEVELS = (*Severity.ORDER, "never")
FORMATS = (
    "text", "tty", "json", "sarif", "github", "gitlab", "gitlab_codeclimate", "codeclimate", "junit", "checkstyle",
    "sonarqube", "codacy", "gnu", "rdjson",
)  # fmt: skip
# Options that several rules share; a rule takes part by having a field of that name.
SHARED = ("trusted-registries", "label-schema", "strict-labels")
# The one that is not set by anybody: what rules may be called by.
KNOWN_NAMES = "known-names"


@record
class Config:
    """The settings for one file.

    `select` empty means the rules of the profile; `extend_select` adds to it. `severity` maps
    a rule's name or code to a level. `least` hides findings below a level; `fail_on` is the level
    from which findings make the exit code 1, `never` for none. `options` maps a rule to its
    option table, `shared` an option name to its value for every rule that has it. `formats` are
    those of the reports, `color` None for where there is a terminal; `no_fail` makes the exit code 0 whatever
    is found. `pragmas` tells
    whether hadolint's comments count, `lenient` that names of no rule are no error (a ShellCheck code in
    a `.hadolint.yaml`). `shellcheck` tells whether ShellCheck checks the scripts; None is for the
    command line to decide (where it finds the program). `path` is the file that the settings are
    from, empty for none. `tolerance` is how much more than its budget an image may weigh.
    """

    profile: str = "default"
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    least: str = Severity.STYLE
    fail_on: str = Severity.INFO
    plugins: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = {}
    shared: Mapping[str, Any] = {}
    build_args: Mapping[str, str] = {}
    target: str = ""
    tolerance: str = ""
    formats: tuple[str, ...] = ()
    color: bool | None = None
    no_fail: bool = False
    verbose: bool = False
    pragmas: bool = True
    lenient: bool = False
    shellcheck: bool | None = None
    path: str = ""


@record
class Active:
    """A rule that is switched on: with its options, its severity, and the code it is shown under."""

    rule: Rule
    options: object
    severity: str
    code: str
    as_peer: bool


def activate(config: Config, rules: Rules) -> tuple[Active, ...]:
    """The rules that a configuration switches on, in order of code.

    Raises UserError for a word that names no rule, group or profile, and for options that do
    not fit their rule.
    """

    def names(words: Iterable[str], key: str) -> set[str]:
        return {rule.name for word in words for rule in _meant(word, config, rules, key)}

    if config.select:
        chosen = names(config.select, "select")
    else:
        chosen = {rule.name for rule in rules.all if config.profile in rule.profiles}
    chosen |= names(config.extend_select, "extend-select")
    chosen -= names(config.ignore, "ignore")
    levels = {
        rule.name: level
        for word, level in config.severity.items()
        for rule in _meant(word, config, rules, "severity")
    }
    tables = {
        rule.name: table
        for word, table in config.options.items()
        for rule in _meant(word, config, rules, "rules")
    }
    shared = {**config.shared, KNOWN_NAMES: tuple(rules.names)}
    return tuple(
        Active(
            rule,
            options_of(rule, tables.get(rule.name, {}), shared, config.path),
            levels.get(rule.name, rule.severity),
            shown_code(rule, config.profile),
            config.profile != "default",
        )
        for rule in rules.all
        if rule.name in chosen
    )


def shown_code(rule: Rule, profile: str) -> str:
    """The code of a rule in a profile: BuildKit's own name for its check where it has one."""
    if profile == "buildkit":
        for word in (rule.code, *rule.aliases):
            if word[:1].isupper() and not any(c.isdigit() or c == "-" for c in word):
                return word
    if profile == "hadolint":
        for word in (rule.code, *rule.aliases):
            if word[:2] == "DL" and word[2:].isdigit():
                return word
    return rule.code


def _meant(word: str, config: Config, rules: Rules, key: str) -> Iterable[Rule]:
    """The rules a word stands for: one rule, a group, `all`, or a prefix of codes (`DK3`)."""
    if word.casefold() == "all":
        return rules.all
    found = rules.find(word, config.profile)
    if not found and word in rules.groups():
        found = tuple(rule for rule in rules.all if rule.group == word)
    if not found and word[:2].isupper():
        found = tuple(rule for rule in rules.all if rule.code.startswith(word) and rule.code[2:].isdigit())
    if not found and not config.lenient and not of_shellcheck(word):
        where = config.path or "the command line"
        raise UserError(
            f"{key} in {where} names no rule: {word}",
            unknown(word, rules) or "`dockerlint rules` lists them all",
        )
    return found


SHELLCHECK = "shellcheck"


def of_shellcheck(word: str) -> bool:
    """Whether a word speaks of ShellCheck's findings: `shellcheck`, `SC2086`, or a prefix like `SC2`."""
    plain = word.casefold()
    return plain == SHELLCHECK or (plain.startswith("sc") and (plain == "sc" or plain[2:].isdigit()))


def wants_shellcheck(config: Config) -> bool:
    """Whether ShellCheck is switched on, and any finding of it would get through.

    It is on where `shellcheck` or the selection of one of its codes says so, and in the profile of
    hadolint, which has it built in: a process costs as much as all the rules together.
    """
    if config.shellcheck is False or config.profile == "buildkit":
        return False
    asked = any(of_shellcheck(word) for word in (*config.select, *config.extend_select))
    if not (config.shellcheck or asked or config.profile == "hadolint"):
        return False
    if _covers(config.ignore, ""):
        return False
    return not config.select or any(
        word.casefold() == "all" or of_shellcheck(word) for word in (*config.select, *config.extend_select)
    )


def shellcheck_level(code: str, level: str, config: Config) -> str | None:
    """The severity of a finding of ShellCheck, whose own is `level`; None when it is switched off."""
    if config.select and not _covers((*config.select, *config.extend_select), code):
        return None
    if _covers(config.ignore, code):
        return None
    best = max((word for word in config.severity if _covers((word,), code)), key=_exactness, default=None)
    return level if best is None else config.severity[best]


def _covers(words: Iterable[str], code: str) -> bool:
    """Whether one of the words means a code of ShellCheck, or without one all of them."""
    plain = code.casefold()
    return any(
        word.casefold() in ("all", SHELLCHECK, "sc")
        or (of_shellcheck(word) and plain.startswith(word.casefold()))
        for word in words
    )


def _exactness(word: str) -> int:
    return len(word) if word[-1].isdigit() else 0


def options_of(rule: Rule, table: Mapping[str, Any], shared: Mapping[str, Any], path: str) -> object:
    """The options record of a rule with the values of a table, checked; None for a rule without."""
    if rule.options is None:
        if table:
            raise UserError(
                f"the rule {rule.name} has no options, but {path or 'the configuration'} sets some"
            )
        return None
    if not table and not shared:
        return rule.options()
    fields: tuple[str, ...] = rule.options._fields  # type: ignore[attr-defined]
    types = annotations_of(rule.options)
    given: dict[str, Any] = {}
    for key in (*SHARED, KNOWN_NAMES):
        field = key.replace("-", "_")
        if key in shared and field in fields:
            given[field] = fitted(shared[key], types[field], key, path)
    for key, value in table.items():
        field = key.replace("-", "_")
        if field not in fields:
            known = [name.replace("_", "-") for name in fields]
            raise UserError(
                f"the rule {rule.name} has no option {key} ({path or 'the configuration'})",
                nearest(key, known) or f"it has {', '.join(known)}",
            )
        given[field] = fitted(value, types[field], f"rules.{rule.name}.{key}", path)
    try:
        return rule.options(**given)
    except ValueError as error:
        raise UserError(
            f"the options of {rule.name} do not fit: {error} ({path or 'the configuration'})"
        ) from error


def annotations_of(options: type) -> dict[str, str]:
    """The types of a record's fields, as they are written."""
    found: dict[str, str] = {}
    for kind in reversed(options.__mro__):
        for name, annotation in getattr(kind, "__annotations__", {}).items():
            if isinstance(annotation, str):
                found[name] = annotation
            else:
                generic = hasattr(annotation, "__args__")
                found[name] = str(annotation) if generic else annotation.__name__
    return found


_KINDS = {"bool": "true or false", "int": "a whole number", "float": "a number", "str": "a string"}


def fitted(value: Any, annotation: str, key: str, path: str) -> Any:
    """A value from a file as the type that an annotation names; UserError where it is another."""
    annotation = annotation.replace(" ", "")
    if annotation.endswith("|None"):
        annotation = annotation[:-5]
    outer, _, inner = annotation.partition("[")
    if outer in ("tuple", "frozenset"):
        item = inner.rstrip("]").split(",")[0]
        if isinstance(value, list | tuple) and all(_is(one, item) for one in value):
            return tuple(value) if outer == "tuple" else frozenset(value)
        wanted = f"a list of {'strings' if item == 'str' else 'numbers'}"
    elif outer == "Mapping":
        item = inner.rstrip("]").split(",")[-1]
        if isinstance(value, dict) and all(isinstance(k, str) and _is(v, item) for k, v in value.items()):
            return dict(value)
        wanted = "a table of strings"
    else:
        if _is(value, outer):
            return float(value) if outer == "float" else value
        wanted = _KINDS.get(outer, outer)
    raise UserError(f"{key} in {path or 'the configuration'} must be {wanted}, not {value!r}")


def _is(value: Any, kind: str) -> bool:
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "Any":
        return True
    return isinstance(value, bool if kind == "bool" else str)
