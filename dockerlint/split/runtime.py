"""What stands in the runtime stage in front of the files that come over."""

from __future__ import annotations

import posixpath
import re

from dockerlint.model import (
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Label,
    Maintainer,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
)  # fmt: skip
from dockerlint.split.copies import Copies
from dockerlint.split.effects import Kind
from dockerlint.split.packages import Packages, bare
from dockerlint.split.paths import inside, normal, workdir_path
from dockerlint.split.repeat import Repeater
from dockerlint.split.takes import GO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile, Instruction, Stage
    from dockerlint.split.bases import Base
    from dockerlint.split.needs import Needs
    from dockerlint.split.run import Step
    from dockerlint.split.takes import Taker

# Settings that no build depends on: they go to the runtime stage only.
MOVED = (Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Stopsignal, Volume)
# Variables that toolchain images set and their relatives do not.
_TOOLCHAIN_VARIABLES = frozenset((
    "CARGO_HOME", "GCC_VERSION", "GOBIN", "GOLANG_VERSION", "GOPATH", "GOROOT", "GRADLE_HOME", "MAVEN_CONFIG", "MAVEN_HOME",
    "RUSTUP_HOME", "RUST_VERSION", "SBT_HOME", "SCALA_HOME", "DOTNET_SDK_VERSION",
))  # fmt: skip
# Debian releases that are only in the archive.
_ARCHIVED = frozenset(("wheezy", "jessie", "stretch", "buster"))


class Runtime:
    """The runtime stage. `pieces` is the text of each instruction in front of the last build that is
    repeated, by its index; `moved` are those that leave the build stage, `dropped` those behind the
    last build that go; `added` are packages for what a toolchain image held; `kept` is every
    package that the stage installs."""

    def __init__(
        self, dockerfile: Dockerfile, stage: Stage, base: Base, steps: dict[int, Step], last: int, taker: Taker,
        needs: Needs, traits: frozenset[str],
    ) -> None:  # fmt: skip
        self.text = dockerfile.source.text
        self.stage = stage
        self.base = base
        self.steps = steps
        self.last = last
        self.taker = taker
        self.needs = needs
        self.traits = traits
        self.tables = Packages(base.manager, base.release)
        self.copies = Copies(steps, taker, needs, traits)
        self.repeater = Repeater(dockerfile, steps, taker, needs, self.tables, traits)
        self.kept = self.repeater.kept
        self.added: list[str] = []
        self.pieces: dict[int, str] = {}
        self.moved: list[int] = []
        self.dropped: list[int] = []

    def decide(self) -> str:
        """Choose what the stage repeats; the reason why that cannot be done, else nothing."""
        for index, instruction in enumerate(self.stage.instructions[: self.last + 1]):
            problem = self._instruction(index, instruction)
            if problem:
                return problem
        problem = self._tail() or self._elsewhere()
        if problem:
            return problem
        self._updates()
        self._workdirs()
        self._users()
        self._arguments()
        if not self.base.toolchain and not self._drops_something():
            return "what it installs for building has to stay in the image"
        return self._additions()

    def _instruction(self, index: int, instruction: Instruction) -> str:
        if isinstance(instruction, MOVED):
            self.pieces[index] = self.slice(instruction)
            self.moved.append(index)
            return self._volume(instruction) if isinstance(instruction, Volume) else ""
        if isinstance(instruction, (Env, User, Shell, Workdir)):
            self.pieces[index] = self.slice(instruction)
        elif isinstance(instruction, (Copy, Add)):
            repeated = self.copies.repeated(instruction, self._workdir_at(index))
            if repeated is None:
                return "where a COPY goes is not known"
            if repeated:
                self.pieces[index] = self.slice(instruction)
        elif isinstance(instruction, Run):
            text, problem = self.repeater.repeated(self.steps[index])
            if text:
                self.pieces[index] = text
            return problem
        return ""

    def _volume(self, volume: Volume) -> str:
        for word in volume.paths:
            path = normal(word.value or "/")
            if word.value is None or any(inside(a, path) for a in self.taker.areas()):
                return "a build writes into a VOLUME"
        return ""

    def _workdir_at(self, index: int) -> str:
        folder = self.base.workdir or "/"
        for instruction in self.stage.instructions[:index]:
            if isinstance(instruction, Workdir):
                folder = normal(posixpath.join(folder, workdir_path(instruction, self.base.paths) or ""))
        return folder

    def _tail(self) -> str:
        """Steps behind the last build: leave out those that only remove what is not there."""
        for index, step in self.steps.items():
            if index <= self.last:
                continue
            removing = [t for t in step.tasks if t.kind == Kind.REMOVE]
            if removing:
                names = [bare(n) for t in removing for n in t.removes]
                if any(n in self.kept or n == "$" for n in names):
                    return "packages that the image keeps are removed again in a later step"
                if any(t.kind not in (Kind.REMOVE, Kind.CLEAN, Kind.UPDATE, Kind.QUIET) for t in step.tasks):
                    return "a later step removes packages and does something else"
                if step.run.comments:
                    return "a later step that removes packages has comments in it"
                self.dropped.append(index)
            for install in (i for task in step.tasks for i in task.installs):
                self.kept += [bare(w.text) for w in install.words]
        return ""

    def _elsewhere(self) -> str:
        """Why what is repeated would not work on another base than the one it was written for."""
        if self.base.runtime is None:
            return ""
        if self.kept and not self.base.same:
            return f"its packages may go by other names on {self.base.runtime}"
        own = {p.name.value for i in self.stage.instructions if isinstance(i, (Env, Arg)) for p in i.pairs}
        tail = (self.slice(i) for i in self.stage.instructions[self.last + 1 :])
        text = "\n".join((*self.pieces.values(), *tail))
        for name in sorted(_TOOLCHAIN_VARIABLES - own):
            if re.search(rf"\$\{{?{name}\b", text):
                return f"it uses ${name}, which only the toolchain image sets"
        return ""

    def _updates(self) -> None:
        """Keep a RUN that only updates the lists when a later one installs without its own."""
        for index in (i for i in self.steps if i <= self.last and i not in self.pieces):
            tasks = self.steps[index].tasks
            if not tasks or any(t.kind not in (Kind.UPDATE, Kind.QUIET, Kind.CLEAN) for t in tasks):
                continue
            for later in (i for i in self.steps if index < i <= self.last and i in self.pieces):
                kinds = {t.kind for t in self.steps[later].tasks}
                if Kind.INSTALL in kinds:
                    if Kind.UPDATE not in kinds:
                        self.pieces[index] = self.slice(self.steps[index].run)
                    break

    def _workdirs(self) -> None:
        """Leave out a WORKDIR that another absolute one follows, when its folder stays behind."""
        for index in [i for i in self.pieces if isinstance(self.stage.instructions[i], Workdir)]:
            following = self._next_place(index)
            path = self._workdir_at(index + 1)
            if not isinstance(following, Workdir) or not (
                workdir_path(following, self.base.paths) or ""
            ).startswith("/"):
                continue
            if path == "/" or self.taker.left_behind(path) or self._is_work_only(path):
                del self.pieces[index]

    def _next_place(self, index: int) -> Instruction | None:
        """The next instruction of the runtime stage that depends on the working directory or sets it."""
        for later, other in enumerate(self.stage.instructions[index + 1 :], index + 1):
            repeated = later in self.pieces or later > self.last
            if repeated and isinstance(other, (Workdir, Copy, Add, Run)):
                return other
        return None

    def _is_work_only(self, path: str) -> bool:
        """Whether a folder is worked in and nothing of it is used at run time."""
        used = [p for p in (*self.taker.takes.values(), *self.needs.paths) if p != "/"]
        return any(inside(path, a) or inside(a, path) for a in self.taker.areas()) and not any(
            inside(p, path) or inside(path, p) for p in used
        )

    def _users(self) -> None:
        """Leave out a USER in front of another one, when nothing that is repeated runs as it."""
        before: int | None = None
        for index in sorted(self.pieces):
            instruction = self.stage.instructions[index]
            if isinstance(instruction, User):
                if before is not None:
                    del self.pieces[before]
                before = index
            elif isinstance(instruction, (Run, Workdir)):
                before = None

    def _arguments(self) -> None:
        """Repeat the ARGs that something in the runtime stage uses."""
        rest = [self.slice(i) for i in self.stage.instructions[self.last + 1 :]]
        for index in range(self.last, -1, -1):
            instruction = self.stage.instructions[index]
            if isinstance(instruction, Arg):
                text = "\n".join([*self.pieces.values(), *rest])
                names = [p.name.value or "" for p in instruction.pairs]
                asked = any(re.search(rf"\$\{{?{re.escape(n)}\b", text) for n in names if n)
                if asked or ("DEBIAN_FRONTEND" in names and "apt" in text):
                    self.pieces[index] = self.slice(instruction)

    def _drops_something(self) -> bool:
        """Whether a toolchain stays behind that is worth it."""
        for step in self.steps.values():
            if step.rustup or any(GO in task.effect.trees for task in step.tasks):
                return True
            for install in (i for task in step.tasks for i in task.installs):
                names = [w.text for w in install.words if bare(w.text) not in self.kept]
                if any(self.tables.heavy(name, install.recommended) for name in names):
                    return True
        return False

    def _additions(self) -> str:
        """Packages that stand in for what the toolchain image held."""
        wanted: list[str] = []
        for name in self.base.installs:
            wanted += self.tables.development.get(name, [name])
        if self.base.toolchain:
            wanted += [p.name for p in self.needs.programs if p.name in ("curl", "wget")]
        self.added = [p for p in dict.fromkeys(wanted) if p not in self.kept]
        self.kept += self.added
        if self.added and self.base.release in _ARCHIVED:
            return (
                f"the runtime stage needs {self.added[0]}, and the mirrors no longer have {self.base.release}"
            )
        if self.added and not self.base.same:
            return (
                f"the runtime stage needs {self.added[0]}, which may have another name on {self.base.runtime}"
            )
        return ""

    def slice(self, instruction: Instruction) -> str:
        """The text of an instruction as it stands in the file; a WORKDIR whose path only the toolchain image
        tells has it written out."""
        if isinstance(instruction, Workdir) and instruction.path.value is None and self.base.runtime:
            path = workdir_path(instruction, self.base.paths)
            if path is not None:
                return f"{instruction.keyword.text} {path}"
        return self.text[instruction.span.start : instruction.span.end]
