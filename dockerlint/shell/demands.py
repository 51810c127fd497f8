"""What some stages ask of the full variant of their base image that its slim one has not."""

from __future__ import annotations

from dockerlint.frozen import record
from dockerlint.knowledge.bases import programs_of_full_variant
from dockerlint.knowledge.development import (
    compiling_programs,
    compiling_scripts,
    is_development,
    needs_full_image,
)
from dockerlint.model import Onbuild
from dockerlint.shell.installs import installs
from dockerlint.shell.leftover import verb
from dockerlint.shell.quoting import shown
from dockerlint.shell.starts import run_scripts, start_scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockerlint.knowledge.bases import BaseImage
    from dockerlint.model import Stage
    from dockerlint.shell.script import Command, Script

_SYSTEM = ("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/")
_PYTHON = frozenset(("pip", "pip2", "pip3", "uv", "poetry", "pipenv", "pdm"))
_NODE = frozenset(("npm", "yarn", "pnpm", "npx", "bun"))
_NATIVE = frozenset(("gem", "bundle", "bundler", "cpan", "cpanm", "luarocks", "rake"))
_FROM_SOURCE = ("--build-from-source", "--no-binary", "--no-binary=:all:", "--global-option", "rebuild")
_FETCH = frozenset(("curl", "wget", "git"))
# Packages whose name is not that of the program they bring.
_BRINGS = {
    "gpg": ("gnupg", "gnupg2", "gpg"),
    "dirmngr": ("dirmngr", "gnupg", "gnupg2"),
    "ssh": ("openssh-client", "ssh"),
    "scp": ("openssh-client", "ssh"),
    "sftp": ("openssh-client", "ssh"),
    "ssh-keygen": ("openssh-client", "ssh"),
    "ssh-keyscan": ("openssh-client", "ssh"),
    "xz": ("xz-utils",),
    "unxz": ("xz-utils",),
    "xzcat": ("xz-utils",),
    "bunzip2": ("bzip2",),
    "svn": ("subversion",),
    "hg": ("mercurial",),
    "ps": ("procps",),
    "pkill": ("procps",),
    "pgrep": ("procps",),
    "top": ("procps",),
    "convert": ("imagemagick",),
    "identify": ("imagemagick",),
    "mogrify": ("imagemagick",),
    "python": ("python", "python-is-python3", "python2"),
    "python3": ("python3",),
}


@record
class Demands:
    """`needs` names what the slim variant lacks and the stages use, None when nothing was seen;
    `unsure` what cannot be read from the file and may need it (a script of the project, a
    program that a variable names), None when everything could be read; `installs_by` the
    package managers of languages that install what the file does not name."""

    needs: str | None
    unsure: str | None
    installs_by: tuple[str, ...]


def demands(stages: Sequence[Stage], base: BaseImage) -> Demands:
    """What the RUNs of the stages and the containers of the last of them use."""
    reader = _Reader(base)
    for run, script in run_scripts(stages):
        if any(mount.type == "ssh" for mount in run.mounts):
            reader.need("ssh")
        reader.read(script)
    for stage in stages:
        for script in start_scripts(stage):
            reader.read(script)
        if any(True for _ in stage.of(Onbuild)):
            reader.doubt("the image that ONBUILD is for")
    return Demands(reader.needs, reader.unsure, tuple(sorted(reader.managers)))


class _Reader:
    def __init__(self, base: BaseImage) -> None:
        self.base = base
        self.needs: str | None = None
        self.unsure: str | None = None
        self.managers: set[str] = set()
        self.packages: set[str] = set()
        self.missing = programs_of_full_variant()
        self.compilers = compiling_programs()

    def need(self, what: str) -> None:
        self.needs = self.needs or what

    def doubt(self, what: str) -> None:
        self.unsure = self.unsure or what

    def read(self, script: Script) -> None:
        if script.text.text.strip() and (not script.ok or script.dialect in ("powershell", "cmd", "unknown")):
            self.doubt("a script that cannot be read")
        made = {id(install.command): install for install in installs(script)}
        for command in script.commands:
            install = made.get(id(command))
            if install is None:
                self._command(command)
                continue
            for package in install.packages:
                if package.name is None:
                    self.doubt(shown(package.word))
                elif is_development(package.name):
                    self.need(package.name)
                else:
                    self.packages.add(package.name)
            if not command.has("--no-install-recommends") and self.packages & _FETCH:
                self.packages.add("ca-certificates")

    def _command(self, command: Command) -> None:
        name = command.name
        path = shown(command.name_word)
        if name is None or name.endswith(".sh") or ("/" in path and not path.startswith(_SYSTEM)):
            self.doubt(path)
            return
        if command.tool == "sh" and command.operands and not command.has("-c"):
            self.doubt(shown(command.operands[0]))
        if name in _PYTHON or name in _NODE:
            self._packages(name, command)
        elif name in _NATIVE and verb(command) in ("install", "update", ""):
            self.need(name)
        elif name.startswith("python") and self.base.family in ("python", "pypy"):
            self._python(command)
        elif name in self.missing and name not in self._own() and not self._brought(name):
            self.need(name)
        elif name in self.compilers and name not in self.missing and name not in self._own():
            self.doubt(name)
        if name in _FETCH and self.base.family == "node" and "ca-certificates" not in self.packages:
            self.need("ca-certificates")

    def _own(self) -> tuple[str, ...]:
        """Programs of the missing ones that the slim variant has, too (Debian needs Perl)."""
        return ("perl", "python", "python3") if self.base.family in ("python", "pypy") else ("perl",)

    def _brought(self, program: str) -> bool:
        return bool(self.packages & {program, *_BRINGS.get(program, ())})

    def _packages(self, name: str, command: Command) -> None:
        words = [shown(w) for w in command.arguments]
        if any(w.startswith(_FROM_SOURCE) for w in words):
            self.need(f"{name} {next(w for w in words if w.startswith(_FROM_SOURCE))}")
        language = "python" if name in _PYTHON else "node"
        special = needs_full_image(language)
        for word in words:
            if word.startswith(("git+", "git:", "github:", "hg+", "svn+")) or word.endswith(".git"):
                self.need("git")
            if _distribution(word) in special:
                self.need(word)
        verbs = {*words, *(verb(command) or name).split()}
        if {"install", "ci", "add", "sync", "i", "yarn"} & verbs:
            self.managers.add(name)

    def _python(self, command: Command) -> None:
        words = [shown(w) for w in command.arguments]
        if any(word.rpartition("/")[2] in compiling_scripts() for word in words):
            self.need("setup.py")
        if words[:2] == ["-m", "pip"]:
            self._packages("pip", command)


def _distribution(word: str) -> str:
    """The name of a package in a requirement: `psycopg2==2.9` is psycopg2."""
    for at, char in enumerate(word):
        if char in "=<>~![;@ " and at > 0:
            return word[:at].lower().replace("_", "-")
    return word.lower().replace("_", "-")
