"""hadolint's settings: `.hadolint.yaml`, `HADOLINT_*` in the environment, its command-line options.

As hadolint has it: the environment comes first, then the file, then the command line; lists are put
together, of a single value the later one counts, and a code with several levels gets the worst. Keys
that are not known are no error, and a file that is no good is said to be so and then left out.
"""

from __future__ import annotations

import os

from dockerlint.config import Config
from dockerlint.frozen import record, replace
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

# hadolint's thresholds `ignore` and `none` mean that any finding fails.
THRESHOLDS = {**{level: level for level in Severity.ORDER}, "ignore": Severity.STYLE, "none": Severity.STYLE}
FORMATS = (
    "tty", "json", "checkstyle", "codeclimate", "gitlab_codeclimate", "gnu", "codacy", "sonarqube", "sarif", "junit",
)  # fmt: skip
LABEL_TYPES = ("text", "url", "semver", "hash", "rfc3339", "spdx", "email")
_TRUE = ("1", "y", "on", "true", "yes")


@record
class Settings:
    """What one source says; None and empty where it says nothing. `levels` maps a level to codes."""

    ignored: tuple[str, ...] = ()
    levels: Mapping[str, tuple[str, ...]] = {}
    registries: tuple[str, ...] = ()
    labels: Mapping[str, str] = {}
    formats: tuple[str, ...] = ()
    threshold: str | None = None
    strict: bool | None = None
    no_fail: bool | None = None
    no_color: bool | None = None
    verbose: bool | None = None
    no_pragmas: bool | None = None


def put_on(config: Config, settings: Settings, worst: bool = True) -> Config:
    """A configuration with some settings on top. Of several levels for a code the worst counts, or
    without `worst` the one in the settings."""
    severity = dict(config.severity)
    for level in reversed(Severity.ORDER):
        for code in settings.levels.get(level, ()):
            had = config.severity.get(code, Severity.STYLE) if worst else Severity.STYLE
            severity[code] = min(had, level, key=Severity.ORDER.index)
    shared = dict(config.shared)
    if settings.registries:
        shared["trusted-registries"] = (*shared.get("trusted-registries", ()), *settings.registries)
    if settings.labels:
        shared["label-schema"] = {**shared.get("label-schema", {}), **settings.labels}
    if settings.strict is not None:
        shared["strict-labels"] = settings.strict
    fail_on, no_fail = config.fail_on, config.no_fail
    if settings.threshold is not None:
        fail_on = THRESHOLDS[settings.threshold]
    if settings.no_fail is not None:
        no_fail = settings.no_fail
    return replace(
        config,
        ignore=(*config.ignore, *settings.ignored),
        # An override also switches on what is off by default.
        extend_select=(*config.extend_select, *(c for codes in settings.levels.values() for c in codes)),
        severity=severity,
        shared=shared,
        fail_on=fail_on,
        no_fail=no_fail,
        formats=(*config.formats, *settings.formats),
        color=config.color if settings.no_color is None else not settings.no_color,
        verbose=config.verbose if settings.verbose is None else settings.verbose,
        pragmas=config.pragmas if settings.no_pragmas is None else not settings.no_pragmas,
    )


def search(folder: str, environment: Mapping[str, str]) -> str | None:
    """The first configuration file in hadolint's own order: those of a folder, then the user's."""
    home = environment.get("HOME") or os.path.expanduser("~")
    base = environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    places = [os.path.join(folder, ".hadolint"), os.path.join(base, "hadolint")]
    places += [os.path.join(home, ".hadolint", name) for name in ("hadolint", "config")]
    places.append(os.path.join(home, ".hadolint"))
    for place in places:
        for ending in (".yaml", ".yml"):
            if os.path.isfile(place + ending):
                return place + ending
    return None


def read(path: str, note: Callable[[str], None], base: Config) -> Config:
    """A configuration with what a `.hadolint.yaml` asks for on top; as it was, after a note, when that
    cannot be used."""
    data = load(path, note)
    if data is None:
        return base
    try:
        return replace(put_on(base, of_data(data)), path=path, lenient=True)
    except ValueError as error:
        note(f"{path} is not used: {error}")
        return base


def load(path: str, note: Callable[[str], None]) -> Any:
    """What a YAML file holds; None, after a note, when it cannot be read or holds nothing."""
    try:
        with open(path, "rb") as file:
            data = _decoded(file.read())
    except ImportError as error:
        note(f"{path} is not read: {error}, and that needs PyYAML; install dockerlint[hadolint]")
        return None
    except (OSError, ValueError, RecursionError) as error:
        note(f"{path} is not used: {' '.join(str(error).split())}")
        return None
    if data is None:
        note(f"{path} is not used: it is empty")
    return data


def _decoded(content: bytes) -> Any:
    """What YAML says. ValueError when it is none; ImportError, with what is not plain in it, where it takes PyYAML
    to read it and that is not installed."""
    try:
        import yaml
    except ImportError:
        from dockerlint.plainyaml import NotPlain, load

        try:
            return load(content.decode("utf-8"))
        except NotPlain as error:
            raise ImportError(str(error)) from error
    try:
        return yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def of_data(data: Any) -> Settings:
    """The settings in the decoded file. Raises ValueError when a value has the wrong type."""
    if not isinstance(data, dict):
        raise ValueError("it must be a mapping")
    override = _mapping(data, "override")
    threshold = data.get("failure-threshold")
    if threshold is not None and str(threshold) not in THRESHOLDS:
        raise ValueError(f"failure-threshold is not known: {threshold}")
    one = data.get("format")
    formats = _strings(data, "formats") if one is None else [str(one), *_strings(data, "formats")]
    for format in formats:
        if format not in FORMATS:
            raise ValueError(f"format is not known: {format}")
    labels = {str(name): str(kind or "text") for name, kind in _mapping(data, "label-schema").items()}
    for kind in labels.values():
        if kind not in LABEL_TYPES:
            raise ValueError(f"label-schema has a type that is not known: {kind}")
    return Settings(
        ignored=tuple(_strings(data, "ignored")),
        levels={level: tuple(_strings(override, level)) for level in Severity.ORDER},
        registries=tuple(_strings(data, "trustedRegistries")),
        labels=labels,
        formats=tuple(formats),
        threshold=None if threshold is None else str(threshold),
        strict=_flag(data, "strict-labels"),
        no_fail=_flag(data, "no-fail"),
        no_color=_flag(data, "no-color"),
        verbose=_flag(data, "verbose"),
        no_pragmas=_flag(data, "disable-ignore-pragma"),
    )


def of_environment(environment: Mapping[str, str]) -> Settings:
    """The settings in `HADOLINT_*` and NO_COLOR; values that are no good are left out."""

    def words(name: str) -> tuple[str, ...]:
        return tuple(
            word.strip() for word in environment.get(f"HADOLINT_{name}", "").split(",") if word.strip()
        )

    def flag(name: str) -> bool | None:
        value = environment.get(f"HADOLINT_{name}")
        return None if value is None else value.lower() in _TRUE

    threshold = environment.get("HADOLINT_FAILURE_THRESHOLD", "")
    return Settings(
        ignored=words("IGNORE"),
        levels={level: words(f"OVERRIDE_{level.upper()}") for level in Severity.ORDER},
        registries=words("TRUSTED_REGISTRIES"),
        labels=dict(filter(None, map(label, words("REQUIRE_LABELS")))),
        formats=tuple(word for word in words("FORMAT") if word in FORMATS),
        threshold=threshold if threshold in THRESHOLDS else None,
        strict=flag("STRICT_LABELS"),
        no_fail=flag("NOFAIL"),
        no_color=True if "NO_COLOR" in environment else None,
        verbose=flag("VERBOSE"),
        no_pragmas=flag("DISABLE_IGNORE_PRAGMA"),
    )


def label(word: str) -> tuple[str, str] | None:
    """Name and type of `name:type`, the type `text` where there is none; None for a bad type."""
    name, _, kind = word.partition(":")
    return (name, kind or "text") if name and (kind or "text") in LABEL_TYPES else None


def described(config: Config) -> Iterable[str]:
    """The lines that `--verbose` shows of a configuration, the file it is from first."""
    yield f"Configuration file used: {config.path}" if config.path else "No configuration was specified"
    yield "Configuration:"
    for name, value in (
        ("no fail", config.no_fail),
        ("no color", config.color is False),
        ("output format", config.formats),
        ("failure threshold", config.fail_on),
        ("ignored", config.ignore),
        ("override", tuple(f"{code}={level}" for code, level in config.severity.items())),
        ("strict labels", config.shared.get("strict-labels", False)),
        ("label schema", tuple(f"{n}:{kind}" for n, kind in config.shared.get("label-schema", {}).items())),
        ("disable ignore pragma", not config.pragmas),
        ("allowed registries", config.shared.get("trusted-registries", ())),
    ):
        yield f"  {name}: {', '.join(value) or 'none' if isinstance(value, tuple) else value}"


def _strings(data: dict[str, Any], key: str) -> list[str]:
    value = data.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{key} must be a list of strings")
    return value


def _mapping(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{key} must be a mapping")
    return value


def _flag(data: dict[str, Any], key: str) -> bool | None:
    value = data.get(key)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value
