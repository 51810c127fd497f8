"""What `java` loads: its own folder without the tools of a JDK, and all that is on the class path.

Class files are looked through for the names of what else a program may need: compilers, windows, other programs,
libraries and classes from elsewhere. Source: https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html.
"""

from __future__ import annotations

import posixpath
import re

from dockerlint.closure import libraries
from dockerlint.closure.runtimes import Runtime
from dockerlint.inspect import Binary, Bundle, Text
from dockerlint.inspect.jars import COMPILES, DRAWS, of_class
from dockerlint.knowledge.running import is_leftover
from dockerlint.view import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.closure.walk import Walk
    from dockerlint.inspect.jars import Java
    from dockerlint.view import View

_PATHS = ("-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path")
_VALUES = (
    "--add-modules", "--add-opens", "--add-exports", "--add-reads", "--limit-modules", "--patch-module",
    "--enable-native-access", "--source",
)  # fmt: skip
# Of the folder of a Java: documents, and what only the tools of a JDK read.
_DOCUMENTS = re.compile(
    r"/(?:man|docs|legal|demo|sample|include|jmods)(?:/|$)|/(?:[A-Z_]+|[^/]*\.txt|lib/src\.zip|src\.zip)$"
)
_TOOLS = re.compile(
    r"/bin/(?!java$)|/lib/(?:ct\.sym|tools\.jar|sa-jdi\.jar|libsaproc\.so|jar\.binfmt|jvm\.cfg-default)$"
)
# What opens windows; a headless Java does without.
_WINDOWS = re.compile(r"/lib/(?:[a-z0-9_]+/)?lib(?:awt_xawt|jawt|splashscreen|atk-wrapper)\.so$")
# With it, what draws, plays and reads smart cards: it is there, but what it needs is only for who does that.
_DRAWS = re.compile(
    r"/lib/(?:[a-z0-9_]+/)?lib(?:awt[a-z_]*|jawt|splashscreen|fontmanager|freetype|harfbuzz|javajpeg|lcms|mlib_image|jsound[a-z]*|atk-wrapper|j2pcsc)\.so$"
)
_UNKNOWN = "what java loads besides the files that are named to it is not told by files"


def run(walk: Walk, path: str, real: str, arguments: tuple[str, ...]) -> None:
    """Need what `java` with some arguments needs. `path` is where it was found, `real` where that leads."""
    program = _Program(walk, f"/{path}")
    program.read(arguments)
    home = posixpath.dirname(posixpath.dirname(real))
    marks = ("lib/modules", "lib/rt.jar", "release")
    if home not in ("", "usr", "usr/local") and any(walk.view.is_file(f"{home}/{mark}") for mark in marks):
        # The Java of a JDK 8 is a folder in that.
        above = posixpath.dirname(home) if posixpath.basename(home) == "jre" else home
        _home(walk, home if not program.compiles else above, real, program)
    else:
        walk.gap(f"the folder of the Java that /{real} is of was not found")


def _home(walk: Walk, home: str, real: str, program: _Program) -> None:
    walk.runtimes.setdefault(home, Runtime(home, program.compiles))
    if program.compiles:
        walk.runtimes[home] = Runtime(home, True)
    machine = next((path for path in walk.view.below(home) if path.endswith("/libjvm.so")), "")
    fact = walk.view.facts.get(machine)
    if isinstance(fact, Binary):
        # It is loaded first; what needs it finds it loaded.
        libraries.load(walk, machine, fact, real)
        walk.loaded.setdefault(real, {})["libjvm.so"] = machine
    for found in walk.view.below(home):
        inner = found.removeprefix(home)
        if _DOCUMENTS.search(inner) or (not program.compiles and _TOOLS.search(inner)):
            continue
        if not program.draws and _WINDOWS.search(inner):
            continue
        target = walk.take(found, f"/{real}")
        fact = walk.view.facts.get(target or "")
        if isinstance(fact, Binary) and inner.endswith(".so") and (program.draws or not _DRAWS.search(inner)):
            libraries.load(walk, target or found, fact, real)


class _Program:
    """What is run: `draws` and `compiles` tell what of the Java it needs."""

    def __init__(self, walk: Walk, by: str) -> None:
        self.walk = walk
        self.by = by
        self.draws = False
        self.compiles = False
        self._seen: set[str] = set()

    def read(self, arguments: tuple[str, ...]) -> None:
        """Follow a command line."""
        from dockerlint.closure.programs import paths_in

        walk = self.walk
        words = [
            *walk.env.get("JDK_JAVA_OPTIONS", "").split(),
            *walk.env.get("JAVA_TOOL_OPTIONS", "").split(),
            *arguments,
        ]
        given: list[str] = []
        paths = walk.env.get("CLASSPATH") or "."
        while words and not given:
            word = words.pop(0)
            name, equals, value = word.partition("=")
            if word in _PATHS and words:
                value = words.pop(0)
                paths = value if word in _PATHS[:3] else f"{paths}:{value}"
            elif name in _PATHS and equals:
                paths = value if name in _PATHS[:3] else f"{paths}:{value}"
            elif word in _VALUES and words:
                self._limits(words.pop(0))
            elif word.startswith(("-javaagent:", "-agentpath:", "-Xbootclasspath/a:")):
                self._entry(word.partition(":")[2].partition("=")[0])
            elif word.startswith("@"):
                walk.take(absolute(word[1:], walk.workdir), self.by)
                walk.gap(f"{self.by} reads options from {word[1:]}")
            elif word == "-jar":
                paths = ""
            elif word in ("-m", "--module") and words:
                given.append(words.pop(0))
            elif not word.startswith("-"):
                given.append(word)
                if "-jar" in arguments and not paths:
                    paths = word
        if given[:1] and given[0].endswith(".java") and "-jar" not in arguments:
            self.compiles = True
        for part in paths.split(":") if given else ():
            self._entry(part or ".")
        paths_in(walk, tuple(arguments), self.by)

    def _limits(self, value: str) -> None:
        self.compiles = self.compiles or any(
            name in value for name in ("jdk.compiler", "jdk.jshell", "ALL-SYSTEM")
        )

    def _entry(self, name: str) -> None:
        """One entry of a class path: an archive, a folder of class files, all archives of a folder."""
        walk = self.walk
        if name.endswith("/*") or name == "*":
            folder = absolute(name[:-1] or ".", walk.workdir)
            found = [p for p in walk.view.inside(folder) if p.lower().endswith(".jar")]
            for path in found:
                self._archive(path)
            if not found:
                walk.lack(f"/{folder}/*", self.by, sure=False)
            return
        path = absolute(name, walk.workdir)
        if walk.view.is_folder(path):
            self._folder(walk.view.real(path) or path)
        elif walk.view.is_file(path):
            self._archive(path)
        else:
            walk.lack(f"/{path}", self.by, sure=False)
            walk.gap(_UNKNOWN)

    def _folder(self, folder: str) -> None:
        if folder in ("", "usr", "etc", "lib", "root", "home", "opt", "var"):
            self.walk.gap(_UNKNOWN)
            return
        for path in self.walk.view.below(folder):
            if path.endswith((".class", ".jar")):
                self._archive(path)
            elif not is_leftover(path):
                self.walk.take(path, self.by, sure=False)

    def _archive(self, path: str) -> None:
        walk = self.walk
        real = walk.take(path, self.by)
        if real is None or real in self._seen:
            return
        self._seen.add(real)
        said = java_of(walk.view, real)
        if said is None:
            walk.gap(_UNKNOWN)
            return
        self.draws = self.draws or DRAWS in said.marks
        self.compiles = self.compiles or COMPILES in said.marks
        for mark in sorted(said.marks - {DRAWS, COMPILES}):
            walk.gap(f"/{real} {mark}")
        for name in said.class_path:
            self._entry(f"/{absolute(name, posixpath.dirname(path))}")


def java_of(view: View, path: str) -> Java | None:
    """What an archive or a class file at a path (links followed) says; None for what is none, or was not read."""
    fact = view.facts.get(path)
    if isinstance(fact, Bundle):
        return fact.java
    return of_class(fact.content) if isinstance(fact, Text) and path.endswith(".class") else None
