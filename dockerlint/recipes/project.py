"""A Compose project: its files, with what they override, include and extend, as the services that are built."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from dockerlint.errors import UserError, nearest
from dockerlint.frozen import record
from dockerlint.recipes.composeyaml import WHOLE, Override, documents
from dockerlint.recipes.content import content
from dockerlint.recipes.layers import bare, over, remote, settled, shaped, within
from dockerlint.recipes.variables import dotenv, interpolate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# In the order in which docker compose looks for them.
_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_ELSEWHERE = "say which file has it, with `file:` and `service:`"
# What of a service says how it is built.
_TOLD = ("build", "extends", "platform")


@record
class Project:
    """What of a project says how its services are built. Paths are as they can be opened."""

    services: dict[str, Any]
    secrets: dict[str, Any]
    env: Mapping[str, str]


@record
class _Place:
    """Where a file is read: the folder that its paths count from, the variables, and the files that led to it."""

    folder: str
    env: Mapping[str, str]
    trail: tuple[str, ...] = ()


def project(path: str, text: str) -> Project:
    """The project of a file: with its override file where docker compose reads one by itself, which it does for
    the file that it finds by itself. UserError when anything of it cannot be understood."""
    folder = os.path.dirname(path)
    own = os.path.join(folder, ".env")
    env = {**(dotenv(own, os.environ) if os.path.isfile(own) else {}), **os.environ}
    files = [(path, text)]
    if os.path.basename(path) == _first(folder, _NAMES):
        beside = _first(folder, _OVERRIDES)
        files += [(one, content(one)) for one in [os.path.join(folder, beside)] if beside]
    services, secrets = _loaded(files, _Place(folder, env))
    return Project(services, secrets, env)


def _first(folder: str, names: Sequence[str]) -> str:
    return next((one for one in names if os.path.isfile(os.path.join(folder, one))), "")


def _loaded(files: Sequence[tuple[str, str]], place: _Place) -> tuple[dict[str, Any], dict[str, Any]]:
    """The services and secrets of files, each over those before it."""
    services: Any = {}
    secrets: Any = {}
    for path, text in files:
        for document in documents(path, text):
            own, known = _layer(path, document, place)
            for entry in _entries(document, path, place.env):
                included, theirs = _included(path, entry, place)
                own = over(included, own, f"{path}: services")
                known = over(theirs, known, f"{path}: secrets")
            extended = {name: _extended(name, own, path, place) for name in own}
            services = bare(over(services, extended, f"{path}: service"))
            secrets = bare(over(secrets, known, f"{path}: secret"))
    for service in services.values():
        build = service.get("build") if isinstance(service, dict) else None
        if build is not None and build.get("context") is None:
            build["context"] = place.folder or "."
    return services, secrets


def _layer(path: str, document: dict[str, Any], place: _Place) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a document says by itself: its services in shape, and its secrets."""
    services, secrets = document.get("services") or {}, document.get("secrets") or {}
    for name, section in (("services", services), ("secrets", secrets)):
        if not isinstance(section, dict):
            raise UserError(f"{path}: {name} is no mapping")
    found = {}
    for name, service in services.items():
        tell = partial(_told, place=place, where=f"{path}: service {name}")
        found[str(name)] = within(service, tell)
    known = {}
    for name, secret in secrets.items():
        secret = _filled(secret, place.env, f"{path}: secret {name}")
        if isinstance(secret, dict) and isinstance(secret.get("file"), str):
            secret = {**secret, "file": settled(secret["file"], place.folder)}
        known[str(name)] = secret
    return found, known


def _told(service: Any, place: _Place, where: str) -> dict[str, Any]:
    """What of a service says how it is built, in shape."""
    if not isinstance(service, dict):
        raise UserError(f"{where} is no mapping")
    told = {key: _filled(service[key], place.env, where) for key in _TOLD if key in service}
    if "build" in told:
        told["build"] = shaped(told["build"], place.folder, where)
    return told


def _entries(document: dict[str, Any], path: str, env: Mapping[str, str]) -> list[dict[str, Any]]:
    """What `include` names, in its long form."""
    given = _filled(document.get("include"), env, f"{path}: include")
    if given is None:
        return []
    if not isinstance(given, list):
        raise UserError(f"{path}: include is no list", "write each file behind a dash")
    found = []
    for one in given:
        entry = {"path": one} if isinstance(one, str) else one
        if not isinstance(entry, dict) or not entry.get("path"):
            raise UserError(f"{path}: an entry of include names no path")
        found.append(entry)
    return found


def _included(path: str, entry: dict[str, Any], place: _Place) -> tuple[dict[str, Any], dict[str, Any]]:
    """The services and secrets of a project of its own, in a folder and with variables of its own."""
    where = f"{path}: include"
    files = [_local(one, place.folder, where) for one in _texts(entry["path"], where)]
    own = entry.get("project_directory")
    folder = _local(str(own), place.folder, where) if own else os.path.dirname(files[0])
    trail = (*place.trail, os.path.realpath(path))
    if os.path.realpath(files[0]) in trail:
        raise UserError(
            f"{where}: {files[0]} includes itself, by way of others or none", "take one of them out"
        )
    named = [_local(one, place.folder, where) for one in _texts(entry.get("env_file") or [], where)]
    beside = os.path.join(folder, ".env")
    env: dict[str, str] = {}
    for one in named or ([beside] if os.path.isfile(beside) else []):
        env = dotenv(one, place.env, env)
    inner = _Place(folder, {**env, **place.env}, trail)
    return _loaded([(one, content(one)) for one in files], inner)


def _extended(
    name: str, services: dict[str, Any], path: str, place: _Place, seen: tuple[Any, ...] = ()
) -> Any:
    """A service over the one that it extends, which may be of another file and extend a third one."""
    service = services[name]
    inner = service.value if isinstance(service, Override) else service
    given = bare(inner.get("extends")) if isinstance(inner, dict) else None
    if given is None:
        return service
    where = f"{path}: service {name}"
    if (os.path.realpath(path), name) in seen:
        raise UserError(f"{where} extends itself, by way of others or none", "take one `extends` out")
    seen = (*seen, (os.path.realpath(path), name))
    of = given.get("service") if isinstance(given, dict) else given
    file = given.get("file") if isinstance(given, dict) else None
    if not isinstance(of, str):
        raise UserError(f"{where} extends no service by name")
    there = path
    if file is not None:
        there = _local(str(file), place.folder, where)
        place = _Place(os.path.dirname(there), place.env)
        services = {}
        for document in documents(there, content(there)):
            services = bare(over(services, _layer(there, document, place)[0], f"{there}: service"))
    if of not in services:
        raise UserError(
            f"{where} extends {of}, and {there} has no such service", nearest(of, services) or _ELSEWHERE
        )
    # Tags are about the service that they are written in.
    below = bare(_extended(of, services, there, place, seen))
    above = {key: value for key, value in inner.items() if key != "extends"}
    found = over(below, above, where)
    return Override(found) if isinstance(service, Override) else found


def _local(path: str, folder: str, where: str) -> str:
    if remote(path):
        raise UserError(f"{where} reads {path}, which is not on this machine", WHOLE)
    return settled(path, folder)


def _texts(given: Any, where: str) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise UserError(f"{where}: {given} is neither a path nor a list of paths")
    return texts


def _filled(value: Any, env: Mapping[str, str], where: str) -> Any:
    """A value with its variables filled in."""
    if isinstance(value, str):
        return interpolate(value, env, where)
    if isinstance(value, dict):
        return {key: _filled(one, env, where) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, env, where) for one in value]
    return Override(_filled(value.value, env, where)) if isinstance(value, Override) else value
