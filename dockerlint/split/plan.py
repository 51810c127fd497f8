"""Which instruction goes where, what comes over, and whether the split can be made at all."""

from __future__ import annotations

import posixpath

from dockerlint.frozen import replace
from dockerlint.model import Add, Copy, Env, Invalid, Onbuild, Run, Shell, Workdir
from dockerlint.split import Refusal, Split
from dockerlint.split.bases import base_of
from dockerlint.split.effects import Kind, Walker
from dockerlint.split.needs import needs_of, starts
from dockerlint.split.packages import Packages, bare
from dockerlint.split.paths import folders_of, inside, inside_any, normal, workdir_path
from dockerlint.split.provided import Providers
from dockerlint.split.run import read
from dockerlint.split.runtime import Runtime
from dockerlint.split.takes import GO, Taker
from dockerlint.split.write import Writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile, Stage
    from dockerlint.split.bases import Base
    from dockerlint.split.needs import Needs
    from dockerlint.split.run import Step, Task


class Refused(Exception):
    """Raised where the split would have to guess; the text is for people."""


def plan(dockerfile: Dockerfile) -> Split | Refusal | None:
    """The split of a file of one stage (see the package)."""
    stage = dockerfile.stages[0]
    if not starts(stage) or any(isinstance(i, (Onbuild, Invalid)) for i in stage.instructions):
        return None
    base = base_of(stage)
    workdir = base.workdir
    if workdir is None:
        first = next((workdir_path(i, base.paths) for i in stage.of(Workdir)), None)
        workdir = "/" if first is None or not first.startswith("/") else first
    steps = _steps(stage, base, workdir)
    base = _with_manager(base, steps)
    packages = _packages(steps, base)
    if not any(_compiles(task, bool(packages)) for step in steps.values() for task in step.tasks):
        return None
    leaves = ", ".join(dict.fromkeys([base.toolchain, *packages] if base.toolchain else packages))
    if not leaves or base.compilers:
        return None
    try:
        return _Plan(dockerfile, stage, base, workdir, steps, leaves).made()
    except Refused as refused:
        return Refusal(str(refused), leaves)


def _compiles(task: Task, compilers: bool) -> bool:
    """Whether a task compiles; with compilers from packages, pip and npm do so too."""
    return bool(task.compiles) or (compilers and bool(task.effect.traits & {"python", "node", "ruby"}))


def _with_manager(base: Base, steps: dict[int, Step]) -> Base:
    """An image that is not known has the package manager that its RUNs use."""
    if base.manager or base.problem:
        return base
    used = [install.manager for step in steps.values() for task in step.tasks for install in task.installs]
    return replace(base, manager=used[0], glibc=used[0] != "apk") if used else base


def _steps(stage: Stage, base: Base, workdir: str) -> dict[int, Step]:
    """The RUNs of a stage by their place among its instructions, in order."""
    found: dict[int, Step] = {}
    folder = workdir
    folders: set[str] = set()
    path: list[str] = []
    prefix: str | None = None
    more: tuple[str, ...] = ()
    for index, instruction in enumerate(stage.instructions):
        if isinstance(instruction, Workdir):
            path_there = workdir_path(instruction, base.paths)
            if path_there:
                folder = normal(posixpath.join(folder, path_there))
                folders.add(folder)
        elif isinstance(instruction, Env):
            for pair in instruction.pairs:
                if pair.name.value == "PATH" and pair.value is not None:
                    path = folders_of(pair.value.value or pair.value.raw, instruction.state.variables) + path
        elif isinstance(instruction, Run):
            walker = Walker(folder, instruction.state.variables, base.paths)
            if path:
                walker.variables["PATH"] = ":".join(path)
            walker.folders, walker.prefix, walker.more_prefixes = folders, prefix, more
            found[index] = read(instruction, walker)
            prefix, more = walker.prefix, walker.more_prefixes
    return found


def _packages(steps: dict[int, Step], base: Base) -> list[str]:
    """The toolchains from packages that stay in the image."""
    found: list[str] = []
    tables = Packages(base.manager, base.release) if base.manager else None
    for step in steps.values():
        gone = {bare(name) for task in step.tasks for name in task.removes}
        # What a variable names, or `apt-mark auto` marks, is taken to be the toolchain.
        by_mark = any(c.name == "apt-mark" for task in step.tasks for c in task.commands)
        if "$" in gone or by_mark:
            continue
        for install in (i for task in step.tasks for i in task.installs):
            if (
                tables is None
                or install.manager != tables.manager
                or (install.virtual and install.virtual in gone)
            ):
                continue
            names = [bare(w.text) for w in install.words]
            found += [n for n in names if tables.heavy(n, install.recommended) and n not in gone]
        if step.rustup:
            found.append("rustup")
        if any(GO in task.effect.trees for task in step.tasks):
            found.append("go")
    return found


class _Plan:
    def __init__(
        self,
        dockerfile: Dockerfile,
        stage: Stage,
        base: Base,
        workdir: str,
        steps: dict[int, Step],
        leaves: str,
    ) -> None:
        self.dockerfile = dockerfile
        self.stage = stage
        self.base = base
        self.steps = steps
        self.leaves = leaves
        self.needs: Needs = needs_of(stage, workdir, base.paths)
        self.traits = frozenset(t for s in steps.values() for task in s.tasks for t in task.effect.traits)

    def made(self) -> Split:
        self.check()
        last = self.last_build()
        taker = Taker(self.steps, last, self.needs, self.base)
        problem = taker.decide()
        if problem:
            raise Refused(problem)
        self.check_tail(last, taker)
        for step in self.steps.values():
            for mount in step.run.mounts:
                target = normal(posixpath.join(step.folder, mount.target)) if mount.target else ""
                if target and any(inside(path, target) for path in taker.takes):
                    raise Refused(f"what is built lies in the mount {mount.target}")
        runtime = Runtime(
            self.dockerfile, self.stage, self.base, self.steps, last, taker, self.needs, self.traits
        )
        problem = runtime.decide()
        if problem:
            raise Refused(problem)
        providers = Providers(self.base, taker, runtime)
        for program in self.needs.programs:
            problem = providers.missing(program)
            if problem:
                raise Refused(problem)
        return Split(Writer(self.dockerfile, runtime).edits(), self.leaves, taker.shown())

    def check(self) -> None:
        if self.base.problem:
            raise Refused(self.base.problem)
        if not self.base.manager:
            raise Refused("dockerlint does not know the package manager of the base image")
        if self.base.workdir is None and not any(
            (workdir_path(w, self.base.paths) or "").startswith("/") for w in list(self.stage.of(Workdir))[:1]
        ):
            raise Refused("the base image chooses the working directory; set WORKDIR")
        if self.base.workdir is None and self.before_workdir():
            raise Refused("the base image chooses the working directory; set WORKDIR first")
        if any(workdir_path(w, self.base.paths) is None for w in self.stage.of(Workdir)):
            raise Refused("a WORKDIR depends on a variable that the file does not set")
        if self.needs.problem:
            raise Refused(self.needs.problem)
        platform = self.stage.start.flag("platform")
        if platform is not None and "BUILD" in (platform.value or ""):
            raise Refused("it is built for another platform than it is built on")
        for step in self.steps.values():
            if step.script is None:
                raise Refused("a RUN is not written in a shell that dockerlint reads")
            for task in step.tasks:
                if task.effect.unknown:
                    raise Refused(task.effect.unknown)
                for install in task.installs:
                    if install.manager != self.base.manager:
                        raise Refused("a package manager is used that the base image does not have")
        for shell in self.stage.of(Shell):
            words = [w.value or "" for w in shell.command.words or ()]
            if not words or posixpath.basename(words[0]) not in ("sh", "bash", "ash", "dash"):
                raise Refused("its SHELL is not a POSIX shell")
        if self.base.direct and self.traits & {"opaque", "libraries"}:
            raise Refused("it may link against libraries that only the toolchain image holds")

    def before_workdir(self) -> bool:
        """Whether something in front of the first WORKDIR depends on the working directory."""
        for index, instruction in enumerate(self.stage.instructions):
            if isinstance(instruction, Workdir):
                return False
            if isinstance(instruction, (Copy, Add)) and not (instruction.destination.value or "").startswith(
                "/"
            ):
                return True
            if index in self.steps and any(
                t.kind in (Kind.BUILD, Kind.FETCH, Kind.FILE) for t in self.steps[index].tasks
            ):
                return True
        return True

    def last_build(self) -> int:
        """The index of the last instruction that builds, or that handles what was built."""
        areas: list[str] = []
        last = -1
        for index, step in self.steps.items():
            for task in step.tasks:
                effect = task.effect
                if task.kind in (Kind.BUILD, Kind.FETCH) or _handles(task, areas):
                    areas += [*effect.trees, *effect.files, *effect.products, *effect.prefixes]
                    last = index
        return last

    def check_tail(self, last: int, taker: Taker) -> None:
        for index, step in self.steps.items():
            if index <= last:
                continue
            for task in step.tasks:
                if task.kind == Kind.FILE and "removes" not in task.effect.traits:
                    gone = [p for p in task.effect.touches if taker.left_behind(p)]
                    if gone:
                        raise Refused(f"a later step changes {gone[0]}, which stays behind")


def _handles(task: Task, areas: list[str]) -> bool:
    """Whether a task copies or changes what a build made."""
    if task.kind != Kind.FILE:
        return False
    paths = [*task.effect.reads, *task.effect.touches]
    return any(inside_any(p, areas) for p in paths)
