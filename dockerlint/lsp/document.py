"""One open file: its text as the editor has it, and what was found out about that text."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import count

from dockerlint.lsp.positions import Lines, Place, Range
from dockerlint.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerlint.lsp.projects import Project
    from dockerlint.model import Dockerfile
    from dockerlint.settle import Look

_numbers = count()
_BOM = "\ufeff"
_HALVES = re.compile("[\ud800-\udfff]")


class Snapshot:
    """A text at one moment. The text never changes; what is derived from it is made once, by one thread.

    `path` is None for a file that was never saved. `outdated` tells whoever still works on it that
    there is a newer one; no two texts have the same `number`.
    """

    def __init__(self, uri: str, path: str | None, version: int, lines: Lines) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        self.lines = lines
        self.number = next(_numbers)
        self.outdated = False
        # Offsets of the model do not count a BOM.
        self.shift = len(_BOM) if lines.text.startswith(_BOM) else 0
        self._models: dict[int, tuple[Project, Dockerfile]] = {}
        self.looks: dict[int, tuple[Project, Look]] = {}

    @cached_property
    def source(self) -> Source:
        """The text as rules see it: halves of characters, which no file can hold, are replaced."""
        text = _HALVES.sub("\ufffd", self.lines.text)
        return Source.of_text(text[self.shift :], self.path or "Dockerfile", bool(self.shift))

    def model(self, project: Project) -> Dockerfile:
        """The model of the text in a project."""
        known = self._models.get(id(project))
        if known is None:
            known = self._models[id(project)] = (project, project.model(self.source))
        return known[1]

    def offset(self, place: Place) -> int:
        """The model's offset of a place."""
        return max(self.lines.offset(place) - self.shift, 0)

    def range(self, span: Span) -> Range:
        """The range of a span of the model."""
        place = self.lines.place
        return Range(place(span.start + self.shift), place(span.end + self.shift))

    def start_and_length(self, span: Span) -> tuple[Place, int]:
        """The place where a span on one line begins, and its length in the units of columns."""
        start, end = span.start + self.shift, span.end + self.shift
        return self.lines.place(start), self.lines.length(start, end)

    def line(self, number: int) -> int:
        """The editor's line of a line of the model, both from 0; they differ where a lone CR ends lines."""
        starts = self.source.line_starts
        return self.range(Span(starts[number], starts[number])).start.line

    def span(self, where: Range) -> Span:
        """The model's span of a range."""
        start, end = self.offset(where.start), self.offset(where.end)
        return Span(min(start, end), max(start, end))


class Document:
    """A file that the editor has open."""

    def __init__(self, uri: str, path: str | None, version: int, text: str, encoding: str) -> None:
        self.snapshot = Snapshot(uri, path, version, Lines(text, encoding))

    def change(self, changes: list[tuple[Range | None, str]], version: int) -> None:
        """Take in what was typed: texts for ranges one after the other, or (None) for the whole file."""
        old = self.snapshot
        lines = old.lines
        for where, text in changes:
            lines = Lines(text, lines.encoding) if where is None else lines.replaced(where, text)
        old.outdated = True
        self.snapshot = Snapshot(old.uri, old.path, version, lines)

    def close(self) -> None:
        """Tell whoever still works on the text that nobody wants to know."""
        self.snapshot.outdated = True
