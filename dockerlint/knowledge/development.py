"""Packages that are for building programs, and commands that build with them.

The facts and their sources are in `development.toml`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BARE_VERSION = "0123456789."
_sets: dict[tuple[str, str], frozenset[str]] = {}


def is_compiler(package: str) -> bool:
    """Whether a package of a distribution is a compiler or brings one: `gcc-12`, `build-base`."""
    names = _names("compilers")
    return package in names or _plain(package) in names


def is_build_tool(package: str) -> bool:
    """Whether a package steers builds (make, cmake, autoconf) without being a compiler."""
    names = _names("tools")
    return package in names or _plain(package) in names


def is_headers(package: str) -> bool:
    """Whether a package holds headers and link libraries: `libpq-dev`, `openssl-devel`, and
    `linux-headers`."""
    if package in _names("not_headers") or package.startswith(("java-", "openjdk")):
        return False
    return package.endswith(tuple(_names("header_tails")))


def is_development(package: str) -> bool:
    """Whether a package is for building, in any of the three ways."""
    return is_compiler(package) or is_build_tool(package) or is_headers(package)


def compiling_programs() -> frozenset[str]:
    """Programs that compile, or that install from source what may have parts to compile."""
    return _names("commands", "compile")


def compiling_scripts() -> frozenset[str]:
    """Scripts that compile when an interpreter runs them: `setup.py`."""
    return _names("commands", "scripts")


def compiling_modules() -> frozenset[str]:
    """Modules that install or build when `python -m` runs them."""
    return _names("commands", "modules")


def never_compiles(program: str) -> bool:
    """Whether a program is known to compile nothing, whatever its arguments."""
    return program in _names("commands", "harmless")


def needs_full_image(language: str) -> frozenset[str]:
    """Packages of a language (python, node) that ask for more than the slim image has."""
    return _names("needs", language)


def is_place_to_build(name: str) -> bool:
    """Whether the name of an image, stage or file says that it is for building, testing or
    developing: `team/app-builder:1`, `Dockerfile.dev`."""
    words = "".join(c if c.isalnum() else " " for c in name.lower()).split()
    return not _names("places", "words").isdisjoint(words)


def compiles_for_others(program: str) -> bool:
    """Whether a program that a container starts compiles on behalf of somebody else."""
    return program in _names("places", "programs")


def runtime_packages(headers: str, family: str) -> tuple[str, ...] | None:
    """The packages that hold the libraries of a header package, the same in every release;
    None where the table does not know. `family` is apt-get, apk or dnf."""
    from dockerlint.knowledge.tables import SPLIT

    name = "apt" if family == "apt-get" else family
    found = SPLIT["packages"].get(name, {}).get("dev", {}).get(headers)
    return None if found is None else tuple(found)


def _plain(package: str) -> str:
    """A package name without the version that ends it: `gcc-12` is gcc, `clang-14` clang."""
    return package.rstrip(_BARE_VERSION).rstrip("-")


def _names(table: str, key: str = "") -> frozenset[str]:
    """A list of the table as a set, made once."""
    if (table, key) not in _sets:
        from dockerlint.knowledge.tables import DEVELOPMENT

        found: Any = DEVELOPMENT[table]
        _sets[table, key] = frozenset(found.get(key, ()) if key else found)
    return _sets[table, key]
