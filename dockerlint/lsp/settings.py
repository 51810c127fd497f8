"""What the editor sets, in the section `dockerlint` of its configuration."""

from __future__ import annotations

from dockerlint.config import PROFILES
from dockerlint.errors import nearest
from dockerlint.frozen import record
from dockerlint.rule import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SECTION = "dockerlint"


@record
class Settings:
    """Settings of the editor. None and empty leave it to the configuration files.

    `config` is a file that counts for all Dockerfiles, `isolated` reads none. `plugins` False loads no
    rules from plugin folders. `unsafe_fixes` tells whether unsafe fixes are offered one by one,
    `inlay_hints` whether the bytes of layers are shown.
    """

    config: str | None = None
    isolated: bool = False
    plugins: bool = True
    profile: str | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    minimum_severity: str | None = None
    shellcheck: bool | None = None
    unsafe_fixes: bool = True
    inlay_hints: bool = True


# Keys as editors write them: the field, its kind, and the values there are.
KEYS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "config": ("config", "text", ()),
    "isolated": ("isolated", "switch", ()),
    "plugins": ("plugins", "switch", ()),
    "profile": ("profile", "text", PROFILES),
    "select": ("select", "list", ()),
    "extendSelect": ("extend_select", "list", ()),
    "ignore": ("ignore", "list", ()),
    "minimumSeverity": ("minimum_severity", "text", Severity.ORDER),
    "shellcheck": ("shellcheck", "switch", ()),
    "unsafeFixes": ("unsafe_fixes", "switch", ()),
    "inlayHints": ("inlay_hints", "switch", ()),
}
_KINDS = {"text": "a string", "switch": "true or false", "list": "a list of strings"}
# What an extension keeps in the section for itself: how it starts the server.
_OF_EXTENSIONS = ("enable", "path", "command", "server", "trace", "interpreter", "args", "importStrategy")


def section(given: object) -> dict[str, Any]:
    """The settings in what an editor sends, as they are; they may stand below `dockerlint`."""
    if isinstance(given, dict) and isinstance(given.get(SECTION), dict):
        given = given[SECTION]
    return dict(given) if isinstance(given, dict) else {}


def read(given: object) -> tuple[Settings, tuple[str, ...]]:
    """Settings out of what an editor sends, and a line for each that is no good and left out.

    The values may stand at the top or below `dockerlint`; null is the same as nothing.
    """
    if isinstance(given, dict) and isinstance(given.get(SECTION), dict):
        given = given[SECTION]
    if given is None:
        return Settings(), ()
    if not isinstance(given, dict):
        return Settings(), (f"the settings of {SECTION} must be an object",)
    fields: dict[str, Any] = {}
    faults: list[str] = []
    for key, value in given.items():
        if value is None or str(key).split(".", maxsplit=1)[0] in _OF_EXTENSIONS:
            continue
        if key not in KEYS:
            hint = nearest(str(key), KEYS)
            faults.append(f"the setting {SECTION}.{key} is not known" + (f": {hint}" if hint else ""))
            continue
        field, kind, values = KEYS[key]
        if not _fits(value, kind):
            faults.append(f"the setting {SECTION}.{key} must be {_KINDS[kind]}")
        elif values and value and value not in values:
            faults.append(f"the setting {SECTION}.{key} must be one of {', '.join(values)}")
        elif kind == "list":
            fields[field] = tuple(value) if value or key != "select" else None
        elif value != "":
            fields[field] = value
    return Settings(**fields), tuple(faults)


def _fits(value: object, kind: str) -> bool:
    if kind == "list":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, bool if kind == "switch" else str)
