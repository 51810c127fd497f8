"""`.hadolint.yaml`, as far as it says which rules run, how bad they are and when to fail.

As hadolint has it: keys that are not known are no error, and a file that is no good is said to
be so and then left out.
"""

from __future__ import annotations

from dockerlint.config import Config
from dockerlint.frozen import replace
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# hadolint's thresholds `ignore` and `none` mean that any finding fails.
_THRESHOLDS = {**{level: level for level in Severity.ORDER}, "ignore": Severity.STYLE, "none": Severity.STYLE}


def read(path: str, note: Callable[[str], None]) -> Config:
    """The configuration that a `.hadolint.yaml` asks for; the default one, after a note, when it
    cannot be used."""
    try:
        import yaml
    except ImportError:
        note(f"{path} is not read: that needs PyYAML; install dockerlint[hadolint]")
        return Config()
    try:
        with open(path, "rb") as file:
            data = yaml.safe_load(file.read())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        note(f"{path} is not used: {' '.join(str(error).split())}")
        return Config()
    if data is None:
        return Config()
    try:
        return of_data(data, path)
    except ValueError as error:
        note(f"{path} is not used: {error}")
        return Config()


def of_data(data: Any, path: str) -> Config:
    """The configuration in the decoded file. Raises ValueError when a value has the wrong type."""
    if not isinstance(data, dict):
        raise ValueError("it must be a mapping")
    override = _mapping(data, "override")
    severity: dict[str, str] = {}
    for level in reversed(Severity.ORDER):
        for code in _strings(override, level):
            severity[code] = level
    shared: dict[str, Any] = {}
    if "trustedRegistries" in data:
        shared["trusted-registries"] = tuple(_strings(data, "trustedRegistries"))
    if "label-schema" in data:
        shared["label-schema"] = {str(k): str(v or "text") for k, v in _mapping(data, "label-schema").items()}
    if "strict-labels" in data:
        shared["strict-labels"] = _flag(data, "strict-labels")
    threshold = str(data.get("failure-threshold", Severity.INFO))
    if threshold not in _THRESHOLDS:
        raise ValueError(f"failure-threshold is not known: {threshold}")
    return replace(
        Config(),
        path=path,
        lenient=True,
        ignore=tuple(_strings(data, "ignored")),
        # An override also switches on what is off by default.
        extend_select=tuple(severity),
        severity=severity,
        shared=shared,
        fail_on="never" if _flag(data, "no-fail") else _THRESHOLDS[threshold],
        pragmas=not _flag(data, "disable-ignore-pragma"),
    )


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


def _flag(data: dict[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value
