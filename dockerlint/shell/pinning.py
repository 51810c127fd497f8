"""Packages that are installed without a version: which ones, and how to say so."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dockerlint.shell.as_hadolint import Call
    from dockerlint.shell.script import ShellWord

# Releases whose own pip is older than 6, which brought --no-cache-dir.
OLD_PIP = (
    "ubuntu:12.04", "ubuntu:precise", "ubuntu:14.04", "ubuntu:trusty", "debian:wheezy", "debian:7",
    "debian:jessie", "debian:8",
)  # fmt: skip
_SHOWN = 3
_LONGEST = 30
_VERSION_SIGNS = ("==", ">", "<", "!=", "~=", "===")


def without(words: Iterable[ShellWord], is_free: Callable[[str], bool]) -> list[ShellWord]:
    """The words that name something without a version, as a test of their value tells; those in which
    a shell expands something are left out."""
    return [word for word in words if word.value and is_free(word.value)]


def listed(names: Sequence[str]) -> str:
    """Some names for a message: the first three, and how many more there are."""
    shown = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        return f"{', '.join(shown)} and {len(names) - _SHOWN} more"
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def pip_installs(call: Call) -> bool:
    """Whether hadolint takes a call for `pip install`: a program whose name begins with `pip` but
    not with `pipenv`, or a python with `-m pip install`."""
    if call.name.startswith("pip") and not call.name.startswith("pipenv"):
        return "install" in call.arguments
    if not call.name.startswith("python"):
        return False
    words = call.arguments
    return any(words[at : at + 3] == ("-m", "pip", "install") for at in range(len(words) - 2))


def pip_pinned(package: str) -> bool:
    """Whether a requirement of pip says which version it means, or where its files are."""
    if package.startswith(("git+", "hg+", "bzr+", "svn+")):
        return "@" in package
    return (
        any(sign in package for sign in _VERSION_SIGNS)
        or "/" in package
        or package.endswith((".whl", ".tar.gz"))
    )


def npm_pinned(package: str) -> bool:
    """Whether an argument of `npm install` says which version it means, or where its files are."""
    if package.startswith(("git://", "git+ssh://", "git+http://", "git+https://")):
        return "#" in package
    if package.startswith(("/", "./", "../", "~/")) or package.endswith((".tar", ".tar.gz", ".tgz")):
        return True
    return "@" in (package[1:] if package.startswith("@") else package)
