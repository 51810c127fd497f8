"""The base of the runtime stage: the same image, or the relative of a toolchain image."""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.knowledge.bases import base_image, familiar_name, split_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dockerlint.model import Stage

_PLAIN = frozenset((
    "debian", "ubuntu", "alpine", "fedora", "centos", "rockylinux", "almalinux", "amazonlinux", "oraclelinux",
    "rockylinux/rockylinux", "registry.fedoraproject.org/fedora", "quay.io/centos/centos",
))  # fmt: skip
# Releases that move: a toolchain installed today may bring newer libraries than the base has.
_MOVING = frozenset(
    ("sid", "unstable", "testing", "experimental", "rc-buggy", "edge", "rawhide", "devel", "rolling")
)
_MANAGER = {
    "debian": "apt", "ubuntu": "apt", "alpine": "apk", "fedora": "dnf", "centos": "dnf", "rockylinux": "dnf", "almalinux": "dnf",
    "amazonlinux": "dnf", "oraclelinux": "dnf",
}  # fmt: skip


@record
class Base:
    """What the two stages stand on.

    `runtime` is the reference to write in the second FROM, None for the same as the first;
    `manager` is the package manager (apt, apk, dnf, empty when not known), `release` the tag or
    codename that package names depend on; `workdir` where a file without WORKDIR starts, None when
    not known. `plain` images are a bare distribution, with an empty /usr/local. `toolchain` names
    what the image brings for building, empty for none; `language` is its own. `installs` are
    packages that the runtime image needs for what the other one held; `libraries` are files to
    bring along, by what was compiled; `programs` are what the runtime image can start. `same` tells whether packages go by
    the same names on both; `direct` that only programs made by direct calls of the compiler can be
    brought over. `paths` are variables that the build image sets; `unsets` are those that the
    runtime image sets and the build image does not. `python` is the version of a Python image; `compilers` tells that the base itself
    has compilers and no relative without."""

    runtime: str | None
    manager: str
    release: str
    workdir: str | None
    plain: bool
    toolchain: str
    language: str
    installs: tuple[str, ...]
    libraries: Mapping[str, tuple[str, ...]]
    programs: frozenset[str]
    same: bool
    direct: bool
    paths: dict[str, str]
    glibc: bool
    python: str
    unsets: tuple[str, ...] = ()
    problem: str = ""
    compilers: bool = False


def base_of(stage: Stage) -> Base:
    """The base of a stage; `problem` says why it has no runtime relative."""
    image = stage.image or stage.start.image.value or ""
    name, tag, _ = split_reference(image)
    short = familiar_name(name)
    tokens = tag.split("-")
    for spec in _specs():
        if short in spec["names"]:
            found = _relative(spec, short, tag)
            if found is not None:
                return found
    if any(short in spec["names"] for spec in _specs()) and not _is_light(short, tokens):
        return _base(
            problem=f"dockerlint knows no runtime image for `{image or stage.start.image.raw}`",
            toolchain=f"the toolchain of {short}",
        )
    if short in _PLAIN:
        return _plain(short, tag, tokens)
    known = base_image(name, tag)
    manager = (
        {"apt-get": "apt", "apk": "apk", "dnf": "dnf", "yum": "dnf"}.get(known.package_manager, "")
        if known
        else ""
    )
    release = ""
    python = ""
    workdir: str | None = None
    if known is not None:
        release = next((t for t in tokens if t.isalpha()), "")
        release = known.distro_release.version if known.distro_release is not None else release
        if short in ("python", "node", "ruby", "php"):
            workdir = "/var/www/html" if short == "php" else "/"
        if short == "python":
            python = ".".join(tag.split("-")[0].split(".")[:2])
    problem = ""
    if any(t in _MOVING for t in tokens):
        problem = (
            "its base is a release that moves, so the compiler may bring newer libraries than the base has"
        )
    if known is not None and known.distro == "windows":
        problem = "a Windows image cannot be taken apart"
    programs = frozenset((short,)) if short in ("node", "python", "ruby", "php") else frozenset[str]()
    if short == "node":
        programs |= {"npm", "npx", "yarn", "nodejs"}
    if short == "python":
        programs |= {"python3", "pip"}
    if short == "ruby":
        programs |= {"bundle", "gem", "irb", "rake"}
    return _base(
        manager=manager, release=release, workdir=workdir, programs=programs, problem=problem,
        glibc=known is None or known.libc == "glibc", python=python,
        paths={"GEM_HOME": "/usr/local/bundle"} if short == "ruby" else {},
        compilers=known is not None and "compilers" in known.provides,
    )  # fmt: skip


def _is_light(short: str, tokens: list[str]) -> bool:
    """Whether an image of a toolchain's name is one for running programs (node:20-slim)."""
    return short in ("node", "python") and any(t == "slim" or t.startswith("alpine") for t in tokens)


def _plain(short: str, tag: str, tokens: list[str]) -> Base:
    problem = ""
    if any(t in _MOVING for t in tokens):
        problem = (
            "its base is a release that moves, so the compiler may bring newer libraries than the base has"
        )
    family = short.rpartition("/")[2]
    release = next((t for t in tokens if t), "")
    return _base(
        manager=_MANAGER.get(family, "dnf"), release=release, workdir="/", plain=True, problem=problem,
        glibc=family != "alpine",
    )  # fmt: skip


def _base(
    *, runtime: str | None = None, manager: str = "", release: str = "", workdir: str | None = None, plain: bool = False,
    toolchain: str = "", language: str = "", installs: tuple[str, ...] = (), libraries: Mapping[str, tuple[str, ...]] | None = None,
    programs: frozenset[str] = frozenset(), same: bool = True, direct: bool = False, paths: dict[str, str] | None = None,
    glibc: bool = True, python: str = "", unsets: tuple[str, ...] = (), problem: str = "",
    compilers: bool = False,
) -> Base:  # fmt: skip
    return Base(
        runtime, manager, release, workdir, plain, toolchain, language, installs, libraries or {}, programs, same, direct,
        paths or {}, glibc, python, unsets, problem, compilers,
    )  # fmt: skip


def _specs() -> list[dict[str, Any]]:
    from dockerlint.knowledge.tables import SPLIT

    found: list[dict[str, Any]] = SPLIT["bases"]
    return found


def _relative(spec: dict[str, Any], short: str, tag: str) -> Base | None:
    """The base that a table entry gives for a tag; None when the entry says nothing of it."""
    tokens = tag.split("-") if tag else []
    if any(word in tag for word in (*spec.get("refuse", ()), "windows", "nanoserver")):
        return None
    alpine = next((t[len("alpine") :] for t in tokens if t.startswith("alpine")), None)
    words = {"tag": tag}
    manager, release = "apt", ""
    if "version" in spec:
        import re

        match = re.search(spec["version"], tag)
        if match is None or (alpine is not None and "apk" not in spec):
            return None
        manager = "apk" if alpine is not None else "apt"
        words["version"] = match.group(1)
        words["rest"] = (match.group(2) or "") if match.lastindex and match.lastindex > 1 else ""
        release = words["rest"].rpartition("-")[2]
    elif alpine is not None:
        if "apk" not in spec or not alpine[:1].isdigit():
            return None
        words["alpine"], manager = alpine, "apk"
    else:
        codename = _codename(spec, tokens)
        if codename is None:
            return None
        words["codename"] = release = codename
    slim = "slim" in tokens
    holds: list[str] = spec.get(
        "holds_apk" if manager == "apk" else "holds_slim" if slim and "holds_slim" in spec else "holds", []
    )
    return _base(
        runtime=spec[manager].format(**words),
        manager=manager,
        release=release,
        workdir=spec.get("workdirs", {}).get(short, spec["workdir"]),
        toolchain=f"the toolchain of {short}",
        language=spec["language"],
        installs=tuple(holds),
        libraries=spec.get("libraries", {}),
        programs=frozenset(spec.get("programs", ())),
        same=spec.get("same", "version" not in spec),
        direct=spec.get("direct_only", False),
        paths=dict(spec.get("paths", {})),
        glibc=manager != "apk",
        unsets=tuple(spec.get("unsets", ())),
        python=".".join(words.get("version", "").split(".")[:2]) if short == "python" else "",
    )


def _codename(spec: dict[str, Any], tokens: list[str]) -> str | None:
    """The Debian release a tag stands for: the one it names, else what the table says."""
    known = ("stretch", "buster", "bullseye", "bookworm", "trixie")
    named = next((t for t in tokens if t in known), None)
    if named is not None:
        return named
    rest = [t for t in tokens if t != "slim"]
    if len(rest) > 1:
        return None
    table: dict[str, str] = spec["codename"]
    version = rest[0] if rest else "latest"
    if version in table:
        return table[version]
    parts = version.split(".")
    short = ".".join(parts[:2])
    if len(parts) > 2 and short in table and f"{short}.0" not in table and _patch_is_settled(spec, short):
        return table[short]
    return table.get(parts[0]) if spec["language"] == "c" else None


def _patch_is_settled(spec: dict[str, Any], minor: str) -> bool:
    """Whether every patch release of a minor version had the same Debian release."""
    return minor not in spec.get("moved", ())
