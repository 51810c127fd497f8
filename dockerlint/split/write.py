"""The text of the two stages, as edits of the file."""

from __future__ import annotations

import posixpath
import re

from dockerlint.fix import Edit
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
from dockerlint.source import Span
from dockerlint.split import files
from dockerlint.split.effects import Kind
from dockerlint.split.packages import Packages, bare
from dockerlint.split.paths import inside, inside_any, is_scratch, normal
from dockerlint.split.takes import GO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile, Instruction, Stage
    from dockerlint.shell.script import Command, ShellWord
    from dockerlint.split.bases import Base
    from dockerlint.split.needs import Needs
    from dockerlint.split.run import Step, Task
    from dockerlint.split.takes import Taker

# Settings that no build depends on: they go to the runtime stage only.
_MOVED = (Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Stopsignal, Volume)
# Variables that toolchain images set and their relatives do not.
_TOOLCHAIN_VARIABLES = frozenset((
    "CARGO_HOME", "GCC_VERSION", "GOBIN", "GOLANG_VERSION", "GOPATH", "GOROOT", "GRADLE_HOME", "MAVEN_CONFIG", "MAVEN_HOME",
    "RUSTUP_HOME", "RUST_VERSION", "SBT_HOME", "SCALA_HOME", "DOTNET_SDK_VERSION",
))  # fmt: skip
# Debian releases that are only in the archive.
ARCHIVED = frozenset(("wheezy", "jessie", "stretch", "buster"))


class Writer:
    """Builds the runtime stage. `kept` are the packages it installs."""

    def __init__(
        self, dockerfile: Dockerfile, stage: Stage, base: Base, steps: dict[int, Step], last: int, taker: Taker,
        needs: Needs, traits: frozenset[str],
    ) -> None:  # fmt: skip
        self.dockerfile = dockerfile
        self.text = dockerfile.source.text
        self.stage = stage
        self.base = base
        self.steps = steps
        self.last = last
        self.taker = taker
        self.needs = needs
        self.traits = traits
        self.kept: list[str] = []
        self.added: list[str] = []
        self.pieces: dict[int, str] = {}
        self.moved: list[int] = []
        self.dropped: list[int] = []
        self.context: list[str] = []
        self.tables = Packages(base.manager, base.release)
        self.areas = taker.areas()
        self.words = self._words()

    # -- deciding ---------------------------------------------------------------------------

    def decide(self) -> str:
        """Choose what the runtime stage repeats; the reason why it cannot be done, else nothing."""
        instructions = self.stage.instructions
        for index in range(self.last + 1):
            instruction = instructions[index]
            problem = ""
            if isinstance(instruction, _MOVED):
                self.pieces[index] = self._slice(instruction)
                self.moved.append(index)
                if isinstance(instruction, Volume):
                    problem = self._volume(instruction)
            elif isinstance(instruction, (Env, User, Shell, Workdir)):
                self.pieces[index] = self._slice(instruction)
            elif isinstance(instruction, (Copy, Add)):
                problem = self._copy(index, instruction)
            elif isinstance(instruction, Run):
                problem = self._run(index, self.steps[index])
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

    def _volume(self, volume: Volume) -> str:
        for word in volume.paths:
            path = normal(word.value or "/")
            if word.value is None or any(inside(a, path) for a in self.areas):
                return "a build writes into a VOLUME"
        return ""

    def _copy(self, index: int, copy: Copy | Add) -> str:
        """Repeat a COPY unless it only brings what compilers read, or what comes over anyway."""
        destinations = self._destinations(index, copy)
        if copy.heredocs or destinations is None:
            if destinations is None:
                return "where a COPY goes is not known"
            self.pieces[index] = self._slice(copy)
            self.context += destinations
            return ""
        origin = copy.flag("from")
        if all(self.taker.covers(d) and d not in self.taker.takes.values() for d in destinations) or all(
            any(inside(d, t) for t in self.taker.takes.values()) for d in destinations
        ):
            return ""
        if origin is None and all(self._only_source(w.value) for w in copy.sources):
            return ""
        if origin is not None and any(
            inside_any(d, ("/usr/local/go", "/usr/local/cargo", "/opt/java")) for d in destinations
        ):
            return ""
        if all(self.taker.left_behind(d) for d in destinations):
            return ""
        wanted = (*self.needs.paths, *self._read())
        if all(is_scratch(d) and not any(inside(p, d) for p in wanted) for d in destinations):
            return ""
        self.pieces[index] = self._slice(copy)
        self.context += destinations
        return ""

    def _read(self) -> list[str]:
        """Paths that commands for files read or change, of those that builds did not make."""
        found = [
            p
            for s in self.steps.values()
            for t in s.tasks
            if t.kind in (Kind.FILE, Kind.SYSTEM)
            for p in (*t.effect.reads, *t.effect.touches)
        ]
        return [p for p in found if not inside_any(p, self.areas)]

    def _only_source(self, path: str | None) -> bool:
        if path is None:
            return False
        name = posixpath.basename(path.rstrip("/"))
        if name in self.words or (path.strip("./") and path.strip("./") in self.words):
            return False
        if files.is_source(path):
            return True
        languages = self.traits & {"rust", "java", "dotnet"}
        return bool(languages) and name == "src" and not self.taker_is_tree()

    def taker_is_tree(self) -> bool:
        """Whether work trees come over as a whole."""
        return any(tree in self.taker.takes for task in self.taker.tasks for tree in task.effect.trees)

    def _destinations(self, index: int, copy: Copy | Add) -> list[str] | None:
        folder = self._workdir_at(index)
        target = copy.destination.value
        if target is None:
            return None
        path = normal(posixpath.join(folder, target))
        into = (
            target.endswith(("/", "/."))
            or target in (".", "..", "./")
            or len(copy.sources) > 1
            or path == folder
        )
        found: list[str] = []
        for word in copy.sources:
            name = posixpath.basename((word.value or "").rstrip("/"))
            is_file = "." in name.strip(".") and not any(c in name for c in "*?[")
            found.append(
                normal(posixpath.join(path, name))
                if into and name not in ("", ".", "..") and is_file
                else path
            )
        return found or [path]

    def _workdir_at(self, index: int) -> str:
        folder = self.base.workdir or "/"
        for instruction in self.stage.instructions[:index]:
            if isinstance(instruction, Workdir) and instruction.path.value:
                folder = normal(posixpath.join(folder, instruction.path.value))
        return folder

    def _words(self) -> frozenset[str]:
        """Every word of the start commands, and the last part of each path in them."""
        found: set[str] = set()
        for program in self.needs.programs:
            for word in (program.name, *program.arguments):
                found.update((word, word.removeprefix("./"), posixpath.basename(word)))
        return frozenset(found)

    # -- RUN --------------------------------------------------------------------------------

    def _run(self, index: int, step: Step) -> str:
        """What of a RUN the runtime stage repeats."""
        kept: list[tuple[Task, str]] = []
        whole = True
        changed = False
        gone = {bare(name) for task in step.tasks for name in task.removes}
        if "$" in gone and any(task.installs for task in step.tasks):
            return "the packages that are removed again are not written where they are removed"
        for task in step.tasks:
            if task.kind == Kind.QUIET:
                setting = task.commands and task.commands[0].name in ("set", "export")
                if setting or (task.statement is not None and task.statement.kind == "assignment"):
                    kept.append((task, task.text))
                continue
            text, problem = self._task(task, gone)
            if problem:
                return problem
            if text is None:
                whole = False
                continue
            changed = changed or text != task.text
            kept.append((task, text))
        real = [(t, x) for t, x in kept if t.kind not in (Kind.QUIET, Kind.UPDATE, Kind.CLEAN)]
        if not real:
            if step.tasks and all(t.kind in (Kind.UPDATE, Kind.QUIET, Kind.CLEAN) for t in step.tasks):
                self.updates.append(index)
            return ""
        installing = any(t.kind == Kind.INSTALL for t, _ in real)
        if not installing:
            kept = [(t, x) for t, x in kept if t.kind not in (Kind.UPDATE, Kind.CLEAN)]
        if whole and not changed and len(kept) >= len([t for t in step.tasks if t.kind != Kind.QUIET]):
            self.pieces[index] = self._slice(step.run)
            return ""
        if any(t.joined for t in step.tasks):
            return "`||` or `&` joins what builds to what the image needs"
        if step.run.flags and any(f.name == "mount" for f in step.run.flags) and not installing:
            return "a RUN with a mount does more than one thing"
        packages_only = (
            all(t.kind in Kind.PACKAGES or (t.kind == Kind.QUIET and (t, t.text) in kept) for t in step.tasks)
            and not gone
            and step.script is not None
            and not step.script.heredoc
        )
        if packages_only and len(kept) == len(step.tasks):
            self.pieces[index] = self._thinned(step)
            return ""
        used = self._needed_settings(kept)
        self.pieces[index] = self._joined(step, used)
        return ""

    @property
    def updates(self) -> list[int]:
        if not hasattr(self, "_update_runs"):
            self._update_runs: list[int] = []
        return self._update_runs

    def _task(self, task: Task, gone: set[str]) -> tuple[str | None, str]:
        """The text that the runtime stage runs for a task (None for nothing), or a reason to refuse."""
        kind = task.kind
        if kind == Kind.INSTALL:
            if len(task.installs) != 1:
                return None, "several packages commands stand in one statement"
            return self._install(task, gone), ""
        if kind in (Kind.UPDATE, Kind.CLEAN):
            return task.text, ""
        if kind in (Kind.BUILD, Kind.FETCH, Kind.REMOVE):
            return None, ""
        if kind in (Kind.USER, Kind.SYSTEM):
            if kind == Kind.SYSTEM and self._chooses_compiler(task):
                return None, ""
            return task.text, ""
        return self._file(task)

    def _chooses_compiler(self, task: Task) -> bool:
        """Whether `update-alternatives` is about a program that stays behind."""
        names = {
            posixpath.basename(w.text)
            for c in task.commands
            if c.name == "update-alternatives"
            for w in c.arguments
        }
        return any(self.tables.build_only(n) or n in ("cc", "c++", "java", "javac") for n in names)

    def _file(self, task: Task) -> tuple[str | None, str]:
        effect = task.effect
        paths = [*effect.touches, *effect.files, *effect.trees]
        if not paths:
            return None, ""
        inner = [p for p in paths if self._is_gone(p, effect.traits)]
        if any(inside_any(p, self.areas) for p in effect.reads):
            left = [p for p in effect.touches if p not in inner]
            return None, f"{left[0]} is made of what is built" if left else ""
        if len(inner) == len(paths):
            return None, ""
        if inner and "folders" not in effect.traits:
            return None, f"one command changes {inner[0]}, which is built, and other files"
        if "strict" in effect.traits and any(inside_any(p, self._worked_in()) for p in paths):
            return None, "an `rm` without -f would fail where there is nothing to remove"
        absolute = {
            normal(w.text) for c in task.commands for w in (*c.arguments, *_targets(c)) if w.text[:1] == "/"
        }
        if task.folder != self._workdir_of(task) and not absolute.issuperset(paths):
            return None, "a command behind `cd` changes files that the image keeps"
        return task.text, ""

    def _is_gone(self, path: str, traits: frozenset[str]) -> bool:
        """Whether a change of a path does not matter in the runtime stage."""
        if self.taker.covers(path) or self.taker.left_behind(path) or is_scratch(path):
            return True
        if files.is_source(path) or files.is_build_script(path):
            return True
        if path in self.areas:
            return True
        if "removes" in traits and inside_any(path, self.areas):
            return True
        return "folders" in traits and any(inside(place, path) for place in self.taker.takes.values())

    def _worked_in(self) -> list[str]:
        """The folders that the file works in: every WORKDIR but the root."""
        found = [
            self._workdir_at(i + 1) for i, x in enumerate(self.stage.instructions) if isinstance(x, Workdir)
        ]
        return [path for path in found if path != "/"]

    def _workdir_of(self, task: Task) -> str:
        return next((step.folder for step in self.steps.values() if task in step.tasks), "/")

    def _install(self, task: Task, gone: set[str]) -> str | None:
        """The install command with only what the runtime stage needs; None for nothing."""
        install = task.installs[0]
        if install.virtual and (install.virtual in gone or bare(install.virtual) in gone):
            return None
        put: dict[int, str] = {}
        for word in install.words:
            name = word.text
            if bare(name) in gone:
                put[word.start] = ""
                continue
            fate = self.tables.fate(name, install.recommended, self.traits)
            if fate.keep or self._is_started(name):
                if bare(name) in self.kept:
                    put[word.start] = ""
                    continue
                self.kept.append(bare(name))
                continue
            instead = () if bare(name) in ("maven", "gradle", "ant") and self._has_java() else fate.instead
            fresh = [p for p in instead if p not in self.kept and p not in self._others(install)]
            self.kept += fresh
            put[word.start] = " ".join(fresh)
        self.replaced[id(task)] = put
        if all(put.get(word.start) == "" for word in install.words):
            return None
        text = task.text
        offset = task.statement.start if task.statement is not None else 0
        for word in reversed(install.words):
            if word.start in put:
                start, end = word.start - offset, word.end - offset
                if not put[word.start]:
                    while start > 0 and text[start - 1] in " \t":
                        start -= 1
                text = text[:start] + put[word.start] + text[end:]
        return text

    @property
    def replaced(self) -> dict[int, dict[int, str]]:
        if not hasattr(self, "_replaced"):
            self._replaced: dict[int, dict[int, str]] = {}
        return self._replaced

    def _others(self, install: object) -> list[str]:
        words = getattr(install, "words", ())
        return [
            bare(w.text)
            for w in words
            if not self.tables.build_only(w.text) and bare(w.text) not in self.tables.development
        ]

    def _has_java(self) -> bool:
        """Whether the file installs a Java by name, so that none comes along with a build tool."""
        words = [w.text for s in self.steps.values() for t in s.tasks for i in t.installs for w in i.words]
        return any(part in bare(word).split("-") for word in words for part in ("jdk", "jre"))

    def _is_started(self, package: str) -> bool:
        """Whether the image starts a program by the name of a package."""
        return any(p.name == bare(package) for p in self.needs.programs)

    def _needed_settings(self, kept: list[tuple[Task, str]]) -> list[tuple[Task, str]]:
        """Leave out assignments that nothing uses."""
        text = " ".join(x for t, x in kept if t.kind != Kind.QUIET)
        found: list[tuple[Task, str]] = []
        for task, piece in kept:
            if task.statement is not None and task.statement.kind == "assignment" and task.kind == Kind.QUIET:
                name = piece.partition("=")[0].strip()
                if f"${name}" not in text and f"${{{name}" not in text:
                    continue
            found.append((task, piece))
        return found

    def _joined(self, step: Step, kept: list[tuple[Task, str]]) -> str:
        flags = "".join(f"{self.text[f.span.start : f.span.end]} " for f in step.run.flags)
        parts = [_plain(text) for _, text in kept]
        newline = self.dockerfile.source.newline
        joint = f" {self.dockerfile.escape}{newline}    && "
        return (
            f"{self.text[step.run.keyword.span.start : step.run.keyword.span.end]} {flags}{joint.join(parts)}"
        )

    def _thinned(self, step: Step) -> str:
        """The text of a RUN that only handles packages, with words taken out of it in place."""
        run = step.run
        start = run.span.start
        pieces: list[tuple[int, int, str]] = []
        for task in step.tasks:
            for install in task.installs:
                put = self.replaced.get(id(task), {})
                pieces += [
                    (w.span.start - start, w.span.end - start, put[w.start])
                    for w in install.words
                    if w.start in put
                ]
        text = self.text[start : run.span.end]
        marks: list[tuple[int, int, str]] = [
            (c.span.start - start, c.span.end - start, "") for c in run.comments
        ]
        for at, end, put_text in sorted([*pieces, *marks], reverse=True):
            text = text[:at] + (put_text or "\0") + text[end:]
        return _without_holes(text, self.dockerfile.escape)

    # -- the rest ---------------------------------------------------------------------------

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
            for task in step.tasks:
                for install in task.installs:
                    self.kept += [bare(w.text) for w in install.words]
        return ""

    def _elsewhere(self) -> str:
        """Why what is repeated would not work on another base than the one it was written for."""
        if self.base.runtime is None:
            return ""
        if self.kept and not self.base.same:
            return f"its packages may go by other names on {self.base.runtime}"
        own = {p.name.value for i in self.stage.instructions if isinstance(i, (Env, Arg)) for p in i.pairs}
        tail = (self._slice(i) for i in self.stage.instructions[self.last + 1 :])
        text = "\n".join((*self.pieces.values(), *tail))
        for name in sorted(_TOOLCHAIN_VARIABLES - own):
            if re.search(rf"\$\{{?{name}\b", text):
                return f"it uses ${name}, which only the toolchain image sets"
        return ""

    def _updates(self) -> None:
        """Keep a RUN that only updates the lists when a later one installs without its own."""
        for index in self.updates:
            for later in sorted(i for i in self.steps if index < i <= self.last):
                step = self.steps[later]
                if later not in self.pieces or not any(t.kind == Kind.INSTALL for t in step.tasks):
                    continue
                if not any(t.kind == Kind.UPDATE for t in step.tasks):
                    self.pieces[index] = self._slice(step_run(self.steps[index]))
                break

    def _workdirs(self) -> None:
        """Leave out a WORKDIR that another absolute one follows, when its folder stays behind."""
        for index in range(self.last + 1):
            instruction = self.stage.instructions[index]
            if not isinstance(instruction, Workdir):
                continue
            following = [
                (i, other)
                for i, other in enumerate(self.stage.instructions)
                if i > index
                and (
                    isinstance(other, Workdir)
                    or (i in self.pieces and isinstance(other, (Copy, Add, Run)))
                    or i > self.last
                )
            ]
            if not following:
                continue
            _, other = following[0]
            absolute = isinstance(other, Workdir) and (other.path.value or "").startswith("/")
            path = self._workdir_at(index + 1)
            if absolute and (path == "/" or self.taker.left_behind(path) or self._is_work_only(path)):
                del self.pieces[index]

    def _is_work_only(self, path: str) -> bool:
        return any(inside(path, a) or inside(a, path) for a in self.areas) and not any(
            inside(p, path) or inside(path, p)
            for p in (*self.taker.takes.values(), *self.needs.paths)
            if p != "/"
        )

    def _users(self) -> None:
        """Leave out users in front of another one, when nothing that is kept runs as them."""
        before: int | None = None
        for index in range(self.last + 1):
            instruction = self.stage.instructions[index]
            if isinstance(instruction, User):
                if before is not None:
                    del self.pieces[before]
                before = index
            elif isinstance(instruction, Run) and index in self.pieces:
                before = None

    def _arguments(self) -> None:
        """Repeat the ARGs that something in the runtime stage uses."""
        rest = [self._slice(i) for i in self.stage.instructions[self.last + 1 :]]
        for index in range(self.last, -1, -1):
            instruction = self.stage.instructions[index]
            if isinstance(instruction, Arg):
                text = "\n".join([*self.pieces.values(), *rest])
                names = [p.name.value or "" for p in instruction.pairs]
                asked = any(re.search(rf"\$\{{?{re.escape(n)}\b", text) for n in names if n)
                if asked or ("DEBIAN_FRONTEND" in names and "apt" in text):
                    self.pieces[index] = self._slice(instruction)

    def _drops_something(self) -> bool:
        for step in self.steps.values():
            for task in step.tasks:
                for install in task.installs:
                    if any(
                        self.tables.heavy(w.text, install.recommended) and bare(w.text) not in self.kept
                        for w in install.words
                    ):
                        return True
            if step.rustup or any(GO in task.effect.trees for task in step.tasks):
                return True
        return False

    def _additions(self) -> str:
        """Packages that stand in for what the toolchain image held."""
        wanted: list[str] = []
        for name in self.base.installs:
            wanted += self.tables.development.get(name, [name])
        for program in self.needs.programs:
            if (
                self.base.toolchain
                and program.name in ("curl", "wget")
                and program.name not in self.base.programs
            ):
                wanted.append(program.name)
        self.added = [p for p in dict.fromkeys(wanted) if p not in self.kept]
        self.kept += self.added
        if self.added and self.base.release in ARCHIVED:
            return (
                f"the runtime stage needs {self.added[0]}, and the mirrors no longer have {self.base.release}"
            )
        return ""

    # -- text -------------------------------------------------------------------------------

    def edits(self) -> tuple[Edit, ...]:
        """The edits that make the two stages."""
        newline = self.dockerfile.source.newline
        instructions = self.stage.instructions
        start = self.stage.start
        alias = start.alias.raw if start.alias is not None else self._alias()
        found: list[Edit] = []
        if start.alias is None:
            word = "AS" if start.keyword.text.isupper() else "as"
            found.append(Edit(Span(start.span.end, start.span.end), f" {word} {alias}"))
        platform = "".join(f"{self.text[f.span.start : f.span.end]} " for f in start.flags)
        base = self.base.runtime or start.image.raw
        lines = [f"{start.keyword.text} {platform}{base}"]
        if self.added:
            lines.append(self._adding().replace("\n", newline))
        lines += [f"ENV {name}=" for name in self._unset()]
        if self.base.runtime is not None and self.base.workdir != "/" and not any(self.stage.of(Workdir)):
            lines.append(f"WORKDIR {self.base.workdir}")
        previous: Instruction | None = None
        for index in range(self.last + 1):
            if index not in self.pieces:
                continue
            instruction = instructions[index]
            if (
                previous is not None
                and self._gap_above(instruction)
                and not isinstance(instruction, type(previous))
            ):
                lines.append("")
            if index in self.moved:
                lines += self._doc_lines(instruction)
            lines.append(self.pieces[index])
            previous = instruction
        lines += self.taker.lines(alias)
        if self.taker.ldconfig or self.base.libraries:
            lines.append("RUN ldconfig")
        end = instructions[self.last].span.end
        found.append(Edit(Span(end, end), newline + newline + newline.join(lines)))
        found += self._deletions()
        return tuple(sorted(found, key=lambda e: e.span.start))

    def _unset(self) -> list[str]:
        """Variables that the runtime image sets, the build image does not, and the file leaves alone."""
        own = {p.name.value for i in self.stage.of(Env) for p in i.pairs}
        return [] if own & set(self.base.unsets) else list(self.base.unsets[:1])

    def _alias(self) -> str:
        """A stage name that no external image is called by in this file."""
        words = {f.value for i in self.stage.instructions for f in i.flags if f.name == "from"}
        return next(name for name in ("build", "builder", "compile", "build-stage") if name not in words)

    def _adding(self) -> str:
        names = " ".join(self.added)
        if self.base.manager == "apk":
            return f"RUN apk add --no-cache {names}"
        escape = self.dockerfile.escape
        return (
            f"RUN apt-get update {escape}\n    && apt-get install -y --no-install-recommends {names} {escape}\n"
            "    && rm -rf /var/lib/apt/lists/*"
        )

    def _gap_above(self, instruction: Instruction) -> bool:
        """Whether a blank line stands above an instruction (or above its comment)."""
        line = self._first_line(instruction)
        return (
            line > 1 and not self.dockerfile.source.slice(self.dockerfile.source.line_span(line - 1)).strip()
        )

    def _first_line(self, instruction: Instruction) -> int:
        """The first line of an instruction, with the comments right above it."""
        source = self.dockerfile.source
        line = source.line_of(instruction.span.start)
        comments = {source.line_of(c.span.start) for c in instruction.doc}
        while line - 1 in comments:
            line -= 1
        return line

    def _doc_lines(self, instruction: Instruction) -> list[str]:
        source = self.dockerfile.source
        first, last = self._first_line(instruction), source.line_of(instruction.span.start)
        return [source.slice(source.line_span(line)) for line in range(first, last)]

    def _deletions(self) -> list[Edit]:
        source = self.dockerfile.source
        spans: list[Span] = []
        for index in (*self.moved, *self.dropped):
            instruction = self.stage.instructions[index]
            first = (
                self._first_line(instruction)
                if index in self.moved
                else source.line_of(instruction.span.start)
            )
            last = source.line_of(max(instruction.span.start, instruction.span.end - 1))
            start = source.line_starts[first - 1]
            end = source.line_starts[last] if last < len(source.line_starts) else len(self.text)
            blank_above = first == 1 or not source.slice(source.line_span(first - 1)).strip()
            if (
                blank_above
                and last < len(source.line_starts)
                and not source.slice(source.line_span(last + 1)).strip()
            ):
                end = source.line_starts[last + 1] if last + 1 < len(source.line_starts) else len(self.text)
            spans.append(Span(start, end))
        spans.sort(key=lambda s: s.start)
        joined: list[Span] = []
        for span in spans:
            if joined and joined[-1].end >= span.start:
                joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
            else:
                joined.append(span)
        return [Edit(span, "") for span in joined]

    def _slice(self, instruction: Instruction) -> str:
        return self.text[instruction.span.start : instruction.span.end]

    def copied(self, path: str) -> bool:
        """Whether a path comes from the build context by a COPY that the runtime stage repeats."""
        return any(inside(path, d) for d in self.context)


def _targets(command: Command) -> list[ShellWord]:
    """The words that a command's output is sent to."""
    return [r.target for r in command.redirects if r.target is not None]


def step_run(step: Step) -> Run:
    """The RUN of a step."""
    return step.run


def _plain(text: str) -> str:
    """A statement on one line: runs of blanks outside of quotes are one blank."""
    if any(quote in text for quote in "'\"\\"):
        return text.strip()
    return " ".join(text.split())


def _without_holes(text: str, escape: str) -> str:
    """A RUN with its emptied words (NUL characters) taken out; a line that only held them goes."""
    lines: list[str] = []
    for line in text.split("\n"):
        if "\0" not in line:
            lines.append(line)
            continue
        bare_line = line.replace("\0", "").strip()
        if bare_line in ("", escape):
            continue
        lines.append(re.sub(r"[ \t]*\0", "", line))
    while lines and lines[-1].rstrip().endswith(escape):
        lines[-1] = lines[-1].rstrip()[: -len(escape)].rstrip()
    return "\n".join(lines)
