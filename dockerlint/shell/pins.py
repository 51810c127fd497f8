"""Fixes that pin packages to the version that an image was seen to have, each in its manager's own way."""

from __future__ import annotations

import re

from dockerlint.fix import Edit, Fix
from dockerlint.frozen import record
from dockerlint.shell.installs import installs
from dockerlint.shell.pinning import listed, without
from dockerlint.shell.quoting import unquoted
from dockerlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dockerlint.model import Dockerfile, Run
    from dockerlint.shell.as_hadolint import Call
    from dockerlint.shell.script import Script, ShellWord

# Why such a fix is unsafe.
REASON = (
    "it names the versions of the image that was measured last; a repository that drops one of them stops the build "
    "until it is measured again"
)
# What a version is made of; nothing of it means anything to a shell or inside JSON.
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+:~_^-]*")
_RPM_ARCHES = r"(?:x86_64|i[3-6]86|aarch64|armv7hl|ppc64le|s390x|riscv64|noarch)"
# A package as each manager takes one without a version. `name` is what to look up, what stands behind
# `moving` is replaced, and the version goes to its end.
_FORMS = {
    "apt": r"(?P<name>[a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?",
    "apk": r"(?P<name>[A-Za-z0-9][A-Za-z0-9+._-]*)",
    "dnf": rf"(?P<name>[A-Za-z0-9][A-Za-z0-9+._-]*?)(?P<rest>\.{_RPM_ARCHES})?",
    "zypper": rf"(?P<name>[A-Za-z0-9][A-Za-z0-9+._-]*?)(?:\.{_RPM_ARCHES})?",
    "pip": r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?: *\[[A-Za-z0-9._, -]*\])?(?P<rest> *;.*)?",
    "npm": r"(?P<name>(?:@[A-Za-z0-9._~-]+/)?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)(?P<moving>@(?:latest|next))?",
    "gem": r"(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]*)",
    "go": r"(?P<name>[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]+/[A-Za-z0-9._~/-]+)"
    r"(?P<moving>@(?:latest|upgrade|patch|none|master|main|HEAD)?)?",
}  # fmt: skip
_SIGNS = {
    "apt": "=", "apk": "=", "dnf": "-", "zypper": "=", "pip": "==", "npm": "@", "gem": ":", "go": "@",
}  # fmt: skip
# Under which manager the packages of a program are known, where that is another name.
_DATABASES = {"dnf": "rpm", "zypper": "rpm"}


@record
class Place:
    """A package without a version: its name as its manager's database has it, and from where to where
    in the word its version goes."""

    name: str
    start: int
    end: int


def place(manager: str, word: str) -> Place | None:
    """Where the version goes in a word that names a package for one of apt, apk, dnf, zypper, pip, npm,
    gem and go; None for one whose form is another: with a version, a path, a pattern, a group."""
    match = re.fullmatch(_FORMS[manager], word)
    if match is None:
        return None
    found = match.groupdict()
    end = match.start("rest") if found.get("rest") else len(word)
    start = match.start("moving") if found.get("moving") is not None else end
    return Place(normal(manager, match["name"]), start, end)


def normal(manager: str, name: str) -> str:
    """A name as it is looked up: pip takes `Foo_Bar` for `foo-bar` (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower() if manager == "pip" else name


def database(manager: str) -> str:
    """The name under which what a program installs is known: rpm for dnf and zypper."""
    return _DATABASES.get(manager, manager)


def pins(
    dockerfile: Dockerfile, run: Run, script: Script, manager: str, words: Iterable[ShellWord]
) -> Fix | None:
    """A fix that gives the words which name a package of known version that version; None without one."""
    if not script.ok or dockerfile.versions is None:
        return None
    edits: list[Edit] = []
    told: list[str] = []
    for word in words:
        at = place(manager, word.value) if word.value is not None else None
        if at is None:
            continue
        version = dockerfile.version(run, database(manager), at.name)
        if version is None or not _VERSION.fullmatch(version):
            continue
        version = spelled(manager, version)
        span = _span(dockerfile, script, word, at)
        if span is not None:
            edits.append(Edit(span, _SIGNS[manager] + version))
            told.append(f"{at.name} {version}")
    return Fix(f"pin {listed(told)}, as last measured", tuple(edits)) if edits else None


def pins_of_call(
    dockerfile: Dockerfile, run: Run, call: Call, manager: str, is_free: Callable[[str], bool]
) -> Fix | None:
    """The same for a call as hadolint sees it, for those of its packages that a test finds to be without
    a version."""
    from dockerlint.shell.as_hadolint import ours

    own = ours(run, call) if dockerfile.versions is not None else None
    if own is None:
        return None
    script, command = own
    known = [install for install in installs(script) if install.command is command]
    words = [package.word for install in known for package in install.packages] or command.operands
    return pins(dockerfile, run, script, manager, without(words, is_free))


def spelled(manager: str, version: str) -> str:
    """A version as a command takes it: dnf and yum know packages as name-version-release."""
    return version.partition(":")[2] if manager == "dnf" and ":" in version else version


def _span(dockerfile: Dockerfile, script: Script, word: ShellWord, at: Place) -> Span | None:
    """The span in the file of a part of a word's value; inside its quotes, where it has some."""
    plain = unquoted(word.raw)[0]
    if plain.text != word.value or not at.start:
        return None
    before = script.text.offset(word.start + plain.offset(at.start - 1))
    last = script.text.offset(word.start + plain.offset(at.end - 1))
    span = Span(before + 1, last + 1)
    # A word in a place that cannot be led back to the file exactly is left alone.
    text = dockerfile.source.text
    if (
        text[before] != word.value[at.start - 1]
        or text[span.start : span.end] != word.value[at.start : at.end]
    ):
        return None
    return span
