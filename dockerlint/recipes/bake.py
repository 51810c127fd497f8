"""Bake files, in HCL or JSON: what each target builds. Expressions and functions are worked out as bake does."""

from __future__ import annotations

import os
from typing import Any

from dockerlint.errors import UserError
from dockerlint.recipes import Recipe, hcl_json, hcl_reader
from dockerlint.recipes.bake_values import Values
from dockerlint.recipes.content import content
from dockerlint.recipes.expression import HINT
from dockerlint.recipes.kinds import Wrong, kind, to_bool, to_text
from dockerlint.recipes.targets import Targets, listed

_FETCH = "fetch it, and name its folder as the context"
# What says how an image is built. What names it, signs it or says where it goes is not asked for.
_READ = (
    "context", "contexts", "dockerfile", "dockerfile-inline", "args", "labels", "target", "cache-from", "secret",
    "ssh", "platforms", "pull", "no-cache", "network", "shm-size", "ulimits", "extra-hosts",
)  # fmt: skip
_OVER = dict.fromkeys(
    ("docker-bake.hcl", "docker-bake.json"), ("docker-bake.override.json", "docker-bake.override.hcl")
)


class Bake:
    """A Bake file, with the files that override it. UserError when it cannot be understood. Paths count from the
    current folder, as bake has it."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        files = [_read(path, text)]
        for name in _OVER.get(os.path.basename(path), ()):
            other = os.path.join(os.path.dirname(path), name)
            if os.path.isfile(other):
                files.append(_read(other, content(other)))
        self._targets = Targets(path, files, Values(path, files))

    def names(self, every: bool = False) -> tuple[str, ...]:
        """The targets of the default group, or the default target; all where there is neither, or with `every`."""
        default = () if every else self.members("default")
        return default or tuple(name for name in self._targets.names if every or not name.startswith("_"))

    def members(self, name: str) -> tuple[str, ...]:
        """The targets that a name stands for: a target, a group or a matrix; none when it is not known."""
        return self._targets.members(name)

    def recipe(self, name: str, above: tuple[str, ...] = ()) -> Recipe:
        """What a target builds."""
        where = f"{self._path}: target {name}"
        try:
            return self._recipe(name, self._targets.attributes(name, _READ), where, (*above, name))
        except Wrong as error:
            raise UserError(f"{where}: {error}", error.hint or HINT) from error

    def _recipe(self, name: str, target: dict[str, Any], where: str, above: tuple[str, ...]) -> Recipe:
        context = _here(to_text(target.get("context", "."))) or "."
        if "://" in context or context.startswith("git@"):
            raise UserError(f"{where} builds from {context}, which is not on this machine", _FETCH)
        inline = to_text(target.get("dockerfile-inline", "")) or None
        dockerfile = to_text(target.get("dockerfile", "")) or "Dockerfile"
        from_here = dockerfile.startswith("cwd://")
        contexts, needs = self._contexts(target, where, above)
        options = [
            *(f"--add-host={host}:{address}" for host, address in _texts(target, "extra-hosts").items()),
            *([f"--shm-size={to_text(target['shm-size'])}"] if target.get("shm-size") else []),
            *(f"--ulimit={limit}" for limit in listed(target.get("ulimits"), where)),
            *(f"--cache-from={_spec(source)}" for source in _list(target, "cache-from")),
            *(f"--label={key}={value}" for key, value in _texts(target, "labels").items()),
        ]
        return Recipe(
            name,
            f"{self._path}:{name}"
            if inline is not None
            else os.path.normpath(_here(dockerfile) if from_here else os.path.join(context, dockerfile)),
            os.path.normpath(context),
            _texts(target, "args"),
            to_text(target.get("target", "")) or None,
            tuple(listed(target.get("platforms"), where)),
            contexts,
            tuple(map(_spec, _list(target, "secret"))),
            tuple(map(_agent, _list(target, "ssh"))),
            to_text(target.get("network", "")) or None,
            to_bool(target.get("no-cache", False)),
            to_bool(target.get("pull", False)),
            tuple(options),
            inline,
            needs or None,
        )

    def _contexts(
        self, target: dict[str, Any], where: str, above: tuple[str, ...]
    ) -> tuple[dict[str, str], dict[str, Recipe]]:
        """The named contexts, and those of them that are other targets."""
        contexts: dict[str, str] = {}
        needs: dict[str, Recipe] = {}
        for key, value in _texts(target, "contexts").items():
            sort, _, name = value.partition(":")
            if sort != "target":
                contexts[key] = _here(value)
            elif name in above:
                raise UserError(
                    f"{where} takes {value} for its context {key}, which is built from it in turn",
                    "let one of the two do without the other",
                )
            elif not self._targets.known(name):
                raise self._targets.unknown(f"{where} takes {value} for its context {key}", name)
            else:
                needs[key] = self.recipe(name, above)
        return {key: value for key, value in contexts.items() if value}, needs


def _read(path: str, text: str) -> Any:
    return (hcl_json if path.endswith(".json") else hcl_reader).blocks(path, text)


def _here(path: str) -> str:
    """A path without the sign that it counts from the current folder, which is where all of ours count from."""
    return path.removeprefix("cwd://")


def _texts(target: dict[str, Any], key: str) -> dict[str, str]:
    value = target.get(key, {})
    if not isinstance(value, dict):
        raise Wrong(f"{key} is {kind(value)}, not an object")
    found = {}
    for name, one in value.items():
        try:
            found[name] = to_text(one)
        except Wrong as error:
            raise Wrong(f"{name} of {key}: {error}", error.hint) from error
    return found


def _list(target: dict[str, Any], key: str) -> list[Any]:
    value = target.get(key, [])
    return value if isinstance(value, list) else [value]


def _spec(value: Any) -> str:
    """An item of a list; an object as the words that it stands for (`{ id = "a", src = "b" }`)."""
    if isinstance(value, dict):
        return ",".join(f"{key}={to_text(one)}" for key, one in value.items() if one is not None)
    return to_text(value)


def _agent(value: Any) -> str:
    """A key for SSH, in words or as `{ id = "a", paths = ["b"] }`."""
    if not isinstance(value, dict):
        return to_text(value)
    paths = ",".join(map(to_text, value.get("paths") or ()))
    return f"{to_text(value.get('id', 'default'))}={paths}".removesuffix("=")
