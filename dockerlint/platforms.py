"""Platforms: `os[(version+feature)][/arch[/variant]]`, by the rules of containerd/platforms."""

from __future__ import annotations

import re

from dockerlint.frozen import record
from dockerlint.go import quote

_OS_PART = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$"
_PART = "^[A-Za-z0-9_.-]+$"
_SYSTEMS = frozenset((
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl",
    "netbsd", "openbsd", "plan9", "solaris", "windows", "zos",
))  # fmt: skip
_ARCHITECTURES = frozenset((
    "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64",
    "mips64le", "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x",
    "sparc", "sparc64", "wasm",
))  # fmt: skip


class InvalidPlatform(ValueError):
    """Not a platform; the message is BuildKit's."""


@record
class Platform:
    """A platform with the usual spellings made one (`x86_64` is `amd64`, `armhf` is `arm/v7`).

    `os` or `architecture` is None where the text leaves it to the machine that builds.
    """

    os: str | None
    architecture: str | None
    variant: str
    version: str = ""


def machine() -> str:
    """The platform that images are built for on this machine when nobody says another."""
    import platform

    name = platform.machine().lower()
    return f"linux/{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(name, name) }"


def parse(text: str) -> Platform:
    """The platform that an expanded `--platform` names. Raises InvalidPlatform."""
    if "*" in text:
        raise InvalidPlatform(f"{quote(text)}: wildcards not yet supported: invalid argument")
    parts = text.split("/", 3)
    match = re.fullmatch(_OS_PART[1:-1], parts[0])
    if match is None:
        raise InvalidPlatform(
            f"{quote(parts[0])} is an invalid OS component of {quote(text)}: "
            f"OSAndVersion specifier component must match {quote(_OS_PART)}: invalid argument"
        )
    for part in parts[1:]:
        if not re.fullmatch(_PART[1:-1], part):
            raise InvalidPlatform(
                f"{quote(part)} is an invalid component of {quote(text)}: "
                f"platform specifier component must match {quote(_PART)}: invalid argument"
            )
    if len(parts) > 3:
        raise InvalidPlatform(f"{quote(text)}: cannot parse platform specifier: invalid argument")
    system = match[1].lower().replace("macos", "darwin")
    version = match[2] or ""
    if len(parts) > 1:
        return Platform(system, *_architecture(parts[1], parts[2] if len(parts) == 3 else ""), version)
    if system in _SYSTEMS:
        return Platform(system, None, "", version)
    architecture, variant = _architecture(parts[0], "")
    if architecture in _ARCHITECTURES:
        return Platform(None, architecture, variant)
    raise InvalidPlatform(f"{quote(text)}: unknown operating system or architecture: invalid argument")


def _architecture(name: str, variant: str) -> tuple[str, str]:
    name, given = name.lower(), variant.lower()
    if name == "i386":
        return "386", ""
    if name in ("x86_64", "x86-64", "amd64"):
        return "amd64", "" if given == "v1" else given
    if name in ("aarch64", "arm64"):
        return "arm64", "" if given in ("8", "v8") else given
    if name == "armhf":
        return "arm", "v7" if variant else ""
    if name == "armel":
        return "arm", "v6"
    if name == "arm":
        if not given:
            return "arm", ""
        return "arm", f"v{given}" if given in ("5", "6", "7", "8") else given
    return name, given
