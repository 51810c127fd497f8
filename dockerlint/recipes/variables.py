"""Variables of Compose files: how their uses are filled in, and how `.env` files are read."""

from __future__ import annotations

import re

from dockerlint.errors import UserError
from dockerlint.recipes.content import content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DOLLAR = "write $$ for a dollar that begins no variable"

_BETWEEN = re.compile(r"(?:\s|#[^\n]*)*")
_KEY = re.compile(r"(?:export[ \t]+)?([\w.\-\[\]]+)[ \t\r]*(?:([=:])[ \t]*)?")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_REST = re.compile(r"[^\n]*")
_ESCAPE = re.compile(r"\\([abfnrtv\"\\$]|0[0-9]{0,3})")
_ESCAPES = dict(zip('abfnrtv"\\', '\a\b\f\n\r\t\v"\\')) | {"$": "$$"}


def interpolate(text: str, env: Mapping[str, str], where: str) -> str:
    """`$NAME`, `${NAME}` and its forms with `:-`, `-`, `:?`, `?`, `:+` and `+` filled in, `$$` as a dollar.
    A dollar before anything else is one. UserError for a brace that opens none of these."""
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
                raise UserError(f"{where}: {text} is no valid use of a variable", _DOLLAR)
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


def _value(name: str, rest: str, env: Mapping[str, str], where: str) -> str:
    form = re.match(r":?[-?+]", rest)
    value = env.get(name)
    if form is None:
        if rest:
            raise UserError(f"{where}: ${{{name}{rest}}} is no valid use of a variable", _DOLLAR)
        return value or ""
    there = bool(value) if form[0].startswith(":") else value is not None
    other = rest[form.end() :]
    if form[0].endswith("+"):
        return interpolate(other, env, where) if there else ""
    if there:
        return value or ""
    if form[0].endswith("?"):
        why = f": {interpolate(other, env, where)}" if other else ""
        raise UserError(f"{where}: {name} is not set{why}", f"export {name}, or put it in .env")
    return interpolate(other, env, where)


def dotenv(path: str, env: Mapping[str, str], before: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a file of NAME=VALUE lines over those of files before it, with uses of earlier ones and of
    the environment filled in. The environment counts more; in uses, so do the files before. UserError when it cannot
    be read, or is no such file."""
    text = content(path).removeprefix("\ufeff")
    found = dict(before or {})
    given = {**found, **env}
    at = 0
    while True:
        at = _end(_BETWEEN, text, at)
        if at == len(text):
            return found
        key = _KEY.match(text, at)
        # A name alone stands for what the environment has, which counts anyhow.
        if key is None or (key[2] is None and text[key.end() : key.end() + 1] not in ("", "\n")):
            raise _malformed(path, text, at, "NAME=VALUE")
        at = key.end()
        if key[2] is None:
            continue
        if text[at : at + 1] in ("'", '"'):
            quoted = _QUOTED.match(text, at)
            if quoted is None:
                raise _malformed(path, text, at, f"closing {text[at]}")
            value = _unquoted(quoted, {**found, **given}, path)
            at = _end(_REST, text, quoted.end())
        else:
            end = _end(_REST, text, at)
            plain = text[at:end].partition(" #")[0].rstrip()
            value, at = interpolate(plain, {**found, **given}, path), end
        found[key[1]] = env.get(key[1], value)


def _unquoted(quoted: re.Match[str], env: Mapping[str, str], path: str) -> str:
    if quoted[1] is not None:
        return quoted[1].replace("\\'", "'")
    plain = _ESCAPE.sub(lambda match: _ESCAPES.get(match[1]) or _octal(match[1][1:]), quoted[2])
    return interpolate(plain, env, path)


def _octal(digits: str) -> str:
    """What a backslash, 0 and digits are: a character for three, else the same without the 0."""
    return chr(int(digits, 8)) if re.fullmatch("[0-3][0-7]{2}", digits) else f"\\{digits}"


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a match ends, for patterns that match everywhere."""
    match = pattern.match(text, at)
    return match.end() if match is not None else at


def _malformed(path: str, text: str, at: int, lacks: str) -> UserError:
    line = text.count("\n", 0, at) + 1
    return UserError(
        f"{path}: line {line} has no {lacks}", "docker compose refuses such a file, too; mend it"
    )
