"""The open files and what is known of them. All but the texts is used by one thread, the worker's."""

from __future__ import annotations

import gc

from dockerlint.job import findings, shown
from dockerlint.lint import run_rule
from dockerlint.lsp import actions
from dockerlint.lsp.document import Document
from dockerlint.lsp.hints import hints
from dockerlint.lsp.hover import hover
from dockerlint.lsp.marks import LAYOUT
from dockerlint.lsp.positions import UTF16
from dockerlint.lsp.projects import Projects
from dockerlint.lsp.rename import rename
from dockerlint.lsp.settings import Settings
from dockerlint.measured_store import matched, recall
from dockerlint.settle import Look, settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from dockerlint.config import Active
    from dockerlint.fix import Edit
    from dockerlint.lint import Found
    from dockerlint.lsp.answers import Action, Hint, Hovered
    from dockerlint.lsp.document import Snapshot
    from dockerlint.lsp.projects import Project
    from dockerlint.measured_store import Bytes
    from dockerlint.model import Dockerfile, Instruction
    from dockerlint.rule import Finding
    from dockerlint.shellcheck import Checker
    from dockerlint.source import Source, Span

    T = TypeVar("T")


class Outdated(Exception):
    """Nobody waits for the answer any more: the text is another one, or the question was taken back."""


class Question:
    """Something that is asked; `dropped` when it is taken back."""

    dropped = False


class Session:
    """What the server knows. `say` tells the user of faulty settings, `report` of bugs."""

    def __init__(self, say: Callable[[str], None], report: Callable[[str, Exception], None]) -> None:
        self.documents: dict[str, Document] = {}
        self.projects = Projects(Settings(), say)
        self._report = report
        self._question = Question()

    def answer(self, question: Question, call: Callable[[Snapshot], T], snapshot: Snapshot) -> T:
        """Answer a question about a text, in the worker's thread. Outdated when it is dropped."""
        if question.dropped:
            raise Outdated
        self._question = question
        return call(snapshot)

    def warm_up(self) -> None:
        """Load the rules before they are needed, and let the garbage collector pass over them."""
        self.project(Document("", None, 0, "", UTF16).snapshot)
        gc.freeze()

    @property
    def settings(self) -> Settings:
        return self.projects.settings

    def project(self, snapshot: Snapshot) -> Project:
        """The project of a file."""
        return self.projects.of(snapshot.path)

    def model(self, snapshot: Snapshot) -> Dockerfile:
        """The model of a text."""
        return snapshot.model(self.project(snapshot))

    def look(self, snapshot: Snapshot) -> Look:
        """The model and all findings of a text. Outdated when the text changes meanwhile."""
        project = self.project(snapshot)
        known = snapshot.looks.get(id(project))
        if known is None:
            dockerfile = snapshot.model(project)
            found = self._findings(dockerfile, project, snapshot)
            known = snapshot.looks[id(project)] = (project, Look(dockerfile, found))
        return known[1]

    def found(self, snapshot: Snapshot) -> tuple[Found, ...]:
        """The findings that are shown."""
        project = self.project(snapshot)
        return () if project.excluded else shown(self.look(snapshot).found, project.setup.config)

    def actions(self, snapshot: Snapshot, span: Span) -> list[Action]:
        """What can be done about the findings that a selection touches."""
        here = actions.at(self.found(snapshot), span)
        if not here:
            return []
        look = self.look(snapshot)
        read = self._reader(snapshot)
        fixes = actions.quick_fixes(look, here, self.settings.unsafe_fixes, read)
        return [*fixes, *actions.silencing(look.dockerfile, here)]

    def fixable(self, snapshot: Snapshot) -> bool:
        """Whether there is anything that `--fix` might fix."""
        return any(one.fixable and one.applicability == "safe" for one in self.found(snapshot))

    def fix_all(self, snapshot: Snapshot) -> tuple[Edit, ...]:
        """What `--fix` would do: safe fixes, checked."""
        return self._settled(snapshot, lambda found: found)

    def format(self, snapshot: Snapshot) -> tuple[Edit, ...]:
        """The same with nothing but the fixes that change how the same thing is written."""
        return self._settled(snapshot, lambda found: [one for one in found if one.name in LAYOUT])

    def measured(self, snapshot: Snapshot) -> dict[Instruction, Bytes]:
        """The bytes of the last measurement."""
        if snapshot.path is None:
            return {}
        kept = recall(snapshot.path)
        return {} if kept is None else matched(kept, self.model(snapshot))

    def hover(self, snapshot: Snapshot, offset: int) -> Hovered | None:
        """All there is to say about an offset."""
        rules = self.project(snapshot).setup.rules
        return hover(self.model(snapshot), offset, self.found(snapshot), rules, self.measured(snapshot))

    def hints(self, snapshot: Snapshot, span: Span) -> list[Hint]:
        """The bytes beside instructions; none where they are not wanted."""
        if not self.settings.inlay_hints:
            return []
        return hints(self.model(snapshot), self.measured(snapshot), span)

    def rename(self, snapshot: Snapshot, offset: int, name: str) -> tuple[Edit, ...]:
        """The edits that give what stands at an offset another name."""
        return rename(self.model(snapshot), offset, name, self.project(snapshot).model)

    def unknown_scripts(self, snapshot: Snapshot) -> tuple[str, ...]:
        """The scripts that ShellCheck was not asked about yet; none where it is not asked for."""
        project = self.project(snapshot)
        checker = project.setup.checker
        if checker is None or project.excluded:
            return ()
        return checker.unknown(snapshot.model(project), project.setup.config)

    def checker(self, snapshot: Snapshot) -> Checker | None:
        """ShellCheck, where it is asked for. Asking it takes its time and is for a thread of its own."""
        return self.project(snapshot).setup.checker

    def forget_findings(self, snapshot: Snapshot) -> None:
        """Forget the findings of a text, for there is more to find."""
        snapshot.looks.clear()

    def _settled(
        self, snapshot: Snapshot, choose: Callable[[Iterable[Found]], Iterable[Found]]
    ) -> tuple[Edit, ...]:
        if self.project(snapshot).excluded:
            return ()
        read = self._reader(snapshot)

        def look(source: Source) -> Look:
            whole = read(source)
            return Look(whole.dockerfile, tuple(choose(whole.found)))

        source = snapshot.source
        settled = settle(source, look, unsafe=False)
        return actions.difference(source.text, settled.look.source.text)

    def _reader(self, snapshot: Snapshot) -> Callable[[Source], Look]:
        """Reads and lints other texts of the same file."""
        project = self.project(snapshot)

        def read(source: Source) -> Look:
            dockerfile = project.model(source)
            return Look(dockerfile, self._findings(dockerfile, project, snapshot))

        return read

    def _findings(self, dockerfile: Dockerfile, project: Project, snapshot: Snapshot) -> tuple[Found, ...]:
        def run(active: Active, dockerfile: Dockerfile) -> Iterable[Finding]:
            if snapshot.outdated or self._question.dropped:
                raise Outdated
            try:
                return tuple(run_rule(active, dockerfile))
            except Exception as error:
                self._report(f"the rule {active.rule.name}", error)
                return ()

        return findings(dockerfile, project.setup, run)[0]
