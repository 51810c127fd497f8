"""The configurations of two images side by side."""

from __future__ import annotations

from dockerlint.contract.record import Difference
from dockerlint.knowledge.running import toolchain_variables
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockerlint.contract.record import Promise
    from dockerlint.image import Image
    from dockerlint.view import View

# Of the whole image; what the engine notes about the build (created, history, rootfs) is no part of it.
_OF_IMAGE = ("architecture", "variant", "os", "os.version", "author")
# What engines leave in the configuration of the container that they built in.
_ENGINES_OWN = frozenset(
    (
        "Hostname",
        "Domainname",
        "Image",
        "AttachStdin",
        "AttachStdout",
        "AttachStderr",
        "Tty",
        "OpenStdin",
        "StdinOnce",
    )
)
# https://docs.docker.com/reference/cli/docker/container/run/#env and every other engine.
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BY_RULE = "a rule that was applied changes it"


# By which TLS libraries are told where certificates are (OpenSSL, Go, curl).
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def config_changes(before: Image, after: Image, promise: Promise, there: View) -> Iterator[Difference]:
    """Every setting that differs; `there` is a view of the second image. None, empty and absent are one."""
    for key in _OF_IMAGE:
        if (before.config.get(key) or None) != (after.config.get(key) or None):
            text = f"{before.config.get(key)!r} -> {after.config.get(key)!r}"
            yield Difference("config", key, text, _BY_RULE if key in promise.config else "")
    old, new = _settings(before), _settings(after)
    for key in sorted({*old, *new} - _ENGINES_OWN):
        one, two = old.get(key) or None, new.get(key) or None
        if one == two or (key == "WorkingDir" and {one, two} == {None, "/"}):
            # Containers start in / where an image names no folder; BuildKit writes that down, others do not.
            continue
        lists = [value for value in (one or [], two or []) if isinstance(value, list)]
        tables = [value for value in (one or {}, two or {}) if isinstance(value, dict)]
        if key == "Env" and len(lists) == 2:
            yield from _env(lists[0], lists[1], promise, there)
        elif len(tables) == 2:
            yield from _mapping(key, tables[0], tables[1], promise)
        else:
            yield Difference("config", key, f"{one!r} -> {two!r}", _allowed(key, promise))


def _settings(image: Image) -> Mapping[str, object]:
    settings = image.config.get("config")
    return settings if isinstance(settings, dict) else {}


def _allowed(key: str, promise: Promise) -> str:
    return _BY_RULE if key in promise.config else ""


def _env(old: list[object], new: list[object], promise: Promise, there: View) -> Iterator[Difference]:
    one, two = (dict(str(item).partition("=")[::2] for item in env) for env in (old, new))
    for name in sorted({*one, *two}):
        if one.get(name) == two.get(name):
            continue
        allowed = _allowed("Env", promise)
        if name == "PATH" and {one.get(name), two.get(name)} == {None, DEFAULT_PATH}:
            allowed = "what containers get where an image does not say"
        if name.startswith(("LANG", "LC_")) and not one.get(name) and not two.get(name):
            # The Open Group Base Specifications, 8.2.
            allowed = "an empty one is as none"
        if not allowed and promise.closure and name not in two and name in toolchain_variables():
            allowed = "a variable of the toolchain's own image, for building"
        if (
            promise.closure
            and name in CERTIFICATES
            and name not in one
            and there.real(absolute(two[name], "/"))
        ):
            allowed = allowed or "the ground names the certificates that it brings"
        yield Difference("config", f"Env {name}", f"{one.get(name)!r} -> {two.get(name)!r}", allowed)
    if one == two:
        yield Difference("config", "Env", "the variables stand in another order", "order means nothing")


def _mapping(
    key: str, old: dict[str, object], new: dict[str, object], promise: Promise
) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name) or (name in old) != (name in new):
            text = f"{_shown(old, name)} -> {_shown(new, name)}"
            yield Difference("config", f"{key} {name}", text, _allowed(key, promise))


def _shown(table: dict[str, object], name: str) -> str:
    return repr(table[name]) if name in table else "none"
