"""Whether the runtime stage can start what the image starts."""

from __future__ import annotations

import posixpath

from dockerlint.split.needs import STARTERS
from dockerlint.split.packages import Packages, bare, matching
from dockerlint.split.paths import inside_any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from dockerlint.split.bases import Base
    from dockerlint.split.needs import Program
    from dockerlint.split.runtime import Runtime
    from dockerlint.split.takes import Taker

_SYSTEM = ("/bin", "/usr/bin", "/sbin", "/usr/sbin")
_BUILD_TOOLS = frozenset((
    "go", "cargo", "make", "mvn", "gradle", "sbt", "gcc", "g++", "cmake", "javac", "rustc", "tsc", "ninja", "cc", "clang",
))  # fmt: skip
# Languages whose outputs a system starts without an interpreter.
_NATIVE = frozenset(("c", "c++", "opaque", "go", "rust", "dotnet"))


class Providers:
    """Knows what the runtime stage has: what comes over, the packages it keeps, its base."""

    def __init__(self, base: Base, taker: Taker, runtime: Runtime) -> None:
        from dockerlint.knowledge.tables import SPLIT

        self.base = base
        self.taker = taker
        self.runtime = runtime
        self.tables = Packages(base.manager, base.release)
        self.packages: dict[str, Any] = SPLIT["provides"]
        programs: dict[str, Any] = SPLIT["programs"]
        self.usual = {*programs["base"], *(programs["alpine"] if base.manager == "apk" else ())}

    def missing(self, program: Program) -> str:
        """Why a program would not be there at run time; empty when it is."""
        path = program.path
        if path and self.taker.covers(path):
            return "" if program.name in STARTERS else self._startable(path)
        if path and self.runtime.copies.brings(path):
            return f"it starts `{program.name}`, a file of the context that may be a script"
        if path and not inside_any(path, _SYSTEM):
            return f"nothing in the file tells what makes {path}"
        name = program.name
        if name in _BUILD_TOOLS or (self.tables.build_only(name) and name not in self.base.programs):
            return f"it starts `{name}`, a build tool"
        if name == "java" and any(w.endswith(".java") for w in program.arguments):
            return "it compiles a Java source when it starts"
        if (
            name in self.base.programs
            or (not path and self.taker.brings_command(name))
            or self._installed(name)
        ):
            return ""
        if name == "bash" and not self.base.glibc:
            return "bash is not in the runtime image"
        if name in self.usual or name in ("sh", "bash"):
            return ""
        if not path and self.taker.whole_prefix():
            return ""
        return f"nothing in the file tells where `{name}` comes from"

    def _installed(self, name: str) -> bool:
        """Whether a package that brings the program is kept."""
        providers = [name, *self.packages.get(name, ())]
        return any(matching(bare(kept), providers) for kept in self.runtime.kept)

    def _startable(self, path: str) -> str:
        """Why a program that comes over may not start; empty when it does."""
        traits = self.taker.traits_of(path)
        if traits & _NATIVE:
            return ""
        if "java" in traits:
            known = "java" in self.base.programs or self._installed("java")
            return "" if known else "nothing in the file tells where `java` comes from"
        if traits & {"python", "node", "ruby"} and posixpath.basename(posixpath.dirname(path)) in (
            "bin",
            ".bin",
        ):
            return ""
        return f"it starts `{posixpath.basename(path)}`, which may be a script that calls anything"
