"""Compose files: the `build` of each service, as docker compose puts it together."""

from __future__ import annotations

import os
from typing import Any

from dockerlint.errors import UserError, nearest
from dockerlint.recipes import Recipe
from dockerlint.recipes.composeyaml import written
from dockerlint.recipes.layers import Alone, remote
from dockerlint.recipes.project import project


class Compose:
    """A Compose file with what it overrides, includes and extends. UserError when it cannot be understood."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        whole = project(path, text)
        if not whole.services:
            raise UserError(f"{path} has no services")
        self._services, self._secrets, self._env = whole.services, whole.secrets, whole.env

    def names(self) -> tuple[str, ...]:
        """The services that are built."""
        return tuple(
            name
            for name, service in self._services.items()
            if isinstance(service, dict) and service.get("build") is not None
        )

    def recipe(self, name: str, above: tuple[str, ...] = ()) -> Recipe:
        """What a service builds, which the services `above` are built from."""
        service = self._services[name]
        where = f"{self._path}: service {name}"
        build = service["build"]
        inline = build.get("dockerfile_inline")
        if inline is not None and not isinstance(inline, str):
            raise UserError(f"{where}: dockerfile_inline is no text", "write it as a block, after a |")
        if inline is not None and "dockerfile" in build:
            raise UserError(f"{where} has both dockerfile and dockerfile_inline", "leave one of them out")
        context = build["context"]
        if remote(context):
            raise UserError(
                f"{where} builds from {context}, which is not on this machine",
                "clone it, and name its folder as the context",
            )
        contexts, needs = self._contexts(build.get("additional_contexts") or {}, where, (*above, name))
        platforms = _list(build.get("platforms"), where) or _list(service.get("platform"), where)
        options = [
            *(f"--add-host={host}" for host in build.get("extra_hosts") or ()),
            *([f"--shm-size={build['shm_size']}"] if build.get("shm_size") else []),
            *(f"--ulimit={limit}" for limit in _words(build.get("ulimits"))),
            *(f"--cache-from={image}" for image in _list(build.get("cache_from"), where)),
            *(f"--label={label}" for label in _words(build.get("labels"))),
        ]
        return Recipe(
            name,
            os.path.normpath(os.path.join(context, str(build.get("dockerfile", "Dockerfile"))))
            if inline is None
            else f"{self._path}:{name}",
            os.path.normpath(context),
            self._args(build.get("args") or {}),
            str(build["target"]) if build.get("target") else None,
            tuple(platforms),
            contexts,
            tuple(self._secret(name, source, where) for name, source in (build.get("secrets") or {}).items()),
            tuple(_words(build.get("ssh"))),
            build.get("network"),
            _truth(build.get("no_cache")),
            _truth(build.get("pull")),
            tuple(options),
            inline,
            needs or None,
        )

    def _args(self, given: dict[str, Any]) -> dict[str, str]:
        """Build arguments; one without a value has that of the environment, or none."""
        found = {name: self._env.get(name) if value == Alone() else value for name, value in given.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _contexts(
        self, given: dict[str, Any], where: str, above: tuple[str, ...]
    ) -> tuple[dict[str, str], dict[str, Recipe]]:
        """The named contexts, and those of them that are other services."""
        contexts: dict[str, str] = {}
        needs: dict[str, Recipe] = {}
        for key, value in given.items():
            if value == Alone():
                raise UserError(f"{where}: the context {key} stands for nothing", f"write {key}=FOLDER")
            sort, _, name = value.partition(":")
            if sort != "service":
                contexts[key] = value
            elif name in above:
                raise UserError(
                    f"{where} takes {value} for its context {key}, which is built from it in turn",
                    "take one of the two contexts out",
                )
            elif name not in self.names():
                raise UserError(
                    f"{where} takes {value} for its context {key}, and no such service is built",
                    nearest(name, self.names()) or "name an image as docker-image://IMAGE",
                )
            else:
                needs[key] = self.recipe(name, above)
        return contexts, needs

    def _secret(self, target: str, source: str, where: str) -> str:
        """A secret in the words of `--secret`."""
        known = self._secrets.get(source)
        if not isinstance(known, dict):
            raise UserError(f"{where}: there is no secret {source}", nearest(source, self._secrets))
        if known.get("environment"):
            return f"id={target},env={known['environment']}"
        if known.get("file"):
            return f"id={target},src={known['file']}"
        raise UserError(
            f"{where}: the secret {source} is neither a file nor a variable",
            "say where it is, with `file` or `environment`",
        )


def _words(given: dict[str, Any] | None) -> list[str]:
    """A mapping as NAME=VALUE, or NAME where it stands alone."""
    return [name if value == Alone() else f"{name}={value}" for name, value in (given or {}).items()]


def _truth(given: Any) -> bool:
    return given is True or str(given).lower() in ("true", "y", "yes", "on", "1")


def _list(given: Any, where: str) -> list[str]:
    if given is None:
        return []
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list):
        raise UserError(f"{where}: {given} is no list")
    return [written(one) for one in given]
