"""How docker compose puts one description of a service over another: what an override file, `extends` and
`include` do. Only what says how a service is built is kept of it."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from dockerlint.errors import UserError
from dockerlint.frozen import record
from dockerlint.recipes.composeyaml import Override, Reset, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Lists in the form of a mapping, and mappings: both are merged by name.
_NAMED = ("args", "labels", "additional_contexts", "ssh")
_ELSEWHERE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")


@record
class Alone:
    """What stands for the value of a name without one. It counts like a value, where null says nothing."""


def over(below: Any, above: Any, where: str) -> Any:
    """What is said first with what is said later on top: mappings are merged, lists are joined, of plain values
    the later one counts. `below` is bare; tags of `above` stay, since they may count for more that comes below.
    UserError where the forms do not fit."""
    if isinstance(above, (Reset, Override)) or below is None:
        return above
    if above is None:
        return below
    if isinstance(below, dict) and isinstance(above, dict):
        found = dict(below)
        for key, value in above.items():
            found[key] = over(found[key], value, f"{where}: {key}") if key in found else value
        return found
    if isinstance(below, list) and isinstance(above, list):
        return [*below, *(one for one in above if one not in below)]
    if isinstance(below, (dict, list)) or isinstance(above, (dict, list)):
        raise UserError(f"{where} has one form here and another there", "write both alike")
    return above


def bare(value: Any) -> Any:
    """A value without its tags."""
    if isinstance(value, Override):
        return bare(value.value)
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items() if not isinstance(one, Reset)}
    if isinstance(value, list):
        return [bare(one) for one in value if not isinstance(one, Reset)]
    return None if isinstance(value, Reset) else value


def shaped(build: Any, folder: str, where: str) -> Any:
    """The `build` of a service in the one form that can be merged, and the paths of a folder as they can be opened."""
    return within(build, lambda value: _build(value, folder, where))


def within(value: Any, shape: Callable[[Any], Any]) -> Any:
    """A value put in shape, in its tag if it has one; null and `!reset` as they are."""
    if isinstance(value, Override):
        return Override(within(value.value, shape))
    return value if value is None or isinstance(value, Reset) else shape(value)


def settled(path: str, folder: str) -> str:
    """A path of a folder as it can be opened; what names no file stays as it is."""
    return path if remote(path) else os.path.normpath(os.path.join(folder, os.path.expanduser(path)))


def remote(path: str) -> bool:
    """Whether a context is no folder of this machine."""
    return "://" in path or path.startswith(_ELSEWHERE)


def _build(build: Any, folder: str, where: str) -> Any:
    if isinstance(build, str):
        build = {"context": build}
    if not isinstance(build, dict):
        raise UserError(f"{where}: build is neither a path nor a mapping")
    found = dict(build)
    for key in _NAMED:
        if key in found:
            found[key] = within(found[key], partial(_named, where=f"{where}: {key}"))
    shapes: dict[str, Callable[[Any], Any]] = {
        "context": lambda value: settled(_plain(value, f"{where}: context"), folder),
        "additional_contexts": lambda value: {key: _context(one, folder) for key, one in value.items()},
        "ssh": lambda value: {key: _keys(one, folder) for key, one in value.items()},
        "secrets": lambda value: _secrets(value, f"{where}: secrets"),
        "ulimits": lambda value: _ulimits(value, f"{where}: ulimits"),
        "extra_hosts": lambda value: _hosts(value, f"{where}: extra_hosts"),
    }
    for key, shape in shapes.items():
        if key in found:
            found[key] = within(found[key], shape)
    return found


def _named(given: Any, where: str) -> dict[str, Any]:
    """A mapping, or a list of NAME and NAME=VALUE, as a mapping."""
    if isinstance(given, dict):
        plain = partial(_plain, where=where)
        return {
            written(key): Alone() if value is None else within(value, plain) for key, value in given.items()
        }
    found: dict[str, Any] = {}
    for item in _list(given, where):
        name, equals, value = item.partition("=")
        found[name] = value if equals else Alone()
    return found


def _hosts(given: Any, where: str) -> list[str]:
    """Names of hosts and addresses with a colon between, as every engine takes them."""
    if isinstance(given, dict):
        pairs = [
            (key, one) for key, some in given.items() for one in (some if isinstance(some, list) else [some])
        ]
        return [f"{key}:{one}" for key, one in pairs]
    return [one.replace("=", ":", 1) for one in _list(given, where)]


def _ulimits(given: Any, where: str) -> dict[str, Any]:
    """Limits as the command line has them, one number or SOFT:HARD."""
    if not isinstance(given, dict):
        raise UserError(f"{where} is no mapping")
    found = {}
    for name, value in given.items():
        tagged = isinstance(value, (Reset, Override))
        both = f"{value.get('soft')}:{value.get('hard')}" if isinstance(value, dict) else written(value)
        found[name] = value if tagged else both
    return found


def _secrets(given: Any, where: str) -> dict[str, str]:
    """The secrets of a build: by the name that RUN has for one the name that the file has."""
    if not isinstance(given, list):
        raise UserError(f"{where} is no list")
    found = {}
    for one in given:
        source = one.get("source") if isinstance(one, dict) else one
        found[str((one.get("target") if isinstance(one, dict) else None) or source)] = str(source)
    return found


def _context(value: Any, folder: str) -> Any:
    return settled(value, folder) if isinstance(value, str) and not value.startswith("service:") else value


def _keys(value: Any, folder: str) -> Any:
    if not isinstance(value, str):
        return value
    return ",".join(settled(one, folder) for one in value.split(","))


def _plain(value: Any, where: str) -> str:
    if isinstance(value, (dict, list)):
        raise UserError(f"{where} is no text")
    return written(value)


def _list(given: Any, where: str) -> list[str]:
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list):
        raise UserError(f"{where}: {given} is no list")
    return [_plain(one, where) for one in given]
