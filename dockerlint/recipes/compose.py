"""Compose files: the `build` of each service, its variables filled in as compose does."""

from __future__ import annotations

import os
import re
from typing import Any

from dockerlint.errors import UserError
from dockerlint.recipes import Recipe

_INSTALL = "pip install 'dockerlint[compose]'"
_WHOLE = "give the output of `docker compose config` in its place"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Compose:
    """A Compose file. UserError when it cannot be understood."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._folder = os.path.dirname(path)
        self._env = {**_dotenv(os.path.join(self._folder, ".env")), **os.environ}
        try:
            import yaml
        except ImportError:
            raise UserError(f"{path} is YAML, which takes PyYAML to read", _INSTALL) from None
        try:
            read = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise UserError(f"{path} is not plain YAML: {' '.join(str(error).split())}") from error
        if not isinstance(read, dict) or not isinstance(read.get("services"), dict):
            raise UserError(f"{path} has no services")
        if "include" in read:
            raise UserError(f"{path} includes other files", _WHOLE)
        self._secrets = read.get("secrets") or {}
        self._services: dict[str, Any] = read["services"]

    def names(self) -> tuple[str, ...]:
        """The services that are built."""
        return tuple(
            name
            for name, service in self._services.items()
            if isinstance(service, dict) and "build" in service
        )

    def recipe(self, name: str) -> Recipe:
        """What a service builds."""
        service = self._services[name]
        where = f"{self._path}: service {name}"
        if "extends" in service:
            raise UserError(f"{where} extends another", _WHOLE)
        build = self._filled(service["build"], where)
        if isinstance(build, str):
            build = {"context": build}
        if not isinstance(build, dict):
            raise UserError(f"{where}: build is neither a path nor a mapping")
        inline = build.get("dockerfile_inline")
        if inline is not None and not isinstance(inline, str):
            raise UserError(f"{where}: dockerfile_inline is no text", "write it as a block, after a |")
        if inline is not None and "dockerfile" in build:
            raise UserError(f"{where} has both dockerfile and dockerfile_inline", "leave one of them out")
        context = str(build.get("context", "."))
        if "://" in context or context.startswith("git@"):
            raise UserError(f"{where} builds from {context}, which is not on this machine")
        context = os.path.join(self._folder, context)
        platforms = _list(build.get("platforms"), where) or _list(
            self._filled(service.get("platform"), where), where
        )
        options = [
            *(f"--add-host={host}" for host in _pairs(build.get("extra_hosts"), ":", where)),
            *([f"--shm-size={build['shm_size']}"] if build.get("shm_size") else []),
            *(f"--ulimit={limit}" for limit in _ulimits(build.get("ulimits"))),
            *(f"--cache-from={image}" for image in _list(build.get("cache_from"), where)),
            *(f"--label={label}" for label in _pairs(build.get("labels"), "=", where)),
        ]
        return Recipe(
            name,
            os.path.normpath(os.path.join(context, str(build.get("dockerfile", "Dockerfile"))))
            if inline is None
            else f"{self._path}:{name}",
            os.path.normpath(context),
            self._args(build.get("args"), where),
            str(build["target"]) if build.get("target") else None,
            tuple(platforms),
            self._contexts(build.get("additional_contexts"), where),
            tuple(self._secret(one, where) for one in build.get("secrets") or ()),
            tuple(_pairs(build.get("ssh"), "=", where)),
            build.get("network"),
            bool(build.get("no_cache")),
            bool(build.get("pull")),
            tuple(options),
            inline,
        )

    def _args(self, given: Any, where: str) -> dict[str, str]:
        """Build arguments; one without a value has that of the environment, or none."""
        found = {}
        for item in _pairs(given, "=", where):
            name, equals, value = item.partition("=")
            if equals:
                found[name] = value
            elif name in self._env:
                found[name] = self._env[name]
        return found

    def _contexts(self, given: Any, where: str) -> dict[str, str]:
        found = {}
        for item in _pairs(given, "=", where):
            name, _, value = item.partition("=")
            if value.startswith("service:"):
                raise UserError(
                    f"{where} takes {value} for its context {name}", "build that first, and name its image"
                )
            found[name] = value if "://" in value else os.path.normpath(os.path.join(self._folder, value))
        return found

    def _secret(self, given: Any, where: str) -> str:
        """A secret in the words of `--secret`."""
        source = given.get("source") if isinstance(given, dict) else given
        target = (given.get("target") if isinstance(given, dict) else None) or source
        known = self._filled(self._secrets.get(source), where)
        if not isinstance(known, dict):
            raise UserError(f"{where}: there is no secret {source}")
        if known.get("environment"):
            return f"id={target},env={known['environment']}"
        if known.get("file"):
            return f"id={target},src={os.path.join(self._folder, known['file'])}"
        raise UserError(f"{where}: the secret {source} is neither a file nor a variable")

    def _filled(self, value: Any, where: str) -> Any:
        """A value with its variables filled in."""
        if isinstance(value, str):
            return interpolate(value, self._env, where)
        if isinstance(value, dict):
            return {key: self._filled(one, where) for key, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one, where) for one in value]
        return value


def interpolate(text: str, env: dict[str, str], where: str) -> str:
    """`$NAME`, `${NAME}` and its forms with `:-`, `-`, `:?`, `?`, `:+` and `+` filled in, `$$` as a dollar."""
    out, at = [], 0
    while at < len(text):
        if text[at] != "$":
            out.append(text[at])
            at += 1
        elif text.startswith("$$", at):
            out.append("$")
            at += 2
        elif text.startswith("${", at):
            end = _close(text, at + 2)
            name = _NAME.match(text, at + 2)
            if end < 0 or name is None:
                raise UserError(f"{where}: {text} is no valid use of a variable")
            out.append(_value(name[0], text[name.end() : end], env, where))
            at = end + 1
        else:
            name = _NAME.match(text, at + 1)
            out.append(env.get(name[0], "") if name else "$")
            at = name.end() if name else at + 1
    return "".join(out)


def _close(text: str, at: int) -> int:
    """Where the brace closes that was opened before an offset; -1 when nowhere."""
    depth = 1
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
            at += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1


def _value(name: str, rest: str, env: dict[str, str], where: str) -> str:
    form = re.match(r":?[-?+]", rest)
    value = env.get(name)
    if form is None:
        if rest:
            raise UserError(f"{where}: ${{{name}{rest}}} is no valid use of a variable")
        return value or ""
    there = bool(value) if form[0].startswith(":") else value is not None
    other = rest[form.end() :]
    if form[0].endswith("+"):
        return interpolate(other, env, where) if there else ""
    if there:
        return value or ""
    if form[0].endswith("?"):
        raise UserError(
            f"{where}: {name} is not set{': ' + other if other else ''}", f"export {name}, or put it in .env"
        )
    return interpolate(other, env, where)


def _dotenv(path: str) -> dict[str, str]:
    """The variables of an .env file; none where there is no such file."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return {}
    found: dict[str, str] = {}
    for line in lines:
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*[=:]\s*(.*)$", line)
        if match is None:
            continue
        name, value = match[1], match[2].strip()
        quoted = re.match(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"", value)
        if quoted is not None and quoted[1] is not None:
            found[name] = quoted[1]
            continue
        if quoted is not None:
            value = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]), quoted[2])
        else:
            value = re.sub(r"\s+#.*$", "", value)
        found[name] = interpolate(value, {**found, **os.environ}, path)
    return found


def _list(given: Any, where: str) -> list[str]:
    if given is None:
        return []
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list):
        raise UserError(f"{where}: {given} is no list")
    return [str(one) for one in given]


def _pairs(given: Any, between: str, where: str) -> list[str]:
    """A mapping or a list as a list of NAME, or NAME and value with a sign between."""
    if not isinstance(given, dict):
        return _list(given, where)
    return [str(key) if value is None else f"{key}{between}{_text(value)}" for key, value in given.items()]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ulimits(given: Any) -> list[str]:
    found = []
    for name, value in (given or {}).items():
        both = f"{value.get('soft')}:{value.get('hard')}" if isinstance(value, dict) else value
        found.append(f"{name}={both}")
    return found
