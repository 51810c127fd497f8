"""What of a RUN the runtime stage repeats: packages that are not for building, users, settings."""

from __future__ import annotations

import posixpath
import re

from dockerlint.split import files
from dockerlint.split.effects import Kind
from dockerlint.split.packages import Packages, bare, manager_of
from dockerlint.split.paths import inside, inside_any, is_scratch, normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.model import Dockerfile
    from dockerlint.shell.script import Command, ShellWord
    from dockerlint.split.needs import Needs
    from dockerlint.split.packages import Install
    from dockerlint.split.run import Step, Task
    from dockerlint.split.takes import Taker


class Repeater:
    """Takes RUNs apart, in order. `kept` are the packages that the runtime stage installs so far;
    `folders` are those that the file works in."""

    def __init__(
        self, dockerfile: Dockerfile, steps: dict[int, Step], taker: Taker, needs: Needs, tables: Packages,
        traits: frozenset[str],
    ) -> None:  # fmt: skip
        self.dockerfile = dockerfile
        self.text = dockerfile.source.text
        self.steps = steps
        self.taker = taker
        self.needs = needs
        self.tables = tables
        self.traits = traits
        self.areas = taker.areas()
        self.folders = [step.folder for step in steps.values() if step.folder != "/"]
        self.kept: list[str] = []
        self.replaced: dict[int, dict[int, str]] = {}

    def repeated(self, step: Step) -> tuple[str, str]:
        """The text of what the runtime stage repeats of a RUN (empty for nothing), and why that
        cannot be told, if so."""
        kept: list[tuple[Task, str]] = []
        whole = True
        changed = False
        gone = {bare(name) for task in step.tasks for name in task.removes}
        if "$" in gone and any(task.installs for task in step.tasks):
            return "", "the packages that are removed again are not written where they are removed"
        for task in step.tasks:
            if task.kind == Kind.QUIET:
                setting = task.commands and task.commands[0].name in ("set", "export")
                if setting or (task.statement is not None and task.statement.kind == "assignment"):
                    kept.append((task, task.text))
                continue
            text, problem = self._task(task, step, gone)
            if problem:
                return "", problem
            if text is None:
                whole = False
                continue
            changed = changed or text != task.text
            kept.append((task, text))
        real = [(t, x) for t, x in kept if t.kind not in (Kind.QUIET, Kind.UPDATE, Kind.CLEAN)]
        if not real:
            return "", ""
        installing = any(t.kind == Kind.INSTALL or any(manager_of(c) for c in t.commands) for t, _ in real)
        if not installing:
            kept = [(t, x) for t, x in kept if t.kind not in (Kind.UPDATE, Kind.CLEAN)]
        if whole and not changed and len(kept) >= len([t for t in step.tasks if t.kind != Kind.QUIET]):
            return self.text[step.run.span.start : step.run.span.end], ""
        if any(t.joined for t in step.tasks):
            return "", "`||` or `&` joins what builds to what the image needs"
        if step.run.flags and any(f.name == "mount" for f in step.run.flags) and not installing:
            return "", "a RUN with a mount does more than one thing"
        packages_only = (
            all(t.kind in Kind.PACKAGES or (t.kind == Kind.QUIET and (t, t.text) in kept) for t in step.tasks)
            and not gone
            and step.script is not None
            and not step.script.heredoc
        )
        if packages_only and len(kept) == len(step.tasks):
            return self._thinned(step), ""
        return self._joined(step, _needed_settings(kept)), ""

    def _task(self, task: Task, step: Step, gone: set[str]) -> tuple[str | None, str]:
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
        return self._file(task, step)

    def _chooses_compiler(self, task: Task) -> bool:
        """Whether `update-alternatives` is about a program that stays behind."""
        names = {
            posixpath.basename(w.text)
            for c in task.commands
            if c.name == "update-alternatives"
            for w in c.arguments
        }
        return any(self.tables.build_only(n) or n in ("cc", "c++", "java", "javac") for n in names)

    def _file(self, task: Task, step: Step) -> tuple[str | None, str]:
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
        if "strict" in effect.traits and any(inside_any(p, self.folders) for p in paths):
            return None, "an `rm` without -f would fail where there is nothing to remove"
        absolute = {
            normal(w.text) for c in task.commands for w in (*c.arguments, *_targets(c)) if w.text[:1] == "/"
        }
        if task.folder != step.folder and not absolute.issuperset(paths):
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

    def _others(self, install: Install) -> list[str]:
        """The packages of an install command that stay as they are."""
        return [
            bare(w.text)
            for w in install.words
            if not self.tables.build_only(w.text) and bare(w.text) not in self.tables.development
        ]

    def _has_java(self) -> bool:
        """Whether the file installs a Java by name, so that none comes along with a build tool."""
        words = [w.text for s in self.steps.values() for t in s.tasks for i in t.installs for w in i.words]
        return any(part in bare(word).split("-") for word in words for part in ("jdk", "jre"))

    def _is_started(self, package: str) -> bool:
        """Whether the image starts a program by the name of a package."""
        return any(p.name == bare(package) for p in self.needs.programs)

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


def _needed_settings(kept: list[tuple[Task, str]]) -> list[tuple[Task, str]]:
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


def _targets(command: Command) -> list[ShellWord]:
    """The words that a command's output is sent to."""
    return [r.target for r in command.redirects if r.target is not None]


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
